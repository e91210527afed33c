// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/linkports.h"

namespace Qombu {

ChannelPort::ChannelPort(Link &link, LinkChannelListener *listener)
    : m_listener(listener)
    , m_channel(link.openChannel(this))
{
}

ChannelPort::~ChannelPort()
{
    detach();
}

void ChannelPort::detach()
{
    m_listener = nullptr;
    m_alive.reset();
}

void ChannelPort::delivered(std::vector<IncomingMessage> &&messages)
{
    if (m_listener)
        m_listener->delivered(std::move(messages));
}

void ChannelPort::published(std::vector<PublishOutcome> &&outcomes)
{
    if (m_listener)
        m_listener->published(std::move(outcomes));
}

void ChannelPort::settledTooLate(quint64 delivery)
{
    if (m_listener)
        m_listener->settledTooLate(delivery);
}

void ChannelPort::consumerCancelled(quint64 consumer, const Error &why)
{
    if (m_listener)
        m_listener->consumerCancelled(consumer, why);
}

void ChannelPort::channelClosed(const Error &why)
{
    if (m_listener)
        m_listener->channelClosed(why);
}

void LinkPort::linkOpened(const QVariantMap &serverProperties)
{
    if (m_listener)
        m_listener->linkOpened(serverProperties);
}

void LinkPort::linkFailed(const Error &error)
{
    if (m_listener)
        m_listener->linkFailed(error);
}

void LinkPort::linkClosed()
{
    if (m_listener)
        m_listener->linkClosed();
}

void LinkPort::linkBlocked(const QString &reason)
{
    if (m_listener)
        m_listener->linkBlocked(reason);
}

void LinkPort::linkUnblocked()
{
    if (m_listener)
        m_listener->linkUnblocked();
}

void LinkPort::contentionChanged(const QString &queue, bool contended)
{
    if (m_listener)
        m_listener->contentionChanged(queue, contended);
}

void LinkPort::messageQuarantined(const QString &queue, const Error &why)
{
    if (m_listener)
        m_listener->messageQuarantined(queue, why);
}

void LinkPort::linkNotice(const QString &text)
{
    if (m_listener)
        m_listener->linkNotice(text);
}

} // namespace Qombu
