// SPDX-License-Identifier: BSD-3-Clause
#include "transports/conformance/brokerundertest.h"

#include "port/transportregistry.h"
#include "transports/conformance/inbox.h"
#include "transports/conformance/memoryundertest.h"
#include "transports/conformance/rabbitundertest.h"
#include "transports/conformance/redisundertest.h"

#include <Qombu/browser.h>

#include <QTest>

using namespace std::chrono_literals;

namespace QombuTest {

using namespace Qombu;

namespace {

// Fails the test function, which goes on with an empty value.
template<typename T>
T seen(const Result<T> &result)
{
    if (result)
        return *result;
    QTest::qFail(qPrintable(result.error().text()), __FILE__, __LINE__);
    return T();
}

} // namespace

BrokerUnderTest::~BrokerUnderTest() = default;

QString BrokerUnderTest::start()
{
    return {};
}

void BrokerUnderTest::adapt(ConnectionOptions &) const {}

qint64 BrokerUnderTest::ready(const QString &queue, Connection *seer)
{
    const Inventory inventory = seen(Browser(seer).inventory().wait(10s));
    for (const QueueRow &row : inventory.queues) {
        if (row.name == queue)
            return row.ready;
    }
    return 0;
}

qint64 BrokerUnderTest::held(Connection *seer)
{
    return seen(Browser(seer).inventory().wait(10s)).unacked;
}

QString BrokerUnderTest::waiting(const QString &queue, Connection *seer)
{
    return textsOf(seen(Browser(seer).peek(queue).wait(10s)));
}

BrokerUrl BrokerUnderTest::breakableUrl()
{
    return url();
}

void BrokerUnderTest::stallRequests() {}
void BrokerUnderTest::stallAnswers() {}
void BrokerUnderTest::refuseLinks() {}
void BrokerUnderTest::breakLinks() {}
void BrokerUnderTest::mendLinks() {}

std::vector<std::unique_ptr<BrokerUnderTest>> brokersUnderTest()
{
    std::vector<std::unique_ptr<BrokerUnderTest>> brokers;
    brokers.push_back(std::make_unique<MemoryUnderTest>());
    if (TransportRegistry::find(QStringLiteral("redis"))) {
        for (const auto way : {RedisUnderTest::Tcp, RedisUnderTest::UnixSocket,
                               RedisUnderTest::KeyPrefix, RedisUnderTest::Tls})
            brokers.push_back(std::make_unique<RedisUnderTest>(way));
    }
    if (TransportRegistry::find(QStringLiteral("amqp"))) {
        for (const auto way : {RabbitUnderTest::Tcp, RabbitUnderTest::Tls})
            brokers.push_back(std::make_unique<RabbitUnderTest>(way));
    }
    const QString only = qEnvironmentVariable("QOMBU_BROKER_UNDER_TEST");
    if (!only.isEmpty())
        std::erase_if(brokers,
                      [&only](const auto &broker) { return !broker->name().startsWith(only); });
    return brokers;
}

} // namespace QombuTest
