// SPDX-License-Identifier: BSD-3-Clause
#include "consumeverb.h"

#include "messagejson.h"
#include "target.h"
#include "text.h"

#include <Qombu/channel.h>
#include <Qombu/serializer.h>

QString ConsumeVerb::summary() const
{
    return Text::tr("Print messages as they come, and settle them.");
}

QList<QCommandLineOption> ConsumeVerb::options() const
{
    QList<QCommandLineOption> options{
        {QStringLiteral("count"), Text::tr("End after so many messages."), Text::tr("N")},
        {QStringLiteral("prefetch"), Text::tr("Messages held at once, at most (default 16)."),
         Text::tr("N")},
        {QStringLiteral("ack"),
         Text::tr("auto (default): acknowledge once printed; none: take without acknowledgement; "
                  "reject; requeue: put back, and end when each queue that has messages has gone "
                  "round once, or after --count messages; hold: keep until the end, then give "
                  "back."),
         Text::tr("HOW")},
        {QStringLiteral("accept"),
         Text::tr("Content type to decode, such as json; may be repeated."), Text::tr("C")},
        {QStringLiteral("idle"), Text::tr("End after so many seconds without a message."),
         Text::tr("SECONDS")},
        {QStringLiteral("tag"),
         Text::tr("Name by which the broker's tools show this consumer; Redis shows none."),
         Text::tr("TAG")},
        {QStringLiteral("declare"),
         Text::tr("Make the queue known where it is not there, instead of ending.")},
        {QStringLiteral("exclusive"),
         Text::tr("Fail unless nobody else consumes, and let nobody.")},
    };
    return options + ExchangeArguments::options(QStringLiteral("binding-key"));
}

UsageError ConsumeVerb::read(const QCommandLineParser &parser, const QStringList &positional)
{
    if (positional.isEmpty() || positional.contains(QString()))
        return Text::tr("Name at least one queue.");
    ExchangeArguments source;
    UsageError error = source.read(parser, QStringLiteral("binding-key"));
    if (error.isEmpty())
        error = readNumber(parser, QStringLiteral("count"), 1, qint64(1) << 40, m_count);
    if (error.isEmpty())
        error = readNumber(parser, QStringLiteral("prefetch"), 1, 65535, m_prefetch);
    if (error.isEmpty() && parser.isSet(QStringLiteral("ack")))
        error = readAction(parser.value(QStringLiteral("ack")));
    if (error.isEmpty() && parser.isSet(QStringLiteral("idle"))) {
        m_idle.emplace();
        error = readSeconds(parser.value(QStringLiteral("idle")), QStringLiteral("idle"), *m_idle);
    }
    if (!error.isEmpty())
        return error;
    if (m_action == Requeue && m_count == 0)
        m_round.emplace();
    const QString accept = QStringLiteral("accept");
    m_accept = parser.values(accept);
    for (const QString &type : std::as_const(m_accept)) {
        const bool isContentType = type.contains(QLatin1Char('/'));
        error = isContentType ? UsageError() : checkName(accept, type, Qombu::serializerNames());
        if (!error.isEmpty())
            return error;
    }
    m_tag = parser.value(QStringLiteral("tag"));
    m_isExclusive = parser.isSet(QStringLiteral("exclusive"));
    m_declares = source.exchange || parser.isSet(QStringLiteral("declare"));
    for (const QString &name : positional)
        m_queues.append(source.exchange ? Qombu::Queue(name, *source.exchange, source.key)
                                        : Qombu::Queue(name));
    return {};
}

UsageError ConsumeVerb::readAction(const QString &text)
{
    const QStringList names{QStringLiteral("auto"), QStringLiteral("none"),
                            QStringLiteral("reject"), QStringLiteral("requeue"),
                            QStringLiteral("hold")};
    const qsizetype index = names.indexOf(text);
    if (index < 0)
        return Text::tr("--ack wants auto, none, reject, requeue or hold, not \"%1\".").arg(text);
    m_action = Action(index);
    return {};
}

// Every queue has a round of its own: the short ones must not go round and round until the long
// ones are through.
void ConsumeVerb::start(Session &session)
{
    session.setTakesMessages();
    if (m_round) {
        QStringList names;
        for (const Qombu::Queue &queue : std::as_const(m_queues)) {
            if (!names.contains(queue.name()))
                addConsumer(session, {queue});
            names.append(queue.name());
        }
    } else {
        addConsumer(session, m_queues);
    }
    connectConnection(session);
    limitTime(session);
    m_stdoutWatch = std::make_unique<StdoutWatch>();
    QObject::connect(m_stdoutWatch.get(), &StdoutWatch::closed, &session, [&session] {
        session.finish(ExitCode::Failed, Text::tr("Nobody reads stdout any more."));
    });
    tellIfNotThere(session);
    for (const auto &consumer : m_consumers)
        consumer->start();
}

// Asked before anything is taken or bound. Who waits for messages is told, and waits all the same;
// but for where consuming tells it, and ends. Of many queues some are always empty.
void ConsumeVerb::tellIfNotThere(Session &session)
{
    constexpr int mostAskedFor = 8;
    if (m_queues.size() > mostAskedFor)
        return;
    using Info = Qombu::Result<Qombu::QueueInfo>;
    for (const Qombu::Queue &queue : std::as_const(m_queues)) {
        if (!queue.bindings().isEmpty())
            continue; // it will be there
        const auto tell = [this, &session, name = queue.name()](const Info &info) {
            const bool canWait = session.connection()->capabilities().testFlag(
                Qombu::Capability::QueuesAppearByPublishing);
            if (info.error().kind() == Qombu::Error::NotFound && canWait && m_seen == 0
                && !session.isFinishing())
                Output::sentence(
                    Text::tr("The queue \"%1\" is empty or not there; waiting for messages.")
                        .arg(name));
        };
        session.connection()->defaultChannel()->inspect(queue.name()).then(&session, tell);
    }
}

// Only bindings are written.
bool ConsumeVerb::waitsForWrites() const
{
    return isStarting() && std::any_of(m_queues.cbegin(), m_queues.cend(), [](const auto &queue) {
               return !queue.bindings().isEmpty();
           });
}

bool ConsumeVerb::isStarting() const
{
    return std::any_of(m_consumers.cbegin(), m_consumers.cend(), [](const auto &consumer) {
        return consumer->state() == Qombu::Consumer::Starting;
    });
}

void ConsumeVerb::addConsumer(Session &session, const QList<Qombu::Queue> &queues)
{
    auto consumer = std::make_unique<Qombu::Consumer>(session.connection(), queues);
    // Without a record what was fetched and not printed would be gone at the end: where the end is
    // known, each message is acknowledged once it is printed instead.
    const bool takesAll = m_action == None && m_count == 0;
    consumer->setAckMode(takesAll ? Qombu::AckMode::None : Qombu::AckMode::Manual);
    // Never more than will be printed: what is fetched beyond that would have to go back.
    consumer->setPrefetchCount(int(m_count > 0 ? qMin(m_count, m_prefetch) : m_prefetch));
    if (const Qombu::Error wrong = consumer->setAccept(m_accept); wrong.isError())
        return session.fail(wrong);
    consumer->setTag(m_tag);
    consumer->setExclusive(m_isExclusive);
    consumer->setDeclaresQueues(m_declares); // a typo must not make a queue
    connectConsumer(session, consumer.get());
    m_consumers.push_back(std::move(consumer));
}

void ConsumeVerb::connectConsumer(Session &session, Qombu::Consumer *consumer)
{
    using Qombu::Consumer;
    QObject::connect(consumer, &Consumer::messageReceived, &session,
                     [this, &session](const Qombu::Message &message) {
                         received(session, message, whyUnreadable(message));
                     });
    QObject::connect(consumer, &Consumer::decodeFailed, &session,
                     [this, &session](const Qombu::Message &message, const Qombu::Error &error) {
                         received(session, message, error);
                     });
    QObject::connect(consumer, &Consumer::errorOccurred, &session,
                     [this](const Qombu::Error &error) {
                         if (error.text() != m_refusal.text()) // it is tried again and again
                             Output::sentence(error.text());
                         m_refusal = error;
                     });
    // Refused for good: trying again would not help.
    QObject::connect(consumer, &Consumer::stateChanged, &session,
                     [this, &session](Consumer::State state) {
                         if (state == Consumer::Consuming)
                             m_refusal = {};
                         else if (state == Consumer::Stopped && m_refusal.isError())
                             session.finish(exitCodeOf(m_refusal));
                     });
    QObject::connect(consumer, &Consumer::settlementLost, &session,
                     [&session](const QString &queue, const QString &tag) {
                         session.spoil();
                         Output::sentence(
                             Text::tr("%1 of %2 is held no more: the broker has given it to "
                                      "somebody else, or lost it.")
                                 .arg(tag, queue));
                     });
}

void ConsumeVerb::connectConnection(Session &session)
{
    using Qombu::Connection;
    QObject::connect(session.connection(), &Connection::notice, &session,
                     [&session](const Qombu::BrokerNotice &notice) {
                         if (notice.kind == Qombu::BrokerNotice::Unsettled
                             || notice.kind == Qombu::BrokerNotice::Lost)
                             session.spoil();
                     });
    // A queue that may not be taken from any more is asked again from time to time.
    QObject::connect(session.connection(), &Connection::notice, &session,
                     [this](const Qombu::BrokerNotice &notice) {
                         if (notice.kind == Qombu::BrokerNotice::Permission
                             && !notice.queue.isEmpty())
                             m_refusal = notice.active ? notice.error : Qombu::Error();
                     });
    // What was held when a link was lost comes again by the next one, unless it outlives that.
    QObject::connect(
        session.connection(), &Connection::stateChanged, &session,
        [this, connection = session.connection()](Connection::State state) {
            if (m_action == Hold && state == Connection::Open
                && !connection->capabilities().testFlag(Qombu::Capability::HeldOutlivesLink))
                m_held.clear();
        });
}

void ConsumeVerb::interrupt(Session &session)
{
    endEarly(session);
}

void ConsumeVerb::limitTime(Session &session)
{
    if (const auto timeout = session.globals().timeout)
        session.startDeadline(*timeout, [this, &session] { timeIsOver(session); });
    if (m_idle)
        limitSilence(session);
}

void ConsumeVerb::timeIsOver(Session &session)
{
    if (session.connection()->state() == Qombu::Connection::Open && !isStarting())
        return endEarly(session);
    const QString why = session.deadlineText();
    session.finish(ExitCode::Unreachable,
                   m_count > 0 ? tooFewText() + QLatin1Char(' ') + why : why);
}

void ConsumeVerb::limitSilence(Session &session)
{
    m_idleWatch = std::make_unique<IdleWatch>(*m_idle, session.connection());
    QObject::connect(m_idleWatch.get(), &IdleWatch::silent, &session,
                     [this, &session] { endEarly(session); });
    QObject::connect(m_idleWatch.get(), &IdleWatch::unreachable, &session,
                     [&session] { session.finish(ExitCode::Unreachable, session.deadlineText()); });
    for (const auto &consumer : m_consumers)
        m_idleWatch->watch(consumer.get());
}

QString ConsumeVerb::tooFewText() const
{
    return Text::tr("Only %1 of %2 messages came in time.").arg(m_seen).arg(m_count);
}

// Silence, the deadline, or an interruption: no success where the queue is refused, or less came
// than was asked for.
void ConsumeVerb::endEarly(Session &session)
{
    if (m_refusal.isError())
        session.finish(exitCodeOf(m_refusal));
    else if (m_count == 0)
        session.finish(ExitCode::Done);
    else
        session.finish(ExitCode::NotThere, tooFewText());
}

void ConsumeVerb::received(Session &session, const Qombu::Message &message,
                           const Qombu::Error &error)
{
    if (session.isFinishing() || (m_count > 0 && m_seen >= m_count))
        return;
    if (m_round && m_round->comesAgain(message)) {
        wentRound(session, message);
        return;
    }
    ++m_seen;
    session.expectSettlements();
    if (m_idleWatch)
        m_idleWatch->messageCame();
    Output &output = session.output();
    const bool printed = (output.isJson() ? output.object(messageObject(message, error))
                                          : output.line(messageLine(message, error).toUtf8()))
        && output.flush(); // before the ack: what is acknowledged was seen
    if (!printed) {
        cannotPrint(session);
        return;
    }
    if (m_round)
        m_round->printed(message);
    if (error.isError())
        tellUnreadable(session, message, error);
    if (error.isError() && !m_round && m_action != None)
        m_held.push_back(message); // never acknowledged unread
    else if (const Qombu::Error failure = settle(message); failure.isError()) {
        session.spoil();
        Output::sentence(failure.text());
    }
    if (m_count > 0 && m_seen >= m_count)
        session.finish(ExitCode::Done);
    else if (error.isError())
        endIfNothingElseFits(session);
}

// Printed it was, but whoever counts on the exit code must not take it for read and settled.
void ConsumeVerb::tellUnreadable(Session &session, const Qombu::Message &message,
                                 const Qombu::Error &error)
{
    const bool isLeft = m_action == Auto || m_action == Reject;
    if (isLeft)
        session.spoil();
    const QString queue = message.queue();
    if (m_toldUnreadable.contains(queue))
        return;
    m_toldUnreadable.insert(queue);
    const QString text = isLeft
        ? Text::tr("A message of %1 is printed as it came, and stays there unacknowledged: %2")
        : Text::tr("A message of %1 is printed as it came: %2");
    Output::sentence(text.arg(queue, error.text()));
}

// What came without acknowledgement has left the broker already.
void ConsumeVerb::cannotPrint(Session &session)
{
    const QString why = session.output().failure();
    const bool isGone = m_consumers.front()->ackMode() == Qombu::AckMode::None;
    session.finish(
        ExitCode::Failed,
        isGone ? Text::tr("Cannot write to stdout (%1); the message was taken without "
                          "acknowledgement and is lost.")
                     .arg(why)
               : Text::tr("Cannot write to stdout (%1); the message stays in its queue.").arg(why));
}

// When what cannot be decoded fills the window, nothing else comes.
void ConsumeVerb::endIfNothingElseFits(Session &session)
{
    if (m_action != Hold && qint64(m_held.size()) >= m_prefetch)
        session.finish(
            ExitCode::Failed,
            Text::tr("Messages that cannot be decoded fill the window of %1 and stay in their "
                     "queue. Read them with --accept TYPE, or look further with --prefetch N.")
                .arg(m_prefetch));
}

Qombu::Error ConsumeVerb::settle(const Qombu::Message &message)
{
    switch (m_action) {
    case Auto:
        return message.ack();
    case Reject:
        return message.reject();
    case Requeue:
        if (m_round)
            m_round->putBack(message);
        return message.requeue();
    case Hold:
        m_held.push_back(message);
        return {};
    case None: // nothing is left to acknowledge where the consumer itself is without
        return m_count > 0 ? message.ack() : Qombu::Error();
    }
    return {};
}

// It is kept until the end: what is given back then goes to the front, where it was.
void ConsumeVerb::wentRound(Session &session, const Qombu::Message &message)
{
    m_held.push_back(message);
    for (const auto &consumer : m_consumers) {
        // A queue without messages has no round to wait for.
        const QString queue = consumer->queues().constFirst().name();
        if (queue == message.queue() || m_round->printedOf(queue) == 0)
            stopAndCount(session, consumer.get());
    }
}

// Stopped first: what it has fetched and not printed counts as waiting.
void ConsumeVerb::stopAndCount(Session &session, Qombu::Consumer *consumer)
{
    if (m_counting.contains(consumer))
        return;
    m_counting.insert(consumer);
    const auto count = [this, &session, consumer] {
        session.connection()
            ->defaultChannel()
            ->inspect(consumer->queues().constFirst().name())
            .then(&session,
                  [this, &session, consumer](const Qombu::Result<Qombu::QueueInfo> &info) {
                      counted(session, consumer, info ? info->messageCount : 0);
                  });
    };
    consumer->cancel().then(&session, [count](const Qombu::Result<void> &) { count(); });
}

void ConsumeVerb::counted(Session &session, Qombu::Consumer *consumer, qint64 waiting)
{
    m_counting.remove(consumer);
    if (session.isFinishing())
        return;
    const QString queue = consumer->queues().constFirst().name();
    if (m_round->printedOf(queue) > 0) {
        tellRound(queue, waiting);
    } else if (waiting > 0) {
        consumer->start(); // its messages had not come yet
        return;
    }
    std::erase_if(m_consumers, [&](const auto &each) { return each.get() == consumer; });
    if (m_consumers.empty())
        session.finish(ExitCode::Done);
}

void ConsumeVerb::tellRound(const QString &queue, qint64 waiting) const
{
    const qint64 printed = m_round->printedOf(queue);
    Output::sentence(Text::tr("Went round %1 once; messages printed and put back: %2.")
                         .arg(queue, QString::number(printed)));
    const auto held = std::count_if(m_held.cbegin(), m_held.cend(),
                                    [&](const auto &each) { return each.queue() == queue; });
    if (const qint64 missed = waiting + held - printed; missed > 0) {
        Output::sentence(
            Text::tr("Messages of %1 that were not reached: %2. They are less urgent, or new, or "
                     "another consumer had them. See them with: qombu peek %1")
                .arg(queue, QString::number(missed)));
    }
}
