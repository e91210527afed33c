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
    void looksAtAThousandAtMost();
    void findsNothingInAQueueThatIsNotThere();
    void saysWhyItMayNot_data();
    void saysWhyItMayNot();
    void survivesABrokerThatEndsTheConnection();
    void saysWhereTheMessagesAreWhenTheConnectionIsLost();
    void showsOnlyTheHead();
    void saysWhatAmqpCannotTell();
    void plans_data();
    void plans();
    void plansWithoutTouchingAnything();
    void plansForNoQueueThatIsNotThere();
    void learnsTheLimitFromRefusals_data();
    void learnsTheLimitFromRefusals();
    void looksAtAQuorumQueueOnlyIfThatIsAccepted();
    void neverLooksWhereAFewLooksLoseMessages();
    void doesNotKnowOtherBrokers();
    void knowsNoTypeWhereANameLeavesNoRoomForIt();
    void readsAStreamFromItsBeginning();
    void looksNoFurtherWhereAMessageWouldBeLost();
    void endsWithItsLink();

private:
    // The bodies, or the error's text.
    QByteArray peek(int limit, QueueEnd from = QueueEnd::Head);
    PeekPlan plan();
    void makeQuorum(const QByteArrayList &differences = {});
    // What the connections of the looks asked since the last call, without numbers of channels and
    // what closes those.
    QByteArrayList heard();

    std::unique_ptr<ScriptedLink> m;
    Error m_error;
    PeekRisk m_accepted = PeekRisk::None;
};

namespace {

const QByteArrayList Probe{"queue.declare q", "basic.qos 1", "basic.consume q "};
const QByteArrayList EndOfLook{"basic.qos 1"};

QByteArray nack(int last)
{
    return "basic.nack " + QByteArray::number(last) + " multiple requeue";
}

QByteArray differs(const QByteArray &argument, const QByteArray &current)
{
    return "inequivalent arg '" + argument
        + "' for queue 'q' in vhost '/': received none but current is " + current;
}

} // namespace

void tst_AmqpPeek::init()
{
    m = std::make_unique<ScriptedLink>();
    m_accepted = PeekRisk::None;
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
    m->link->browser()->peek({QStringLiteral("q"), limit, from, m_accepted},
                             [&](const auto &result) {
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

QByteArrayList tst_AmqpPeek::heard()
{
    QByteArrayList requests;
    for (const QByteArray &request : m->broker.heardBeside()) {
        const QByteArray text = request.mid(request.indexOf(' ') + 1);
        if (!text.startsWith("channel."))
            requests << text;
    }
    return requests;
}

void tst_AmqpPeek::makeQuorum(const QByteArrayList &differences)
{
    m->broker.types["q"] = "rabbit_quorum_queue";
    m->broker.differences["q"] = differences;
}

void tst_AmqpPeek::givesAllBackInOneWord()
{
    m->open();
    QCOMPARE(peek(100), "one two three");
    const QByteArrayList gets(64, "basic.get q");
    QCOMPARE(heard(), Probe + gets + QByteArrayList{nack(3)} + EndOfLook);
    QVERIFY(m->heard().isEmpty()); // nothing on the connection of the others
    QVERIFY(!m->broker.streams.back()); // closed
    QVERIFY(m->takeNews().isEmpty());
}

void tst_AmqpPeek::answersWhenAllIsBack()
{
    m->broker.product = "qpid"; // where qos is only for the end
    m_accepted = PeekRisk::Unknown;
    m->open();
    m->broker.heldBack << MethodId::BasicQos;
    QCOMPARE(peek(100), "-");
    QVERIFY(heard().contains("basic.nack 3 multiple requeue"));
    m.reset(); // nothing is answered any more
}

void tst_AmqpPeek::looksAtNoMoreThanTheLimit()
{
    m->open();
    QCOMPARE(peek(2), "one two");
    QCOMPARE(heard(), (Probe + QByteArrayList{"basic.get q", "basic.get q", nack(2)} + EndOfLook));
    QCOMPARE(peek(0), QByteArray());
    QVERIFY(heard().isEmpty());
}

void tst_AmqpPeek::looksAtNoMoreThanTheBytes()
{
    m->open();
    m->broker.queues["q"] = QByteArrayList(1000, QByteArray(100000, 'x'));
    peek(1000);
    QVERIFY(m->broker.queues["q"].size() > 200); // some 67 MB of 100 MB
}

void tst_AmqpPeek::looksAtAThousandAtMost()
{
    m->open();
    m->broker.queues["q"] = QByteArrayList(1200, "x");
    QCOMPARE(plan().waiting, 1200);
    QCOMPARE(plan().most, 1000);
    QCOMPARE(peek(5000).size(), 1999);
}

void tst_AmqpPeek::findsNothingInAQueueThatIsNotThere()
{
    m->open();
    m->broker.refusals["q"] = 404;
    QCOMPARE(peek(10), QByteArray());
    QVERIFY(!m_error.isError());
}

void tst_AmqpPeek::saysWhyItMayNot_data()
{
    QTest::addColumn<int>("code");
    QTest::newRow("no permission") << 403;
    QTest::newRow("another's exclusive queue") << 405;
}
void tst_AmqpPeek::saysWhyItMayNot()
{
    QFETCH(int, code);
    m->open();
    m->broker.refusals["q"] = code;
    QCOMPARE(peek(10), QByteArray());
    QCOMPARE(m_error.replyCode(), code);
    QVERIFY(!m->broker.streams.back());
}

void tst_AmqpPeek::survivesABrokerThatEndsTheConnection()
{
    m->open();
    m->broker.heldBack << MethodId::BasicGet;
    Error error;
    m->link->browser()->peek({QStringLiteral("q"), 10},
                             [&](const auto &result) { error = result.error(); });
    m->hub.settle();
    m->broker.streams.back()->receive(
        closeMethod(0, 540, "NOT_IMPLEMENTED - basic.get not supported by stream queues"));
    m->hub.settle();
    QCOMPARE(error.kind(), Error::Unsupported);
    QVERIFY(m->takeNews().isEmpty()); // the link goes on
}

void tst_AmqpPeek::saysWhereTheMessagesAreWhenTheConnectionIsLost()
{
    m->open();
    m->broker.heldBack << MethodId::BasicNack;
    m->broker.onWritten = [this](const QByteArray &bytes) {
        if (bytes.contains(QByteArray::fromHex("003c0078"))) // basic.nack
            m->hub.callSoon([this] {
                m->broker.streams.back()->breakDown(
                    Error(Error::Connection, QStringLiteral("Lost.")));
            });
    };
    QCOMPARE(peek(10), QByteArray());
    QCOMPARE(m_error.kind(), Error::Connection);
    QVERIFY2(m_error.text().contains(QStringLiteral("puts back")), qPrintable(m_error.text()));
}

void tst_AmqpPeek::showsOnlyTheHead()
{
    m->open();
    peek(10, QueueEnd::Tail);
    QCOMPARE(m_error.kind(), Error::Unsupported);
    QVERIFY(heard().isEmpty());
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
    m->hub.settle();
    QCOMPARE(answers, 3);
}

void tst_AmqpPeek::plans_data()
{
    QTest::addColumn<QString>("version"); // of RabbitMQ
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("limit"); // 0: none is declared
    QTest::addColumn<PeekRisk>("risk");
    QTest::addColumn<QString>("says"); // in its last sentence
    QTest::addColumn<int>("mostReturns");
    const auto row = [](const char *version, QueueFacts::Type type, int limit, PeekRisk risk,
                        const char *says, int most) {
        QTest::addRow("%s type %d limit %d", version, type, limit)
            << QString::fromLatin1(version) << int(type) << limit << risk
            << QString::fromLatin1(says) << most;
    };
    constexpr auto Quorum = QueueFacts::Quorum;
    constexpr auto Counts = PeekRisk::CountsTowardsLimit;
    for (const char *version : {"3.10.8", "3.13.7", "4.0.0-rc.1", "4.2.1", "4.3.0", "5.0.0"}) {
        row(version, QueueFacts::Classic, 0, PeekRisk::None, "marked as redelivered", 0);
        row(version, QueueFacts::Unknown, 0, PeekRisk::Unknown, "does not tell", 0);
        row(version, QueueFacts::Stream, 0, PeekRisk::None, "", 0);
    }
    for (const char *version : {"3.10.8", "3.13.7"}) {
        row(version, Quorum, 0, Counts, "go to the end", 0);
        row(version, Quorum, 4, Counts, "limit of 4", 1);
        row(version, Quorum, 30, Counts, "limit of 30", 27);
        row(version, Quorum, 3, PeekRisk::WouldDeadLetter, "", 1);
    }
    for (const char *version : {"4.0.0-rc.1", "4.0.5", "4.2.1"}) {
        row(version, Quorum, 0, Counts, "limit of 20", 17);
        row(version, Quorum, 30, Counts, "limit of 30", 27);
        row(version, Quorum, -1, Counts, "go to the end", 0);
        row(version, Quorum, 1, PeekRisk::WouldDeadLetter, "", 1);
    }
    for (const char *version : {"4.3.0", "5.0.0"})
        row(version, Quorum, 2, PeekRisk::Reorders, "held back", 0);
}
void tst_AmqpPeek::plans()
{
    QFETCH(QString, version);
    QFETCH(int, type);
    QFETCH(int, limit);
    QFETCH(QString, says);
    const PeekRules rules({{QStringLiteral("product"), QStringLiteral("RabbitMQ")},
                           {QStringLiteral("version"), version}});
    QVERIFY(rules.isTypeTold());
    QueueFacts facts;
    facts.type = QueueFacts::Type(type);
    facts.waiting = 7;
    facts.isLimitKnown = true;
    if (limit != 0)
        facts.deliveryLimit = limit;
    const PeekPlan plan = rules.plan(QStringLiteral("q"), facts);
    QTEST(plan.risk, "risk");
    QCOMPARE(plan.waiting, 7);
    QCOMPARE(plan.refusal.isError(), plan.risk == PeekRisk::WouldDeadLetter);
    QVERIFY2(plan.changes.join(u'|').section(u'|', -1).contains(says),
             qPrintable(plan.changes.join(u'|')));
    QCOMPARE(plan.changes.isEmpty(), facts.type == QueueFacts::Stream);
    QTEST(rules.mostReturns(facts), "mostReturns");
}

void tst_AmqpPeek::plansWithoutTouchingAnything()
{
    m->open();
    QVERIFY(!plan().refusal.isError());
    QCOMPARE(heard(), Probe);
    QVERIFY(!m->broker.streams.back()); // closed
}

void tst_AmqpPeek::plansForNoQueueThatIsNotThere()
{
    m->open();
    m->broker.refusals["q"] = 404;
    QCOMPARE(plan().refusal.kind(), Error::NotFound);
    m->broker.refusals["q"] = 405;
    QCOMPARE(plan().refusal.replyCode(), 405);
}

void tst_AmqpPeek::learnsTheLimitFromRefusals_data()
{
    QTest::addColumn<QByteArrayList>("differences");
    QTest::addColumn<PeekRisk>("risk");
    QTest::addColumn<QString>("says");
    const QByteArray five = differs("x-delivery-limit", "'5'");
    QTest::newRow("none") << QByteArrayList{differs("x-delivery-limit", "none")}
                          << PeekRisk::CountsTowardsLimit << QStringLiteral("go to the end");
    QTest::newRow("alone") << QByteArrayList{five} << PeekRisk::CountsTowardsLimit
                           << QStringLiteral("limit of 5");
    QTest::newRow("typed") << QByteArrayList{differs("x-delivery-limit",
                                                     "the value '5' of type 'signedint'")}
                           << PeekRisk::CountsTowardsLimit << QStringLiteral("limit of 5");
    QTest::newRow("behind others")
        << QByteArrayList{differs("x-dead-letter-exchange",
                                  "the value 'it's but current is none' of type 'longstr'"),
                          differs("x-max-length", "the value '10' of type 'long'"),
                          differs("x-single-active-consumer", "the value 'true' of type 'bool'"),
                          five}
        << PeekRisk::CountsTowardsLimit << QStringLiteral("limit of 5");
    const QString unknown = QStringLiteral("not known");
    QTest::newRow("of a type that cannot be sent")
        << QByteArrayList{differs("x-odd", "the value '[]' of type 'table'"), five}
        << PeekRisk::Unknown << unknown;
    QTest::newRow("the same again and again")
        << QByteArrayList(9, differs("x-max-length", "the value '10' of type 'long'"))
        << PeekRisk::Unknown << unknown;
    QTest::newRow("another type by now")
        << QByteArrayList{differs("x-queue-type", "none")} << PeekRisk::Unknown << unknown;
    QTest::newRow("gone by now")
        << QByteArrayList{"invalid arg 'x-max-age' for queue 'q' in vhost '/' of queue type "
                          "rabbit_quorum_queue"}
        << PeekRisk::Unknown << unknown;
}
void tst_AmqpPeek::learnsTheLimitFromRefusals()
{
    QFETCH(QByteArrayList, differences);
    QFETCH(QString, says);
    m->open();
    makeQuorum(differences);
    const PeekPlan found = plan();
    QTEST(found.risk, "risk");
    QVERIFY2(found.changes.last().contains(says), qPrintable(found.changes.last()));
}

void tst_AmqpPeek::looksAtAQuorumQueueOnlyIfThatIsAccepted()
{
    m->open();
    const QByteArrayList limit{differs("x-delivery-limit", "'9'")};
    makeQuorum(limit);
    QCOMPARE(peek(10), QByteArray());
    QCOMPARE(m_error.kind(), Error::LimitExceeded);
    QVERIFY2(m_error.text().contains(QStringLiteral("limit of 9")), qPrintable(m_error.text()));
    QVERIFY(!heard().contains("basic.get q")); // nothing was fetched
    makeQuorum(limit);
    m_accepted = PeekRisk::CountsTowardsLimit;
    QCOMPARE(peek(2), "one two");
}

void tst_AmqpPeek::neverLooksWhereAFewLooksLoseMessages()
{
    m->open();
    makeQuorum({differs("x-delivery-limit", "'3'"), differs("x-delivery-limit", "'3'")});
    const PeekPlan found = plan();
    QCOMPARE(found.risk, PeekRisk::WouldDeadLetter);
    QCOMPARE(found.refusal.kind(), Error::LimitExceeded);
    m_accepted = PeekRisk::WouldDeadLetter;
    QCOMPARE(peek(10), QByteArray());
    QCOMPARE(m_error.kind(), Error::LimitExceeded);
    QVERIFY(!heard().contains("basic.get q"));
}

void tst_AmqpPeek::doesNotKnowOtherBrokers()
{
    m->broker.product = "qpid";
    m->open();
    QCOMPARE(plan().risk, PeekRisk::Unknown);
    QCOMPARE(heard(), QByteArrayList{"queue.declare q"}); // not asked to refuse
    QCOMPARE(peek(2), QByteArray());
    QCOMPARE(m_error.kind(), Error::LimitExceeded);
    m_accepted = PeekRisk::Unknown;
    QCOMPARE(peek(2), "one two");
}

void tst_AmqpPeek::knowsNoTypeWhereANameLeavesNoRoomForIt()
{
    m->open();
    m->broker.types["q"] = "";
    QCOMPARE(plan().risk, PeekRisk::Unknown);
    m->broker.types["q"] = "somebody's own";
    QCOMPARE(plan().risk, PeekRisk::Unknown);
}

void tst_AmqpPeek::readsAStreamFromItsBeginning()
{
    m->open();
    m->broker.types["q"] = "rabbit_stream_queue";
    m->broker.pushed["q"] = {"one", "two", "three"};
    QVERIFY(plan().changes.isEmpty());
    heard();
    QCOMPARE(peek(2), "one two");
    QCOMPARE(heard(), (Probe + QByteArrayList{"basic.qos 2", "basic.consume q "}));
    QByteArray texts = "-";
    m->link->browser()->peek({QStringLiteral("q"), 10}, [&](const auto &result) {
        texts = QByteArray::number(int(result->size()));
    });
    m->hub.settle();
    QCOMPARE(texts, "-"); // there may be more
    m->hub.advance(std::chrono::seconds(1));
    QCOMPARE(texts, "3");
}

void tst_AmqpPeek::looksNoFurtherWhereAMessageWouldBeLost()
{
    m->broker.version = "4.1.0";
    m->broker.messageHeaders = shortString("x-acquired-count") + 'l' + u64(16);
    m->open();
    m_accepted = PeekRisk::CountsTowardsLimit;
    const QByteArrayList limit(3, differs("x-delivery-limit", "none"));
    makeQuorum(limit);
    QCOMPARE(peek(2), "one two");
    m->broker.messageHeaders = shortString("x-delivery-count") + 'l' + u64(17);
    m->broker.queues["q"] = {"one", "two"};
    heard();
    QCOMPARE(peek(2), QByteArray());
    QCOMPARE(m_error.kind(), Error::LimitExceeded);
    QCOMPARE(heard().count("basic.get q"), 1); // it alone was looked at
    QCOMPARE(plan().refusal.kind(), Error::LimitExceeded);
    heard();
    peek(2);
    QCOMPARE(m_error.kind(), Error::LimitExceeded);
    QVERIFY(heard().isEmpty()); // it is not touched again
}

void tst_AmqpPeek::endsWithItsLink()
{
    m->open();
    m->broker.heldBack << MethodId::BasicGet;
    bool isAnswered = false;
    m->link->browser()->peek({QStringLiteral("q"), 10}, [&](const auto &) { isAnswered = true; });
    m->hub.settle();
    m->link.reset();
    m->broker.answer(MethodId::BasicGet);
    m->hub.settle();
    QVERIFY(!isAnswered);
}

QOMBU_TEST(tst_AmqpPeek)
#include "tst_amqppeek.moc"
