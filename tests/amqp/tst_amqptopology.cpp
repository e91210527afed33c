// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/rabbitseat.h"
#include "support/testmain.h"

#include <QJsonArray>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// Queues, exchanges and bindings as a real RabbitMQ has them.
class tst_AmqpTopology : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void declaresQueuesAsKombu_data();
    void declaresQueuesAsKombu();
    void declaresExchangesAndBindingsAsKombu();
    void bindsExchangesToExchanges();
    void routesByHeaders();
    void usesAnAlternateExchange();
    void rejectsToTheDeadLetterQueue();
    void removesOnlyUnderItsConditions();
    void looksPassively();
    void usesAQueueThatDiffers();
    void usesAnExchangeThatDiffers();
    void usesWhatItMayNotDeclare();
    void anArgumentThatIsWrongIsToldToTheConsumer();

private:
    QJsonObject seen(const QString &what, const QString &name);

    RabbitProcess m_broker;
    std::unique_ptr<RabbitSeat> m_seat;
};

void tst_AmqpTopology::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_AmqpTopology::init()
{
    m_seat.reset();
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_seat = std::make_unique<RabbitSeat>(m_broker.url());
}

QJsonObject tst_AmqpTopology::seen(const QString &what, const QString &name)
{
    return m_broker.manage("GET", u"%1/%2/%3"_s.arg(what, m_broker.virtualHost(), name)).object();
}

// What Kombu 5.7 and Celery write for the same wishes, recorded from them: another argument, or
// none, would be refused as a different queue.
void tst_AmqpTopology::declaresQueuesAsKombu_data()
{
    QTest::addColumn<Queue>("queue");
    QTest::addColumn<QString>("flags"); // durable, exclusive, auto-delete
    QTest::addColumn<QJsonObject>("arguments");
    const auto row = [](const char *name, const Queue &queue, const char *flags,
                        const QJsonObject &arguments) {
        QTest::newRow(name) << queue << QString::fromLatin1(flags) << arguments;
    };
    row("plain", Queue("plain"), "d", {});
    Queue full("kq");
    full.setExpires(120s).setMessageTtl(1500ms).setMaxLength(10).setMaxLengthBytes(1000);
    full.setMaxPriority(5).setArguments({{u"x-dead-letter-exchange"_s, u"dlx"_s}});
    row("every attribute", full, "d",
        {{u"x-expires"_s, 120000},
         {u"x-message-ttl"_s, 1500},
         {u"x-max-length"_s, 10},
         {u"x-max-length-bytes"_s, 1000},
         {u"x-max-priority"_s, 5},
         {u"x-dead-letter-exchange"_s, u"dlx"_s}});
    const auto transient = [](const char *name, bool exclusive) {
        return Queue(name).setDurable(false).setExclusive(exclusive).setAutoDelete(true);
    };
    row("pidbox", transient("w1@host1.celery.pidbox", true).setExpires(10s).setMessageTtl(300s),
        "ea", {{u"x-expires"_s, 10000}, {u"x-message-ttl"_s, 300000}});
    row("events", transient("celeryev.1", true).setExpires(60s).setMessageTtl(5s), "ea",
        {{u"x-expires"_s, 60000}, {u"x-message-ttl"_s, 5000}});
    row("events of Celery 5.6", transient("celeryev.2", false), "a", {});
    row("rpc results", Queue("rpc").setAutoDelete(true).setExpires(24h), "da",
        {{u"x-expires"_s, 86400000}});
    const QString type = u"x-queue-type"_s;
    row("quorum", Queue("quorum").setArguments({{type, u"quorum"_s}, {u"x-delivery-limit"_s, 3}}),
        "d", {{type, u"quorum"_s}, {u"x-delivery-limit"_s, 3}});
    row("single active consumer",
        Queue("single").setArguments({{u"x-single-active-consumer"_s, true}}), "d",
        {{u"x-single-active-consumer"_s, true}});
    row("dead letters", Queue("work").setDeadLetterQueue(u"dead"_s), "d",
        {{u"x-dead-letter-exchange"_s, QString()}, {u"x-dead-letter-routing-key"_s, u"dead"_s}});
}

void tst_AmqpTopology::declaresQueuesAsKombu()
{
    QFETCH(Queue, queue);
    QFETCH(QString, flags);
    QFETCH(QJsonObject, arguments);
    RABBIT_OK(m_seat->channel()->declare(queue));
    const QJsonObject row = seen(u"queues"_s, queue.name());
    QString seenFlags;
    seenFlags += row[QLatin1String("durable")].toBool() ? u"d"_s : QString();
    seenFlags += row[QLatin1String("exclusive")].toBool() ? u"e"_s : QString();
    seenFlags += row[QLatin1String("auto_delete")].toBool() ? u"a"_s : QString();
    QCOMPARE(seenFlags, flags);
    QJsonObject has = row[QLatin1String("arguments")].toObject();
    if (!arguments.contains(QLatin1String("x-queue-type")))
        has.remove(QLatin1String("x-queue-type")); // RabbitMQ 4 adds what it took
    QCOMPARE(has, arguments);
    RABBIT_OK(m_seat->channel()->declare(queue)); // the same
}

void tst_AmqpTopology::declaresExchangesAndBindingsAsKombu()
{
    Queue queue("kq");
    queue.addBinding(Exchange(u"kx"_s, ExchangeType::Topic), u"a.#"_s, {{u"b"_s, 1}});
    RABBIT_OK(m_seat->channel()->declare(queue));
    const QJsonObject exchange = seen(u"exchanges"_s, u"kx"_s);
    QCOMPARE(exchange[QLatin1String("type")].toString(), u"topic"_s);
    QVERIFY(exchange[QLatin1String("durable")].toBool());
    QVERIFY(!exchange[QLatin1String("auto_delete")].toBool());
    const QJsonArray bindings =
        m_broker.manage("GET", u"bindings/%1/e/kx/q/kq"_s.arg(m_broker.virtualHost())).array();
    QCOMPARE(bindings.size(), 1);
    QCOMPARE(bindings[0][QLatin1String("routing_key")].toString(), u"a.#"_s);
    QCOMPARE(bindings[0][QLatin1String("arguments")].toObject(), QJsonObject({{u"b"_s, 1}}));
}

void tst_AmqpTopology::bindsExchangesToExchanges()
{
    const Exchange from(u"from"_s, ExchangeType::Topic);
    const Exchange to(u"to"_s, ExchangeType::Fanout);
    RABBIT_OK(m_seat->channel()->declare(from));
    RABBIT_OK(m_seat->channel()->declare(Queue(u"q"_s, to)));
    const Binding onwards{from, u"a.*"_s, {}, {}, u"to"_s};
    RABBIT_OK(m_seat->channel()->bind(onwards));
    Producer producer(&m_seat->connection, from, u"a.b"_s);
    RABBIT_OK(producer.publish(1));
    QCOMPARE(m_seat->ready(u"q"_s), 1);
    RABBIT_OK(m_seat->channel()->unbind(onwards));
    QCOMPARE(errorOf(producer.publish(2)).kind(), Error::Unroutable);
}

void tst_AmqpTopology::routesByHeaders()
{
    const Exchange exchange(u"h"_s, ExchangeType::Headers);
    const QString match = u"x-match"_s;
    const QString colour = u"colour"_s;
    const QString size = u"size"_s;
    Queue all("all");
    all.addBinding(exchange, {}, {{match, u"all"_s}, {colour, u"red"_s}, {size, 7}});
    Queue any("any");
    any.addBinding(exchange, {}, {{match, u"any"_s}, {colour, u"red"_s}, {size, 7}});
    RABBIT_OK(m_seat->channel()->declare(all));
    RABBIT_OK(m_seat->channel()->declare(any));
    PublishOptions both;
    both.headers = {{colour, u"red"_s}, {size, 7}};
    PublishOptions one;
    one.headers = {{colour, u"red"_s}, {size, 8}};
    Producer producer(&m_seat->connection, exchange);
    RABBIT_OK(producer.publish(1, both));
    RABBIT_OK(producer.publish(2, one));
    QCOMPARE(m_seat->ready(u"all"_s), 1);
    QCOMPARE(m_seat->ready(u"any"_s), 2);
}

void tst_AmqpTopology::usesAnAlternateExchange()
{
    const Exchange alternate(u"others"_s, ExchangeType::Fanout);
    const Exchange exchange =
        Exchange(u"x"_s).setArguments({{u"alternate-exchange"_s, u"others"_s}});
    RABBIT_OK(m_seat->channel()->declare(Queue(u"q"_s, alternate)));
    RABBIT_OK(m_seat->channel()->declare(exchange));
    RABBIT_OK(Producer(&m_seat->connection, exchange, u"nobody"_s).publish(1));
    QCOMPARE(m_seat->ready(u"q"_s), 1);
}

void tst_AmqpTopology::rejectsToTheDeadLetterQueue()
{
    const Queue work = Queue("work").setDeadLetterQueue(u"dead"_s);
    RABBIT_OK(m_seat->channel()->declare(Queue("dead")));
    RABBIT_OK(m_seat->channel()->declare(work));
    RABBIT_OK(Producer(&m_seat->connection, work).publish(u"a"_s));
    RabbitInbox inbox(&m_seat->connection, {work}, false);
    QTRY_COMPARE(inbox.messages.size(), 1);
    QVERIFY(!inbox.messages.first().reject().isError());
    QTRY_COMPARE(m_seat->ready(u"dead"_s), 1);
    RabbitInbox dead(&m_seat->connection, {Queue("dead")});
    QTRY_COMPARE(dead.messages.size(), 1);
    const QVariantList deaths = dead.messages.first().headers().value(u"x-death"_s).toList();
    QCOMPARE(deaths.size(), 1);
    QCOMPARE(deaths.first().toMap().value(u"queue"_s).toString(), u"work"_s);
}

// A condition that is not met is named, and removes nothing.
void tst_AmqpTopology::removesOnlyUnderItsConditions()
{
    const Exchange exchange(u"x"_s);
    const Queue queue(u"q"_s, exchange, u"key"_s);
    RABBIT_OK(Producer(&m_seat->connection, queue).publish(1));
    RemoveOptions ifEmpty;
    ifEmpty.ifEmpty = true;
    RemoveOptions ifUnused;
    ifUnused.ifUnused = true;
    const Error notEmpty = errorOf(m_seat->channel()->remove(queue, ifEmpty));
    QCOMPARE(notEmpty.replyCode(), 406);
    QVERIFY2(notEmpty.text().contains(QLatin1String("not empty")), qPrintable(notEmpty.text()));
    RabbitInbox inbox(&m_seat->connection, {queue});
    QTRY_COMPARE(inbox.messages.size(), 1);
    const Error inUse = errorOf(m_seat->channel()->remove(queue, ifUnused));
    QCOMPARE(inUse.replyCode(), 406);
    QVERIFY2(inUse.text().contains(QLatin1String("in use")), qPrintable(inUse.text()));
    QCOMPARE(errorOf(m_seat->channel()->remove(exchange, ifUnused)).replyCode(), 406);
    RABBIT_OK(Producer(&m_seat->connection, exchange, u"key"_s).publish(2));
    QTRY_COMPARE(inbox.messages.size(), 2);
    RABBIT_OK(inbox.consumer.cancel());
    QTRY_COMPARE(m_seat->ready(u"q"_s), 0);
    RABBIT_OK(m_seat->channel()->remove(queue, ifUnused));
    RABBIT_OK(m_seat->channel()->remove(exchange, ifUnused));
}

void tst_AmqpTopology::looksPassively()
{
    const Queue queue = Queue("q").setPassive(true);
    const Exchange exchange = Exchange(u"x"_s).setPassive(true);
    QCOMPARE(errorOf(m_seat->channel()->declare(queue)).replyCode(), 404);
    QCOMPARE(errorOf(m_seat->channel()->declare(exchange)).replyCode(), 404);
    RABBIT_OK(m_seat->channel()->declare(Queue("q")));
    RABBIT_OK(m_seat->channel()->declare(Exchange(u"x"_s, ExchangeType::Topic)));
    RABBIT_OK(m_seat->channel()->declare(queue));
    RABBIT_OK(m_seat->channel()->declare(exchange)); // whatever its type
}

// Only who asks for the declaration hears of the difference, by the argument's name.
void tst_AmqpTopology::usesAQueueThatDiffers()
{
    RabbitSeat other(m_broker.url());
    RABBIT_OK(other.channel()->declare(Queue("q").setMaxLength(5)));
    const Queue wish = Queue("q").setMaxLength(7);
    RabbitInbox inbox(&m_seat->connection, {wish});
    RABBIT_OK(Producer(&m_seat->connection, wish).publish(u"a"_s));
    QTRY_COMPARE(inbox.texts, QStringList(u"a"_s));
    QVERIFY(inbox.errors.isEmpty());
    const Error error = errorOf(m_seat->channel()->declare(wish));
    QCOMPARE(error.kind(), Error::Channel);
    QCOMPARE(error.replyCode(), 406);
    QVERIFY2(error.text().contains(QLatin1String("x-max-length")), qPrintable(error.text()));
    QCOMPARE(error.where(), u"queue/q"_s);
    QVERIFY(inbox.isConsuming());
}

void tst_AmqpTopology::usesAnExchangeThatDiffers()
{
    RabbitSeat other(m_broker.url());
    RABBIT_OK(other.channel()->declare(Exchange(u"x"_s, ExchangeType::Fanout)));
    const Exchange wish(u"x"_s, ExchangeType::Topic);
    const Queue queue(u"q"_s, wish, u"never"_s);
    RabbitInbox inbox(&m_seat->connection, {queue});
    QTRY_VERIFY(inbox.isConsuming());
    RABBIT_OK(Producer(&m_seat->connection, wish, u"key"_s).publish(u"a"_s));
    QTRY_COMPARE(inbox.texts, QStringList(u"a"_s)); // as a fanout
    const Error error = errorOf(m_seat->channel()->declare(wish));
    QCOMPARE(error.replyCode(), 406);
    QVERIFY2(error.text().contains(QLatin1String("type")), qPrintable(error.text()));
}

// A user with the right to read and write, and none to declare.
void tst_AmqpTopology::usesWhatItMayNotDeclare()
{
    const Exchange exchange(u"x"_s);
    const Queue queue(u"q"_s, exchange, u"key"_s);
    RABBIT_OK(m_seat->channel()->declare(queue));
    const QString user = u"user-"_s + m_broker.virtualHost();
    m_broker.manage("PUT", u"users/"_s + user, R"({"password": "p", "tags": ""})");
    m_broker.manage("PUT", u"permissions/%1/%2"_s.arg(m_broker.virtualHost(), user),
                    R"({"configure": "", "write": ".*", "read": ".*"})");
    QString url = m_broker.url();
    RabbitSeat seat(url.replace(QLatin1String("guest:guest"), user + u":p"_s));
    RabbitInbox inbox(&seat.connection, {queue});
    RABBIT_OK(Producer(&seat.connection, exchange, u"key"_s).publish(u"a"_s));
    RABBIT_OK(Producer(&seat.connection, queue).publish(u"b"_s));
    QTRY_COMPARE(inbox.texts.size(), 2);
    QVERIFY(inbox.errors.isEmpty());
    const Error error = errorOf(seat.channel()->declare(queue));
    QCOMPARE(error.replyCode(), 403);
    m_broker.manage("DELETE", u"users/"_s + user);
}

// There is nothing to be used as it is.
void tst_AmqpTopology::anArgumentThatIsWrongIsToldToTheConsumer()
{
    const Queue wrong = Queue("q").setArguments({{u"x-max-length"_s, -1}});
    const Error told = errorOf(m_seat->channel()->declare(wrong));
    QVERIFY2(told.kind() == Error::Configuration, qPrintable(told.text()));
    RabbitInbox inbox(&m_seat->connection, {wrong});
    QTRY_VERIFY(!inbox.errors.isEmpty());
    const Error error = inbox.errors.first();
    QVERIFY2(error.kind() == Error::Configuration, qPrintable(error.text()));
    QVERIFY2(error.text().contains("x-max-length"_L1), qPrintable(error.text()));
    const Error published = errorOf(Producer(&m_seat->connection, wrong).publish(1));
    QCOMPARE(published.kind(), Error::Configuration);
}

QOMBU_TEST(tst_AmqpTopology)
#include "tst_amqptopology.moc"
