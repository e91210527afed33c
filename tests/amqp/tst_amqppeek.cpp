// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/scriptedbroker.h"
#include "amqp/serverspeech.h"
#include "support/testmain.h"
#include "transports/amqp/browsing/peekrules.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;

// Looks at the queues of a scripted broker.
class tst_AmqpPeek : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void givesAllBackInOneWord();
    void answersWhenAllIsBack();
    void looksAtNoMoreThanTheLimit();
    void looksAtNoMoreThanTheBytes();
    void findsNothingInAQueueThatIsNotThere();
    void saysWhyItMayNot();
    void survivesABrokerThatEndsTheConnection();
    void showsOnlyTheHead();
    void saysWhatAmqpCannotTell();
    void plans_data();
    void plans();
    void plansForNoQueueThatIsNotThere();
    void looksNoFurtherWhereAMessageWouldBeLost();
    void endsWithItsLink();

private:
    // The bodies, or the error's text.
    QByteArray peek(int limit, QueueEnd from = QueueEnd::Head);
    PeekPlan plan();

    std::unique_ptr<ScriptedLink> m;
    Error m_error;
};

void tst_AmqpPeek::init()
{
    m = std::make_unique<ScriptedLink>();
    m->broker.queues["q"] = {"one", "two", "three"};
}

void tst_AmqpPeek::cleanup()
{
    m.reset();
}

QByteArray tst_AmqpPeek::peek(int limit, QueueEnd from)
{
    QByteArray texts = "-";
    m_error = Error();
    m->link->browser()->peek(QStringLiteral("q"), limit, from, [&](const auto &result) {
        m_error = result.error();
        QByteArrayList bodies;
        for (const IncomingMessage &message : result.valueOr({}))
            bodies << message.content->body;
        texts = bodies.join(' ');
    });
    m->hub.settle();
    return texts;
}

PeekPlan tst_AmqpPeek::plan()
{
    PeekPlan plan;
    m->link->browser()->planPeek(QStringLiteral("q"),
                                 [&](const Result<PeekPlan> &result) { plan = *result; });
    m->hub.settle();
    return plan;
}

void tst_AmqpPeek::givesAllBackInOneWord()
{
    m->open();
    QCOMPARE(peek(100), "one two three");
    QCOMPARE(m->broker.heardBeside().mid(64),
             (QByteArrayList{"1 basic.get q", "1 basic.nack 3 multiple requeue", "1 basic.qos 1"}));
    QVERIFY(m->heard().isEmpty()); // nothing on the connection of the others
    QVERIFY(!m->broker.streams.back()); // closed
    QVERIFY(m->takeNews().isEmpty());
}

void tst_AmqpPeek::answersWhenAllIsBack()
{
    m->open();
    m->broker.heldBack << MethodId::BasicQos;
    QCOMPARE(peek(100), "-");
    QVERIFY(m->broker.heardBeside().contains("1 basic.nack 3 multiple requeue"));
    m.reset(); // nothing is answered any more
}

void tst_AmqpPeek::looksAtNoMoreThanTheLimit()
{
    m->open();
    QCOMPARE(peek(2), "one two");
    QCOMPARE(m->broker.heardBeside(),
             (QByteArrayList{"1 basic.get q", "1 basic.get q", "1 basic.nack 2 multiple requeue",
                             "1 basic.qos 1"}));
    QCOMPARE(peek(0), QByteArray());
    QVERIFY(m->broker.heardBeside().isEmpty());
}

void tst_AmqpPeek::looksAtNoMoreThanTheBytes()
{
    m->open();
    m->broker.queues["q"] = QByteArrayList(1000, QByteArray(100000, 'x'));
    peek(1000);
    QVERIFY(m->broker.queues["q"].size() > 200); // some 67 MB of 100 MB
}

void tst_AmqpPeek::findsNothingInAQueueThatIsNotThere()
{
    m->open();
    m->broker.refusals["q"] = 404;
    QCOMPARE(peek(10), QByteArray());
    QVERIFY(!m_error.isError());
}

void tst_AmqpPeek::saysWhyItMayNot()
{
    m->open();
    m->broker.refusals["q"] = 403;
    QCOMPARE(peek(10), QByteArray());
    QCOMPARE(m_error.replyCode(), 403);
    QVERIFY(!m->broker.streams.back());
}

void tst_AmqpPeek::survivesABrokerThatEndsTheConnection()
{
    m->open();
    m->broker.heldBack << MethodId::BasicGet;
    Error error;
    m->link->browser()->peek(QStringLiteral("q"), 10, QueueEnd::Head,
                             [&](const auto &result) { error = result.error(); });
    m->hub.settle();
    m->broker.streams.back()->receive(
        closeMethod(0, 540, "NOT_IMPLEMENTED - basic.get not supported by stream queues"));
    m->hub.settle();
    QCOMPARE(error.kind(), Error::Unsupported);
    QVERIFY(m->takeNews().isEmpty()); // the link goes on
}

void tst_AmqpPeek::showsOnlyTheHead()
{
    m->open();
    peek(10, QueueEnd::Tail);
    QCOMPARE(m_error.kind(), Error::Unsupported);
    QVERIFY(m->broker.heardBeside().isEmpty());
}

void tst_AmqpPeek::saysWhatAmqpCannotTell()
{
    m->open();
    LinkBrowser *const browser = m->link->browser();
    int answers = 0;
    const auto isUnsupported = [&](const auto &result) {
        answers += result.error().kind() == Error::Unsupported
            && result.error().text().contains(QStringLiteral("management API"));
    };
    browser->inventory({}, isUnsupported);
    browser->unacked(10, isUnsupported);
    browser->consumers(QStringLiteral("q"), isUnsupported);
    QCOMPARE(answers, 3);
}

void tst_AmqpPeek::plans_data()
{
    QTest::addColumn<QString>("product");
    QTest::addColumn<QString>("version");
    QTest::addColumn<QString>("says"); // in its second sentence
    QTest::addColumn<int>("mostReturns");
    const auto row = [](const char *product, const char *version, const char *says, int most) {
        QTest::addRow("%s %s", product, version)
            << QString::fromLatin1(product) << QString::fromLatin1(version)
            << QString::fromLatin1(says) << most;
    };
    row("RabbitMQ", "3.10.8", "failed delivery", 0);
    row("RabbitMQ", "3.13.7", "failed delivery", 0);
    row("RabbitMQ", "4.0.0-rc.1", "towards the delivery limit (20", 17);
    row("RabbitMQ", "4.0.5", "towards the delivery limit (20", 17);
    row("RabbitMQ", "4.2.1", "towards the delivery limit (20", 17);
    row("RabbitMQ", "4.3.0", "held back", 0);
    row("RabbitMQ", "5.0.0", "held back", 0);
    row("RabbitMQ", "", "", 0);
    row("qpid", "9.2.0", "", 0);
}

void tst_AmqpPeek::plans()
{
    QFETCH(QString, product);
    QFETCH(QString, version);
    QFETCH(QString, says);
    const PeekRules rules(
        {{QStringLiteral("product"), product}, {QStringLiteral("version"), version}});
    const QStringList changes = rules.changes();
    QVERIFY(changes.first().contains(QStringLiteral("marked as redelivered")));
    QCOMPARE(changes.size(), says.isEmpty() ? 1 : 2);
    QVERIFY2(changes.last().contains(says), qPrintable(changes.last()));
    QTEST(rules.mostReturns(), "mostReturns");
}

void tst_AmqpPeek::plansForNoQueueThatIsNotThere()
{
    m->open();
    QVERIFY(!plan().refusal.isError());
    QCOMPARE(plan().changes.size(), 2);
    m->broker.refusals["q"] = 404;
    QCOMPARE(plan().refusal.kind(), Error::NotFound);
    m->broker.refusals["q"] = 405;
    QCOMPARE(plan().refusal.replyCode(), 405);
}

void tst_AmqpPeek::looksNoFurtherWhereAMessageWouldBeLost()
{
    m->broker.version = "4.1.0";
    m->broker.messageHeaders = shortString("x-acquired-count") + 'l' + u64(16);
    m->open();
    QCOMPARE(peek(2), "one two");
    m->broker.messageHeaders = shortString("x-delivery-count") + 'l' + u64(17);
    m->broker.queues["q"] = {"one", "two"};
    QVERIFY(!plan().refusal.isError());
    m->broker.heardBeside();
    QCOMPARE(peek(2), QByteArray());
    QCOMPARE(m_error.kind(), Error::LimitExceeded);
    QCOMPARE(m->broker.heardBeside(), // it alone was looked at
             (QByteArrayList{"1 basic.get q", "1 basic.nack 1 multiple requeue", "1 basic.qos 1"}));
    QCOMPARE(plan().refusal.kind(), Error::LimitExceeded);
    peek(2);
    QCOMPARE(m_error.kind(), Error::LimitExceeded);
    QVERIFY(m->broker.heardBeside().isEmpty()); // it is not touched again
}

void tst_AmqpPeek::endsWithItsLink()
{
    m->open();
    m->broker.heldBack << MethodId::BasicGet;
    bool isAnswered = false;
    m->link->browser()->peek(QStringLiteral("q"), 10, QueueEnd::Head,
                             [&](const auto &) { isAnswered = true; });
    m->hub.settle();
    m->link.reset();
    m->broker.answer(MethodId::BasicGet);
    m->hub.settle();
    QVERIFY(!isAnswered);
}

QOMBU_TEST(tst_AmqpPeek)
#include "tst_amqppeek.moc"
