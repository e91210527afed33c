// SPDX-License-Identifier: BSD-3-Clause
#include "client/scriptedtransport.h"

namespace Qombu {
namespace {

ScriptedBroker *current = nullptr;

} // namespace

class ScriptedChannel final : public LinkChannel
{
public:
    explicit ScriptedChannel(LinkChannelListener *to)
        : listener(to)
    {
        current->channels.push_back(this);
    }

    ~ScriptedChannel() override
    {
        std::erase(current->channels, this);
        if (current->publishing == this)
            current->publishing = nullptr;
        if (current->consuming == this)
            current->consuming = nullptr;
    }

    template<typename T>
    void answer(const QString &request, Done<T> done, Result<T> result)
    {
        current->log.append(request);
        if (current->silent.contains(request)) {
            m_unanswered.push_back([done] { Q_UNUSED(done) });
            return;
        }
        if (const auto refusal = current->refusals.find(request);
            refusal != current->refusals.end())
            done(refusal->second);
        else
            done(std::move(result));
    }

    void declare(const Exchange &exchange, Done<void> done) override
    {
        answer<void>(QStringLiteral("declare exchange ") + exchange.name(), done, {});
    }
    void declare(const Queue &queue, Done<QueueInfo> done) override
    {
        answer<QueueInfo>(QStringLiteral("declare queue ") + queue.name(), done,
                          QueueInfo{queue.name(), 0, 0});
    }
    void bind(const Binding &binding, Done<void> done) override
    {
        answer<void>(QStringLiteral("bind %1 %2").arg(binding.exchange.name(), binding.queue), done,
                     {});
    }
    void unbind(const Binding &binding, Done<void> done) override
    {
        answer<void>(QStringLiteral("unbind ") + binding.queue, done, {});
    }
    void inspect(const QString &queue, Done<QueueInfo> done) override
    {
        answer<QueueInfo>(QStringLiteral("inspect ") + queue, done, QueueInfo{queue, 0, 0});
    }
    void purge(const QString &queue, Done<qint64> done) override
    {
        answer<qint64>(QStringLiteral("purge ") + queue, done, 0);
    }
    void remove(const Queue &queue, Done<qint64> done) override
    {
        answer<qint64>(QStringLiteral("remove queue ") + queue.name(), done, 0);
    }
    void remove(const Exchange &exchange, Done<void> done) override
    {
        answer<void>(QStringLiteral("remove exchange ") + exchange.name(), done, {});
    }

    void publish(std::vector<OutgoingMessage> &&messages) override
    {
        current->publishing = this;
        std::vector<PublishOutcome> outcomes;
        for (const OutgoingMessage &message : messages) {
            current->log.append(QStringLiteral("publish ")
                                + QString::fromUtf8(message.content.body));
            outcomes.push_back({message.id, {}});
        }
        if (current->confirms) {
            listener->published(std::move(outcomes));
        } else {
            current->unconfirmed.insert(current->unconfirmed.end(), outcomes.begin(),
                                        outcomes.end());
        }
    }
    void get(const QString &queue, bool, Done<std::optional<IncomingMessage>> done) override
    {
        answer<std::optional<IncomingMessage>>(QStringLiteral("get ") + queue, done,
                                               std::optional<IncomingMessage>());
    }

    void consume(const ConsumeRequest &request, Done<void> done) override
    {
        current->consuming = this;
        current->consumer = request.consumer;
        answer<void>(QStringLiteral("consume ") + request.queues.value(0).name(), done, {});
    }
    void setPrefetch(quint64, int, qint64) override { }
    void setPaused(quint64, bool paused) override
    {
        current->log.append(paused ? QStringLiteral("pause") : QStringLiteral("resume"));
    }
    void cancel(quint64, Done<void> done) override
    {
        answer<void>(QStringLiteral("cancel"), done, {});
    }
    void settle(std::vector<SettleRequest> &&requests) override
    {
        current->settled.insert(current->settled.end(), requests.begin(), requests.end());
    }
    void giveBack(std::vector<quint64> &&deliveries) override
    {
        current->givenBack.insert(current->givenBack.end(), deliveries.begin(), deliveries.end());
    }

    LinkChannelListener *const listener;
    quint64 lastDelivery = 0;

private:
    std::vector<std::function<void()>> m_unanswered;
};

class ScriptedLink final : public Link
{
public:
    ScriptedLink(const BrokerUrl &url, LinkListener *to)
        : m_url(url)
        , listener(to)
    {
        current->link = this;
    }
    ~ScriptedLink() override
    {
        if (current->link == this)
            current->link = nullptr;
    }

    void open() override
    {
        current->log.append(QStringLiteral("open ") + m_url.host());
        Error outcome = current->everyAttempt;
        if (!current->attempts.empty()) {
            outcome = current->attempts.front();
            current->attempts.pop_front();
        }
        if (outcome.isError())
            listener->linkFailed(outcome);
        else
            listener->linkOpened({{QStringLiteral("product"), QStringLiteral("script")}});
    }
    void close() override
    {
        current->log.append(QStringLiteral("close"));
        if (current->answersClose)
            listener->linkClosed();
    }
    std::unique_ptr<LinkChannel> openChannel(LinkChannelListener *to) override
    {
        return std::make_unique<ScriptedChannel>(to);
    }
    LinkBrowser *browser() override { return nullptr; }

private:
    const BrokerUrl m_url;

public:
    LinkListener *const listener;
};

namespace {

class ScriptedTransport final : public Transport
{
public:
    Error check(const BrokerUrl &, const ConnectionOptions &) const override { return {}; }
    std::unique_ptr<Link> createLink(Hub *, const BrokerUrl &url, const ConnectionOptions &,
                                     LinkListener *listener) override
    {
        return std::make_unique<ScriptedLink>(url, listener);
    }
};

} // namespace

ScriptedBroker::ScriptedBroker()
{
    current = this;
    TransportInfo info;
    info.name = QStringLiteral("scripted");
    info.schemes = QStringList{QStringLiteral("scripted")};
    info.create = [] { return std::make_unique<ScriptedTransport>(); };
    TransportRegistry::add(info);
}

ScriptedBroker::~ScriptedBroker()
{
    current = nullptr;
}

void ScriptedBroker::breakLink(const QString &why)
{
    unconfirmed.clear();
    link->listener->linkFailed(Error(Error::Connection, why).withRecoverable(true));
}

void ScriptedBroker::setBlocked(bool blocked)
{
    if (blocked)
        link->listener->linkBlocked(QStringLiteral("Memory."));
    else
        link->listener->linkUnblocked();
}

void ScriptedBroker::confirm(const Error &error)
{
    PublishOutcome outcome = unconfirmed.front();
    unconfirmed.erase(unconfirmed.begin());
    outcome.error = error;
    publishing->listener->published({outcome});
}

void ScriptedBroker::deliver(int count, const QByteArray &body)
{
    std::vector<IncomingMessage> messages;
    for (int i = 0; i < count; ++i) {
        IncomingMessage message;
        message.consumer = consumer;
        message.delivery = ++consuming->lastDelivery;
        message.queue = QStringLiteral("q");
        message.content.body = body.isEmpty() ? QByteArray::number(message.delivery) : body;
        message.content.contentType = QStringLiteral("application/json");
        message.content.contentEncoding = QStringLiteral("utf-8");
        message.content.deliveryTag = QStringLiteral("tag-%1").arg(message.delivery);
        messages.push_back(std::move(message));
    }
    consuming->listener->delivered(std::move(messages));
}

void ScriptedBroker::tooLate(quint64 delivery)
{
    consuming->listener->settledTooLate(delivery);
}

void ScriptedBroker::cancelConsumer(const Error &why)
{
    consuming->listener->consumerCancelled(consumer, why);
}

} // namespace Qombu
