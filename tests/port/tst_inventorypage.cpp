// SPDX-License-Identifier: BSD-3-Clause
#include "port/inventorypage.h"
#include "support/testmain.h"

#include <QTest>

using namespace Qombu;

class tst_InventoryPage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sorts_data();
    void sorts();
    void goesThroughAllOnce_data();
    void goesThroughAllOnce();
    void goesOnWhereItWasThoughRowsCome();
    void countsWhatIsOnAllPages();
    void pagesExchangesWhereNoQueuesAreAskedFor();
    void saysThatTheOrderIsOfWhatWasSeen();
};

namespace {

QueueRow row(const char *name, qint64 ready, double published = -1)
{
    QueueRow row;
    row.name = QString::fromUtf8(name);
    row.ready = ready;
    row.rates.published = published;
    return row;
}

Inventory some()
{
    Inventory inventory;
    inventory.queues = {row("b", 2, 0.25), row("a:1", 2, 7), row("unknown", -1), row("ü %&+", 10),
                        row("a", 0, 0)};
    return inventory;
}

QStringList names(const Inventory &inventory)
{
    QStringList names;
    for (const QueueRow &row : inventory.queues)
        names << row.name;
    return names;
}

} // namespace

void tst_InventoryPage::sorts_data()
{
    QTest::addColumn<int>("sort");
    QTest::addColumn<bool>("descending");
    QTest::addColumn<QString>("order");
    const auto add = [](const char *name, InventoryQuery::Sort sort, bool descending,
                        const char *order) {
        QTest::newRow(name) << int(sort) << descending << QString::fromUtf8(order);
    };
    add("name", InventoryQuery::ByName, false, "a|a:1|b|unknown|ü %&+");
    add("name, descending", InventoryQuery::ByName, true, "ü %&+|unknown|b|a:1|a");
    add("ready", InventoryQuery::ByReady, false, "a|a:1|b|ü %&+|unknown");
    add("ready, descending", InventoryQuery::ByReady, true, "ü %&+|a:1|b|a|unknown");
    add("published", InventoryQuery::ByPublished, true, "a:1|b|a|unknown|ü %&+");
}
void tst_InventoryPage::sorts()
{
    QFETCH(int, sort);
    QFETCH(bool, descending);
    QFETCH(QString, order);
    InventoryQuery query;
    query.sort = InventoryQuery::Sort(sort);
    query.descending = descending;
    Inventory inventory = some();
    cutPage(inventory, query);
    QCOMPARE(names(inventory), order.split(QLatin1Char('|')));
    QCOMPARE(inventory.cursor, QString());
    QVERIFY(!inventory.truncated);
}

void tst_InventoryPage::goesThroughAllOnce_data()
{
    sorts_data();
}
void tst_InventoryPage::goesThroughAllOnce()
{
    QFETCH(int, sort);
    QFETCH(bool, descending);
    QFETCH(QString, order);
    InventoryQuery query;
    query.sort = InventoryQuery::Sort(sort);
    query.descending = descending;
    query.maximumRows = 2;
    QStringList seen;
    int pages = 0;
    do {
        Inventory inventory = some();
        cutPage(inventory, query);
        seen += names(inventory);
        query.cursor = inventory.cursor;
        QCOMPARE(inventory.truncated, !inventory.cursor.isEmpty());
        ++pages;
    } while (!query.cursor.isEmpty());
    QCOMPARE(seen, order.split(QLatin1Char('|')));
    QCOMPARE(pages, 3);
}

void tst_InventoryPage::goesOnWhereItWasThoughRowsCome()
{
    InventoryQuery query;
    query.maximumRows = 2;
    Inventory first = some();
    cutPage(first, query);
    query.cursor = first.cursor;
    Inventory second = some();
    second.queues << row("_new", 1);
    cutPage(second, query);
    QCOMPARE(names(second), (QStringList{QStringLiteral("b"), QStringLiteral("unknown")}));
}

void tst_InventoryPage::countsWhatIsOnAllPages()
{
    InventoryQuery query;
    query.maximumRows = 2;
    Inventory inventory = some();
    cutPage(inventory, query);
    QCOMPARE(inventory.queueCount, 5);
    QCOMPARE(inventory.exchangeCount, 0);
    Inventory cut = some();
    cut.truncated = true;
    cutPage(cut, query);
    QCOMPARE(cut.queueCount, -1);
}

void tst_InventoryPage::pagesExchangesWhereNoQueuesAreAskedFor()
{
    InventoryQuery query;
    query.maximumRows = 2;
    query.sort = InventoryQuery::ByReady;
    Inventory inventory;
    inventory.exchanges = {{QStringLiteral("c")}, {QStringLiteral("b")}, {QStringLiteral("a")}};
    Inventory both = inventory;
    cutPage(both, query);
    QCOMPARE(both.exchanges.size(), 2);
    QVERIFY(both.truncated);
    QCOMPARE(both.cursor, QString());
    query.parts = InventoryQuery::Exchanges;
    Inventory rest = inventory;
    cutPage(inventory, query);
    QCOMPARE(inventory.exchangeCount, 3);
    query.cursor = inventory.cursor;
    cutPage(rest, query);
    QCOMPARE(rest.exchanges.size(), 1);
    QCOMPARE(rest.exchanges.constFirst().name, QStringLiteral("c"));
}

void tst_InventoryPage::saysThatTheOrderIsOfWhatWasSeen()
{
    InventoryQuery query;
    Inventory inventory = some();
    inventory.truncated = true;
    cutPage(inventory, query);
    QVERIFY(inventory.gaps.isEmpty());
    query.sort = InventoryQuery::ByReady;
    cutPage(inventory, query);
    QCOMPARE(inventory.gaps.size(), 1);
}

QOMBU_TEST(tst_InventoryPage)
#include "tst_inventorypage.moc"
