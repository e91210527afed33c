// SPDX-License-Identifier: BSD-3-Clause
#include "support/program.h"

#include <QDeadlineTimer>
#include <QJsonDocument>
#include <QProcessEnvironment>

#include <csignal>

namespace QombuTest {
namespace {

constexpr std::chrono::milliseconds Patience =
    std::chrono::seconds(30); // a loaded machine under sanitizers

} // namespace

Program::Program(const QString &executable, const QStringList &arguments, const QByteArray &input,
                 InputEnd end)
{
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("LC_ALL"), QStringLiteral("C.UTF-8"));
    environment.remove(QStringLiteral("QOMBU_URL"));
    m_process.setProcessEnvironment(environment);
    m_process.setChildProcessModifier([] { // whatever the tests were started with
        for (const int signal : {SIGINT, SIGTERM, SIGHUP})
            std::signal(signal, SIG_DFL);
    });
    m_process.start(executable, arguments);
    write(input);
    if (end == Closed)
        closeInput();
}

Program::~Program()
{
    if (m_process.state() != QProcess::NotRunning)
        kill();
}

int Program::exitCode()
{
    const bool ended = waitUntil([this] { return m_process.state() == QProcess::NotRunning; });
    drain();
    return ended && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
}

bool Program::waitForLines(qsizetype count)
{
    return waitUntil([&] { return lines().size() >= count; });
}

bool Program::waitForError(const QByteArray &text)
{
    return waitUntil([&] { return errorText().contains(text); });
}

// All of it now: later nobody may be waiting on this process while another one is watched.
void Program::write(const QByteArray &input)
{
    m_process.write(input);
    while (m_process.bytesToWrite() > 0 && m_process.waitForBytesWritten(int(Patience.count())))
        ;
}

bool Program::writeSome(const QByteArray &input)
{
    constexpr int Second = 1000;
    m_process.write(input);
    while (m_process.bytesToWrite() > 0) {
        if (!m_process.waitForBytesWritten(Second))
            return false;
    }
    return true;
}

void Program::closeInput()
{
    m_process.closeWriteChannel();
}

void Program::interrupt()
{
    ::kill(pid_t(m_process.processId()), SIGINT);
}

void Program::kill()
{
    m_process.kill();
    m_process.waitForFinished(5000);
}

QByteArrayList Program::lines()
{
    drain();
    QByteArrayList result = m_output.split('\n');
    result.removeLast(); // what has no line end yet
    return result;
}

QList<QJsonObject> Program::objects()
{
    QList<QJsonObject> result;
    for (const QByteArray &line : lines())
        result.append(QJsonDocument::fromJson(line).object());
    return result;
}

QByteArray Program::errorText()
{
    drain();
    return m_errorText;
}

bool Program::waitUntil(const std::function<bool()> &done)
{
    QDeadlineTimer deadline(Patience);
    while (!done()) {
        if (deadline.hasExpired())
            return false;
        if (m_process.state() == QProcess::NotRunning)
            return done();
        m_process.waitForReadyRead(20);
    }
    return true;
}

void Program::drain()
{
    m_output += m_process.readAllStandardOutput();
    m_errorText += m_process.readAllStandardError();
}

} // namespace QombuTest
