// SPDX-License-Identifier: BSD-3-Clause
#include "verb.h"

#include <Qombu/hub.h>

#include <QCoreApplication>
#include <QTimer>

#include <cstdlib>

namespace {

Qombu::ConnectionOptions optionsOf(const GlobalArguments &globals)
{
    Qombu::ConnectionOptions options;
    options.transportOptions = globals.transportOptions;
    // The verb's own deadline comes first: it can say what the broker was waiting for.
    const auto behind = globals.deadline() + std::chrono::seconds(1);
    options.requestTimeout = qMax(options.requestTimeout, behind);
    options.publishTimeout = qMax(options.publishTimeout, behind);
    return options;
}

QString textOf(const Qombu::BrokerNotice &notice)
{
    return notice.text.isEmpty() ? notice.error.text() : notice.text;
}

void tellNotice(const Qombu::BrokerNotice &notice)
{
    using Qombu::BrokerNotice;
    const QString &queue = notice.queue;
    if (notice.kind == BrokerNotice::Contention && notice.active) {
        Output::sentence(
            Text::tr("Idle Python consumers of %1 are served before this one.").arg(queue));
    } else if (notice.kind == BrokerNotice::Contention) {
        Output::sentence(Text::tr("This consumer of %1 gets its share again.").arg(queue));
    } else if (notice.kind == BrokerNotice::Quarantine) {
        Output::sentence(Text::tr("Malformed messages of %1 put aside: %2. The first: %3")
                             .arg(queue, QString::number(notice.count),
                                  notice.error.isError() ? notice.error.text() : notice.text));
    } else if (notice.kind == BrokerNotice::Unsettled) {
        Output::sentence(Text::tr("Messages of %1 that are still unacknowledged: %2. %3")
                             .arg(queue, QString::number(notice.count), textOf(notice)));
    } else if (notice.kind == BrokerNotice::Restored) {
        Output::sentence(textOf(notice) + QStringLiteral(": %1").arg(notice.count));
    } else {
        Output::sentence(textOf(notice));
    }
}

} // namespace

Session::Session(const GlobalArguments &globals)
    : m_globals(globals)
    , m_output(globals.json)
    , m_connection(globals.url, optionsOf(globals))
{
    // The connection gave up: a wrong password or URL will not get better by waiting.
    // Its state follows the error.
    using Qombu::Connection;
    const auto failIfClosed = [this] {
        if (m_connection.state() == Connection::Closed && m_connection.error().isError())
            fail(m_connection.error());
    };
    connect(&m_connection, &Connection::stateChanged, this, failIfClosed);
    connect(&m_connection, &Connection::errorOccurred, this,
            [this, failIfClosed](const Qombu::Error &error) {
                if (!error.isRecoverable())
                    QTimer::singleShot(0, this, failIfClosed);
            });
    connect(&m_connection, &Connection::notice, this, tellNotice);
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
    Output::sentence(m_blockedBecause.isEmpty()
                         ? tr("%1 takes writes again.").arg(url)
                         : tr("Writes to %1 have to wait: %2").arg(url, m_blockedBecause));
}

void Session::finish(ExitCode code, const QString &why)
{
    if (m_finishing)
        return;
    m_finishing = true;
    if (!why.isEmpty())
        Output::sentence(why);
    if (!m_output.flush() && code == ExitCode::Done)
        code = ExitCode::Failed;
    const auto outcome = [this, code] {
        return int(m_isSpoilt && code == ExitCode::Done ? ExitCode::Failed : code);
    };
    if (m_connection.state() != Qombu::Connection::Open)
        std::_Exit(outcome()); // nothing to settle, and nobody to wait for
    m_connection.close().then(
        this, [outcome](const Qombu::Result<void> &) { QCoreApplication::exit(outcome()); });
}

void Session::startDeadline(std::chrono::milliseconds deadline)
{
    QTimer::singleShot(deadline, Qt::PreciseTimer, this,
                       [this] { finish(ExitCode::Unreachable, deadlineText()); });
}

QString Session::deadlineText() const
{
    const QString url = m_globals.url.toString();
    if (!m_blockedBecause.isEmpty())
        return tr("The deadline passed while writes to %1 had to wait: %2")
            .arg(url, m_blockedBecause);
    if (m_connection.state() == Qombu::Connection::Open)
        return tr("The deadline passed before %1 had answered everything.").arg(url);
    const Qombu::Error error = m_connection.error();
    return error.isError() ? tr("Could not reach %1 in time: %2").arg(url, error.text())
                           : tr("Could not reach %1 in time.").arg(url);
}
