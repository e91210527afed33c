// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/amqplink.h"

#include "port/optionvalues.h"
#include "transports/amqp/consuming/amqpdeliver.h"
#include "transports/amqp/publishing/amqppublisher.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

// A limit of the user's is told by no broker, but by ending the connection that goes beyond.
static AmqpLinkSettings withChannelLimit(AmqpLinkSettings settings)
{
    if (const quint16 most = settings.fatal->mostChannels(); most > 0)
        settings.session.channelMax = most;
    return settings;
}

AmqpLink::AmqpLink(const LinkSetup &setup, const AmqpLinkSettings &settings)
    : m_settings(settings)
    , m_place(std::make_shared<AmqpPlace>())
    , m_socket(setup.hub, withChannelLimit(settings), this)
    , m_publishSocket(*m_place, settings)
    , m_probe(m_place)
    , m_management(setup.hub, settings.management)
    , m_browser(m_place, settings, &m_management)
    , m_delay(settings.delay)
{
    m_place->hub = setup.hub;
    m_place->listener = setup.listener;
    m_place->numbers = setup.numbers;
    m_place->fatal = settings.fatal;
    m_place->streams = settings.streams;
    m_publishSocket.closed = [this] {
        if (--m_openSockets == 0)
            finish();
    };
}

AmqpLink::~AmqpLink()
{
    m_place->isGone = true;
    leave();
}

// Nobody reaches the broker through it any more; who holds a channel learns it by its silence.
void AmqpLink::leave()
{
    m_place->socket = nullptr;
    m_place->probe = nullptr;
    m_place->held.takeAll();
}

Capabilities AmqpLink::allCapabilities()
{
    return Capabilities(Capability::DirectExchange) | Capability::TopicExchange
        | Capability::FanoutExchange | Capability::HeadersExchange | Capability::Priorities
        | Capability::HigherPriorityFirst | Capability::Persistence | Capability::Confirms
        | Capability::Browse | Capability::ConsumerCount | Capability::ServerNamesQueues
        | Capability::Declares | Capability::ExchangeBindings | Capability::MarksRepeats
        | Capability::Overview | Capability::Definitions | Capability::DelayedDelivery;
}

void AmqpLink::open()
{
    m_socket.open();
}

void AmqpLink::socketReady()
{
    m_place->socket = &m_socket;
    m_place->probe = &m_probe;
    const ServerCapabilities &can = m_socket.session().serverCan();
    m_capabilities.setFlag(Capability::Confirms, can.confirms && m_settings.confirmsPublishes);
    m_capabilities.setFlag(Capability::ExchangeBindings, can.exchangeBindings);
    m_management.setBroker(m_socket.session().serverProperties());
    m_capabilities.setFlag(Capability::Overview, m_management.isOn());
    m_capabilities.setFlag(Capability::DelayedDelivery, can.nativeDelay);
    m_capabilities.setFlag(Capability::Definitions, m_management.isOn());
    if (!m_settings.withoutEffect.isEmpty())
        notice(BrokerNotice::Information,
               OptionValues::withoutEffectText(m_settings.withoutEffect));
    if (!m_settings.insecure.isEmpty())
        notice(BrokerNotice::Insecure, m_settings.insecure);
    m_place->listener->linkOpened(m_socket.session().serverProperties());
}

void AmqpLink::notice(BrokerNotice::Kind kind, const QString &text)
{
    BrokerNotice notice;
    notice.kind = kind;
    notice.text = text;
    m_place->listener->notice(notice);
}

DelayedDelivery *AmqpLink::delayedDelivery()
{
    return m_capabilities.testFlag(Capability::DelayedDelivery) ? &m_delay : nullptr;
}

std::unique_ptr<TopologyChannel> AmqpLink::openTopology()
{
    return std::make_unique<AmqpTopology>(m_place);
}

std::unique_ptr<DeliverChannel> AmqpLink::openDeliver(DeliveryListener *listener)
{
    return std::make_unique<AmqpDeliver>(m_place, listener);
}

std::unique_ptr<PublishChannel> AmqpLink::openPublish(PublishListener *listener)
{
    return std::make_unique<AmqpPublisher>(m_place, &m_publishSocket, listener,
                                           m_settings.confirmsPublishes);
}

template<typename Requests, typename EndingOf>
void AmqpLink::end(const Requests &requests, const EndingOf &endingOf)
{
    std::vector<std::shared_ptr<SettlingChannel>> channels;
    for (const auto &request : requests) {
        const auto [delivery, ending] = endingOf(request);
        std::optional<Held> held = m_place->held.take(delivery);
        if (held && held->channel->end(held->tag, ending))
            channels.push_back(std::move(held->channel));
    }
    for (const auto &channel : channels)
        channel->sendEndings();
}

void AmqpLink::settle(std::vector<SettleRequest> &&requests)
{
    end(requests, [](const SettleRequest &request) {
        const Ending ending = request.settlement == Settlement::Ack ? Ending::Ack
            : request.settlement == Settlement::Reject              ? Ending::Reject
                                                                    : Ending::Requeue;
        return std::pair(request.delivery, ending);
    });
}

void AmqpLink::giveBack(std::vector<quint64> &&deliveries)
{
    end(deliveries, [](quint64 delivery) { return std::pair(delivery, Ending::Release); });
}

// Both sessions have one.
void AmqpLink::updateSecret(const QString &secret, Done<void> done)
{
    if (!m_socket.session().serverCan().updateSecret)
        return Link::updateSecret(secret, std::move(done));
    m_management.setPassword(secret);
    m_browser.setPassword(secret);
    m_publishSocket.updateSecret(secret, [this, secret, done = std::move(done)] {
        if (!m_place->socket)
            return; // lost, which answers everything
        m_secretUpdates.push_back(done);
        m_socket.updateSecret(secret);
    });
}

void AmqpLink::secretUpdated()
{
    if (m_secretUpdates.empty())
        return;
    const Done<void> done = std::move(m_secretUpdates.front());
    m_secretUpdates.pop_front();
    done({});
}

// Whoever still consumed would be sent at once what is given back, and give it back again: a broker
// counts that (x-delivery-count).
void AmqpLink::close()
{
    m_place->isClosing = true;
    m_openSockets = 2;
    m_closeTimer = m_place->hub->callLater(m_settings.closeTimeout, [this] { finish(); });
    m_cancelTimer =
        m_place->hub->callLater(m_settings.closeTimeout / 2, [this] { closeMainSocket(); });
    m_publishSocket.close();
    std::vector<std::shared_ptr<SettlingChannel>> channels;
    for (SettlingChannel *channel : m_place->channels)
        channels.push_back(channel->shared_from_this());
    m_consuming = channels.size() + 1;
    const auto cancelled = [this](const Result<void> & = {}) {
        if (--m_consuming == 0)
            closeMainSocket();
    };
    for (const auto &channel : channels)
        channel->stopConsuming(cancelled);
    cancelled();
}

// What is held goes back as released: nobody has failed at it.
void AmqpLink::closeMainSocket()
{
    m_cancelTimer.cancel();
    if (std::exchange(m_isMainClosing, true))
        return;
    std::vector<quint64> held;
    m_place->held.forEach([&](quint64 number, const Held &) {
        held.push_back(number);
        return true;
    });
    giveBack(std::move(held));
    leave();
    m_socket.close();
}

void AmqpLink::socketClosed()
{
    if (--m_openSockets == 0)
        finish();
}

void AmqpLink::finish()
{
    m_closeTimer.cancel();
    if (!std::exchange(m_isFinished, true))
        m_place->listener->linkClosed();
}

void AmqpLink::socketFailed(const Error &error)
{
    if (m_place->isClosing) {
        m_isMainClosing = true;
        leave();
        return socketClosed();
    }
    const AmqpSession &session = m_socket.session();
    if (!session.blamed().empty())
        m_place->fatal->connectionEnded(session.blamed(), session.whyBlamed(), m_place->hub->now());
    if (session.mostChannelsSeen() > 0)
        m_place->fatal->limitChannels(session.mostChannelsSeen());
    leave();
    if (!std::exchange(m_isFinished, true))
        m_place->listener->linkFailed(error);
}

} // namespace Qombu::Amqp
