// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/amqp/publishing/nativedelay.h"

#include <QTest>

using namespace Qombu;
using Amqp::NativeDelay;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

// What is declared and published for a delay. Kombu's own is compared with it in tests/interop.
class tst_NativeDelay : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void writesTheDelayBeforeTheKey_data();
    void writesTheDelayBeforeTheKey();
    void namesTheDestination_data();
    void namesTheDestination();
    void buildsALadder_data();
    void buildsALadder();
    void refusesWhatItWouldGetWrong_data();
    void refusesWhatItWouldGetWrong();
};

namespace {

const QString Zeros = u"0."_s.repeated(28);

MessageContent delayedTo(const QString &key)
{
    MessageContent content;
    content.routingKey = key;
    return content;
}

Exchange exchangeOf(ExchangeType type)
{
    return Exchange(u"x"_s, type);
}

} // namespace

void tst_NativeDelay::writesTheDelayBeforeTheKey_data()
{
    QTest::addColumn<milliseconds>("delay");
    QTest::addColumn<QString>("key");
    QTest::addColumn<int>("level"); // where it begins
    QTest::addColumn<QString>("written");
    QTest::newRow("a second") << 1000ms << u"q"_s << 0 << Zeros.left(54) + u"1.q"_s;
    QTest::newRow("rounded up") << 1001ms << u"q"_s << 1 << Zeros.left(52) + u"1.0.q"_s;
    QTest::newRow("a millisecond") << 1ms << u"q"_s << 0 << Zeros.left(54) + u"1.q"_s;
    QTest::newRow("three seconds") << 3000ms << u"a.b"_s << 1 << Zeros.left(52) + u"1.1.a.b"_s;
    QTest::newRow("the longest") << milliseconds(((qint64(1) << 28) - 1) * 1000) << u"q"_s << 27
                                 << u"1."_s.repeated(28) + u"q"_s;
    QTest::newRow("no key") << 1000ms << QString() << 0 << Zeros.left(54) + u"1."_s;
    QTest::newRow("delayed before")
        << 1000ms << u"1."_s.repeated(28) + u"q"_s << 0 << Zeros.left(54) + u"1.q"_s;
    QTest::newRow("twice before") << 1000ms << u"1."_s.repeated(56) + u"q"_s << 0
                                  << Zeros.left(54) + u"1."_s + u"1."_s.repeated(28) + u"q"_s;
    QTest::newRow("a bit less is a key")
        << 1000ms << u"1."_s.repeated(27) + u"q"_s << 0
        << Zeros.left(54) + u"1."_s + u"1."_s.repeated(27) + u"q"_s;
}

void tst_NativeDelay::writesTheDelayBeforeTheKey()
{
    QFETCH(milliseconds, delay);
    QFETCH(QString, key);
    QFETCH(int, level);
    QFETCH(QString, written);
    MessageContent content = delayedTo(key);
    NativeDelay({}).postpone(content, Exchange(), delay);
    QCOMPARE(content.exchange, u"celery_delayed_%1"_s.arg(level));
    QCOMPARE(content.routingKey, written);
}

void tst_NativeDelay::namesTheDestination_data()
{
    QTest::addColumn<Exchange>("to");
    QTest::addColumn<QString>("header");
    QTest::addColumn<bool>("hasKey");
    QTest::newRow("queue") << Exchange() << u"queue/a.b"_s << false;
    QTest::newRow("direct") << exchangeOf(ExchangeType::Direct) << u"exchange/x"_s << true;
    QTest::newRow("topic") << exchangeOf(ExchangeType::Topic) << u"exchange/x"_s << true;
    QTest::newRow("fanout") << exchangeOf(ExchangeType::Fanout) << u"exchange/x"_s << false;
    QTest::newRow("headers") << exchangeOf(ExchangeType::Headers) << u"exchange/x"_s << false;
}

// Queues behind an exchange are found by the key itself, which the receiver does not see.
void tst_NativeDelay::namesTheDestination()
{
    QFETCH(Exchange, to);
    QFETCH(QString, header);
    QFETCH(bool, hasKey);
    const NativeDelay delay({});
    MessageContent content = delayedTo(u"a.b"_s);
    QVERIFY(!delay.refusalOf(content, to, 1s).isError());
    const Binding way = delay.wayTo(to, content.routingKey);
    delay.postpone(content, to, 1s);
    QCOMPARE(content.headers.value(u"qombu-delayed-to"_s).toString(), header);
    QCOMPARE(content.headers.value(u"BCC"_s).toList(),
             hasKey ? QVariantList{u"a.b"_s} : QVariantList{});
    QCOMPARE(way.exchange.name(), u"qombu_delayed_sorting"_s);
    QCOMPARE(way.arguments.value(u"qombu-delayed-to"_s).toString(), header);
    QCOMPARE(way.queue, to.isDefault() ? u"a.b"_s : QString());
    QCOMPARE(way.destinationExchange, to.name());
}

void tst_NativeDelay::buildsALadder_data()
{
    QTest::addColumn<QString>("prefix");
    QTest::addColumn<QByteArray>("queueType");
    QTest::addColumn<QString>("before");
    QTest::newRow("Kombu's names") << QString() << QByteArray("quorum") << QString();
    QTest::newRow("prefixed, classic") << u"app"_s << QByteArray("classic") << u"app_"_s;
}

void tst_NativeDelay::buildsALadder()
{
    QFETCH(QString, prefix);
    QFETCH(QByteArray, queueType);
    QFETCH(QString, before);
    int queues = 0;
    int exchanges = 0;
    QSet<QString> declared;
    for (const auto &entity : NativeDelay({prefix, queueType}).common()) {
        if (const auto *exchange = std::get_if<Exchange>(&entity)) {
            ++exchanges;
            declared.insert(exchange->name());
            QVERIFY(exchange->name().startsWith(before) && exchange->isDurable());
        } else if (const auto *queue = std::get_if<Queue>(&entity)) {
            ++queues;
            declared.insert(queue->name());
            QVERIFY(queue->name().startsWith(before + u"celery_delayed_"_s) && queue->isDurable());
            const QVariantMap arguments = queue->arguments();
            QCOMPARE(arguments.value(u"x-queue-type"_s).toString().toLatin1(), queueType);
            QCOMPARE(arguments.contains(u"x-dead-letter-strategy"_s), queueType == "quorum");
            QVERIFY(declared.contains(arguments.value(u"x-dead-letter-exchange"_s).toString()));
        } else { // behind what it joins
            const auto &binding = std::get<Binding>(entity);
            QVERIFY(declared.contains(binding.exchange.name()));
            QVERIFY(declared.contains(binding.queue + binding.destinationExchange));
        }
    }
    QCOMPARE(queues, 28);
    QCOMPARE(exchanges, 30);
}

void tst_NativeDelay::refusesWhatItWouldGetWrong_data()
{
    QTest::addColumn<MessageContent>("content");
    QTest::addColumn<Exchange>("to");
    QTest::addColumn<milliseconds>("delay");
    QTest::addColumn<int>("kind");
    const auto row = [](const char *name, const MessageContent &content, const Exchange &to,
                        milliseconds delay, Error::Kind kind) {
        QTest::newRow(name) << content << to << delay << int(kind);
    };
    const Exchange queue;
    const Exchange topic = exchangeOf(ExchangeType::Topic);
    const Exchange fanout = exchangeOf(ExchangeType::Fanout);
    const milliseconds longest(((qint64(1) << 28) - 1) * 1000);
    row("the longest delay", delayedTo(u"q"_s), queue, longest, Error::None);
    row("too long a delay", delayedTo(u"q"_s), queue, longest + 1ms, Error::LimitExceeded);
    row("the longest key", delayedTo(QString(199, u'q')), queue, 1s, Error::None);
    row("too long a key", delayedTo(QString(200, u'q')), queue, 1s, Error::LimitExceeded);
    row("a bit in the key", delayedTo(u"order.1.new"_s), topic, 1s, Error::Unsupported);
    row("a number in the key", delayedTo(u"order.10.new"_s), topic, 1s, Error::None);
    row("a bit far behind", delayedTo(u"a."_s.repeated(28) + u'1'), topic, 1s, Error::None);
    row("a bit for a queue", delayedTo(u"order.1"_s), queue, 1s, Error::None);
    row("a bit that fanout ignores", delayedTo(u"1"_s), fanout, 1s, Error::None);
    MessageContent content = delayedTo(u"q"_s);
    content.properties.edit().expiration = 5s;
    row("an expiration", content, queue, 1s, Error::Unsupported);
    for (const QString &name : {u"CC"_s, u"BCC"_s}) {
        content = delayedTo(u"q"_s);
        content.headers.insert(name, QVariantList{u"other"_s});
        row(qPrintable(name), content, queue, 1s, Error::Unsupported);
    }
}

void tst_NativeDelay::refusesWhatItWouldGetWrong()
{
    QFETCH(MessageContent, content);
    QFETCH(Exchange, to);
    QFETCH(milliseconds, delay);
    QFETCH(int, kind);
    const Error refusal = NativeDelay({}).refusalOf(content, to, delay);
    QCOMPARE(int(refusal.kind()), kind);
    QCOMPARE(refusal.isError(), !refusal.text().isEmpty());
}

QOMBU_TEST(tst_NativeDelay)
#include "tst_nativedelay.moc"
