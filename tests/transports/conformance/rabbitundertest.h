// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/faultproxy.h"
#include "support/rabbitprocess.h"
#include "transports/conformance/brokerundertest.h"

namespace QombuTest {

// The RabbitMQ that a run of ctest shares; each test function has a virtual host of its own.
class RabbitUnderTest final : public BrokerUnderTest
{
public:
    enum Way { Tcp, Tls };
    explicit RabbitUnderTest(Way way)
        : m_way(way)
    {
    }

    QString name() const override
    {
        return m_way == Tls ? QStringLiteral("rabbitmq over TLS") : QStringLiteral("rabbitmq");
    }
    int quirks() const override
    {
        return CannotList | UnknownIsRefused | WindowsAddUp | LookingMarks;
    }
    bool isOverTls() const override { return m_way == Tls; }
    QString start() override;
    void reset() override;
    // What AMQP alone can; the management API has tests of its own.
    Qombu::BrokerUrl url() const override
    {
        return QString(m_way == Tls ? m_server.tlsUrl() + QStringLiteral("&management=no")
                                    : m_server.url() + QStringLiteral("?management=no"));
    }
    qint64 ready(const QString &queue, Qombu::Connection *seer) override;
    qint64 held(Qombu::Connection *seer) override;
    QString waiting(const QString &queue, Qombu::Connection *seer) override;

    Qombu::BrokerUrl breakableUrl() override;
    void stallRequests() override { m_proxy->stall(FaultProxy::ToServer); }
    void stallAnswers() override { m_proxy->stall(FaultProxy::ToClient); }
    void refuseLinks() override { m_proxy->refuse(); }
    void breakLinks() override { m_proxy->endAll(FaultProxy::Reset); }
    void mendLinks() override { m_proxy->passAll(); }

private:
    qint64 heldAsOfLate();

    const Way m_way;
    RabbitProcess m_server;
    std::unique_ptr<FaultProxy> m_proxy;
};

} // namespace QombuTest
