// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/outbox.h"
#include "support/testmain.h"

#include <QtTest/qtest.h>

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

PublishRequest request(quint64 id, std::chrono::milliseconds timeout = 30s)
{
    PublishRequest made;
    made.id = id;
    made.timeout = timeout;
    auto content = std::make_shared<MessageContent>();
    content->body = QByteArray::number(id);
    made.content = std::move(content);
    return made;
}

QList<quint64> ids(const std::vector<OutgoingMessage> &messages)
{
    QList<quint64> result;
    for (const OutgoingMessage &message : messages)
        result.append(message.id);
    return result;
}

QList<quint64> ids(const std::vector<Outbox::Removed> &removed)
{
    QList<quint64> result;
    for (const auto &one : removed)
        result.append(one.request.id);
    return result;
}

// Its body; null if it has ended before.
QByteArray removed(Outbox &box, quint64 id)
{
    QByteArray body;
    const bool isFound =
        box.remove(id, [&](Outbox::Removed &&one) { body = one.request.content->body; });
    return isFound ? body : QByteArray();
}

using Ids = QList<quint64>;
const Hub::TimePoint outboxStart(1h);

} // namespace

class tst_Outbox : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void handsOutEachOnceInOrder();
    void handsOutAgainInOrder();
    void knowsWhatMayHaveArrived();
    void removesInAnyOrder();
    void numbersGoOnAfterItWasEmpty();
    void countsWhatExpiredUnderWay();
    void expiresInOrderOfDeadlines();
    void oneLongTimeoutDoesNotDelayTheOthers();
    void theLongestTimeoutIsNeverOver();
};

void tst_Outbox::handsOutEachOnceInOrder()
{
    Outbox box;
    for (quint64 id = 7; id < 10; ++id)
        box.add(request(id), outboxStart);
    QCOMPARE(ids(box.takeUnsent(1000, 1 << 30)), (Ids{7, 8, 9}));
    QVERIFY(!box.hasUnsent());
    box.add(request(10), outboxStart);
    QCOMPARE(ids(box.takeUnsent(1000, 1 << 30)), Ids{10});
    QCOMPARE(box.size(), 4);
}

void tst_Outbox::handsOutAgainInOrder()
{
    Outbox box;
    for (quint64 id = 1; id < 6; ++id)
        box.add(request(id), outboxStart);
    box.takeUnsent(1000, 1 << 30);
    box.sendAgain(4);
    box.sendAgain(2);
    box.sendAgain(2);
    box.sendAgain(77);
    QCOMPARE(ids(box.takeUnsent(1000, 1 << 30)), (Ids{2, 4}));
    QCOMPARE(removed(box, 3), QByteArray("3"));
    box.sendAllAgain({});
    QCOMPARE(ids(box.takeUnsent(1000, 1 << 30)), (Ids{1, 2, 4, 5}));
}

// A broker does not look at what comes behind the one that it refuses.
void tst_Outbox::knowsWhatMayHaveArrived()
{
    Outbox box;
    for (quint64 id = 1; id < 7; ++id)
        box.add(request(id), outboxStart);
    QCOMPARE(box.takeUnsent(5, 1 << 30).size(), size_t(5));
    const auto isFour = [](const PublishRequest &one) { return one.id >= 4; };
    QCOMPARE(box.firstUnderWay(isFour), 4u);
    QCOMPARE(box.sendAllAgain({{2}, 4, false}), (std::vector<quint64>{1, 2, 3, 4, 5}));
    QVERIFY(!box.firstUnderWay(isFour));
    for (quint64 id = 1; id < 7; ++id)
        QCOMPARE(box.mayBeThere(id), id == 1 || id == 3);
    box.takeUnsent(1000, 1 << 30);
    box.sendAllAgain({{4}});
    for (quint64 id = 1; id < 7; ++id)
        QCOMPARE(box.mayBeThere(id), id != 4);
    QCOMPARE(box.removeIf([](const PublishRequest &one) { return one.id == 4; }).at(0).wasLost,
             false);
    QCOMPARE(box.removeIf([](const PublishRequest &one) { return one.id == 5; }).at(0).wasLost,
             true);
}

void tst_Outbox::removesInAnyOrder()
{
    Outbox box;
    for (quint64 id = 1; id < 5; ++id)
        box.add(request(id), outboxStart);
    QCOMPARE(removed(box, 3), QByteArray("3"));
    QVERIFY(removed(box, 3).isNull());
    QCOMPARE(removed(box, 1), QByteArray("1"));
    QVERIFY(removed(box, 1).isNull());
    QVERIFY(removed(box, 99).isNull());
    QCOMPARE(ids(box.takeUnsent(1000, 1 << 30)), (Ids{2, 4}));
    QCOMPARE(removed(box, 4), QByteArray("4"));
    QCOMPARE(removed(box, 2), QByteArray("2"));
    QVERIFY(box.isEmpty());
    QVERIFY(!box.nextDeadline());
}

void tst_Outbox::numbersGoOnAfterItWasEmpty()
{
    Outbox box;
    box.add(request(1), outboxStart);
    box.takeUnsent(1000, 1 << 30);
    QCOMPARE(removed(box, 1), QByteArray("1"));
    box.add(request(2), outboxStart);
    box.add(request(3), outboxStart);
    QVERIFY(removed(box, 1).isNull());
    QCOMPARE(ids(box.takeUnsent(1000, 1 << 30)), (Ids{2, 3}));
}

// The channel still has it.
void tst_Outbox::countsWhatExpiredUnderWay()
{
    Outbox box;
    for (quint64 id = 1; id <= 3; ++id)
        box.add(request(id, 1s), outboxStart);
    box.takeUnsent(2, 1 << 30);
    QCOMPARE(ids(box.removeExpired(outboxStart + 2s)), (Ids{1, 2, 3}));
    QCOMPARE(box.underWay(), 0);
    QCOMPARE(box.expired(), 2);
    QCOMPARE(box.expiredBytes(), 2);
    QVERIFY(removed(box, 1).isNull()); // answered late
    QCOMPARE(box.expired(), 1);
    box.sendAgain(2);
    QCOMPARE(box.expiredBytes(), 0);
    box.add(request(4, 1s), outboxStart);
    box.takeUnsent(1, 1 << 30);
    box.removeExpired(outboxStart + 2s);
    QCOMPARE(box.expired(), 1);
    box.sendAllAgain({});
    QCOMPARE(box.expired(), 0);
}

void tst_Outbox::expiresInOrderOfDeadlines()
{
    Outbox box;
    box.add(request(1, 10s), outboxStart);
    box.add(request(2, 2s), outboxStart);
    box.add(request(3, 10s), outboxStart + 1s);
    box.add(request(4, 1s), outboxStart + 1s);
    QCOMPARE(*box.nextDeadline(), outboxStart + 2s);
    QVERIFY(box.removeExpired(outboxStart + 1999ms).empty());
    QCOMPARE(ids(box.removeExpired(outboxStart + 2s)), (Ids{2, 4}));
    QCOMPARE(*box.nextDeadline(), outboxStart + 10s);
    QCOMPARE(ids(box.removeExpired(outboxStart + 10s)), Ids{1});
    QCOMPARE(ids(box.removeExpired(outboxStart + 1h)), Ids{3});
    QVERIFY(box.isEmpty());
}

void tst_Outbox::oneLongTimeoutDoesNotDelayTheOthers()
{
    Outbox box;
    box.add(request(1, 1h), outboxStart);
    for (quint64 id = 2; id < 100; ++id)
        box.add(request(id, 30s), outboxStart + id * 1ms);
    for (quint64 id = 2; id < 50; ++id)
        QVERIFY(!removed(box, id).isNull());
    QCOMPARE(*box.nextDeadline(), outboxStart + 30s + 50ms);
    QCOMPARE(box.removeExpired(outboxStart + 31s).size(), size_t(50));
    QCOMPARE(*box.nextDeadline(), outboxStart + 1h);
}

void tst_Outbox::theLongestTimeoutIsNeverOver()
{
    Outbox outbox;
    outbox.add(request(1, std::chrono::milliseconds::max()), outboxStart);
    outbox.add(request(2, std::chrono::hours(24 * 365 * 200)), outboxStart);
    outbox.add(request(3, 1s), outboxStart);
    QCOMPARE(ids(outbox.removeExpired(outboxStart + 1h)), Ids{3});
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_Outbox)
#include "tst_outbox.moc"
