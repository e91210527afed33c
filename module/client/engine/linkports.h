// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/link.h"

namespace Qombu {

// One LinkChannel with its listener: passes calls on until it is detached, so that the channel may
// be destroyed later than its user, never inside one of its own calls. Hub's thread.
class ChannelPort final : public LinkChannelListener
{
public:
    ChannelPort(Link &link, LinkChannelListener *listener);
    ~ChannelPort() override;

    LinkChannel *operator->() const { return m_channel.get(); }
    void detach();

    // done, if this port is still attached when the answer comes.
    template<typename T>
    Done<T> guard(Done<T> done) const
    {
        return [alive = std::weak_ptr(m_alive), done = std::move(done)](Result<T> result) {
            if (alive.lock())
                done(std::move(result));
        };
    }

    void delivered(std::vector<IncomingMessage> &&messages) override;
    void published(std::vector<PublishOutcome> &&outcomes) override;
    void settledTooLate(quint64 delivery) override;
    void consumerCancelled(quint64 consumer, const Error &why) override;
    void channelClosed(const Error &why) override;

private:
    LinkChannelListener *m_listener; // null: detached
    std::shared_ptr<char> m_alive = std::make_shared<char>();
    std::unique_ptr<LinkChannel> m_channel;
};

// One Link with its listener; see ChannelPort.
class LinkPort final : public LinkListener
{
public:
    explicit LinkPort(LinkListener *listener)
        : m_listener(listener)
    {
    }

    void setLink(std::unique_ptr<Link> link) { m_link = std::move(link); }
    Link *operator->() const { return m_link.get(); }
    Link &operator*() const { return *m_link; }
    void detach() { m_listener = nullptr; }

    void linkOpened(const QVariantMap &serverProperties) override;
    void linkFailed(const Error &error) override;
    void linkClosed() override;
    void linkBlocked(const QString &reason) override;
    void linkUnblocked() override;
    void contentionChanged(const QString &queue, bool contended) override;
    void messageQuarantined(const QString &queue, const Error &why) override;
    void linkNotice(const QString &text) override;

private:
    LinkListener *m_listener; // null: detached
    std::unique_ptr<Link> m_link;
};

} // namespace Qombu
