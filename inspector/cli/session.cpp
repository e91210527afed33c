// SPDX-License-Identifier: BSD-3-Clause
#include "../loglines.h"
#include "text.h"
#include "verb.h"

#include <Qombu/hub.h>

#include <QCoreApplication>
#include <QTimer>

#include <cstdlib>

namespace {

Qombu::ConnectionOptions optionsOf(const GlobalArguments &globals,
                                   std::optional<std::chrono::milliseconds> closeTimeout)
{
    Qombu::ConnectionOptions options;
    options.transportOptions = globals.transportOptions;
    // The verb's own deadline comes first: it can say what the broker was waiting for.
    const auto behind = globals.deadline() + std::chrono::seconds(1);
    options.requestTimeout = qMax(options.requestTimeout, behind);
    options.publishTimeout = qMax(options.publishTimeout, behind);
    options.closeTimeout = closeTimeout.value_or(options.closeTimeout);
    return options;
}

QString textOf(const Qombu::BrokerNotice &notice)
{
    const bool hasError = notice.text.isEmpty()
        || (notice.kind == Qombu::BrokerNotice::Quarantine && notice.error.isError());
    return hasError ? notice.error.text() : notice.text;
}

QString sentenceOf(const Qombu::BrokerNotice &notice)
{
    using Qombu::BrokerNotice;
    const QString &queue = notice.queue;
    if (notice.kind == BrokerNotice::Contention)
        return notice.active
            ? Text::tr("Idle Python consumers of %1 are served before this one.").arg(queue)
            : Text::tr("This consumer of %1 gets its share again.").arg(queue);
    if (notice.kind == BrokerNotice::Quarantine)
        return Text::tr("Malformed messages of %1 put aside: %2. The first: %3")
            .arg(queue, QString::number(notice.count), textOf(notice));
    if (notice.kind == BrokerNotice::Unsettled && !queue.isEmpty())
        return Text::tr("Messages of %1 that are still unacknowledged: %2. %3")
            .arg(queue, QString::number(notice.count), textOf(notice));
    if (notice.kind == BrokerNotice::Restored)
        return textOf(notice) + QStringLiteral(": %1").arg(notice.count);
    return textOf(notice);
}

} // namespace

Session::Session(const GlobalArguments &globals,
                 std::optional<std::chrono::milliseconds> closeTimeout)
    : m_globals(globals)
    , m_output(globals.json)
    , m_connection(globals.url, optionsOf(globals, closeTimeout))
{
    // The connection gave up: a wrong password or URL will not get better by waiting.
    // Its state follows the error.
    using Qombu::Connection;
    const auto failIfClosed = [this] {
        if (!m_isGivingUp && m_connection.state() == Connection::Closed
            && m_connection.error().isError())
            fail(m_connection.error());
    };
    connect(&m_connection, &Connection::stateChanged, this, failIfClosed);
    connect(&m_connection, &Connection::stateChanged, this,
            [this] { m_wasOpen |= m_connection.state() == Connection::Open; });
    connect(&m_connection, &Connection::errorOccurred, this,
            [this, failIfClosed](const Qombu::Error &error) {
                if (!error.isRecoverable())
                    QTimer::singleShot(0, this, failIfClosed);
            });
    connect(&m_connection, &Connection::notice, this, &Session::tellNotice);
    connect(&m_connection, &Connection::reconnecting, this,
            [this](int, std::chrono::milliseconds delay, const QString &url) {
                tellWaiting(delay, url);
            });
    connect(&m_connection, &Connection::blockedChanged, this,
            [this](bool blocked, const QString &reason) {
                m_blockedBecause = blocked ? reason : QString();
                // In the next turn it is known whether the verb fails, or the link is lost.
                QTimer::singleShot(0, this, &Session::tellBlocked);
            });
}

// Once a change: whoever waits for a publish must know at once what it waits for.
void Session::tellBlocked()
{
    if (m_finishing || m_toldBlockedBecause == m_blockedBecause
        || m_connection.state() != Qombu::Connection::Open)
        return;
    m_toldBlockedBecause = m_blockedBecause;
    const QString url = m_globals.url.toString();
    if (m_blockedBecause.isEmpty())
        Output::sentence(tr("%1 takes writes again.").arg(url));
    else
        Output::sentence((m_waitsForWrites() ? tr("Writes to %1 have to wait: %2")
                                             : tr("%1 takes no writes for now: %2"))
                             .arg(url, m_blockedBecause));
}

void Session::tellNotice(const Qombu::BrokerNotice &notice)
{
    const QString sentence = sentenceOf(notice);
    if (notice.kind == Qombu::BrokerNotice::Unsettled) {
        QString &told = m_toldUnsettled[notice.queue];
        if (std::exchange(told, sentence) == sentence)
            return;
    }
    Output::sentence(sentence);
}

// At once, and again when there is something new to say or it takes long. Who is not trusted from
// the beginning on is not waited for: a person is there, who can mend it.
void Session::tellWaiting(std::chrono::milliseconds delay, const QString &url)
{
    if (!m_finishing && !m_wasOpen && m_connection.error().kind() == Qombu::Error::Tls)
        return fail(m_connection.error());
    constexpr qint64 Long = 10'000;
    const QString why = m_connection.error().text();
    if (m_finishing
        || (why == m_toldWaiting && m_sinceToldWaiting.isValid()
            && !m_sinceToldWaiting.hasExpired(Long)))
        return;
    m_toldWaiting = why;
    m_sinceToldWaiting.start();
    Output::sentence(Text::tr("Waiting for %1: %2 (next try in %3 s)")
                         .arg(url, why, QString::number(double(delay.count()) / 1000, 'f', 1)));
}

void Session::finish(ExitCode code, const QString &why)
{
    if (m_finishing)
        return;
    m_finishing = true;
    if (!why.isEmpty())
        Output::sentence(why);
    const bool failedBefore = !m_output.failure().isEmpty();
    if (!m_output.flush()) {
        if (!failedBefore || code == ExitCode::Done)
            Output::sentence(Text::tr("Cannot write to stdout: %1.").arg(m_output.failure()));
        if (code == ExitCode::Done)
            code = ExitCode::Failed;
    }
    closeAndEnd(code);
}

void Session::giveUp(std::function<void()> done)
{
    m_isGivingUp = true;
    m_connection.close().then(this, [done](const Qombu::Result<void> &) { done(); });
}

void Session::closeAndEnd(ExitCode code)
{
    if (m_connection.state() != Qombu::Connection::Open && !m_expectsSettlements)
        endNow(code); // nothing to settle, and nobody to wait for
    m_connection.close().then(this, [this, code](const Qombu::Result<void> &) {
        QCoreApplication::exit(int(m_isSpoilt && code == ExitCode::Done ? ExitCode::Failed : code));
    });
    if (m_end.isForever())
        return;
    constexpr qint64 Shortest = 100; // of a close that has nothing to wait for
    QTimer::singleShot(int(qMax(Shortest, m_end.remainingTime())), this, [this, code] {
        if (!m_takesMessages || (code != ExitCode::Done && code != ExitCode::NotThere))
            endNow(code);
        Output::sentence(Text::tr("%1 did not answer in time; what it had given comes back when "
                                  "the visibility timeout is over.")
                             .arg(m_globals.url.toString()));
        endNow(ExitCode::Unreachable);
    });
}

// Not exit(): destructors would wait for the broker once more.
void Session::endNow(ExitCode code)
{
    writeRestOfLogLines();
    std::_Exit(int(m_isSpoilt && code == ExitCode::Done ? ExitCode::Failed : code));
}

void Session::startDeadline(std::chrono::milliseconds deadline, std::function<void()> passed)
{
    m_end = QDeadlineTimer(deadline);
    QTimer::singleShot(deadline - GlobalArguments::closingPart(deadline), Qt::PreciseTimer, this,
                       passed);
}

QString Session::deadlineText() const
{
    const QString url = m_globals.url.toString();
    if (!m_blockedBecause.isEmpty())
        return (m_waitsForWrites() ? tr("The deadline passed while writes to %1 had to wait: %2")
                                   : tr("The deadline passed while %1 took no writes: %2"))
            .arg(url, m_blockedBecause);
    if (m_connection.state() == Qombu::Connection::Open)
        return tr("The deadline passed before %1 had answered everything.").arg(url);
    const Qombu::Error error = m_connection.error();
    return error.isError() ? tr("Could not reach %1 in time: %2").arg(url, error.text())
                           : tr("Could not reach %1 in time.").arg(url);
}
