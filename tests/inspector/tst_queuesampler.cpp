// SPDX-License-Identifier: BSD-3-Clause
#include "broker/messagering.h"
#include "broker/queuesampler.h"
#include "support/testmain.h"

#include <QtCore/qrandom.h>
#include <QtTest/qtest.h>

using namespace Qombu::Inspector;
using namespace Qt::StringLiterals;

namespace {

MessageRecord record(int tag)
{
    MessageRecord made;
    made.deliveryTag = QString::number(tag);
    made.body = QByteArray(100, 'x');
    return made;
}

// A queue from which messages first … last wait, first being the next; seen through a window.
QueueSample look(int first, int last, int window)
{
    QueueSample sample;
    for (int tag = last; tag >= first && sample.newest.size() < window; --tag)
        sample.newest.append(record(tag));
    sample.complete = last - first + 1 < window;
    for (int tag = first; !sample.complete && tag < first + window; ++tag)
        sample.next.append(record(tag));
    return sample;
}

QString tags(const QList<MessageRecord> &records)
{
    QStringList list;
    for (const MessageRecord &one : records)
        list.append(one.deliveryTag);
    return list.join(u' ');
}

} // namespace

class tst_QueueSampler : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void firstLookChangesNothing();
    void seesArrivalsAndDepartures_data();
    void seesArrivalsAndDepartures();
    void countsEqualMessagesWithoutTags();
    void agreesWithEveryStepOfARandomQueue();
    void ringKeepsTheNewestRows();
    void ringIsBoundedByBytes();
    void ringNumbersNeverChange();
};

void tst_QueueSampler::firstLookChangesNothing()
{
    QueueSampler sampler;
    const SampleChanges changes = sampler.add(look(1, 5, 10));
    QVERIFY(changes.arrived.isEmpty());
    QVERIFY(changes.departed.isEmpty());
    QVERIFY(!changes.gap);
}

void tst_QueueSampler::seesArrivalsAndDepartures_data()
{
    QTest::addColumn<int>("first1");
    QTest::addColumn<int>("last1");
    QTest::addColumn<int>("first2");
    QTest::addColumn<int>("last2");
    QTest::addColumn<QString>("arrived");
    QTest::addColumn<QString>("departed");
    QTest::addColumn<bool>("gap");
    QTest::newRow("nothing happened") << 1 << 3 << 1 << 3 << QString() << QString() << false;
    QTest::newRow("one came, one went") << 1 << 3 << 2 << 4 << u"4"_s << u"1"_s << false;
    QTest::newRow("into an empty queue") << 1 << 0 << 1 << 2 << u"1 2"_s << QString() << false;
    QTest::newRow("emptied") << 1 << 3 << 4 << 3 << QString() << u"1 2 3"_s << false;
    QTest::newRow("all exchanged") << 1 << 3 << 4 << 6 << u"4 5 6"_s << u"1 2 3"_s << false;
    QTest::newRow("grew beyond the window")
        << 1 << 3 << 1 << 8 << u"4 5 6 7 8"_s << QString() << false;
    QTest::newRow("long queue, both ends") << 1 << 50 << 3 << 52 << u"51 52"_s << u"1 2"_s << false;
    QTest::newRow("long queue, too many came")
        << 1 << 50 << 1 << 80 << u"71 72 73 74 75 76 77 78 79 80"_s << QString() << true;
    QTest::newRow("long queue, too many went")
        << 1 << 50 << 30 << 50 << QString() << u"1 2 3 4 5 6 7 8 9 10"_s << true;
    QTest::newRow("shrank into the window")
        << 1 << 12 << 5 << 12 << QString() << u"1 2 3 4"_s << false;
    QTest::newRow("pushed back in front")
        << 20 << 60 << 18 << 60 << QString() << QString() << false;
}

void tst_QueueSampler::seesArrivalsAndDepartures()
{
    QFETCH(int, first1);
    QFETCH(int, last1);
    QFETCH(int, first2);
    QFETCH(int, last2);
    QueueSampler sampler;
    sampler.add(look(first1, last1, 10));
    const SampleChanges changes = sampler.add(look(first2, last2, 10));
    QTEST(tags(changes.arrived), "arrived");
    QTEST(tags(changes.departed), "departed");
    QTEST(changes.gap, "gap");
}

void tst_QueueSampler::countsEqualMessagesWithoutTags()
{
    MessageRecord same;
    same.body = "ping";
    QueueSampler sampler;
    sampler.add({{same, same}, {}, true});
    QCOMPARE(sampler.add({{same, same, same}, {}, true}).arrived.size(), 1);
    QCOMPARE(sampler.add({{same}, {}, true}).departed.size(), 2);
}

void tst_QueueSampler::agreesWithEveryStepOfARandomQueue()
{
    QRandomGenerator random(7);
    QueueSampler sampler;
    int first = 1;
    int last = 0;
    QList<int> arrived;
    QList<int> departed;
    sampler.add(look(first, last, 10));
    for (int i = 0; i < 2000; ++i) {
        last += random.bounded(6); // slower than a window, so that nothing may be missed
        first += random.bounded(qMin(6, last - first + 2));
        const SampleChanges changes = sampler.add(look(first, last, 10));
        QVERIFY(!changes.gap || last - first < 10);
        for (const MessageRecord &one : changes.arrived)
            arrived.append(one.deliveryTag.toInt());
        for (const MessageRecord &one : changes.departed)
            departed.append(one.deliveryTag.toInt());
        QVERIFY(std::is_sorted(arrived.cbegin(), arrived.cend()));
        QVERIFY(std::adjacent_find(arrived.cbegin(), arrived.cend()) == arrived.cend());
        QVERIFY(departed.isEmpty() || departed.constLast() < first);
    }
    QVERIFY(arrived.size() > 2000);
}

static QList<WatchEvent> arrivals(int count)
{
    QList<WatchEvent> list;
    for (int i = 0; i < count; ++i)
        list.append({WatchEvent::Arrived, QDateTime(), record(i)});
    return list;
}

void tst_QueueSampler::ringKeepsTheNewestRows()
{
    MessageRing ring(10, 1 << 20);
    ring.append(arrivals(7));
    QCOMPARE(ring.dropped(), 0);
    ring.append(arrivals(8));
    QCOMPARE(ring.size(), 10);
    QCOMPARE(ring.dropped(), 5);
    QCOMPARE(ring.at(ring.firstNumber()).message.deliveryTag, u"5"_s);
}

void tst_QueueSampler::ringIsBoundedByBytes()
{
    const qint64 one = record(0).cost();
    MessageRing ring(1000, one * 4 + 1);
    ring.append(arrivals(50));
    QCOMPARE(ring.size(), 4);
    QCOMPARE(ring.bytes(), one * 4);
    QCOMPARE(ring.dropped(), 46);
    MessageRing tiny(1000, one - 1); // not even one fits: nothing is kept, nothing hangs
    tiny.append(arrivals(1));
    QCOMPARE(tiny.size(), 0);
    QCOMPARE(tiny.bytes(), 0);
}

void tst_QueueSampler::ringNumbersNeverChange()
{
    MessageRing ring(5, 1 << 20);
    ring.append(arrivals(3));
    QCOMPARE(ring.firstNumber(), 0);
    QCOMPARE(ring.nextNumber(), 3);
    ring.append(arrivals(4));
    QCOMPARE(ring.firstNumber(), 2);
    QCOMPARE(ring.nextNumber(), 7);
    ring.clear();
    QCOMPARE(ring.firstNumber(), 7);
    QCOMPARE(ring.nextNumber(), 7);
    QCOMPARE(ring.dropped(), 0);
}

QOMBU_TEST(tst_QueueSampler)
#include "tst_queuesampler.moc"
