// SPDX-License-Identifier: BSD-3-Clause
#include "net/writequeue.h"
#include "support/testmain.h"

#include <QtTest/qtest.h>

#include <array>
#include <random>

using namespace Qombu;

class tst_WriteQueue : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isEmptyAtFirst();
    void keepsTheOrderHoweverItIsConsumed();
    void joinsSmallPieces();
    void sharesLargePieces();
    void doesNotChangeWhatItWasGiven();
    void remembersItsHighWaterMark();
    void forgetsWhatIsCleared();
};

namespace {

QByteArray takeAll(WriteQueue &queue, qint64 atMost = std::numeric_limits<qint64>::max())
{
    QByteArray all;
    std::array<QByteArrayView, 4> pieces;
    while (!queue.isEmpty() && atMost > 0) {
        const size_t count = queue.peek(pieces);
        const qint64 take = std::min<qint64>(atMost, pieces[0].size());
        Q_ASSERT(count > 0);
        all.append(pieces[0].first(take));
        queue.consume(take);
        atMost -= take;
    }
    return all;
}

} // namespace

void tst_WriteQueue::isEmptyAtFirst()
{
    WriteQueue queue;
    std::array<QByteArrayView, 4> pieces;
    QVERIFY(queue.isEmpty());
    QCOMPARE(queue.peek(pieces), 0U);
    queue.append({});
    QVERIFY(queue.isEmpty());
    QCOMPARE(queue.peek(pieces), 0U);
}

void tst_WriteQueue::keepsTheOrderHoweverItIsConsumed()
{
    std::minstd_rand random(1);
    WriteQueue queue;
    QByteArray expected;
    QByteArray seen;
    for (int round = 0; round < 500; ++round) {
        const qsizetype size = random() % 3 ? random() % 100 : random() % 40'000;
        QByteArray bytes(size, Qt::Uninitialized);
        for (char &byte : bytes)
            byte = char(random());
        expected += bytes;
        queue.append(bytes);
        const qint64 take = std::min<qint64>(queue.bytes(), random() % 30'000);
        seen += takeAll(queue, take);
        QCOMPARE(queue.bytes(), expected.size() - seen.size());
    }
    // All at once, over the borders of pieces.
    std::array<QByteArrayView, 1000> pieces;
    const size_t count = queue.peek(pieces);
    for (size_t i = 0; i < count; ++i)
        seen += pieces[i];
    queue.consume(queue.bytes());
    QVERIFY(queue.isEmpty());
    QVERIFY(seen == expected);
}

void tst_WriteQueue::joinsSmallPieces()
{
    WriteQueue queue;
    for (int i = 0; i < 1000; ++i)
        queue.append(QByteArrayLiteral("0123456789"));
    std::array<QByteArrayView, 1000> pieces;
    QCOMPARE(queue.peek(pieces), 1U);
    QCOMPARE(pieces[0].size(), 10'000);
}

void tst_WriteQueue::sharesLargePieces()
{
    WriteQueue queue;
    const QByteArray large(WriteQueue::JoinLimit + 1, 'x');
    queue.append(QByteArrayLiteral("a"));
    queue.append(large);
    queue.append(QByteArrayLiteral("b"));
    std::array<QByteArrayView, 8> pieces;
    QCOMPARE(queue.peek(pieces), 3U);
    QCOMPARE(static_cast<const void *>(pieces[1].data()), large.constData());
}

void tst_WriteQueue::doesNotChangeWhatItWasGiven()
{
    WriteQueue queue;
    const QByteArray mine("mine");
    queue.append(mine);
    queue.append(QByteArrayLiteral(" and yours"));
    QCOMPARE(mine, QByteArray("mine"));
    QCOMPARE(takeAll(queue), QByteArray("mine and yours"));
}

void tst_WriteQueue::remembersItsHighWaterMark()
{
    WriteQueue queue;
    queue.append(QByteArray(100, 'x'));
    queue.append(QByteArray(50, 'x'));
    queue.consume(120);
    queue.append(QByteArray(60, 'x'));
    QCOMPARE(queue.bytes(), 90);
    QCOMPARE(queue.highWaterMark(), 150);
}

void tst_WriteQueue::forgetsWhatIsCleared()
{
    WriteQueue queue;
    queue.append(QByteArray(100, 'x'));
    queue.consume(1);
    queue.clear();
    QVERIFY(queue.isEmpty());
    queue.append(QByteArrayLiteral("new"));
    QCOMPARE(takeAll(queue), QByteArray("new"));
}

QOMBU_TEST(tst_WriteQueue)
#include "tst_writequeue.moc"
