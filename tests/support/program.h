// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QJsonObject>
#include <QProcess>

#include <functional>

namespace QombuTest {

// One run of a program, as a shell would see it. Test's thread.
class Program
{
public:
    enum InputEnd { Closed, Open };

    // With an Open input write() may add to it, until closeInput().
    explicit Program(const QString &executable, const QStringList &arguments,
                     const QByteArray &input = {}, InputEnd end = Closed);
    ~Program(); // kills what still runs

    // Waits for its end; -1 if it does not end in time or dies of a signal.
    int exitCode();
    // Waits until so many lines are on stdout.
    bool waitForLines(qsizetype count);
    bool waitForError(const QByteArray &text); // on stderr
    void write(const QByteArray &input);
    bool writeSome(const QByteArray &input); // false: the program takes none for a second
    void closeInput();
    void interrupt(); // SIGINT
    void kill(); // SIGKILL

    qint64 processId() const { return m_process.processId(); }
    QByteArrayList lines(); // of stdout, so far
    QList<QJsonObject> objects(); // lines() as JSON
    QByteArray errorText(); // of stderr, so far

private:
    bool waitUntil(const std::function<bool()> &done);
    void drain();

    QProcess m_process;
    QByteArray m_output;
    QByteArray m_errorText;
};

} // namespace QombuTest
