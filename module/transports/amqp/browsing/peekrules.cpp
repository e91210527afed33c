// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/browsing/peekrules.h"

#include "transports/amqp/wire/amqptext.h"

#include <QVersionNumber>

namespace Qombu::Amqp {

namespace {

constexpr int DeliveryLimit = 20; // the default of RabbitMQ 4
constexpr int Margin = 3;

} // namespace

PeekRules::PeekRules(const QVariantMap &serverProperties)
{
    if (serverProperties.value(QStringLiteral("product")).toString() != QLatin1String("RabbitMQ"))
        return;
    const auto version =
        QVersionNumber::fromString(serverProperties.value(QStringLiteral("version")).toString());
    if (version.isNull())
        return;
    m_counting = version < QVersionNumber(4) ? CountsAsFailure
        : version < QVersionNumber(4, 3)     ? CountsTowardsLimit
                                             : MayDelay;
}

int PeekRules::mostReturns() const
{
    return m_counting == CountsTowardsLimit ? DeliveryLimit - Margin : 0;
}

QStringList PeekRules::changes() const
{
    QStringList sentences{
        Text::tr("The messages are fetched and given back at once: they are marked as redelivered, "
                 "and for this moment no consumer gets them.")};
    switch (m_counting) {
    case Unknown:
        break;
    case CountsAsFailure:
        sentences << Text::tr(
            "In a quorum queue each look counts as a failed delivery: a message beyond the "
            "delivery limit of its queue is dropped or dead-lettered, and without a limit the "
            "messages go to the end of the queue.");
        break;
    case CountsTowardsLimit:
        sentences << Text::tr(
                         "In a quorum queue each look counts towards the delivery limit (%1, where "
                         "nothing else is set): a message that is looked at too often is dropped "
                         "or dead-lettered.")
                         .arg(DeliveryLimit);
        break;
    case MayDelay:
        sentences << Text::tr(
            "In a quorum queue with a delayed retry the messages are held back for its time.");
        break;
    }
    return sentences;
}

} // namespace Qombu::Amqp
