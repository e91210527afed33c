// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/fuzz/fuzzedsession.h"

#include "amqp/fuzz/promise.h"
#include "amqp/serverspeech.h"
#include "transports/amqp/wire/fieldtable.h"

#include <malloc.h>

#include <algorithm>

// Of the sanitizers' own allocator, where that is there.
extern "C" [[gnu::weak]] std::size_t __sanitizer_get_current_allocated_bytes();

using namespace Qombu;
using namespace Qombu::Amqp;

namespace QombuTest {

namespace {

qsizetype allocatedBytes()
{
    if (__sanitizer_get_current_allocated_bytes)
        return qsizetype(__sanitizer_get_current_allocated_bytes());
    const struct mallinfo2 info = mallinfo2();
    return qsizetype(info.uordblks + info.hblkhd);
}

bool isAnswer(SessionEvent::Type type)
{
    return type == SessionEvent::Answer || type == SessionEvent::Fetched
        || type == SessionEvent::SecretUpdated || type == SessionEvent::ChannelOpened
        || type == SessionEvent::ChannelEnded;
}

// What the texts of events leave out.
QByteArray contentText(const MessageContent &content)
{
    QByteArray text = content.contentType.toUtf8() + "/" + content.contentEncoding.toUtf8() + "/"
        + content.properties->messageId.toUtf8() + "/" + QByteArray::number(content.priority);
    if (appendTable(text, content.headers).isError())
        text += QByteArray::number(content.headers.size());
    return text;
}

} // namespace

FuzzedSession::FuzzedSession(Kind kind)
    : m_session({.maximumMessageBytes = 1000})
    , m_allocatedBefore(allocatedBytes())
{
    if (kind == Open)
        openEverything();
    else
        m_session.start(T0);
    m_session.takeOutput();
}

// On channel 1 what publishes and consumes, on 2 all that declares; 3 is closing, 4 opening.
void FuzzedSession::openEverything()
{
    makeReady(m_session);
    openChannels(m_session, 3);
    const QString queue = QStringLiteral("fuzz");
    const QString exchange = QStringLiteral("fuzz.x");
    const Bind binding{queue, exchange, QStringLiteral("#")};
    const std::pair<int, Method> requests[] = {
        {1, confirmSelect()},
        {1, *queueDeclare({.name = queue})},
        {1, *basicGet(queue, true)},
        {1, basicQos(10)},
        {1, *basicConsume({.queue = queue, .tag = QStringLiteral("t"), .noAck = true})},
        {2, *exchangeDeclare({.name = exchange, .type = QStringLiteral("topic")})},
        {2, *queueBind(binding)},
        {2, *queueUnbind(binding)},
        {2, *queuePurge(queue)},
        {2, *exchangeDelete(exchange)},
        {2, *queueDelete(queue)},
        {2, *basicGet(QStringLiteral("not there"), false)},
    };
    for (const auto &[channel, request] : requests)
        m_session.send(quint16(channel), request, T0);
    for (int i = 0; i < 3; ++i)
        m_session.publish(1, {u"", u"fuzz", true}, {}, T0);
    m_session.closeChannel(3, T0);
    m_session.openChannel(T0);
    m_session.updateSecret(QStringLiteral("secret"), T0);
    for (const auto &[channel, request] : requests)
        ++m_unanswered[channel];
    for (const int channel : {0, 3, 4})
        ++m_unanswered[channel];
}

void FuzzedSession::hear(QByteArrayView piece)
{
    const Step step = m_session.feed(piece, T0);
    m_mostAllocated = std::max(m_mostAllocated, allocatedBytes() - m_allocatedBefore);
    take(step);
}

void FuzzedSession::take(const Step &step)
{
    promise(!m_fatal.isError() || (step.events.empty() && !step.fatal.isError()),
            "nothing is said after the end");
    QByteArrayList texts = eventTexts(step);
    for (std::size_t i = 0; i < step.events.size(); ++i) {
        const SessionEvent &event = step.events[i];
        if (isAnswer(event.type))
            promise(--m_unanswered[event.channel] >= 0, "one answer for each request");
        if (event.content) {
            m_bodyBytes += event.content->body.size();
            texts[qsizetype(i)] += contentText(*event.content);
        }
    }
    m_heard += texts;
    if (step.fatal.isError())
        m_fatal = step.fatal;
    m_output += m_session.takeOutput();
}

void FuzzedSession::checkPromises(qsizetype bytes)
{
    promise(m_bodyBytes <= bytes, "no body is made of nothing");
    promise(m_mostAllocated <= (256 << 10) + 256 * bytes, "what is kept is bounded by what came");
    promise(m_session.endOfStream().isError(), "the end of the stream means something");
    checkOutput();
    if (!m_fatal.isError())
        return;
    promise(!m_fatal.text().isEmpty(), "an end has a reason");
    promise(!m_session.nextDeadline(), "nothing is waited for after the end");
    const qsizetype written = m_output.size();
    const QByteArray more = deliver(1, 1, "more") + closeMethod(0, 320, "again");
    hear(more);
    promise(m_output.size() == written, "nothing is written after the end");
}

// Whole frames; the reason of the end is the last.
void FuzzedSession::checkOutput() const
{
    const QByteArrayList frames = frameTexts(m_output);
    const qsizetype closes = frames.count("0 connection.close");
    promise(std::none_of(frames.begin(), frames.end(),
                         [](const QByteArray &text) { return text.endsWith("BROKEN"); }),
            "whole frames are written");
    promise(closes <= 1 && (closes == 0 || frames.back() == "0 connection.close"),
            "the reason is the last word");
    promise(closes == 0 || m_fatal.replyCode() > 0, "and has a code");
    promise(m_fatal.isError() || closes == 0, "who is told that it ends is not heard any more");
}

} // namespace QombuTest
