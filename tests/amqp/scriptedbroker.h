// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "hub/simulatedhub.h"
#include "net/bytestream.h"
#include "transports/amqp/amqplink.h"

#include <QMap>
#include <QSet>

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace QombuTest {
class ScriptedBroker;

// A byte pipe whose other end is a ScriptedBroker.
class ScriptedStream final : public Qombu::ByteStream
{
public:
    ScriptedStream(ScriptedBroker *broker, Qombu::ByteStreamListener *listener);
    ~ScriptedStream() override;

    void open() override;
    void write(const QByteArray &bytes) override;
    void setReading(bool on) override;
    qint64 bytesToWrite() const override { return m_stuck; }

    void receive(const QByteArray &bytes); // what the broker says, as soon as it is read
    bool isReading() const { return m_isReading; }
    void breakDown(const Qombu::Error &error);
    void drain(); // what the kernel did not take, since m_broker->takesNothing

private:
    void pass();
    bool hear(const QByteArray &bytes); // false: no more of them
    void end();

    ScriptedBroker *const m_broker;
    Qombu::ByteStreamListener *const m_listener;
    QByteArray m_input; // of the broker
    QByteArray m_output; // for the client
    std::size_t m_number = 0; // of the connection
    std::optional<qsizetype> m_cut; // so many bytes may still pass
    std::optional<qsizetype> m_deafness; // so many the broker may still hear
    bool m_isDeaf = false;
    bool m_isReading = true;
    qint64 m_stuck = 0; // bytes
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    friend class ScriptedBroker;
};

// A broker on a SimulatedHub that answers what it is asked, but for what the test holds back, and
// says what the test wants.
class ScriptedBroker
{
public:
    explicit ScriptedBroker(Qombu::SimulatedHub *simulatedHub)
        : hub(simulatedHub)
    {
    }
    std::unique_ptr<Qombu::ByteStream> connect(Qombu::ByteStreamListener *listener);

    // What the first connection asked since the last call: "1 basic.consume q TAG", "1 basic.ack
    // 3 multiple", …, without what opens channels.
    QByteArrayList heard();
    QByteArrayList heardBeside()
    {
        return std::exchange(m_heardBeside, {});
    } // of all other connections
    int heardHeartbeats() const { return m_heartbeats; }
    void say(const QByteArray &bytes); // on the first connection, all at once
    QByteArray content(const QByteArray &body) const; // header and body
    QByteArray delivery(const QByteArray &tag, quint64 number, const QByteArray &body,
                        int channel = 1) const;
    void answer(quint32 id); // the requests of this kind that were held back

    Qombu::SimulatedHub *const hub;
    QSet<quint32> heldBack; // requests that are not answered
    // Queues on which a channel hangs that asks for one of them, until unhang().
    QSet<QByteArray> hanging;
    void unhang(const QByteArray &queue);
    QMap<QByteArray, int> refusals; // by queue: the code that its channel is closed with
    QMap<QByteArray, int> endings; // by queue: the code that the connection is ended with
    QByteArray endingText = "NOT_IMPLEMENTED - no";
    QMap<QByteArray, QByteArrayList> queues; // for basic.get
    QMap<QByteArray, QByteArray> types; // of queues, as RabbitMQ names them; otherwise classic
    // By queue: what is said to declarations that differ from it, in this order.
    QMap<QByteArray, QByteArrayList> differences;
    QByteArrayList tags; // of the consumers, oldest first
    QByteArray product = "RabbitMQ";
    QByteArray version = "3.10.8";
    QByteArrayList capabilities = {"publisher_confirms", "basic.nack", "exchange_exchange_bindings",
                                   "per_consumer_qos"};
    QByteArray messageHeaders; // a field table, for the messages that are fetched
    int heartbeat = 60;
    QByteArrayList logIns; // "USER:PASSWORD"
    std::function<int(const QByteArray &logIn)> refusesLogIn; // with which code; 0: not
    bool takesNothing = false; // what is written then stays with the client until drain()
    // Of the connections to come: after so many bytes to the client they end, but for nothing.
    std::deque<std::optional<qsizetype>> cuts;
    // After so many bytes of the client they end. What the broker says to those is heard, or lost.
    std::deque<std::optional<qsizetype>> deafness;
    bool losesLastWords = false;
    std::vector<qsizetype> passed; // to the client, by connection
    std::vector<qsizetype> taken; // from the client, by connection
    QMap<QByteArray, QByteArrayList> pushed; // by queue: what each consumer there is sent
    std::function<void(const QByteArray &body, bool again)> onPublished;
    std::function<void(const QByteArray &)> onWritten;
    std::vector<ScriptedStream *> streams; // null: closed

private:
    friend class ScriptedStream;
    struct Asked
    {
        ScriptedStream *stream;
        int channel;
        quint32 id;
        QByteArray arguments;
    };
    void hear(ScriptedStream *stream);
    void take(const Asked &asked);
    void reply(const Asked &asked);
    static QByteArray queueIn(const Asked &asked);
    QByteArray answerTo(const Asked &asked);
    QByteArray refusal(const Asked &asked, const QByteArray &queue);
    QByteArray fetched(const Asked &asked, const QByteArray &queue);
    void takeContent(ScriptedStream *stream, int channel, int type, const QByteArray &payload);
    QByteArray describe(const Asked &asked) const;

    QByteArrayList m_heard;
    QByteArrayList m_heardBeside;
    std::vector<Asked> m_waiting;
    QMap<std::pair<ScriptedStream *, int>, QByteArray> m_hung; // channels, by what they wait for
    QMap<int, quint64> m_numbers; // of the last delivery, by channel
    struct Publishing
    {
        quint64 number = 0; // what the confirmation names
        bool isTransacted = false; // and not confirmed
        QByteArray header;
        QByteArray body;
    };
    QMap<std::pair<ScriptedStream *, int>, Publishing> m_publishing; // by channel
    int m_heartbeats = 0;
};

// An open link to a ScriptedBroker and what it tells.
class ScriptedLink : public Qombu::LinkListener, public Qombu::DeliveryListener
{
public:
    explicit ScriptedLink(Qombu::Amqp::AmqpLinkSettings settings = {});
    ~ScriptedLink() override;

    void open();
    Qombu::Result<std::optional<Qombu::IncomingMessage>> get(Qombu::DeliverChannel &channel,
                                                             const char *queue, bool noAck = false);
    // "" for success, else its error's text; "-": not answered.
    QString consume(Qombu::DeliverChannel &channel, const Qombu::ConsumeRequest &request);
    void settle(quint64 number, Qombu::Settlement settlement = Qombu::Settlement::Ack);
    QByteArrayList takeNews() { return std::exchange(news, {}); }
    QByteArrayList heard();

    Qombu::SimulatedHub hub;
    ScriptedBroker broker{&hub};
    Qombu::DeliveryNumbers numbers;
    std::unique_ptr<Qombu::Amqp::AmqpLink> link;
    QByteArrayList news; // "delivered a b", "channelClosed 406", …
    std::vector<Qombu::IncomingMessage> messages; // that were delivered
    std::function<void()> onDelivered; // once, as the next
    std::function<void()> onChannelClosed;

private:
    void linkOpened(const QVariantMap &) override { news << "opened"; }
    void linkFailed(const Qombu::Error &error) override
    {
        news << "failed " + error.text().toUtf8();
    }
    void linkClosed() override { news << "closed"; }
    void linkBlocked(const QString &) override {}
    void linkUnblocked() override {}
    void settledTooLate(quint64 consumer, quint64 delivery, const QString &queue,
                        const QString &) override;
    void notice(const Qombu::BrokerNotice &notice) override
    {
        if (notice.kind == Qombu::BrokerNotice::Degraded)
            news << (notice.active ? "full " : "read again ") + notice.queue.toUtf8();
        if (notice.kind == Qombu::BrokerNotice::Lost)
            news << "lost";
    }
    void delivered(std::vector<Qombu::IncomingMessage> &&messages) override;
    void consumerCancelled(const QString &queue, const Qombu::Error &why) override;
    void channelClosed(const Qombu::Error &why) override;
};

} // namespace QombuTest
