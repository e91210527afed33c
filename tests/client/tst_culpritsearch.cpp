// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/culpritsearch.h"
#include "support/testmain.h"

#include <QTest>

#include <set>
#include <vector>

using namespace Qombu;
using namespace std::chrono_literals;

// How soon those that a broker refuses without a name are found.
class tst_CulpritSearch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isOffUntilOneIsRefused();
    void findsThemInFewParts_data();
    void findsThemInFewParts();
    void endsAfterAWhile();
    void goesOnWhereItIsKnownWhich();
    void sendsFewTwiceWhereMostAreRefused_data();
    void sendsFewTwiceWhereMostAreRefused();
};

namespace {

constexpr Hub::TimePoint T0{};

} // namespace

void tst_CulpritSearch::isOffUntilOneIsRefused()
{
    CulpritSearch search;
    QVERIFY(!search.isOn(T0));
    search.refusedOneOf(8, T0);
    QVERIFY(search.isOn(T0));
    QCOMPARE(search.part(), 4);
}

void tst_CulpritSearch::findsThemInFewParts_data()
{
    QTest::addColumn<int>("publishes");
    QTest::addColumn<int>("every"); // so many one is refused
    QTest::addColumn<int>("most"); // parts
    QTest::newRow("the only one") << 1 << 1 << 1;
    QTest::newRow("one of two") << 2 << 2 << 2;
    QTest::newRow("one of a thousand") << 1000 << 1000 << 11;
    QTest::newRow("ten of twenty thousand") << 20000 << 2000 << 10 * 24;
    QTest::newRow("one in ten") << 10000 << 10 << 1000 * 9;
    QTest::newRow("every other one") << 1000 << 2 << 500 * 4;
    QTest::newRow("all") << 1000 << 1 << 1000 + 10;
}

// As a broker that takes all or nothing.
void tst_CulpritSearch::findsThemInFewParts()
{
    QFETCH(int, publishes);
    QFETCH(int, every);
    QFETCH(int, most);
    CulpritSearch search;
    search.refusedOneOf(publishes, T0);
    std::vector<int> found;
    int parts = 0;
    for (int next = 1; next <= publishes; ++parts) {
        QVERIFY(search.isOn(T0));
        const int end = std::min(next + search.part(), publishes + 1);
        const int culprit = (next + every - 1) / every * every;
        if (culprit >= end) {
            search.took(end - next);
            next = end;
        } else if (end - next > 1) {
            search.refusedOneOf(end - next, T0);
        } else {
            search.refusedOne(T0);
            found.push_back(next++);
        }
    }
    QCOMPARE(int(found.size()), publishes / every);
    QVERIFY2(parts <= most, qPrintable(QString::number(parts)));
}

void tst_CulpritSearch::endsAfterAWhile()
{
    CulpritSearch search;
    search.refusedOneOf(4, T0);
    QVERIFY(search.isOn(T0 + 1h)); // it has not found it
    search.took(2);
    search.refusedOne(T0 + 1s);
    QVERIFY(search.isOn(T0 + 1min));
    QVERIFY(!search.isOn(T0 + 1min + 1s));
}

// The others need not go one by one for it.
void tst_CulpritSearch::goesOnWhereItIsKnownWhich()
{
    CulpritSearch search;
    search.refusedOne(T0);
    QVERIFY(search.isOn(T0));
    const int most = search.part();
    QVERIFY(most >= 1000);
    search.took(most);
    QCOMPARE(search.part(), most);
}

void tst_CulpritSearch::sendsFewTwiceWhereMostAreRefused_data()
{
    QTest::addColumn<int>("every"); // so many one is refused
    QTest::newRow("all") << 1;
    QTest::newRow("every other one") << 2;
    QTest::newRow("one in ten") << 10;
}

// As a broker that names the first one that it refuses, and drops those with it.
void tst_CulpritSearch::sendsFewTwiceWhereMostAreRefused()
{
    QFETCH(int, every);
    CulpritSearch search;
    constexpr int Publishes = 4000;
    int open = Publishes;
    int sent = 0;
    for (int next = 1; open > 0;) {
        const int part = std::min(search.isOn(T0) ? search.part() : Publishes, open);
        const int culprit = (next + every - 1) / every * every;
        sent += part;
        if (culprit < next + part) {
            --open;
            ++next; // in place of the culprit, of which there is one less
            search.refusedOne(T0);
        } else {
            search.took(part);
            open -= part;
            next += part;
        }
    }
    QVERIFY2(sent < 6 * Publishes, qPrintable(QString::number(sent)));
}

QOMBU_TEST(tst_CulpritSearch)
#include "tst_culpritsearch.moc"
