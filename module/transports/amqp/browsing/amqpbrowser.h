// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/linkbrowser.h"
#include "transports/amqp/amqpplace.h"
#include "transports/amqp/browsing/peek.h"
#include "transports/amqp/management/brokerlook.h"
#include "transports/amqp/management/clientlook.h"
#include "transports/amqp/management/managementbrowser.h"

#include <QHash>

namespace Qombu::Amqp {

// What AMQP can tell: queues that are asked for by name, and messages that are fetched and given
// back; and what RabbitMQ's management API tells beyond that. Hub's thread; owned by its link.
class AmqpBrowser final : public LinkBrowser
{
public:
    AmqpBrowser(std::shared_ptr<AmqpPlace> place, const AmqpLinkSettings &settings,
                ManagementApi *api);
    ~AmqpBrowser() override; // what is going on is not answered

    void setPassword(const QString &password) { m_settings.session.password = password; }

    void inventory(const InventoryQuery &query, Done<Inventory> done) override;
    void planPeek(const QString &queue, Done<PeekPlan> done) override;
    void peek(const PeekRequest &request, Done<std::vector<IncomingMessage>> done) override;
    void unacked(int limit, Done<std::vector<Unacked>> done) override;
    void consumers(const QString &queue, Done<QList<ConsumerRow>> done) override;
    void queue(const QString &name, Done<QueueRow> done) override;
    void bindings(const BindingQuery &query, Done<RowPage<BindingRow>> done) override;
    void overview(Done<BrokerOverview> done) override { m_whole.overview(std::move(done)); }
    void connections(const RowQuery &query, Done<RowPage<ConnectionRow>> done) override;
    void channels(const ChannelQuery &query, Done<RowPage<ChannelRow>> done) override;
    void allConsumers(const RowQuery &query, Done<RowPage<ConsumerRow>> done) override;
    void policies(Done<QList<PolicyRow>> done) override { m_whole.policies(std::move(done)); }
    void permissions(Done<Permissions> done) override { m_whole.permissions(std::move(done)); }

private:
    void completeQueue(const Result<QueueRow> &told, const QString &name, Done<QueueRow> done);
    Error refusal(const QString &queue) const;
    using Looked = std::function<void(Result<PeekResult> &&)>;
    void look(const PeekRequest &request, Looked done);
    void look(const PeekRequest &request, const std::optional<QueueFacts> &known, Looked done);
    void logIn(std::function<void()> then);

    const std::shared_ptr<AmqpPlace> m_place;
    AmqpLinkSettings m_settings;
    ManagementBrowser m_management;
    BrokerLook m_whole;
    ClientLook m_clients;
    std::vector<std::unique_ptr<Peek>> m_peeks; // that go on
    QHash<QString, int> m_returns; // by queue: of a message that is not to be looked at again
    const std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu::Amqp
