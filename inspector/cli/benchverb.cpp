// SPDX-License-Identifier: BSD-3-Clause
#include "benchverb.h"

#include "text.h"

#include <Qombu/channel.h>

#include <sys/resource.h>

#include <algorithm>

namespace {

constexpr qint64 MostUnfinished = 8192;

double cpuMicroseconds()
{
    rusage usage = {};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval &time) {
        return double(time.tv_sec) * 1e6 + double(time.tv_usec);
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

double percentile(const std::vector<double> &sorted, double share)
{
    const size_t index = size_t(share * double(sorted.size() - 1) + 0.5);
    return sorted[index];
}

} // namespace

QString BenchVerb::summary() const
{
    return Text::tr("Measure publishing, consuming or latency.");
}

QList<QCommandLineOption> BenchVerb::options() const
{
    QList<QCommandLineOption> options{
        {QStringLiteral("count"), Text::tr("Messages (default 10000)."), Text::tr("N")},
        {QStringLiteral("size"), Text::tr("Bytes of a JSON body (default 200)."),
         Text::tr("BYTES")},
        {QStringLiteral("prefetch"), Text::tr("Messages held at once (default 100)."),
         Text::tr("N")},
        {QStringLiteral("queue"), Text::tr("The queue (default qombu.bench)."), Text::tr("Q")},
    };
    return options + ExchangeArguments::options(QStringLiteral("routing-key"));
}

UsageError BenchVerb::read(const QCommandLineParser &parser, const QStringList &positional)
{
    const QStringList kinds{QStringLiteral("publish"), QStringLiteral("consume"),
                            QStringLiteral("latency")};
    const qsizetype kind = positional.size() == 1 ? kinds.indexOf(positional.constFirst()) : -1;
    if (kind < 0)
        return Text::tr("Say what to measure: publish, consume or latency.");
    m_kind = Kind(kind);
    UsageError error = m_target.read(parser, QStringLiteral("routing-key"));
    if (error.isEmpty())
        error = readNumber(parser, QStringLiteral("count"), 1, 1000000000, m_count);
    if (error.isEmpty())
        error = readNumber(parser, QStringLiteral("size"), 13, 64 << 20, m_size);
    if (error.isEmpty())
        error = readNumber(parser, QStringLiteral("prefetch"), 1, 65535, m_prefetch);
    m_queue = parser.value(QStringLiteral("queue"));
    if (error.isEmpty() && m_kind == Publish && m_target.exchange && !m_queue.isEmpty())
        error = Text::tr("Publish to an exchange or to a queue, not to both.");
    if (error.isEmpty() && m_queue.isEmpty() && parser.isSet(QStringLiteral("queue")))
        error = Text::tr("--queue wants a name.");
    if (m_queue.isEmpty())
        m_queue = QStringLiteral("qombu.bench");
    // {"data": "…"} is twelve bytes without its text.
    m_body.insert(QStringLiteral("data"), QString(m_size - 12, QLatin1Char('x')));
    return error;
}

void BenchVerb::start(Session &session)
{
    if (m_kind != Consume)
        makeProducer(session);
    if (m_kind != Publish)
        makeConsumer(session);
    // The clock runs from an open link on: what is measured is the work, not the greeting.
    session.connection()->whenOpen().then(&session,
                                          [this, &session](const Qombu::Result<void> &opened) {
                                              if (!opened) {
                                                  session.fail(opened.error());
                                              } else if (m_kind == Publish) {
                                                  startClock();
                                                  fill(session);
                                              } else if (m_kind == Latency) {
                                                  startOnEmptyQueue(session);
                                              } else {
                                                  m_consumer->start();
                                              }
                                          });
}

// What waits in the queue already would be taken for the message that was sent.
void BenchVerb::startOnEmptyQueue(Session &session)
{
    using Info = Qombu::Result<Qombu::QueueInfo>;
    const Qombu::Queue queue = m_consumer->queues().constFirst();
    session.connection()->defaultChannel()->declare(queue).then(
        &session, [this, &session](const Info &info) {
            if (!info)
                session.fail(info.error());
            else if (info->messageCount > 0)
                session.finish(
                    ExitCode::Failed,
                    Text::tr("%1 holds %2 messages; latency is measured on an empty queue.")
                        .arg(info->name, QString::number(info->messageCount)));
            else
                m_consumer->start();
        });
}

void BenchVerb::makeProducer(Session &session)
{
    m_producer = m_target.exchange
        ? std::make_unique<Qombu::Producer>(session.connection(), *m_target.exchange, m_target.key)
        : std::make_unique<Qombu::Producer>(session.connection(), Qombu::Queue(m_queue));
}

void BenchVerb::makeConsumer(Session &session)
{
    const Qombu::Queue queue = m_target.exchange && m_kind == Latency
        ? Qombu::Queue(m_queue, *m_target.exchange, m_target.key)
        : Qombu::Queue(m_queue);
    m_consumer = std::make_unique<Qombu::Consumer>(session.connection(), queue);
    session.setTakesMessages();
    m_consumer->setPrefetchCount(int(qMin(m_prefetch, m_count)));
    using Qombu::Consumer;
    QObject::connect(m_consumer.get(), &Consumer::errorOccurred, &session,
                     [&session](const Qombu::Error &error) { session.fail(error); });
    QObject::connect(m_consumer.get(), &Consumer::messageReceived, &session,
                     [this, &session](const Qombu::Message &message) {
                         m_kind == Consume ? consumed(session, message)
                                           : returned(session, message);
                     });
    QObject::connect(m_consumer.get(), &Consumer::stateChanged, &session,
                     [this, &session](Consumer::State state) {
                         if (state != Consumer::Consuming || m_clock.isValid())
                             return;
                         startClock();
                         if (m_kind == Latency)
                             sendOne(session);
                     });
}

// As in "consume": where the broker is there, messages were too few.
void BenchVerb::deadlinePassed(Session &session)
{
    const bool isThere = session.connection()->state() == Qombu::Connection::Open;
    if (m_kind == Consume && isThere)
        session.finish(ExitCode::NotThere,
                       Text::tr("Only %1 of %2 messages came in time.").arg(m_done).arg(m_count));
    else
        session.finish(
            ExitCode::Unreachable,
            Text::tr("%1 (%2 of %3 messages were measured)")
                .arg(session.deadlineText(), QString::number(m_done), QString::number(m_count)));
}

void BenchVerb::startClock()
{
    m_cpuAtStart = cpuMicroseconds();
    m_clock.start();
}

void BenchVerb::fill(Session &session)
{
    while (m_sent < m_count && m_sent - m_done < MostUnfinished) {
        ++m_sent;
        m_producer->publish(m_body).then(&session,
                                         [this, &session](const Qombu::Result<void> &result) {
                                             if (!result) {
                                                 session.fail(result.error());
                                                 return;
                                             }
                                             if (++m_done == m_count)
                                                 report(session);
                                             else if (m_sent - m_done <= MostUnfinished / 2)
                                                 fill(session);
                                         });
    }
}

void BenchVerb::consumed(Session &session, const Qombu::Message &message)
{
    if (m_done >= m_count)
        return;
    message.ack();
    if (++m_done == m_count)
        report(session);
}

void BenchVerb::sendOne(Session &session)
{
    m_sent = m_done + 1;
    m_oneWay.start();
    m_producer->publish(m_body).then(&session, [&session](const Qombu::Result<void> &result) {
        if (!result)
            session.fail(result.error());
    });
}

void BenchVerb::returned(Session &session, const Qombu::Message &message)
{
    if (m_done >= m_count)
        return;
    m_microseconds.push_back(double(m_oneWay.nsecsElapsed()) / 1000);
    message.ack();
    if (++m_done == m_count)
        report(session);
    else
        sendOneWhenIdle(session, 2);
}

// The broker has the ack by then, whose work is not to be measured: of two questions the first may
// overtake the ack, the second cannot.
void BenchVerb::sendOneWhenIdle(Session &session, int questions)
{
    if (questions == 0)
        return sendOne(session);
    session.connection()
        ->defaultChannel()
        ->declare(m_consumer->queues().constFirst())
        .then(&session, [this, &session, questions](const Qombu::Result<Qombu::QueueInfo> &) {
            sendOneWhenIdle(session, questions - 1);
        });
}

void BenchVerb::report(Session &session)
{
    const double seconds = double(m_clock.nsecsElapsed()) / 1e9;
    QVariantMap result{
        {QStringLiteral("messages"), m_done},
        {QStringLiteral("seconds"), seconds},
        {QStringLiteral("messages_per_second"), double(m_done) / seconds},
        {QStringLiteral("cpu_us_per_message"), (cpuMicroseconds() - m_cpuAtStart) / double(m_done)},
    };
    if (!m_microseconds.empty()) {
        std::sort(m_microseconds.begin(), m_microseconds.end());
        result.insert(QStringLiteral("p50_us"), percentile(m_microseconds, 0.5));
        result.insert(QStringLiteral("p99_us"), percentile(m_microseconds, 0.99));
    }
    if (session.output().isJson()) {
        session.output().object(result);
    } else {
        for (auto i = result.cbegin(); i != result.cend(); ++i)
            session.output().line(QStringLiteral("%1  %2")
                                      .arg(i.key(), -20)
                                      .arg(i.value().toDouble(), 0, 'f', 2)
                                      .toUtf8());
    }
    session.finish(ExitCode::Done);
}
