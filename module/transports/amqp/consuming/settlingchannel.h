// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/amqpplace.h"
#include "transports/amqp/consuming/opendeliveries.h"

#include <deque>
#include <map>

namespace Qombu::Amqp {

// One channel of the broker on which messages come and are settled. It outlives the DeliverChannel
// that it was made for while something is held that came through it, which can be settled nowhere
// else. Hub's thread.
class SettlingChannel : public std::enable_shared_from_this<SettlingChannel>,
                        private ChannelListener
{
public:
    ~SettlingChannel() override; // what is open goes back to its queues
    Q_DISABLE_COPY_MOVE(SettlingChannel)

    // True: the first one since sendEndings(), which leaves at the end of the turn.
    bool end(quint64 tag, Ending ending);
    void sendEndings();
    virtual void stopConsuming(Done<void> done) { done({}); } // the link closes
    quint64 consumer() const { return m_consumer; } // 0: it fetches

protected:
    using Answered = std::function<void(const Result<SessionEvent> &)>;

    explicit SettlingChannel(std::shared_ptr<AmqpPlace> place);

    virtual void delivered(SessionEvent &&event) = 0;
    virtual void cancelledByBroker(const QByteArray &tag) = 0;
    virtual void arrived() = 0; // all that came at once
    virtual void closed(const Error &why) = 0;

    // An Error: nothing was sent, and nothing is answered. tag: of the consumer that it makes or
    // cancels.
    Error ask(const Method &method, Answered answered, const QByteArray &tag = {});
    // Holds it, unless noAck; queue is the index of its name.
    IncomingMessage incoming(SessionEvent &&event, const QString &name, quint16 queue, bool noAck);
    void turnAway(quint64 tag, quint16 queue = 0); // nobody waits for it any more
    std::vector<OpenDelivery> loseOpen(); // the broker has closed the channel
    void refuseRequests(const Error &why);
    bool isIdle() const { return m_open.isEmpty() && m_requests.empty(); }
    bool isOpen() const { return m_channel != 0; }
    bool hasStreams() const { return !m_streams.empty(); }

    // What comes has the number of its place in a stream, but any sender may have put it there, or
    // a broker that passed it on. Until it is known, of such a queue only acknowledgements are
    // said.
    enum class Stream { No, Maybe, Yes };
    Stream streamKind(quint16 queue) const;
    void addToStream(quint16 queue, const QString &name, quint64 tag, qint64 offset);
    void decideStream(quint16 queue, Stream kind);

    const std::shared_ptr<AmqpPlace> m_place;
    quint64 m_consumer = 0;

private:
    void channelEvents(std::span<SessionEvent> events) final;
    void answered(SessionEvent &&event);
    void keepPlaces(); // the link, or the channel, is lost

    quint16 m_channel = 0;
    struct Request
    {
        quint32 answer = 0; // as in MethodId
        QByteArray tag;
        Answered answered;
    };
    std::deque<Request> m_requests; // oldest first
    OpenDeliveries m_open;
    struct Offsets
    {
        QString name;
        StreamOffsets offsets;
        bool isSure = false;
    };
    std::map<quint16, Offsets> m_streams; // which of its queues are, or may be
    std::vector<std::pair<quint64, Ending>> m_undecided; // by tag
};

} // namespace Qombu::Amqp
