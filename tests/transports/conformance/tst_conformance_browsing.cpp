// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/conformance/conformancetest.h"

#include <Qombu/recovery.h>

#include <QSignalSpy>

using namespace Qombu;
using namespace QombuTest;

// Looking changes nothing and tells the truth.
class tst_ConformanceBrowsing : public ConformanceTest
{
    Q_OBJECT

    const QString m_queue = QStringLiteral("work");
    const QStringList m_five{QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c"),
                             QStringLiteral("d"), QStringLiteral("e")};

    QString peek(int limit, QueueEnd from)
    {
        const auto messages = Browser(connection()).peek(m_queue, limit, from).wait();
        return messages ? textsOf(*messages) : messages.error().text();
    }

    // The first of them were looked at before.
    QString afterALook(const QString &texts, int looked) const
    {
        QStringList all = texts.split(u' ');
        for (int i = 0; i < looked && has(BrokerUnderTest::LookingMarks); ++i)
            all[i] += u'!';
        return all.join(u' ');
    }

    // What a protocol has no words for is said, and is no empty answer.
    static void refuses(auto pending)
    {
        QCOMPARE(pending.wait().error().kind(), Error::Unsupported);
    }

    // A few kilobytes each on the wire, 18 MiB when decoded, and a small one behind them.
    void publishLargeOnes()
    {
        PublishOptions options;
        options.compression = QStringLiteral("zlib");
        Producer producer(connection(), Queue(m_queue));
        for (int i = 0; i < 5; ++i)
            QOMBU_OK(producer.publish(QString(6 << 20, u'x'), options));
        QOMBU_OK(producer.publish(QStringLiteral("small"), options));
    }

    // What is shown of those.
    void checkLargeOnes(const QList<Message> &messages)
    {
        QCOMPARE(messages.size(), 6);
        qsizetype memory = 0;
        for (const Message &message : messages) {
            memory += message.rawBody().size() + 2 * message.body().toString().size();
            QVERIFY(!message.wireBody().isEmpty());
            if (message.body().toString() == QLatin1String("small"))
                continue;
            QCOMPARE(message.error().kind(), Error::LimitExceeded);
            QVERIFY2(message.error().text().contains(QLatin1String("fewer")),
                     qPrintable(message.error().text()));
        }
        QVERIFY2(memory < 64 << 20, QByteArray::number(memory).constData());
        QCOMPARE(textsOf(messages).count(QStringLiteral("small")), 1);
    }

private Q_SLOTS:
    void peeksFromBothEnds_data()
    {
        QTest::addColumn<int>("limit");
        QTest::addColumn<QueueEnd>("from");
        QTest::addColumn<QString>("texts");
        QTest::newRow("head") << 2 << QueueEnd::Head << QStringLiteral("a b");
        QTest::newRow("head, all") << 100 << QueueEnd::Head << QStringLiteral("a b c d e");
        QTest::newRow("tail") << 2 << QueueEnd::Tail << QStringLiteral("e d");
        QTest::newRow("tail, all") << 100 << QueueEnd::Tail << QStringLiteral("e d c b a");
        QTest::newRow("none") << 0 << QueueEnd::Head << QString();
    }
    void peeksFromBothEnds()
    {
        QFETCH(int, limit);
        QFETCH(QueueEnd, from);
        QFETCH(QString, texts);
        publish(m_queue, m_five);
        if (from == QueueEnd::Tail && !can(Capability::PeekTail))
            return refuses(Browser(connection()).peek(m_queue, limit, from));
        QCOMPARE(peek(limit, from), texts);
    }

    void peeksInOrderOfDeliveryAcrossPriorities()
    {
        const Queue queue = Queue(m_queue).setMaxPriority(9);
        Producer producer(connection(), queue);
        const bool higherFirst = can(Capability::HigherPriorityFirst);
        int step = 0;
        for (const int priority : {3, 0, 9, 3}) {
            PublishOptions options;
            options.priority = priority;
            QOMBU_OK(producer.publish(QStringLiteral("%1.%2").arg(priority).arg(++step), options));
        }
        QCOMPARE(peek(10, QueueEnd::Head),
                 higherFirst ? QStringLiteral("9.3 3.1 3.4 0.2")
                             : QStringLiteral("0.2 3.1 3.4 9.3"));
        if (can(Capability::PeekTail))
            QCOMPARE(peek(3, QueueEnd::Tail),
                     higherFirst ? QStringLiteral("0.2 3.4 3.1") : QStringLiteral("9.3 3.4 3.1"));
        const auto inbox = consume({queue}, 1);
        inbox->keepAcking();
        QTRY_COMPARE(inbox->count(), 4);
        const QString texts =
            higherFirst ? QStringLiteral("9.3 3.1 3.4 0.2") : QStringLiteral("0.2 3.1 3.4 9.3");
        QCOMPARE(inbox->texts(), afterALook(texts, 4));
    }

    void peekingChangesNothing()
    {
        publish(m_queue, m_five);
        const bool canList = !has(BrokerUnderTest::CannotList);
        const Inventory before = canList ? inventory() : Inventory();
        for (int i = 0; i < 3; ++i) {
            peek(3, QueueEnd::Head);
            peek(100, QueueEnd::Tail);
        }
        const Inventory after = canList ? inventory() : Inventory();
        QCOMPARE(after.queues, before.queues);
        QCOMPARE(after.unacked, before.unacked);
        QCOMPARE(ready(m_queue), 5);
        QCOMPARE(unacked(), 0);
        const auto inbox = consume({m_queue});
        QTRY_COMPARE(inbox->texts(), afterALook(QStringLiteral("a b c d e"), 3));
        inbox->ackAll();
    }

    // What a look changes is told before it.
    void plansALook()
    {
        publish(m_queue, m_five);
        const auto plan = Browser(connection()).planPeek(m_queue).wait();
        QVERIFY2(plan, qPrintable(plan.error().text()));
        QVERIFY2(!plan->refusal.isError(), qPrintable(plan->refusal.text()));
        QCOMPARE(plan->changes.isEmpty(), can(Capability::PeekIsSilent));
        QCOMPARE(can(Capability::PeekIsSilent), !has(BrokerUnderTest::LookingMarks));
    }

    void aPeekedMessageIsComplete()
    {
        PublishOptions options;
        options.headers.insert(QStringLiteral("tries"), 3);
        options.compression = QStringLiteral("zlib");
        options.priority = 3;
        QOMBU_OK(Producer(connection(), Queue(m_queue).setMaxPriority(9))
                     .publish(QVariantMap{{QStringLiteral("id"), 7}}, options));
        const auto messages = Browser(connection()).peek(m_queue).wait();
        QVERIFY(messages && messages->size() == 1);
        const Message &message = messages->first();
        QCOMPARE(message.body().toMap().value(QStringLiteral("id")).toInt(), 7);
        QCOMPARE(message.headers().value(QStringLiteral("tries")).toInt(), 3);
        QCOMPARE(message.routingKey(), m_queue);
        QCOMPARE(message.queue(), m_queue);
        QCOMPARE(message.priority(), 3);
        QCOMPARE(message.ack().kind(), Error::Unsupported);
    }

    void peeksAtWhatItCannotDecode()
    {
        PublishOptions options;
        options.contentType = QStringLiteral("application/x-python-serialize");
        options.contentEncoding = QStringLiteral("binary");
        QOMBU_OK(Producer(connection(), Queue(m_queue)).publish(QByteArray("\x80\x04N."), options));
        const auto messages = Browser(connection()).peek(m_queue).wait();
        QVERIFY(messages && messages->size() == 1);
        QVERIFY(!messages->first().body().isValid());
        QCOMPARE(messages->first().error().kind(), Error::ContentDisallowed);
        QCOMPARE(messages->first().rawBody(), QByteArray("\x80\x04N."));
    }

    void decodesWithinARoomForAll()
    {
        publishLargeOnes();
        const auto messages = Browser(connection()).peek(m_queue).wait();
        QVERIFY2(messages, qPrintable(messages.error().text()));
        checkLargeOnes(*messages);
        QCOMPARE(peek(1, QueueEnd::Head), // alone it may be larger
                 afterALook(QString(6 << 20, u'x'), 1));
    }

    void decodesWhatIsHeldWithinARoomForAll()
    {
        if (!can(Capability::UnackedList))
            return refuses(Browser(connection()).unacked());
        publishLargeOnes();
        const auto inbox = consume({m_queue}, 16, AckMode::Manual, connectAnother());
        QTRY_COMPARE(unacked(), 6);
        const auto rows = Browser(connection()).unacked().wait();
        QVERIFY2(rows, qPrintable(rows.error().text()));
        QList<Message> messages;
        for (const UnackedRow &row : *rows)
            messages.append(row.message);
        checkLargeOnes(messages);
        inbox->keepAcking();
        QTRY_COMPARE(unacked(), 0);
    }

    void anUnknownQueueIsEmpty()
    {
        QCOMPARE(peek(10, QueueEnd::Head), QString());
        if (!has(BrokerUnderTest::CannotList))
            QVERIFY(inventory().queues.isEmpty());
    }

    void theInventoryCounts()
    {
        if (has(BrokerUnderTest::CannotList))
            return refuses(Browser(connection()).inventory());
        const Exchange exchange(QStringLiteral("d"), ExchangeType::Direct);
        const Exchange topic(QStringLiteral("t"), ExchangeType::Topic);
        Queue queue(m_queue, exchange, QStringLiteral("red"));
        queue.addBinding(topic, QStringLiteral("a.#"));
        declare(queue);
        publish(m_queue, m_five);
        publish(QStringLiteral("another"), {QStringLiteral("x")});
        const auto inbox = consume({m_queue}, 2);
        QTRY_COMPARE(inbox->count(), 2);

        const Inventory seen = inventory();
        QCOMPARE(seen.queues.size(), 2);
        QCOMPARE(seen.queues[0].name, QStringLiteral("another"));
        QCOMPARE(seen.queues[0].ready, 1);
        QCOMPARE(seen.queues[1].name, m_queue);
        QCOMPARE(seen.queues[1].ready, 3);
        QCOMPARE(seen.unacked, 2);
        QVERIFY(!seen.truncated);
        QCOMPARE(seen.exchanges.size(), 2);
        QCOMPARE(seen.exchanges[0].name, QStringLiteral("d"));
        QVERIFY(seen.exchanges[0].type == ExchangeType::Direct);
        QCOMPARE(seen.exchanges[1].name, QStringLiteral("t"));
        QVERIFY(seen.exchanges[1].type == ExchangeType::Topic);
        QCOMPARE(seen.bindings.size(), 2);
        QCOMPARE(seen.bindings[0].exchange, QStringLiteral("d"));
        QCOMPARE(seen.bindings[0].routingKey, QStringLiteral("red"));
        QCOMPARE(seen.bindings[0].queue, m_queue);
        QCOMPARE(seen.bindings[1].routingKey, QStringLiteral("a.#"));
        QVERIFY(seen.bindings[1].semanticsDiffer);
        inbox->ackAll();
    }

    void theInventoryIsBounded()
    {
        if (has(BrokerUnderTest::CannotList))
            return refuses(Browser(connection()).inventory(3));
        for (int i = 0; i < 5; ++i)
            publish(QStringLiteral("q%1").arg(i), {QStringLiteral("a")});
        const auto seen = Browser(connection()).inventory(3).wait();
        QVERIFY2(seen, qPrintable(seen.error().text()));
        QVERIFY(seen->truncated);
        QVERIFY(seen->queues.size() <= 3);
    }

    void listsWhatIsHeld()
    {
        if (!can(Capability::UnackedList))
            return refuses(Browser(connection()).unacked());
        publish(m_queue, m_five);
        const auto inbox = consume({m_queue}, 3, AckMode::Manual, connectAnother());
        QTRY_COMPARE(inbox->count(), 3);
        const auto rows = Browser(connection()).unacked().wait();
        QVERIFY2(rows, qPrintable(rows.error().text()));
        QCOMPARE(rows->size(), 3);
        QStringList texts;
        QStringList tags;
        for (const UnackedRow &row : *rows) {
            texts.append(row.message.body().toString());
            tags.append(row.tag);
            QCOMPARE(row.message.queue(), m_queue);
            QVERIFY(row.deliveredAt.isValid());
            QVERIFY(qAbs(row.deliveredAt.secsTo(QDateTime::currentDateTime())) < 60);
            QCOMPARE(row.message.ack().kind(), Error::Unsupported);
            QVERIFY(!row.holder.isEmpty());
            QCOMPARE(row.holder, rows->first().holder);
            QVERIFY(row.holderState == HolderState::Alive);
        }
        texts.sort();
        QCOMPARE(texts.join(QLatin1Char(' ')), QStringLiteral("a b c"));
        QCOMPARE(tags.removeDuplicates(), 0);
        QCOMPARE(Browser(connection()).unacked(1).wait()->size(), 1);
        inbox->keepAcking();
        QTRY_COMPARE(ready(m_queue), 0); // first: between two messages nothing is held
        QTRY_COMPARE(Browser(connection()).unacked().wait()->size(), 0);
    }

    // Nothing is taken from who works on it, and what a broker cannot do it says.
    void recoversOrSaysThatItCannot()
    {
        if (!can(Capability::UnackedList))
            return refuses(Recovery(connection()).returnUnacked(QStringLiteral("x")));
        publish(m_queue, m_five);
        const auto inbox = consume({m_queue}, 1, AckMode::Manual, connectAnother());
        QTRY_COMPARE(inbox->count(), 1);
        const UnackedRow held = Browser(connection()).unacked().wait()->first();
        const bool can = connection()->capabilities().testFlag(Capability::Recovery);
        Recovery recovery(connection());
        for (Pending<qint64> answer :
             {recovery.requeueAllQuarantined(m_queue), recovery.dropAllQuarantined(m_queue),
              recovery.requeueQuarantined(m_queue, QStringLiteral("x")),
              recovery.dropQuarantined(m_queue, QStringLiteral("x")),
              recovery.returnUnacked(QStringLiteral("x"), Recovery::AnyHolder),
              recovery.returnHeldBy(QStringLiteral("x"), Recovery::AnyHolder)})
            QCOMPARE(answer.wait().error().kind(), can ? Error::NotFound : Error::Unsupported);
        for (Pending<qint64> answer :
             {recovery.returnUnacked(held.tag), recovery.returnHeldBy(held.holder)}) {
            const Error error = answer.wait().error();
            QVERIFY2(can ? error.replyCode() == 406 : error.kind() == Error::Unsupported,
                     qPrintable(error.text()));
        }
        const auto quarantined = Browser(connection()).quarantine(m_queue).wait();
        QVERIFY(can ? quarantined && quarantined->isEmpty()
                    : quarantined.error().kind() == Error::Unsupported);
        QCOMPARE(Browser(connection()).unacked().wait()->size(), 1);
        if (can) { // then its holder is told
            QSignalSpy lost(inbox->consumer(), &Consumer::settlementLost);
            QOMBU_OK(recovery.returnUnacked(held.tag, Recovery::AnyHolder));
            inbox->ackAll();
            QTRY_COMPARE(lost.size(), 1);
        }
        inbox->keepAcking();
        QTRY_COMPARE(ready(m_queue), 0); // first: between two messages nothing is held
        QTRY_COMPARE(Browser(connection()).unacked().wait()->size(), 0);
    }
};

QOMBU_TEST(tst_ConformanceBrowsing)
#include "tst_conformance_browsing.moc"
