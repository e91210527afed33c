// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "amqp/rabbitseat.h"
#include "support/faultproxy.h"

#include <QUrl>

namespace QombuTest {

// One of the ways to settle a message, as a column of data.
using Settle = Qombu::Error (Qombu::Message::*)() const;

constexpr int Long = 30000; // ms, for what comes at once where nothing else runs

// A connection to a real RabbitMQ that can be cut.
class CutSeat : public RabbitSeat
{
public:
    // The proxy is the broker's.
    CutSeat(const RabbitProcess &broker, FaultProxy &proxy,
            const Qombu::ConnectionOptions &options = {})
        : RabbitSeat(through(broker, proxy), options)
        , m_proxy(proxy)
    {
        QObject::connect(&connection, &Qombu::Connection::stateChanged, &connection,
                         [this](Qombu::Connection::State state) {
                             m_opened += state == Qombu::Connection::Open ? 1 : 0;
                         });
    }

    static QString through(const RabbitProcess &broker, const FaultProxy &proxy)
    {
        QUrl url(broker.url());
        url.setPort(proxy.port());
        return url.toString(QUrl::FullyEncoded);
    }

    int opened() const { return m_opened; } // how often

    // Its sockets end, meanwhile() happens while it is away, and it is open again.
    [[nodiscard]] bool cut(const std::function<void()> &meanwhile = [] {})
    {
        const int before = m_opened;
        m_proxy.refuse();
        m_proxy.endAll(FaultProxy::Reset);
        const bool isLost =
            QTest::qWaitFor([this] { return connection.state() != Qombu::Connection::Open; }, Long);
        meanwhile();
        m_proxy.passAll();
        return isLost && QTest::qWaitFor([&] { return m_opened > before; }, Long);
    }

private:
    FaultProxy &m_proxy;
    int m_opened = 0;
};

} // namespace QombuTest

Q_DECLARE_METATYPE(QombuTest::Settle)
