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
    explicit Program(const QString &executable, const QStringList &arguments,
                     const QByteArray &input = {});
    ~Program(); // kills what still runs

    // Waits for its end; -1 if it does not end in time or dies of a signal.
    int exitCode();
    // Waits until so many lines are on stdout.
    bool waitForLines(qsizetype count);
    bool waitForError(const QByteArray &text); // on stderr
    void interrupt(); // SIGINT
    void kill(); // SIGKILL

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
