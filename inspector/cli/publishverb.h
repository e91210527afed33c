// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messagesource.h"
#include "publishtally.h"
#include "verb.h"

#include <Qombu/producer.h>

#include <QTimer>

// "publish": sends what it is given and waits until the broker has all of it.
class PublishVerb : public Verb
{
public:
    QString name() const override { return QStringLiteral("publish"); }
    QString summary() const override;
    QString synopsis() const override { return QStringLiteral("[BODY | --file F | --lines F|-]"); }
    QString example() const override
    {
        return QStringLiteral("publish '{\"id\": 7}' --queue orders");
    }
    bool changesBroker() const override { return true; }
    QList<QCommandLineOption> options() const override;
    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override;
    void start(Session &session) override;
    void interrupt(Session &session) override;
    void deadlinePassed(Session &session) override;
    bool waitsForWrites() const override { return m_tally.outstanding() > 0; }
    std::optional<std::chrono::milliseconds> closeTimeout(
        const GlobalArguments &globals) const override
    {
        return GlobalArguments::closingPart(globals.deadline());
    }
    // Of many nobody knows how long they take: what is under way has a deadline then.
    bool hasDefaultDeadline() const override { return !m_source->isBulk(); }

private:
    UsageError readTarget(const QCommandLineParser &parser);
    UsageError readFormat(const QCommandLineParser &parser);
    UsageError readBody(const QCommandLineParser &parser, const QStringList &positional);
    UsageError readProperties(const QCommandLineParser &parser);
    void fill(Session &session);
    void settled(Session &session, qint64 number, const Qombu::Error &error);
    void limitBulk(Session &session);
    void tellSilence(Session &session);
    void end(Session &session);
    void breakOff(Session &session, ExitCode code, const QString &why);
    void printTally(Session &session);

    QString m_queue;
    bool m_declares = false;
    Qombu::PublishOptions m_options;
    MessageSource::Format m_format = MessageSource::Json;
    std::unique_ptr<MessageSource> m_source;
    std::unique_ptr<Qombu::Producer> m_producer;
    PublishTally m_tally;
    Qombu::Error m_error; // the first one
    std::unique_ptr<QTimer> m_progress; // runs while something is under way; of many
    bool m_exhausted = false;
    bool m_isInterrupted = false;
    bool m_isBrokenOff = false;
};
