// SPDX-License-Identifier: BSD-3-Clause
#include "models/bindingtablemodel.h"
#include "models/brokertreemodel.h"
#include "models/messagetablemodel.h"
#include "models/propertymodel.h"
#include "models/queuetablemodel.h"
#include "models/watchmodel.h"
#include "support/testmain.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qrandom.h>
#include <QtCore/qsortfilterproxymodel.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

using namespace Qombu;
using namespace Qombu::Inspector;
using namespace Qt::StringLiterals;

namespace {

QList<QueueRow> queues(const QStringList &names)
{
    QList<QueueRow> rows;
    for (const QString &name : names)
        rows.append({name, name.size()});
    return rows;
}

MessageRecord record(const QString &tag)
{
    MessageRecord made;
    made.deliveryTag = tag;
    made.body = tag.toUtf8();
    return made;
}

QList<MessageRecord> records(const QString &tags)
{
    QList<MessageRecord> list;
    for (const QChar tag : tags)
        list.append(record(QString(tag)));
    return list;
}

QString tagsOf(const MessageTableModel &model)
{
    QString tags;
    for (int row = 0; row < model.rowCount(); ++row)
        tags += model.message(row).deliveryTag;
    return tags;
}

} // namespace

class tst_InspectorModels : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void treeHasAllGroups();
    void treeChangesRowsInPlace();
    void treeSurvivesRandomInventories();
    void treeMarksGuessesAndDifferences();
    void treeMarksWhatTheBrokerTellsOfAQueue();
    void treeSaysWhatASumLeavesOut_data();
    void treeSaysWhatASumLeavesOut();
    void treeCallsNoQuarantineFullThatIsUnknown();
    void bindingsLeadToQueuesAndExchanges();
    void bindingsSayWhoseReadingCounts();
    void treeKeepsTenThousandQueuesFast();
    void tableSortsWithoutLosingRows();
    void messagesKeepTheirPlace_data();
    void messagesKeepTheirPlace();
    void messagesSurviveRandomSnapshots();
    void watchInsertsABatchAtOnce();
    void watchCatchesUpAfterAPause();
    void propertiesShowNestedValues();
};

void tst_InspectorModels::treeHasAllGroups()
{
    BrokerTreeModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.rowCount(), int(BrokerTreeModel::KindCount));
    const QModelIndex unacked =
        model.index(BrokerTreeModel::Unacked, BrokerTreeModel::UnackedColumn);
    const QModelIndex queueGroup = model.group(BrokerTreeModel::Queues);
    QCOMPARE(unacked.data().toString(), u"—"_s); // not 0: nobody has said so
    QCOMPARE(queueGroup.data().toString(), u"Queues"_s);
    Inventory inventory;
    inventory.takenAt = QDateTime::currentDateTime();
    inventory.queues = queues({u"b"_s, u"a"_s});
    inventory.exchanges = {{u"x"_s, ExchangeType::Fanout}};
    inventory.bindings = {{u"x"_s, u"k"_s, u"a"_s}};
    inventory.queues.last().quarantined = 5;
    inventory.unacked = 7;
    model.setInventory(inventory);
    for (const auto kind :
         {BrokerTreeModel::Exchanges, BrokerTreeModel::Bindings, BrokerTreeModel::Quarantine})
        QCOMPARE(model.rowCount(model.group(kind)), 1);
    QCOMPARE(model.rowCount(model.group(BrokerTreeModel::Queues)), 2);
    QCOMPARE(model.index(0, BrokerTreeModel::ReadyColumn, model.group(BrokerTreeModel::Quarantine))
                 .data()
                 .toString(),
             u"5"_s);
    QCOMPARE(model.queueIndex(u"a"_s).row(), 0); // sorted, whatever came
    QCOMPARE(model.queueIndex(u"a"_s).data(PlaceRole).toString(), u"queues/a"_s);
    QVERIFY(!model.queueIndex(u"c"_s).isValid());
    QCOMPARE(unacked.data().toString(), u"7"_s);
    QCOMPARE(queueGroup.data().toString(), u"Queues (2)"_s);
    model.clear();
    QCOMPARE(model.rowCount(queueGroup), 0);
    QCOMPARE(unacked.data().toString(), u"—"_s);
}

void tst_InspectorModels::treeChangesRowsInPlace()
{
    BrokerTreeModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    Inventory inventory;
    inventory.queues = queues({u"a"_s, u"c"_s, u"e"_s});
    model.setInventory(inventory);
    const QPersistentModelIndex c = model.queueIndex(u"c"_s);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    inventory.queues = queues({u"a"_s, u"b"_s, u"bb"_s, u"c"_s});
    inventory.queues[3].ready = 99;
    model.setInventory(inventory);
    QVERIFY(c.isValid());
    QCOMPARE(c.row(), 3);
    QCOMPARE(c.sibling(c.row(), BrokerTreeModel::ReadyColumn).data().toString(), u"99"_s);
    QCOMPARE(inserted.size(), 1); // one run
    QCOMPARE(removed.size(), 1);
    QCOMPARE(resets.size(), 0);
}

void tst_InspectorModels::treeSurvivesRandomInventories()
{
    QRandomGenerator random(42);
    BrokerTreeModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSortFilterProxyModel proxy;
    proxy.setRecursiveFilteringEnabled(true);
    proxy.setFilterFixedString(u"1"_s);
    proxy.setSourceModel(&model);
    QAbstractItemModelTester proxyTester(&proxy,
                                         QAbstractItemModelTester::FailureReportingMode::QtTest);
    for (int round = 0; round < 150; ++round) {
        Inventory inventory;
        for (int i = 0; i < 30; ++i) {
            if (random.bounded(3) == 0)
                continue;
            const QString name = u"q%1"_s.arg(i, 2, 10, QLatin1Char('0'));
            inventory.queues.append({name, random.bounded(3), random.bounded(2)});
            if (random.bounded(2))
                inventory.bindings.append({u"x"_s, name, name});
        }
        model.setInventory(inventory);
        const QModelIndex group = model.group(BrokerTreeModel::Queues);
        QCOMPARE(model.rowCount(group), inventory.queues.size());
        for (int row = 0; row < inventory.queues.size(); ++row) {
            QCOMPARE(model.index(row, 0, group).data(NameRole).toString(),
                     inventory.queues[row].name);
            QCOMPARE(model.index(row, 1, group).data().toLongLong(), inventory.queues[row].ready);
        }
    }
}

void tst_InspectorModels::treeMarksGuessesAndDifferences()
{
    BrokerTreeModel model;
    Inventory inventory;
    inventory.queues = queues({u"q"_s});
    inventory.exchanges = {{u"t"_s, ExchangeType::Topic, true}};
    inventory.bindings = {{u"t"_s, u"a.*"_s, u"q"_s, uR"(^a\..*?[^\.]$)"_s, true}};
    model.setInventory(inventory);
    const QModelIndex exchange = model.index(0, 0, model.group(BrokerTreeModel::Exchanges));
    QVERIFY(exchange.data().toString().endsWith(u"topic?"));
    QVERIFY(exchange.data(Qt::ToolTipRole).toString().contains(u"does not store"));
    const QModelIndex binding = model.index(0, 0, model.group(BrokerTreeModel::Bindings));
    QVERIFY(binding.data(WarningRole).toBool());
    QVERIFY(binding.data(Qt::ToolTipRole).toString().contains(u"exactly one"));
    const QModelIndex queue = model.queueIndex(u"q"_s);
    QVERIFY(!queue.data(WarningRole).toBool());
}

void tst_InspectorModels::treeMarksWhatTheBrokerTellsOfAQueue()
{
    BrokerTreeModel model;
    Inventory inventory;
    inventory.queues = queues({u"q"_s});
    model.setInventory(inventory);
    const QModelIndex queue = model.queueIndex(u"q"_s);
    model.setNotices(u"q"_s, true, 0);
    QVERIFY(queue.data(WarningRole).toBool());
    QVERIFY(queue.data(Qt::ToolTipRole).toString().contains(u"Contended"));
    model.setNotices(u"q"_s, false, 0);
    QVERIFY(!queue.data(WarningRole).toBool());
    model.setNotices(u"q"_s, false, 3);
    QVERIFY(queue.data(WarningRole).toBool());
    QVERIFY(queue.data(Qt::ToolTipRole).toString().contains(u"put aside: 3"));
    model.setNotices(u"q"_s, false, 0); // the quarantine was emptied
    QVERIFY(!queue.data(WarningRole).toBool());
    QVERIFY(!queue.data(Qt::ToolTipRole).toString().contains(u"put aside"));
}

void tst_InspectorModels::treeSaysWhatASumLeavesOut_data()
{
    QTest::addColumn<QList<qint64>>("ready"); // -1: not known
    QTest::addColumn<bool>("isCutOff");
    QTest::addColumn<QString>("sum");
    QTest::newRow("all known") << QList<qint64>{2, 4} << false << u"6"_s;
    QTest::newRow("one is not known") << QList<qint64>{2, -1, 4} << false << u"≥ 6"_s;
    QTest::newRow("more queues than shown") << QList<qint64>{2, 4} << true << u"≥ 6"_s;
    QTest::newRow("nothing known") << QList<qint64>{-1, -1} << false << u"—"_s;
    QTest::newRow("no queue") << QList<qint64>() << false << u"0"_s;
}

void tst_InspectorModels::treeSaysWhatASumLeavesOut()
{
    QFETCH(const QList<qint64>, ready);
    QFETCH(const bool, isCutOff);
    Inventory inventory;
    inventory.takenAt = QDateTime::currentDateTime();
    inventory.truncated = isCutOff;
    for (const qint64 count : ready)
        inventory.queues.append({QString::number(inventory.queues.size()), count});
    BrokerTreeModel model;
    model.setInventory(inventory);
    const QModelIndex sum = model.index(BrokerTreeModel::Queues, BrokerTreeModel::ReadyColumn);
    QTEST(sum.data().toString(), "sum");
    QCOMPARE(sum.data(Qt::ToolTipRole).toString().isEmpty(), !isCutOff && !ready.contains(-1));
}

void tst_InspectorModels::treeCallsNoQuarantineFullThatIsUnknown()
{
    Inventory inventory;
    inventory.takenAt = QDateTime::currentDateTime();
    inventory.queues = queues({u"a"_s, u"b"_s, u"c"_s});
    inventory.queues[0].quarantined = 3;
    inventory.queues[1].quarantined = -1;
    BrokerTreeModel model;
    model.setInventory(inventory);
    const QModelIndex group = model.group(BrokerTreeModel::Quarantine);
    QCOMPARE(group.data().toString(), u"Quarantine (≥ 1)"_s);
    QCOMPARE(model.rowCount(group), 2);
    const QModelIndex full = model.index(0, BrokerTreeModel::NameColumn, group);
    QVERIFY(full.data(WarningRole).toBool());
    QVERIFY(!full.siblingAtColumn(BrokerTreeModel::ReadyColumn).data(WarningRole).toBool());
    QCOMPARE(full.data(Qt::ToolTipRole).toString(),
             u"Messages of a that could not be read were put aside"_s);
    const QModelIndex unknown = model.index(1, BrokerTreeModel::NameColumn, group);
    QCOMPARE(unknown.siblingAtColumn(BrokerTreeModel::ReadyColumn).data().toString(), u"—"_s);
    QVERIFY(!unknown.data(WarningRole).toBool());
    QVERIFY(unknown.data(DimmedRole).toBool());
    QCOMPARE(unknown.data(Qt::ToolTipRole).toString(),
             u"Whether messages of b were put aside is not known"_s);
    inventory.queues.removeFirst();
    model.setInventory(inventory);
    QCOMPARE(group.data().toString(), u"Quarantine (—)"_s);
}

void tst_InspectorModels::bindingsLeadToQueuesAndExchanges()
{
    BrokerTreeModel tree;
    Inventory inventory;
    inventory.bindings = {{u"a"_s, u"k"_s, {}, {}, false, u"b"_s}};
    tree.setInventory(inventory);
    const QModelIndex binding = tree.index(0, 0, tree.group(BrokerTreeModel::Bindings));
    QCOMPARE(binding.data(PlaceRole).toString(), u"exchanges/b"_s);
    QVERIFY(binding.data().toString().contains(u"→ b"));
    BindingTableModel table;
    table.setBindings(inventory.bindings);
    const QModelIndex to = table.index(0, BindingTableModel::QueueColumn);
    QCOMPARE(to.data().toString(), u"exchange b"_s);
    QCOMPARE(to.data(PlaceRole).toString(), u"exchanges/b"_s);
    QCOMPARE(table.index(0, BindingTableModel::ExchangeColumn).data(PlaceRole).toString(),
             u"exchanges/a"_s);
}

void tst_InspectorModels::bindingsSayWhoseReadingCounts()
{
    BindingTableModel table;
    table.setBindings({{u"amqp"_s, u"a.#"_s, u"q"_s, {}, true},
                       {u"kombu"_s, u"a.#"_s, u"q"_s, u"^a\\..*?$"_s, true}});
    const QString amqp = table.index(0, 0).data(Qt::ToolTipRole).toString();
    QVERIFY2(amqp.contains(u"decides by AMQP") && !amqp.contains(u"shared"), qPrintable(amqp));
    const QString kombu = table.index(1, 0).data(Qt::ToolTipRole).toString();
    QVERIFY2(kombu.contains(u"shared with Kombu"), qPrintable(kombu));
}

void tst_InspectorModels::treeKeepsTenThousandQueuesFast()
{
    Inventory inventory;
    for (int i = 0; i < 10'000; ++i)
        inventory.queues.append({u"queue.%1"_s.arg(i, 5, 10, QLatin1Char('0')), i});
    BrokerTreeModel model;
    model.setInventory(inventory);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    Inventory counts = inventory;
    for (QueueRow &row : counts.queues)
        row.ready += 1;
    model.setInventory(counts);
    QVERIFY2(changed.size() < 5, "neighbours that change are announced together");

    // Twenty times the work of copying the list once is linear; a quadratic update is far beyond.
    Inventory half = inventory;
    half.queues.removeIf([](const QueueRow &row) { return row.ready % 100 < 50; });
    QElapsedTimer clock;
    clock.start();
    for (int i = 0; i < 10; ++i) {
        model.setInventory(half);
        model.setInventory(inventory);
    }
    QVERIFY2(clock.elapsed() < 10 * 1000, qPrintable(QString::number(clock.elapsed())));
}

void tst_InspectorModels::tableSortsWithoutLosingRows()
{
    QueueTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSortFilterProxyModel proxy;
    proxy.setSortRole(SortRole);
    proxy.setSourceModel(&model);
    proxy.sort(QueueTableModel::ReadyColumn, Qt::DescendingOrder);
    model.setRows({{u"a"_s, 9}, {u"b"_s, 100}, {u"c"_s, 20}});
    QCOMPARE(proxy.index(0, 0).data().toString(), u"b"_s); // by number, not by text
    QCOMPARE(proxy.index(2, 0).data().toString(), u"a"_s);
    model.setRows({{u"a"_s, 900}, {u"c"_s, 20}});
    QCOMPARE(proxy.rowCount(), 2);
    QCOMPARE(proxy.index(0, 0).data().toString(), u"a"_s);
    QCOMPARE(model.index(0, QueueTableModel::ConsumersColumn).data().toString(), u"—"_s);

    BindingTableModel bindings;
    QAbstractItemModelTester bindingTester(&bindings,
                                           QAbstractItemModelTester::FailureReportingMode::QtTest);
    bindings.setBindings({{u"x"_s, u"b"_s, u"q"_s}, {u"x"_s, u"a"_s, u"q"_s}});
    QCOMPARE(bindings.index(0, BindingTableModel::KeyColumn).data().toString(), u"a"_s);
}

void tst_InspectorModels::messagesKeepTheirPlace_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::addColumn<bool>("keepsC");
    QTest::newRow("same") << u"abcde"_s << u"abcde"_s << true;
    QTest::newRow("head went, tail came") << u"abcde"_s << u"cdefg"_s << true;
    QTest::newRow("pushed in front") << u"bcd"_s << u"abcd"_s << true;
    QTest::newRow("emptied") << u"abc"_s << QString() << false;
    QTest::newRow("turned around") << u"abcd"_s << u"dcba"_s << false;
    QTest::newRow("all others") << u"abc"_s << u"xyz"_s << false;
}

void tst_InspectorModels::messagesKeepTheirPlace()
{
    QFETCH(QString, before);
    QFETCH(QString, after);
    QFETCH(bool, keepsC);
    MessageTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setMessages(records(before));
    QCOMPARE(tagsOf(model), before);
    const QPersistentModelIndex c = model.index(int(before.indexOf(u'c')), 0);
    model.setMessages(records(after));
    QCOMPARE(tagsOf(model), after);
    if (keepsC)
        QCOMPARE(c.row(), after.indexOf(u'c'));
}

void tst_InspectorModels::messagesSurviveRandomSnapshots()
{
    QRandomGenerator random(3);
    MessageTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    for (int round = 0; round < 300; ++round) {
        QString tags;
        for (int i = random.bounded(12); i > 0; --i)
            tags += QChar(u'a' + random.bounded(8)); // equal ones too
        model.setMessages(records(tags));
        QCOMPARE(tagsOf(model), tags);
    }
}

static QList<WatchEvent> watchEvents(int count)
{
    QList<WatchEvent> list;
    for (int i = 0; i < count; ++i)
        list.append(
            {WatchEvent::Arrived, QDateTime::currentDateTime(), record(QString::number(i))});
    return list;
}

void tst_InspectorModels::watchInsertsABatchAtOnce()
{
    MessageRing ring(1000, 64 << 20);
    WatchModel model(&ring);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    ring.append(watchEvents(800));
    model.sync();
    ring.append(watchEvents(800));
    model.sync();
    QCOMPARE(model.rowCount(), 1000);
    QCOMPARE(inserted.size(), 2);
    QCOMPARE(removed.size(), 1);
    QCOMPARE(model.event(999).message.deliveryTag, u"799"_s);
    QCOMPARE(model.event(0).message.deliveryTag, u"600"_s);
}

void tst_InspectorModels::watchCatchesUpAfterAPause()
{
    MessageRing ring(100, 64 << 20);
    WatchModel model(&ring);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    ring.append(watchEvents(60));
    model.sync();
    ring.append(watchEvents(500)); // paused: the model is not told
    QCOMPARE(model.rowCount(), 60);
    QCOMPARE(model.behind(), 500);
    QCOMPARE(model.event(59).message.deliveryTag, u"59"_s); // still readable
    model.sync();
    QCOMPARE(model.rowCount(), 100);
    QCOMPARE(model.behind(), 0);
    ring.clear();
    model.sync();
    QCOMPARE(model.rowCount(), 0);
    ring.append(watchEvents(3));
    model.sync();
    QCOMPARE(model.rowCount(), 3);
}

void tst_InspectorModels::propertiesShowNestedValues()
{
    PropertyModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setMap({{u"list"_s, QVariantList{1, u"<b>x</b>"_s}},
                  {u"nothing"_s, QVariant::fromValue(nullptr)},
                  {u"table"_s, QVariantMap{{u"deep"_s, true}}}});
    QCOMPARE(model.rowCount(), 3);
    const QModelIndex list = model.index(0, 0);
    QCOMPARE(model.rowCount(list), 2);
    QCOMPARE(model.index(1, PropertyModel::ValueColumn, list).data().toString(), u"<b>x</b>"_s);
    QCOMPARE(model.index(1, PropertyModel::ValueColumn).data().toString(), u"null"_s);
    QCOMPARE(model.index(0, PropertyModel::TypeColumn, model.index(2, 0)).data().toString(),
             u"bool"_s);
    model.setMap({});
    QCOMPARE(model.rowCount(), 0);
}

QOMBU_TEST(tst_InspectorModels)
#include "tst_inspectormodels.moc"
