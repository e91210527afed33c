// SPDX-License-Identifier: BSD-3-Clause
#include "interop/peers.h"
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <Qombu/channel.h>
#include <Qombu/connection.h>
#include <Qombu/consumer.h>
#include <Qombu/exactnumber.h>
#include <Qombu/producer.h>

#include <QDateTime>
#include <QTest>
#include <QTimeZone>

using namespace Qombu;
using namespace Qt::StringLiterals;
using QombuTest::Program;

// Kombu and a program that uses the library share one RabbitMQ: what a command line cannot say.
class tst_KombuAndLibrary : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void kombuReadsHeadersOfEveryType();
    void weReadHeadersOfEveryType();
    void headersOfEveryTypeComeBackUnchanged();
    void kombuHearsWhatReachesNoQueueOfOurs();
    void weHearWhatReachesNoQueueOfKombus();
    void kombuReachesOurHeadersExchange();
    void kombuReachesAQueueThroughTwoExchangesOfOurs();
    void ourQuorumQueueCountsKombusReturns();
    void beyondTheDeliveryLimitIsDeadLettered();

private:
    Message fetch(const QString &queue);
    Message await(const QString &queue);

    QombuTest::RabbitProcess m_broker;
    Peers m_peers{m_broker};
    std::unique_ptr<Connection> m_connection;
};

#define DONE(program) QVERIFY2((program).exitCode() == 0, (program).errorText().constData())
#define ANSWERED(pending)                                                                          \
    do {                                                                                           \
        const Error error = (pending).wait().error();                                              \
        QVERIFY2(!error.isError(), qPrintable(error.text()));                                      \
    } while (false)

namespace {

constexpr int Long = 30000; // ms

QVariant decimal(const char *text)
{
    return QVariant::fromValue(ExactNumber(ExactNumber::Decimal, QString::fromLatin1(text)));
}

// The table TYPES of kombupeer.py.
QVariantMap headersOfEveryType()
{
    return {{u"text"_s, u"é"_s},
            {u"bytes"_s, QByteArray("\xff\0", 2)},
            {u"int"_s, qint64(-5)},
            {u"most"_s, qint64(2147483647)},
            {u"large"_s, -(qint64(1) << 40)},
            {u"largest"_s, std::numeric_limits<qint64>::max()},
            {u"fraction"_s, 0.1},
            {u"truth"_s, true},
            {u"lie"_s, false},
            {u"none"_s, QVariant::fromValue(nullptr)},
            {u"time"_s, QDateTime({2026, 1, 2}, {3, 4, 5}, QTimeZone::utc())},
            {u"decimal"_s, decimal("-1.23")},
            {u"list"_s,
             QVariantList{qint64(1), u"b"_s, QVariantList(),
                          QVariantMap{{u"x"_s, QVariant::fromValue(nullptr)}}}},
            {u"map"_s, QVariantMap{{u"a"_s, QVariantMap{{u"b"_s, QVariantList{true}}}}}},
            {u"empty"_s, QVariantMap()}};
}

// As Python prints type and value.
QJsonObject inPython()
{
    const auto value = [](const char *type, const QString &text) {
        return QJsonArray{QString::fromLatin1(type), text};
    };
    return {{u"text"_s, value("str", u"'é'"_s)},
            {u"bytes"_s, value("bytes", u"b'\\xff\\x00'"_s)},
            {u"int"_s, value("int", u"-5"_s)},
            {u"most"_s, value("int", u"2147483647"_s)},
            {u"large"_s, value("int", u"-1099511627776"_s)},
            {u"largest"_s, value("int", u"9223372036854775807"_s)},
            {u"fraction"_s, value("float", u"0.1"_s)},
            {u"truth"_s, value("bool", u"True"_s)},
            {u"lie"_s, value("bool", u"False"_s)},
            {u"none"_s, value("NoneType", u"None"_s)},
            {u"time"_s, value("datetime", u"datetime.datetime(2026, 1, 2, 3, 4, 5)"_s)},
            {u"decimal"_s, value("Decimal", u"Decimal('-1.23')"_s)},
            {u"list"_s, value("list", u"[1, 'b', [], {'x': None}]"_s)},
            {u"map"_s, value("dict", u"{'a': {'b': [True]}}"_s)},
            {u"empty"_s, value("dict", u"{}"_s)}};
}

} // namespace

void tst_KombuAndLibrary::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_KombuAndLibrary::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_connection = std::make_unique<Connection>(m_broker.url());
}

void tst_KombuAndLibrary::cleanup()
{
    m_connection.reset();
}

// Acknowledged; a message without a body where there is none.
Message tst_KombuAndLibrary::fetch(const QString &queue)
{
    const auto result = m_connection->defaultChannel()->get(queue).wait();
    if (!result || !result->has_value())
        return Message();
    (*result)->ack();
    return **result;
}

Message tst_KombuAndLibrary::await(const QString &queue)
{
    Message message;
    const bool isThere =
        QTest::qWaitFor([&] { return (message = fetch(queue)).body().isValid(); }, Long);
    return isThere ? message : Message();
}

void tst_KombuAndLibrary::kombuReadsHeadersOfEveryType()
{
    ANSWERED(m_connection->defaultChannel()->declare(Queue("q")));
    PublishOptions options;
    options.headers = headersOfEveryType();
    ANSWERED(Producer(m_connection.get(), u"q"_s).publish(1, options));
    Program theirs = m_peers.kombu(u"typesof"_s, {{u"queue"_s, u"q"_s}});
    DONE(theirs);
    const QJsonObject seen = theirs.objects().value(0);
    const QJsonObject expected = inPython();
    for (auto header = expected.begin(); header != expected.end(); ++header) {
        QVERIFY2(seen[header.key()] == header.value(),
                 qPrintable(header.key() + u": "_s + seen[header.key()][1].toString()));
    }
    QCOMPARE(seen.size(), expected.size());
}

void tst_KombuAndLibrary::weReadHeadersOfEveryType()
{
    Program theirs = m_peers.kombu(u"types"_s, {{u"queue"_s, u"q"_s}});
    DONE(theirs);
    const QVariantMap seen = fetch(u"q"_s).headers();
    const QVariantMap expected = headersOfEveryType();
    for (auto header = expected.begin(); header != expected.end(); ++header) {
        const QVariant &value = seen[header.key()];
        QVERIFY2(value.metaType() == header->metaType(), qPrintable(header.key()));
        QVERIFY2(value == *header, qPrintable(header.key()));
    }
    QCOMPARE(seen.size(), expected.size());
}

// What we read of Kombu and write again is still the same to Kombu.
void tst_KombuAndLibrary::headersOfEveryTypeComeBackUnchanged()
{
    Program theirs = m_peers.kombu(u"types"_s, {{u"queue"_s, u"q"_s}});
    DONE(theirs);
    ANSWERED(m_connection->defaultChannel()->declare(Queue("back")));
    ANSWERED(Producer(m_connection.get(), u"back"_s).publish(fetch(u"q"_s)));
    Program again = m_peers.kombu(u"typesof"_s, {{u"queue"_s, u"back"_s}});
    DONE(again);
    QCOMPARE(again.objects().value(0), inPython());
}

void tst_KombuAndLibrary::kombuHearsWhatReachesNoQueueOfOurs()
{
    const Exchange exchange(u"x"_s, ExchangeType::Topic);
    ANSWERED(m_connection->defaultChannel()->declare(Queue(u"q"_s, exchange, u"known.*"_s)));
    Program theirs =
        m_peers.kombu(u"returns"_s,
                      {{u"exchange"_s, u"x"_s},
                       {u"keys"_s, QJsonArray{u"known.1"_s, u"unknown"_s, u"known.2"_s}},
                       {u"options"_s, QJsonObject{{u"confirm_publish"_s, true}}}});
    DONE(theirs);
    QCOMPARE(theirs.objects().size(), 1);
    const QJsonObject returned = theirs.objects().value(0);
    QCOMPARE(returned[u"code"_s].toInt(), 312);
    QCOMPARE(returned[u"exchange"_s].toString(), u"x"_s);
    QCOMPARE(returned[u"routing_key"_s].toString(), u"unknown"_s);
    QCOMPARE(returned[u"body"_s].toString(), u"\"unknown\""_s);
    QCOMPARE(fetch(u"q"_s).body().toString(), u"known.1"_s);
    QCOMPARE(fetch(u"q"_s).body().toString(), u"known.2"_s);
}

void tst_KombuAndLibrary::weHearWhatReachesNoQueueOfKombus()
{
    Program declare = m_peers.kombu(u"publish"_s,
                                    {{u"queue"_s, u"q"_s},
                                     {u"exchange"_s, u"x"_s},
                                     {u"binding_key"_s, u"known"_s},
                                     {u"messages"_s, QJsonArray()}});
    DONE(declare);
    Producer producer(m_connection.get(), Exchange(u"x"_s));
    PublishOptions known;
    known.routingKey = u"known"_s;
    PublishOptions unknown;
    unknown.routingKey = u"unknown"_s;
    const auto first = producer.publish(u"a"_s, known);
    const auto lost = producer.publish(u"b"_s, unknown);
    const auto last = producer.publish(u"c"_s, known);
    ANSWERED(first);
    ANSWERED(last);
    const Error error = lost.wait().error();
    QCOMPARE(error.kind(), Error::Unroutable);
    QCOMPARE(error.replyCode(), 312);
    Program theirs = m_peers.kombu(u"consume"_s, {{u"queue"_s, u"q"_s}, {u"count"_s, 2}});
    DONE(theirs);
    QCOMPARE(theirs.objects().value(0)[u"body"_s].toString(), u"a"_s);
    QCOMPARE(theirs.objects().value(1)[u"body"_s].toString(), u"c"_s);
}

void tst_KombuAndLibrary::kombuReachesOurHeadersExchange()
{
    const Exchange exchange(u"x"_s, ExchangeType::Headers);
    Queue all("all");
    all.addBinding(exchange, {}, {{u"x-match"_s, u"all"_s}, {u"colour"_s, u"red"_s}, {u"n"_s, 7}});
    Queue any("any");
    any.addBinding(exchange, {}, {{u"x-match"_s, u"any"_s}, {u"colour"_s, u"red"_s}, {u"n"_s, 7}});
    ANSWERED(m_connection->defaultChannel()->declare(all));
    ANSWERED(m_connection->defaultChannel()->declare(any));
    QJsonArray messages;
    for (const int n : {7, 8}) {
        messages.append(
            QJsonObject{{u"body"_s, n},
                        {u"serializer"_s, u"json"_s},
                        {u"headers"_s, QJsonObject{{u"colour"_s, u"red"_s}, {u"n"_s, n}}}});
    }
    Program theirs = m_peers.kombu(
        u"publish"_s,
        {{u"exchange"_s, u"x"_s}, {u"type"_s, u"headers"_s}, {u"messages"_s, messages}});
    DONE(theirs);
    QTRY_COMPARE_WITH_TIMEOUT(
        m_connection->defaultChannel()->inspect(u"any"_s).wait()->messageCount, 2, Long);
    QCOMPARE(fetch(u"all"_s).body().toInt(), 7);
    QVERIFY(!fetch(u"all"_s).body().isValid());
    QCOMPARE(fetch(u"any"_s).body().toInt(), 7);
    QCOMPARE(fetch(u"any"_s).body().toInt(), 8);
}

void tst_KombuAndLibrary::kombuReachesAQueueThroughTwoExchangesOfOurs()
{
    const Exchange from(u"from"_s, ExchangeType::Topic);
    ANSWERED(m_connection->defaultChannel()->declare(from));
    ANSWERED(m_connection->defaultChannel()->declare(
        Queue(u"q"_s, Exchange(u"over"_s, ExchangeType::Fanout))));
    ANSWERED(m_connection->defaultChannel()->bind({from, u"a.#"_s, {}, {}, u"over"_s}));
    Program theirs = m_peers.kombu(
        u"publish"_s,
        {{u"exchange"_s, u"from"_s},
         {u"type"_s, u"topic"_s},
         {u"routing_key"_s, u"a.b.c"_s},
         {u"messages"_s,
          QJsonArray{QJsonObject{{u"body"_s, u"theirs"_s}, {u"serializer"_s, u"json"_s}}}}});
    DONE(theirs);
    const Message message = await(u"q"_s);
    QCOMPARE(message.body().toString(), u"theirs"_s);
    QCOMPARE(message.exchange(), u"from"_s);
    QCOMPARE(message.routingKey(), u"a.b.c"_s);
}

void tst_KombuAndLibrary::ourQuorumQueueCountsKombusReturns()
{
    const QVariantMap quorum{{u"x-queue-type"_s, u"quorum"_s}};
    const Queue queue = Queue("q").setArguments(quorum);
    ANSWERED(m_connection->defaultChannel()->declare(queue));
    ANSWERED(Producer(m_connection.get(), queue).publish(u"a"_s));
    Program requeue = m_peers.kombu(u"consume"_s,
                                    {{u"queue"_s, u"q"_s},
                                     {u"queue_arguments"_s, QJsonObject::fromVariantMap(quorum)},
                                     {u"settle"_s, u"requeue"_s}});
    DONE(requeue);
    const Message message = await(u"q"_s);
    QVERIFY(message.isRedelivered());
    QVERIFY(message.headers().value(u"x-delivery-count"_s).toInt() >= 1);
}

void tst_KombuAndLibrary::beyondTheDeliveryLimitIsDeadLettered()
{
    Queue queue = Queue("q").setDeadLetterQueue(u"dead"_s);
    queue.setArguments({{u"x-queue-type"_s, u"quorum"_s}, {u"x-delivery-limit"_s, 2}});
    ANSWERED(m_connection->defaultChannel()->declare(Queue("dead")));
    ANSWERED(m_connection->defaultChannel()->declare(queue));
    Program theirs = m_peers.kombu(
        u"publish"_s,
        {{u"exchange"_s, QString()},
         {u"routing_key"_s, u"q"_s},
         {u"messages"_s,
          QJsonArray{QJsonObject{{u"body"_s, u"poison"_s}, {u"serializer"_s, u"json"_s}}}}});
    DONE(theirs);
    Consumer consumer(m_connection.get(), queue);
    int deliveries = 0;
    QObject::connect(&consumer, &Consumer::messageReceived, &consumer, [&](const Message &message) {
        ++deliveries;
        message.requeue();
    });
    consumer.start();
    QTRY_COMPARE_WITH_TIMEOUT(
        m_connection->defaultChannel()->inspect(u"dead"_s).wait()->messageCount, 1, Long);
    Program there = m_peers.kombu(u"consume"_s, {{u"queue"_s, u"dead"_s}});
    DONE(there);
    QCOMPARE(there.objects().value(0)[u"body"_s].toString(), u"poison"_s);
    QCOMPARE(there.objects().value(0)[u"headers"_s][u"x-death"_s][0][u"reason"_s].toString(),
             u"delivery_limit"_s);
    QCOMPARE(deliveries, 3);
}

QOMBU_TEST(tst_KombuAndLibrary)
#include "tst_kombuandlibrary.moc"
