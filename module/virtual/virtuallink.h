// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "virtual/routing/declaredexchanges.h"
#include "virtual/queueing/risingtable.h"
#include "virtual/store.h"

#include <QtCore/qhash.h>

namespace Qombu {
class Hub;
class VirtualChannel;

// Makes a link of a broker that only has queues: routes between its channels and its Store.
// Hub's thread. Owns the store; channels are owned by who opened them and may outlive it.
class VirtualLink : public Link, private StoreListener
{
public:
    using CreateStore = std::function<std::unique_ptr<Store>(StoreListener *)>;
    VirtualLink(Hub *hub, LinkListener *listener, const CreateStore &createStore);
    ~VirtualLink() override;

    void open() override;
    void close() override;
    std::unique_ptr<LinkChannel> openChannel(LinkChannelListener *listener) override;
    LinkBrowser *browser() override;

private:
    friend class VirtualChannel;

    // What VirtualChannel needs of its link.
    Store &store() { return *m_store; }
    bool isUsable() const { return m_state == Opened; }
    DeclaredExchanges &exchanges() { return m_exchanges; }
    QHash<QString, QString> &deadLetterQueues() { return m_deadLetterQueues; }
    QString generatedQueueName();
    quint64 addConsumer(VirtualChannel *channel);
    void removeConsumer(quint64 consumer);
    quint64 addPublish(VirtualChannel *channel, quint64 id);
    void removeChannel(VirtualChannel *channel);

    void storeOpened(const QVariantMap &serverProperties) override;
    void storeFailed(const Error &error) override;
    void storeClosed() override;
    void storeBlocked(const QString &reason) override;
    void storeUnblocked() override;
    void arrived(quint64 consumer, std::vector<StoreDelivery> &&batch) override;
    void published(std::vector<PublishOutcome> &&outcomes) override;
    void settledTooLate(const QByteArray &key) override;
    void consumerFailed(quint64 consumer, const Error &why) override;
    void contentionChanged(const QString &queue, bool contended) override;
    void messageQuarantined(const QString &queue, const Error &why) override;
    void storeNotice(const QString &text) override;

    enum State { Fresh, Opening, Opened, Closing, Finished };
    struct Publish
    {
        quint32 channel = 0;
        quint64 id = 0;
    };

    Hub *const m_hub;
    LinkListener *const m_listener;
    State m_state = Fresh;
    std::unique_ptr<Store> m_store;
    DeclaredExchanges m_exchanges;
    QHash<QString, QString> m_deadLetterQueues; // by queue
    QHash<quint32, VirtualChannel *> m_channels; // by number
    quint32 m_lastChannel = 0;
    QHash<quint64, VirtualChannel *> m_consumers; // by the store's number
    quint64 m_lastConsumer = 0;
    RisingTable<Publish> m_publishes; // not answered yet
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu
