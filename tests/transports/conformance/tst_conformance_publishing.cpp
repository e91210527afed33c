// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/conformance/conformancetest.h"

#include <QElapsedTimer>

using namespace std::chrono_literals;
using namespace Qombu;
using namespace QombuTest;

// How publishes end, and what comes before and after them.
class tst_ConformancePublishing : public ConformanceTest
{
    Q_OBJECT

    const QString m_queue = QStringLiteral("work");

private Q_SLOTS:
    void waitingForConfirmsHoldsUpNothingElse()
    {
        declare(Queue(m_queue));
        declare(Queue("other"));
        Producer producer(connection(), Queue(m_queue));
        std::vector<Pending<void>> pending;
        QStringList texts;
        for (int i = 0; i < 500; ++i) {
            texts.append(QString::number(i));
            pending.push_back(producer.publish(texts.last()));
        }
        QCOMPARE(connection()->unsettledPublishes(), 500); // publish() itself does not wait
        QOMBU_OK(connection()->defaultChannel()->purge(QStringLiteral("other")));
        const auto inbox = consume({m_queue}, 100);
        inbox->keepAcking();
        for (const Pending<void> &one : pending)
            QOMBU_OK(one);
        QTRY_COMPARE(inbox->count(), 500);
        QCOMPARE(inbox->texts(), texts.join(QLatin1Char(' ')));
        QCOMPARE(connection()->unsettledPublishes(), 0);
        QCOMPARE(connection()->bufferedBytes(), 0);
    }

    void aConfirmedMessageIsThere()
    {
        declare(Queue(m_queue));
        for (int i = 0; i < 20; ++i) {
            publish(m_queue, {QString::number(i)});
            QCOMPARE(ready(m_queue), i + 1);
        }
    }

    void delaysOrSaysWhatToDoInstead()
    {
        declare(Queue(m_queue));
        const auto inbox = consume({m_queue});
        inbox->keepAcking();
        Producer producer(connection(), Queue(m_queue));
        PublishOptions options;
        options.delay = 1s;
        QElapsedTimer time;
        time.start();
        const Result<void> result = producer.publish(QStringLiteral("later"), options).wait(10s);
        options.delay = 0s;
        QOMBU_OK(producer.publish(QStringLiteral("now"), options));
        if (can(Capability::DelayedDelivery)) {
            QVERIFY2(result.isOk(), qPrintable(result.error().text()));
            QTRY_COMPARE(inbox->texts(), QStringLiteral("now later"));
            QVERIFY(time.elapsed() >= 1000);
        } else {
            QCOMPARE(result.error().kind(), Error::Unsupported);
            QVERIFY(result.error().text().contains(QLatin1String("timer")));
            QTRY_COMPARE(inbox->texts(), QStringLiteral("now"));
        }
    }

    void endsComeInOrderAndBeforeTheEndOfClosing()
    {
        declare(Queue(m_queue));
        Connection *const closing = connectAnother();
        Producer producer(closing, Queue(m_queue));
        QList<int> order;
        for (int i = 0; i < 100; ++i) {
            producer.publish(i).then(this, [&order, i](const Result<void> &result) {
                order.append(result.isOk() ? i : -1);
            });
        }
        closing->close().then(this, [&](const Result<void> &) { order.append(1000); });
        QTRY_COMPARE(order.size(), 101);
        QVERIFY(std::is_sorted(order.cbegin(), order.cend()));
        QCOMPARE(order.first(), 0);
        QCOMPARE(ready(m_queue), 100);
    }

    void aMessageIsAcknowledgedAfterItsResultIsPublished()
    {
        const QString results = QStringLiteral("results");
        declare(Queue(results));
        QStringList texts;
        for (int i = 0; i < 200; ++i)
            texts.append(QString::number(i));
        publish(m_queue, texts);
        Connection *const worker = connectAnother();
        const auto inbox = prepare({m_queue}, 10, AckMode::Manual, worker);
        Producer producer(worker, Queue(results));
        QObject::connect(inbox->consumer(), &Consumer::messageReceived, inbox.get(),
                         [&](const Message &message) {
                             producer.publish(message.body());
                             message.ack();
                         });
        start(*inbox);
        // Whatever was acknowledged has its result, at any moment.
        for (qint64 done = 0; done < 200;) {
            done = 200 - ready(m_queue) - unacked();
            const qint64 published = ready(results);
            QVERIFY2(published >= done,
                     qPrintable(QStringLiteral("%1 of %2").arg(published).arg(done)));
            QCoreApplication::processEvents();
        }
        QCOMPARE(ready(results), 200);
        QTRY_COMPARE(unacked(), 0);
    }

    void largeMessagesPass()
    {
        const auto inbox = consume({m_queue}, 4);
        inbox->keepAcking();
        const QString large(3'000'000, QLatin1Char('x'));
        std::vector<Pending<void>> pending;
        Producer producer(connection(), Queue(m_queue));
        for (int i = 0; i < 5; ++i)
            pending.push_back(producer.publish(large));
        for (const Pending<void> &one : pending)
            QOMBU_OK(one);
        QTRY_COMPARE(inbox->count(), 5);
        for (const Message &message : inbox->messages)
            QCOMPARE(message.body().toString().size(), large.size());
    }
};

QOMBU_TEST(tst_ConformancePublishing)
#include "tst_conformance_publishing.moc"
