// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/browsing/queueprobe.h"

#include "transports/amqp/wire/methodids.h"

#include <algorithm>
#include <array>

namespace Qombu::Amqp {

namespace {

constexpr int PreconditionFailed = 406;

// No type of queue takes both arguments: none of these consumers is ever there. Were there one, it
// would hold one message until its channel closes.
Result<Method> impossibleConsume(const QString &queue)
{
    Consume request;
    request.queue = queue;
    request.arguments = {{QStringLiteral("x-priority"), 0},
                         {QStringLiteral("x-stream-offset"), QStringLiteral("first")}};
    return basicConsume(request);
}

// "… invalid arg 'x-priority' for queue 'NAME' in vhost '/' of queue type rabbit_stream_queue". A
// long name leaves no room for the type.
QueueFacts::Type typeIn(const QString &refusal, const QString &queue)
{
    struct Name
    {
        QueueFacts::Type type;
        QLatin1StringView text;
    };
    static constexpr std::array Names{
        Name{QueueFacts::Classic, QLatin1StringView("rabbit_classic_queue")},
        Name{QueueFacts::Quorum, QLatin1StringView("rabbit_quorum_queue")},
        Name{QueueFacts::Stream, QLatin1StringView("rabbit_stream_queue")}};
    const QString named = QStringLiteral("queue '%1' in vhost '").arg(queue);
    const QString before = QStringLiteral("' of queue type ");
    const qsizetype at = refusal.lastIndexOf(before);
    const qsizetype name = refusal.indexOf(named);
    if (name < 0 || at < name + named.size())
        return QueueFacts::Unknown;
    const QStringView type = QStringView(refusal).mid(at + before.size());
    const auto found = std::find_if(Names.begin(), Names.end(),
                                    [type](const Name &one) { return type.startsWith(one.text); });
    return found == Names.end() ? QueueFacts::Unknown : found->type;
}

} // namespace

QueueProbe::QueueProbe(AmqpSocket *socket, const QString &queue, Told told)
    : m_socket(socket)
    , m_queue(queue)
    , m_told(std::move(told))
    , m_limit(queue)
{
}

void QueueProbe::start(bool isTypeTold)
{
    m_isTypeTold = isTypeTold;
    DeclareQueue look;
    look.name = m_queue;
    look.passive = true;
    if (const Error error = ask(queueDeclare(look)); error.isError())
        tell(error);
}

Error QueueProbe::ask(const Result<Method> &declaration)
{
    if (!declaration)
        return declaration.error();
    m_channel = m_socket->openChannel(this);
    return m_channel == 0 ? withoutConnection() : m_socket->send(m_channel, *declaration);
}

void QueueProbe::channelEvents(std::span<SessionEvent> events)
{
    for (const SessionEvent &event : events) {
        if (event.type == SessionEvent::ChannelClosed) {
            m_channel = 0;
            return refused(event.why);
        }
        if (event.method == MethodId::QueueDeclareOk && m_question == IsItThere) {
            m_facts.waiting = event.messageCount;
            if (!m_isTypeTold)
                return tell(std::move(m_facts));
            m_question = WhichType;
            m_socket->send(m_channel, basicQos(1));
            m_socket->send(m_channel, *impossibleConsume(m_queue));
        } else if (event.method == MethodId::BasicConsumeOk
                   || event.method == MethodId::QueueDeclareOk) {
            return tell(std::move(m_facts)); // this is not the broker that we know
        }
    }
}

void QueueProbe::refused(const Error &why)
{
    if (m_question == IsItThere || why.replyCode() != PreconditionFailed) {
        // Who may not declare may look all the same, and does not know the limit.
        return m_question == WhichLimit ? tell(std::move(m_facts)) : tell(why);
    }
    if (m_question == WhichType) {
        m_facts.type = typeIn(why.text(), m_queue);
        if (m_facts.type != QueueFacts::Quorum)
            return tell(std::move(m_facts));
        m_question = WhichLimit;
        return askLimit();
    }
    if (m_limit.learn(why.text()))
        return askLimit();
    m_facts.isLimitKnown = m_limit.isKnown();
    m_facts.deliveryLimit = m_limit.limit();
    tell(std::move(m_facts));
}

void QueueProbe::askLimit()
{
    if (ask(queueDeclare(m_limit.declaration())).isError())
        tell(std::move(m_facts));
}

void QueueProbe::tell(Result<QueueFacts> &&result)
{
    if (m_channel != 0)
        m_socket->closeChannel(std::exchange(m_channel, 0));
    m_told(std::move(result));
}

} // namespace Qombu::Amqp
