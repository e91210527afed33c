// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/scriptedbroker.h"

#include "amqp/serverspeech.h"
#include "core/whilealive_p.h"

#include <QtEndian>

using namespace Qombu;
using namespace Qombu::Amqp;

namespace QombuTest {

ScriptedStream::ScriptedStream(ScriptedBroker *broker, ByteStreamListener *listener)
    : m_broker(broker)
    , m_listener(listener)
{
}

ScriptedStream::~ScriptedStream()
{
    for (ScriptedStream *&stream : m_broker->streams) {
        if (stream == this)
            stream = nullptr;
    }
    std::erase_if(m_broker->m_waiting,
                  [this](const ScriptedBroker::Asked &asked) { return asked.stream == this; });
    m_broker->m_publishing.removeIf([this](auto entry) { return entry.key().first == this; });
}

void ScriptedStream::open()
{
    m_broker->hub->callSoon(whileAlive(m_alive, [this] { m_listener->streamOpened(); }));
}

void ScriptedStream::write(const QByteArray &bytes)
{
    if (!hear(bytes))
        return;
    if (m_broker->takesNothing) {
        m_stuck += bytes.size();
        return;
    }
    if (m_broker->onWritten)
        m_broker->onWritten(bytes);
    m_broker->hear(this);
}

// The client learns of the end later, after what the broker has said by then, or without it.
bool ScriptedStream::hear(const QByteArray &bytes)
{
    if (m_isDeaf)
        return false;
    const qsizetype heard = std::min(m_deafness.value_or(bytes.size()), bytes.size());
    m_input += bytes.first(heard);
    m_broker->taken[m_number] += heard;
    if (m_deafness)
        *m_deafness -= heard;
    m_isDeaf = m_deafness == 0;
    if (m_isDeaf)
        m_broker->hub->callSoon(whileAlive(m_alive, [this] { end(); }));
    return true;
}

void ScriptedStream::end()
{
    if (m_broker->losesLastWords)
        m_output.clear();
    const std::weak_ptr<bool> alive = m_alive;
    pass();
    if (!alive.expired())
        breakDown(Error(Error::Connection, QStringLiteral("cut")).withRecoverable(true));
}

void ScriptedStream::drain()
{
    m_stuck = 0;
    m_broker->hear(this);
    m_listener->streamDrained();
}

void ScriptedStream::setReading(bool on)
{
    m_isReading = on;
    m_broker->hub->callSoon(whileAlive(m_alive, [this] { pass(); }));
}

void ScriptedStream::receive(const QByteArray &bytes)
{
    m_output += bytes;
    m_broker->hub->callSoon(whileAlive(m_alive, [this] { pass(); }));
}

void ScriptedStream::breakDown(const Error &error)
{
    m_listener->streamFailed(error);
}

void ScriptedStream::pass()
{
    const bool ends = m_cut && m_output.size() >= *m_cut;
    if (!m_isReading || (m_output.isEmpty() && !ends))
        return;
    const QByteArray bytes = ends ? m_output.first(*m_cut) : std::exchange(m_output, {});
    if (m_cut)
        *m_cut -= bytes.size();
    m_broker->passed[m_number] += bytes.size();
    const std::weak_ptr<bool> alive = m_alive;
    if (!bytes.isEmpty())
        m_listener->streamReceived(bytes);
    if (ends && !alive.expired())
        breakDown(Error(Error::Connection, QStringLiteral("cut")).withRecoverable(true));
}

std::unique_ptr<ByteStream> ScriptedBroker::connect(ByteStreamListener *listener)
{
    auto stream = std::make_unique<ScriptedStream>(this, listener);
    stream->m_number = streams.size();
    if (!cuts.empty()) {
        stream->m_cut = cuts.front();
        cuts.pop_front();
    }
    if (!deafness.empty()) {
        stream->m_deafness = deafness.front();
        deafness.pop_front();
    }
    passed.push_back(0);
    taken.push_back(0);
    streams.push_back(stream.get());
    return stream;
}

void ScriptedBroker::hear(ScriptedStream *stream)
{
    QByteArray &input = stream->m_input;
    if (input.size() < 8)
        return;
    if (input.startsWith("AMQP")) {
        input.remove(0, 8);
        QByteArray table;
        for (const QByteArray &name : std::as_const(capabilities))
            table += shortString(name) + 't' + u8(1);
        const QByteArray properties = shortString("product") + 'S' + longString(product)
            + shortString("version") + 'S' + longString(version) + shortString("capabilities") + 'F'
            + longString(table);
        stream->receive(method(0, MethodId::ConnectionStart,
                               u8(0) + u8(9) + longString(properties) + longString("PLAIN")
                                   + longString("en_US")));
    }
    while (input.size() >= 8) {
        const int channel = qFromBigEndian<quint16>(input.constData() + 1);
        const auto bytes = qsizetype(qFromBigEndian<quint32>(input.constData() + 3));
        if (input.size() < bytes + 8)
            return;
        const int type = input[0];
        const QByteArray payload = input.mid(7, bytes);
        input.remove(0, bytes + 8);
        if (type == 8)
            ++m_heartbeats;
        if (type == 2 || type == 3)
            takeContent(stream, channel, type, payload);
        if (type == 1)
            take({stream, channel, qFromBigEndian<quint32>(payload.constData()), payload.mid(4)});
    }
}

// Of a publish, which is confirmed once it is whole.
void ScriptedBroker::takeContent(ScriptedStream *stream, int channel, int type,
                                 const QByteArray &payload)
{
    Publishing &publishing = m_publishing[{stream, channel}];
    (type == 2 ? publishing.header : publishing.body) += payload;
    if (publishing.body.size() < qsizetype(qFromBigEndian<quint64>(publishing.header.data() + 4)))
        return;
    if (onPublished)
        onPublished(publishing.body, publishing.header.contains("x-qombu-again"));
    publishing = {publishing.number + 1, publishing.isTransacted, {}, {}};
    if (!publishing.isTransacted)
        stream->receive(method(channel, MethodId::BasicAck, u64(publishing.number) + u8(0)));
}

// The short string that begins there.
static QByteArray wordAt(const QByteArray &arguments, qsizetype at)
{
    return arguments.mid(at + 1, quint8(arguments.at(at)));
}

QByteArray ScriptedBroker::queueIn(const Asked &asked)
{
    const bool namesQueue = asked.id == MethodId::BasicConsume || asked.id == MethodId::BasicGet
        || asked.id == MethodId::QueueDeclare || asked.id == MethodId::QueueDelete
        || asked.id == MethodId::QueuePurge || asked.id == MethodId::QueueBind;
    return namesQueue ? wordAt(asked.arguments, 2) : QByteArray();
}

void ScriptedBroker::take(const Asked &asked)
{
    const bool isUsual = (asked.channel == 0 && asked.id != MethodId::ConnectionUpdateSecret)
        || asked.id == MethodId::ChannelOpen;
    if (!isUsual)
        (asked.stream == streams.front() ? m_heard : m_heardBeside) << describe(asked);
    const std::pair place(asked.stream, asked.channel);
    const QByteArray queue = queueIn(asked);
    if (hanging.contains(queue) && !m_hung.contains(place))
        m_hung.insert(place, queue);
    if (heldBack.contains(asked.id) || m_hung.contains(place))
        m_waiting.push_back(asked);
    else
        reply(asked);
}

void ScriptedBroker::unhang(const QByteArray &queue)
{
    hanging.remove(queue);
    m_hung.removeIf([&](const auto &hung) { return hung.value() == queue; });
    for (const Asked &asked : std::exchange(m_waiting, {})) {
        if (heldBack.contains(asked.id) || m_hung.contains({asked.stream, asked.channel}))
            m_waiting.push_back(asked);
        else
            reply(asked);
    }
}

void ScriptedBroker::answer(quint32 id)
{
    heldBack.remove(id);
    for (const Asked &asked : std::exchange(m_waiting, {})) {
        if (asked.id == id)
            reply(asked);
        else
            m_waiting.push_back(asked);
    }
}

void ScriptedBroker::reply(const Asked &asked)
{
    if (const QByteArray bytes = answerTo(asked); !bytes.isEmpty())
        asked.stream->receive(bytes);
}

// "USER:PASSWORD", of PLAIN.
static QByteArray logInOf(const QByteArray &startOk)
{
    const qsizetype at = startOk.indexOf("\5PLAIN") + 6;
    const auto bytes = qsizetype(qFromBigEndian<quint32>(startOk.constData() + at));
    return startOk.mid(at + 5, bytes - 1).replace('\0', ':');
}

QByteArray ScriptedBroker::refusal(const Asked &asked, const QByteArray &queue)
{
    const auto refuse = [&](int code, const QByteArray &text) {
        return closeMethod(asked.channel, code, text, asked.id);
    };
    if (const int code = refusals.value(queue); !queue.isEmpty() && code > 0)
        return refuse(code, "NO - queue '" + queue + "' in vhost '/'");
    // No type of queue takes both.
    const QByteArray &arguments = asked.arguments;
    if (asked.id == MethodId::BasicConsume && arguments.contains("x-priority")
        && arguments.contains("x-stream-offset"))
        return refuse(406,
                      "PRECONDITION_FAILED - invalid arg 'x-priority' for queue '" + queue
                          + "' in vhost '/' of queue type "
                          + types.value(queue, "rabbit_classic_queue"));
    if (asked.id == MethodId::QueueDeclare && arguments.contains("x-queue-type"))
        return refuse(406, "PRECONDITION_FAILED - " + differences[queue].takeFirst());
    return {};
}

QByteArray ScriptedBroker::answerTo(const Asked &asked)
{
    const int channel = asked.channel;
    const QByteArray queue = queueIn(asked);
    if (const QByteArray no = refusal(asked, queue); !no.isEmpty())
        return no;
    if (const int code = queue.isEmpty() ? 0 : endings.value(queue))
        return closeMethod(0, code, endingText, asked.id);
    switch (asked.id) {
    case MethodId::ConnectionStartOk:
        logIns << logInOf(asked.arguments);
        if (const int code = refusesLogIn ? refusesLogIn(logIns.last()) : 0)
            return closeMethod(0, code, "NO");
        return tuneMethod(2047, 131072, heartbeat);
    case MethodId::ConnectionUpdateSecret:
        return method(0, MethodId::ConnectionUpdateSecretOk);
    case MethodId::ConnectionOpen:
        return openOk();
    case MethodId::ConnectionClose:
        return method(0, MethodId::ConnectionCloseOk);
    case MethodId::ChannelOpen:
        m_numbers.remove(channel);
        m_publishing.remove({asked.stream, channel});
        return method(channel, MethodId::ChannelOpenOk, u32(0));
    case MethodId::ChannelClose:
        return method(channel, MethodId::ChannelCloseOk);
    case MethodId::BasicQos:
        return method(channel, MethodId::BasicQosOk);
    case MethodId::ConfirmSelect:
        return method(channel, MethodId::ConfirmSelectOk);
    case MethodId::TxSelect:
        m_publishing[{asked.stream, channel}].isTransacted = true;
        return method(channel, MethodId::TxSelectOk);
    case MethodId::TxCommit:
        return method(channel, MethodId::TxCommitOk);
    case MethodId::ExchangeDeclare:
        return method(channel, MethodId::ExchangeDeclareOk);
    case MethodId::QueueBind:
        return method(channel, MethodId::QueueBindOk);
    case MethodId::QueuePurge:
        return method(channel, MethodId::QueuePurgeOk, u32(0));
    case MethodId::QueueDelete:
        return method(channel, MethodId::QueueDeleteOk, u32(0));
    case MethodId::QueueDeclare:
        return method(channel, MethodId::QueueDeclareOk,
                      shortString(queue) + u32(quint32(queues.value(queue).size())) + u32(0));
    case MethodId::BasicConsume: {
        QByteArray tag = wordAt(asked.arguments, 3 + queue.size());
        if (tag.isEmpty())
            tag = "amq.ctag-" + QByteArray::number(tags.size() + 1);
        tags << tag;
        QByteArray bytes = method(channel, MethodId::BasicConsumeOk, shortString(tag));
        for (const QByteArray &body : pushed.value(queue))
            bytes += delivery(tag, ++m_numbers[channel], body, channel);
        return bytes;
    }
    case MethodId::BasicCancel:
        return method(channel, MethodId::BasicCancelOk, shortString(wordAt(asked.arguments, 0)));
    case MethodId::BasicGet:
        return fetched(asked, queue);
    default:
        return {};
    }
}

QByteArray ScriptedBroker::fetched(const Asked &asked, const QByteArray &queue)
{
    QByteArrayList &messages = queues[queue];
    if (messages.isEmpty())
        return method(asked.channel, MethodId::BasicGetEmpty, shortString(""));
    const QByteArray body = messages.takeFirst();
    const QByteArray header = messageHeaders.isEmpty()
        ? contentHeader(asked.channel, quint64(body.size()))
        : frame(2, asked.channel,
                u16(60) + u16(0) + u64(quint64(body.size())) + u16(1 << 13)
                    + longString(messageHeaders));
    return method(asked.channel, MethodId::BasicGetOk,
                  u64(++m_numbers[asked.channel]) + u8(0) + shortString("") + shortString(queue)
                      + u32(quint32(messages.size())))
        + header + QombuTest::body(asked.channel, body);
}

static QByteArray flags(int bits, const QByteArrayList &names)
{
    QByteArray text;
    for (int i = 0; i < names.size(); ++i)
        text += bits & (1 << i) ? " " + names[i] : QByteArray();
    return text;
}

QByteArray ScriptedBroker::describe(const Asked &asked) const
{
    const QByteArray &arguments = asked.arguments;
    QByteArray text = QByteArray::number(asked.channel) + " " + methodName(asked.id).toUtf8();
    const auto number = [&]() -> QByteArray {
        return " " + QByteArray::number(qFromBigEndian<quint64>(arguments.constData()));
    };
    switch (asked.id) {
    case MethodId::BasicQos:
        return text + " " + QByteArray::number(qFromBigEndian<quint16>(arguments.constData() + 4));
    case MethodId::BasicConsume: {
        const QByteArray queue = wordAt(arguments, 2);
        const QByteArray tag = wordAt(arguments, 3 + queue.size());
        return text + " " + queue + " " + tag
            + flags(arguments.at(4 + queue.size() + tag.size()), {"noLocal", "noAck", "exclusive"});
    }
    case MethodId::ConnectionUpdateSecret:
        return text + " " + arguments.mid(4, qFromBigEndian<quint32>(arguments.constData()));
    case MethodId::BasicCancel:
        return text + " " + wordAt(arguments, 0);
    case MethodId::BasicGet:
    case MethodId::QueueDeclare:
    case MethodId::QueueBind:
    case MethodId::QueueDelete:
        return text + " " + wordAt(arguments, 2);
    case MethodId::BasicAck:
        return text + number() + flags(arguments.at(8), {"multiple"});
    case MethodId::BasicNack:
        return text + number() + flags(arguments.at(8), {"multiple", "requeue"});
    case MethodId::BasicReject:
        return text + number() + flags(arguments.at(8), {"requeue"});
    default:
        return text;
    }
}

QByteArrayList ScriptedBroker::heard()
{
    return std::exchange(m_heard, {});
}

void ScriptedBroker::say(const QByteArray &bytes)
{
    if (streams.front())
        streams.front()->receive(bytes);
}

QByteArray ScriptedBroker::delivery(const QByteArray &tag, quint64 number, const QByteArray &body,
                                    int channel) const
{
    return method(channel, MethodId::BasicDeliver,
                  shortString(tag) + u64(number) + u8(0) + shortString("") + shortString("q"))
        + contentHeader(channel, quint64(body.size()))
        + (body.isEmpty() ? QByteArray() : QombuTest::body(channel, body));
}

ScriptedLink::ScriptedLink(AmqpLinkSettings settings)
{
    settings.makeStream = [this](Hub *, ByteStreamListener *listener) {
        return broker.connect(listener);
    };
    LinkSetup setup;
    setup.hub = &hub;
    setup.listener = this;
    setup.numbers = &numbers;
    link = std::make_unique<AmqpLink>(setup, settings);
}

ScriptedLink::~ScriptedLink()
{
    link.reset();
}

void ScriptedLink::open()
{
    link->open();
    hub.settle();
    takeNews();
}

Result<std::optional<IncomingMessage>> ScriptedLink::get(DeliverChannel &channel, const char *queue,
                                                         bool noAck)
{
    Result<std::optional<IncomingMessage>> result = Error(Error::Timeout, QStringLiteral("-"));
    channel.get(QString::fromLatin1(queue), noAck,
                [&](Result<std::optional<IncomingMessage>> answer) { result = std::move(answer); });
    hub.settle();
    return result;
}

QString ScriptedLink::consume(DeliverChannel &channel, const ConsumeRequest &request)
{
    QString result = QStringLiteral("-");
    channel.consume(request, [&](const Result<void> &answer) { result = answer.error().text(); });
    hub.settle();
    return result;
}

void ScriptedLink::settle(quint64 number, Settlement settlement)
{
    link->settle({{number, settlement}});
}

QByteArrayList ScriptedLink::heard()
{
    hub.settle();
    return broker.heard();
}

void ScriptedLink::settledTooLate(quint64 consumer, quint64 delivery, const QString &queue,
                                  const QString &)
{
    news << "lost " + QByteArray::number(consumer) + " #" + QByteArray::number(delivery) + " "
            + queue.toUtf8();
}

void ScriptedLink::delivered(std::vector<IncomingMessage> &&arrived)
{
    QByteArray text = "delivered";
    for (IncomingMessage &message : arrived) {
        text += " " + message.content->body;
        messages.push_back(std::move(message));
    }
    news << text;
    if (onDelivered)
        std::exchange(onDelivered, nullptr)();
}

void ScriptedLink::consumerCancelled(const QString &queue, const Error &)
{
    news << "cancelled " + queue.toUtf8();
}

void ScriptedLink::channelClosed(const Error &why)
{
    news << "channelClosed " + QByteArray::number(why.replyCode());
    if (onChannelClosed)
        std::exchange(onChannelClosed, nullptr)();
}

} // namespace QombuTest
