// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "idlewatch.h"
#include "requeueround.h"
#include "stdoutwatch.h"
#include "verb.h"

#include <Qombu/consumer.h>

// "consume": prints messages as they come and settles them as asked.
class ConsumeVerb : public Verb
{
public:
    QString name() const override { return QStringLiteral("consume"); }
    QString summary() const override;
    QString synopsis() const override { return QStringLiteral("QUEUE..."); }
    QString example() const override { return QStringLiteral("consume orders --count 10 --json"); }
    bool changesBroker() const override { return true; }
    bool hasDefaultDeadline() const override { return false; }
    QList<QCommandLineOption> options() const override;
    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override;
    void start(Session &session) override;
    void interrupt(Session &session) override;
    bool waitsForWrites() const override;

private:
    enum Action { Auto, None, Reject, Requeue, Hold };

    bool isStarting() const;
    UsageError readAction(const QString &text);
    void addConsumer(Session &session, const QList<Qombu::Queue> &queues);
    void connectConsumer(Session &session, Qombu::Consumer *consumer);
    void connectConnection(Session &session);
    void received(Session &session, const Qombu::Message &message, const Qombu::Error &error);
    void tellIfNotThere(Session &session);
    void tellUnreadable(Session &session, const Qombu::Message &message, const Qombu::Error &error);
    void endIfNothingElseFits(Session &session);
    Qombu::Error settle(const Qombu::Message &message);
    void limitTime(Session &session);
    void timeIsOver(Session &session);
    void limitSilence(Session &session);
    QString tooFewText() const;
    void endEarly(Session &session);
    void cannotPrint(Session &session);
    void wentRound(Session &session, const Qombu::Message &message);
    void stopAndCount(Session &session, Qombu::Consumer *consumer);
    void counted(Session &session, Qombu::Consumer *consumer, qint64 waiting);
    void tellRound(const QString &queue, qint64 waiting) const;

    QList<Qombu::Queue> m_queues;
    QStringList m_accept;
    QString m_tag;
    bool m_isExclusive = false;
    bool m_declares = false;
    qint64 m_count = 0; // 0: no limit
    qint64 m_prefetch = 16;
    Action m_action = Auto;
    std::optional<std::chrono::milliseconds> m_idle;
    std::vector<std::unique_ptr<Qombu::Consumer>> m_consumers; // one, or one a queue for a round
    std::optional<RequeueRound> m_round; // of --ack requeue, which would never end otherwise
    QSet<Qombu::Consumer *> m_counting; // stopped for now
    std::unique_ptr<IdleWatch> m_idleWatch;
    std::unique_ptr<StdoutWatch> m_stdoutWatch;
    std::vector<Qombu::Message> m_held;
    qint64 m_seen = 0;
    QSet<QString> m_toldUnreadable; // queues
    Qombu::Error m_refusal; // the last one
};
