// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/brokerprocess.h"
#include "support/faultproxy.h"
#include "transports/conformance/brokerundertest.h"

namespace QombuTest {

// A real redis-server of its own.
class RedisUnderTest final : public BrokerUnderTest
{
public:
    enum Way { Tcp, UnixSocket, KeyPrefix, Tls };
    explicit RedisUnderTest(Way way);

    QString name() const override;
    int quirks() const override;
    bool isOverTls() const override { return m_way == Tls; }
    QString start() override;
    void reset() override;
    Qombu::BrokerUrl url() const override;
    void adapt(Qombu::ConnectionOptions &options) const override;
    qint64 ready(const QString &queue, Qombu::Connection *seer) override;
    qint64 held(Qombu::Connection *seer) override;

    Qombu::BrokerUrl breakableUrl() override;
    void stallRequests() override { m_proxy->stall(FaultProxy::ToServer); }
    void stallAnswers() override { m_proxy->stall(FaultProxy::ToClient); }
    void refuseLinks() override { m_proxy->refuse(); }
    void breakLinks() override { m_proxy->endAll(FaultProxy::Reset); }
    void mendLinks() override { m_proxy->passAll(); }

private:
    int database() const { return m_way == KeyPrefix ? 3 : 0; }
    QByteArray key(const QByteArray &name) const;

    const Way m_way;
    BrokerProcess m_server;
    std::unique_ptr<FaultProxy> m_proxy;
};

} // namespace QombuTest
