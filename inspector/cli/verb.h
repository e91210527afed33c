// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "arguments.h"
#include "exitcode.h"
#include "output.h"
#include "text.h"

#include <Qombu/connection.h>

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QHash>
#include <QObject>

#include <functional>
#include <memory>

// What a verb works with: one connection, the output, the deadline. Ends the program once.
class Session : public QObject
{
    Q_OBJECT
public:
    // closeTimeout: of the connection; none: its default.
    explicit Session(const GlobalArguments &globals,
                     std::optional<std::chrono::milliseconds> closeTimeout = {});

    const GlobalArguments &globals() const { return m_globals; }
    Qombu::Connection *connection() { return &m_connection; }
    Output &output() { return m_output; }

    // Closes the connection (settling, giving back), says why on stderr, and ends the program.
    void finish(ExitCode code, const QString &why = QString());
    void fail(const Qombu::Error &error) { finish(exitCodeOf(error), error.text()); }
    bool isFinishing() const { return m_finishing; }
    // Closes the connection, which ends all that waits for an answer; then finish() is called for.
    void giveUp(std::function<void()> done);
    // Not all of it worked: an end that would be Done is Failed. Also while the connection closes.
    void spoil() { m_isSpoilt = true; }

    // passed() unless the verb is done by then, early enough to close in time.
    void startDeadline(std::chrono::milliseconds deadline, std::function<void()> passed);
    // Without a connection, too, the end waits for what became of them, as long as closing takes.
    void expectSettlements() { m_expectsSettlements = true; }
    QString deadlineText() const;
    // Messages were taken: only the answers of a close tell that they are settled or given back.
    void setTakesMessages() { m_takesMessages = true; }
    // Tells whether something is under way that the broker must take; for what is said while it
    // takes no writes.
    void setWaitsForWrites(std::function<bool()> waits) { m_waitsForWrites = std::move(waits); }

private:
    void tellBlocked();
    void tellWaiting(std::chrono::milliseconds delay, const QString &url);
    void tellNotice(const Qombu::BrokerNotice &notice);
    void closeAndEnd(ExitCode code);
    [[noreturn]] void endNow(ExitCode code);

    const GlobalArguments m_globals;
    Output m_output;
    Qombu::Connection m_connection;
    bool m_wasOpen = false; // the connection
    bool m_finishing = false;
    bool m_isGivingUp = false;
    bool m_isSpoilt = false;
    bool m_takesMessages = false;
    std::function<bool()> m_waitsForWrites = [] { return false; };
    bool m_expectsSettlements = false;
    QString m_blockedBecause; // why the broker refuses writes for now
    QString m_toldBlockedBecause; // what stderr says about that
    QString m_toldWaiting; // why there was no connection
    QElapsedTimer m_sinceToldWaiting;
    QHash<QString, QString> m_toldUnsettled; // by queue: a close tries again, and fails again
    QDeadlineTimer m_end = QDeadlineTimer::Forever; // of the whole call
};

// One verb of the command line: adds its options, reads them, runs until Session::finish().
class Verb
{
public:
    virtual ~Verb() = default;
    virtual QString name() const = 0;
    virtual QString summary() const = 0;
    virtual QString synopsis() const = 0; // of the positional arguments
    virtual bool changesBroker() const = 0;
    virtual QString example() const = 0; // what stands behind "qombu "
    virtual QList<QCommandLineOption> options() const { return {}; }
    virtual QStringList requiredOptions() const { return {}; } // their names
    virtual QString jsonKeys() const { return {}; } // of each line with --json, for the help
    // Nothing was sent when it returns an error.
    virtual UsageError read(const QCommandLineParser &parser, const QStringList &positional) = 0;
    virtual void start(Session &session) = 0;
    // SIGINT or SIGTERM came.
    virtual void interrupt(Session &session)
    {
        session.finish(ExitCode::Failed,
                       changesBroker()
                           ? Text::tr("Interrupted; it may have been done all the same.")
                           : Text::tr("Interrupted."));
    }
    virtual bool hasDefaultDeadline() const { return true; }
    // How long a closing connection waits; none: as long as it does by itself.
    virtual std::optional<std::chrono::milliseconds> closeTimeout(const GlobalArguments &) const
    {
        return {};
    }
    virtual void deadlinePassed(Session &session)
    {
        session.finish(ExitCode::Unreachable, session.deadlineText());
    }
    virtual bool waitsForWrites() const { return false; } // now
};

std::vector<std::unique_ptr<Verb>> allVerbs();
