// SPDX-License-Identifier: BSD-3-Clause
#include "transports/conformance/rabbitundertest.h"

#include "transports/conformance/inbox.h"

#include <Qombu/channel.h>

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QJsonArray>
#include <QJsonObject>
#include <QTest>
#include <QUrl>

using namespace std::chrono_literals;

namespace QombuTest {

using namespace Qombu;

namespace {

// How old the broker's statistics may be, and some more (collect_statistics_interval of the node).
constexpr auto statisticsAge = 150ms;

} // namespace

QString RabbitUnderTest::start()
{
    if (!m_server.start())
        return m_server.errorText();
    m_proxy = std::make_unique<FaultProxy>(m_way == Tls ? m_server.tlsPort() : m_server.port());
    return {};
}

void RabbitUnderTest::reset()
{
    mendLinks();
    if (!m_server.reset())
        QTest::qFail(qPrintable(m_server.errorText()), __FILE__, __LINE__);
}

BrokerUrl RabbitUnderTest::breakableUrl()
{
    QUrl url(m_way == Tls ? m_server.tlsUrl() : m_server.url());
    url.setPort(m_proxy->port());
    return url.toString(QUrl::FullyEncoded);
}

qint64 RabbitUnderTest::ready(const QString &queue, Connection *seer)
{
    const Result<QueueInfo> info = seer->defaultChannel()->inspect(queue).wait(10s);
    return info ? info->messageCount : 0;
}

// Only the management API tells it, from statistics that are behind: when they have stayed as they
// are for longer than that they are true.
qint64 RabbitUnderTest::held(Connection *)
{
    qint64 held = heldAsOfLate();
    QDeadlineTimer stable(statisticsAge);
    while (!stable.hasExpired()) {
        if (const qint64 now = heldAsOfLate(); now != held) {
            held = now;
            stable.setRemainingTime(statisticsAge);
        }
    }
    return held;
}

qint64 RabbitUnderTest::heldAsOfLate()
{
    const QJsonArray queues =
        m_server
            .manage("GET",
                    QStringLiteral("queues/%1?disable_stats=true&enable_queue_totals=true")
                        .arg(m_server.virtualHost()))
            .array();
    qint64 held = 0;
    for (const QJsonValue &queue : queues)
        held += qint64(queue[QLatin1String("messages_unacknowledged")].toDouble());
    return held;
}

// Fetched and given back, each to its old place.
QString RabbitUnderTest::waiting(const QString &queue, Connection *seer)
{
    QList<Message> messages;
    for (qint64 count = ready(queue, seer); count > 0; --count) {
        const auto message = seer->defaultChannel()->get(queue).wait(10s);
        if (!message || !message->has_value())
            break;
        messages.append(**message);
    }
    for (const Message &message : std::as_const(messages))
        message.requeue();
    const QDeadlineTimer deadline(5s);
    while (ready(queue, seer) < messages.size() && !deadline.hasExpired())
        QCoreApplication::processEvents(); // until they are back
    return textsOf(messages);
}

} // namespace QombuTest
