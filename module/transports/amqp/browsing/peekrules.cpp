// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/browsing/peekrules.h"

#include "transports/amqp/wire/amqptext.h"

#include <QVersionNumber>

#include <algorithm>
#include <limits>

namespace Qombu::Amqp {

namespace {

constexpr qint64 DefaultLimit = 20; // of RabbitMQ 4
constexpr int Margin = 3; // looks
constexpr int MostAtOnce = 1000; // messages that no consumer gets meanwhile

QString countingText(const QueueFacts &facts, qint64 limit)
{
    if (facts.isPolicyKnown) {
        return Text::tr("In this quorum queue each look counts towards the delivery limit of %1: a "
                        "message that is looked at too often is dropped or dead-lettered.")
            .arg(limit);
    }
    return Text::tr("In this quorum queue each look counts towards the delivery limit of %1, "
                    "unless a policy sets another: a message that is looked at too often is "
                    "dropped or dead-lettered.")
        .arg(limit);
}

QString reorderingText(const QueueFacts &facts)
{
    if (facts.isPolicyKnown)
        return Text::tr("In this quorum queue the messages go to the end.");
    return Text::tr("In this quorum queue the messages go to the end, unless a policy sets a "
                    "delivery limit: then each look counts towards it, and a message that is "
                    "looked at too often is dropped or dead-lettered.");
}

} // namespace

PeekRules::PeekRules(const QVariantMap &serverProperties)
{
    if (serverProperties.value(QStringLiteral("product")).toString() != QLatin1String("RabbitMQ"))
        return;
    const auto version =
        QVersionNumber::fromString(serverProperties.value(QStringLiteral("version")).toString());
    if (version < QVersionNumber(3, 10))
        return;
    m_counting = version < QVersionNumber(4) ? CountsAsFailure
        : version < QVersionNumber(4, 3)     ? CountsTowardsLimit
                                             : MayDelay;
}

// Below 0: without end, since 4.0.
std::optional<qint64> PeekRules::limit(const QueueFacts &facts) const
{
    if (facts.deliveryLimit)
        return *facts.deliveryLimit < 0 ? std::nullopt : facts.deliveryLimit;
    return m_counting == CountsTowardsLimit ? std::optional(DefaultLimit) : std::nullopt;
}

int PeekRules::mostReturns(const QueueFacts &facts) const
{
    const bool counts = m_counting == CountsAsFailure || m_counting == CountsTowardsLimit;
    const auto most = limit(facts);
    if (facts.type != QueueFacts::Quorum || !counts || !most)
        return 0;
    return int(std::clamp<qint64>(*most - Margin, 1, std::numeric_limits<int>::max()));
}

PeekPlan PeekRules::plan(const QString &queue, const QueueFacts &facts) const
{
    PeekPlan plan;
    plan.waiting = facts.waiting;
    plan.most = MostAtOnce;
    if (facts.type == QueueFacts::Stream)
        return plan;
    plan.changes << Text::tr("The messages are fetched and given back at once: they are marked as "
                             "redelivered, and for this moment no consumer gets them.");
    if (facts.type == QueueFacts::Quorum) {
        planQuorum(queue, facts, plan);
    } else if (facts.type == QueueFacts::Unknown) {
        plan.risk = PeekRisk::Unknown;
        plan.changes << Text::tr("The broker does not tell what kind of queue this is: where it "
                                 "counts deliveries, a message that is looked at too often may be "
                                 "dropped or dead-lettered.");
    }
    return plan;
}

void PeekRules::planQuorum(const QString &queue, const QueueFacts &facts, PeekPlan &plan) const
{
    const auto most = limit(facts);
    if (m_counting == MayDelay) {
        plan.risk = PeekRisk::Reorders;
        plan.changes << Text::tr("In a quorum queue with a delayed retry the messages are held "
                                 "back for its time.");
    } else if (!facts.isLimitKnown) {
        plan.risk = PeekRisk::Unknown;
        plan.changes << Text::tr("In this quorum queue each look counts towards the delivery "
                                 "limit, which is not known: a message that is looked at too "
                                 "often is dropped or dead-lettered.");
    } else if (most && *most <= Margin) {
        plan.risk = PeekRisk::WouldDeadLetter;
        plan.refusal = Error(Error::LimitExceeded,
                             Text::tr("The delivery limit of the quorum queue \"%1\" is %2, and "
                                      "each look counts: the broker could drop or dead-letter what "
                                      "is looked at")
                                 .arg(queue, QString::number(*most)));
    } else {
        plan.risk =
            !most && facts.isPolicyKnown ? PeekRisk::Reorders : PeekRisk::CountsTowardsLimit;
        plan.changes << (most ? countingText(facts, *most) : reorderingText(facts));
    }
}

} // namespace Qombu::Amqp
