// SPDX-License-Identifier: BSD-3-Clause
#include "models/entitytexts.h"
#include "models/fieldtablemodel.h"
#include "models/queuetablemodel.h"
#include "models/tableshapes.h"
#include "support/testmain.h"

#include <QtCore/qlocale.h>
#include <QtCore/qrandom.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

using namespace Qombu;
using namespace Qombu::Inspector;
using namespace Qt::StringLiterals;

// What the tables of a broker show of the records it sends.
class tst_BrokerTables : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void rowsKeepTheBrokersOrder();
    void manyScatteredRowsMoveAtOnce();
    void rowsOfOneKeyAreAllShown();
    void cellsSayWhatIsNotKnown();
    void queuesSayWhatIsWrongWithThem();
    void serversSayTheirAlarmsInWords();
};

void tst_BrokerTables::rowsKeepTheBrokersOrder()
{
    QRandomGenerator random(7);
    QueueTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    QList<QueueRow> rows;
    for (int round = 0; round < 200; ++round) {
        const bool marked = !rows.isEmpty();
        const QPersistentModelIndex kept =
            marked ? model.index(int(rows.size() / 2), 0) : QModelIndex();
        const QString name = kept.data().toString();
        rows.clear();
        for (int i = 0; i < 40; ++i) {
            if (random.bounded(4) > 0)
                rows.append({u"q%1"_s.arg(i), random.bounded(3)});
        }
        std::shuffle(rows.begin(), rows.end(), random);
        model.setRows(rows);
        QCOMPARE(model.rows(), rows);
        const bool isThere = std::any_of(rows.cbegin(), rows.cend(),
                                         [&name](const QueueRow &row) { return row.name == name; });
        QCOMPARE(kept.isValid(), isThere);
        if (isThere)
            QCOMPARE(kept.data().toString(), name);
    }
    QCOMPARE(resets.size(), 0);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.setRows(rows);
    QCOMPARE(changed.size(), 0); // nothing new: nothing is painted
    rows[3].ready = rows[4].ready = 99;
    model.setRows(rows);
    QCOMPARE(changed.size(), 1); // neighbours together
}

// A broker should not send such a page; all of it is shown if it does.
// A filter over many queues is set, and cleared: each stretch of rows alone took a copy of all.
void tst_BrokerTables::manyScatteredRowsMoveAtOnce()
{
    QueueTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QList<QueueRow> all;
    QList<QueueRow> some;
    for (int i = 0; i < 20'000; ++i) {
        all.append({u"q%1"_s.arg(i), i});
        if (i % 5 == 0)
            some.append(all.constLast());
    }
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    model.setRows(all);
    const QPersistentModelIndex kept = model.index(10'000, 0);
    for (int round = 0; round < 2; ++round) {
        model.setRows(some);
        QVERIFY(model.rows() == some);
        QCOMPARE(kept.row(), 2'000);
        model.setRows(all);
        QVERIFY(model.rows() == all);
        QCOMPARE(kept.row(), 10'000);
    }
    QCOMPARE(inserted.size(), 3);
    QCOMPARE(removed.size(), 2);
    QCOMPARE(resets.size(), 0);
}

void tst_BrokerTables::rowsOfOneKeyAreAllShown()
{
    QueueTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setRows({{u"a"_s, 1}, {u"a"_s, 2}, {u"b"_s, 3}});
    QCOMPARE(model.rowCount(), 3);
    model.setRows({{u"b"_s, 3}, {u"a"_s, 1}});
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0, 0).data().toString(), u"b"_s);
}

void tst_BrokerTables::cellsSayWhatIsNotKnown()
{
    QueueTableModel model;
    QueueRow row{u"orders"_s, -1};
    row.rates.published = 0.42;
    row.rates.delivered = 0;
    row.bytes = 2048;
    model.setWhyUnknown(u"The management API does not answer."_s);
    model.setRows({row});
    const auto cell = [&model](int column) { return model.index(0, column); };
    QCOMPARE(cell(QueueTableModel::ReadyColumn).data().toString(), u"—"_s);
    QCOMPARE(cell(QueueTableModel::ReadyColumn).data(Qt::ToolTipRole).toString(),
             u"The management API does not answer."_s);
    QCOMPARE(cell(QueueTableModel::PublishedColumn).data().toString(), u"0.4"_s);
    QCOMPARE(cell(QueueTableModel::DeliveredColumn).data().toString(), u"0"_s); // known to be none
    QCOMPARE(cell(QueueTableModel::AcknowledgedColumn).data().toString(), u"—"_s);
    QCOMPARE(cell(QueueTableModel::BytesColumn).data().toString(), u"2.0 kB"_s);
    QCOMPARE(cell(QueueTableModel::ReadyColumn).data(PlaceRole).toString(), u"queues/orders"_s);
    QCOMPARE(rateText(1204.4), QLocale().toString(1204));
    QCOMPARE(rateText(0.01), u"< 0.1"_s);
}

void tst_BrokerTables::queuesSayWhatIsWrongWithThem()
{
    QueueTableModel model;
    QueueRow row{u"orders"_s, 1};
    row.state = u"running"_s;
    model.setRows({row});
    const QModelIndex state = model.index(0, QueueTableModel::StateColumn);
    QVERIFY(!state.data(WarningRole).toBool());
    row.state = u"down"_s;
    model.setRows({row});
    QVERIFY(state.data(WarningRole).toBool());
    QVERIFY(state.data(Qt::ToolTipRole).toString().contains(u"is down"));
}

void tst_BrokerTables::serversSayTheirAlarmsInWords()
{
    NodeRow node;
    node.name = u"rabbit@a"_s;
    QCOMPARE(nodeAlarms(node).size(), 1); // not running
    node.running = true;
    QCOMPARE(nodeAlarms(node), QStringList());
    node.memoryAlarm = true;
    node.partitions = QStringList{u"rabbit@b"_s};
    FieldTableModel<NodeRow> model(nodeShape());
    model.setRows({node});
    const QString state = model.index(0, 1).data().toString();
    QVERIFY2(state.contains(u"nobody can publish") && state.contains(u"rabbit@b"),
             qPrintable(state));
    QVERIFY(model.index(0, 1).data(WarningRole).toBool());
    QCOMPARE(model.index(0, 2).data().toString(), u"—"_s);
    node.descriptorsUsed = 12; // of nobody knows how many
    model.setRows({node});
    QCOMPARE(model.index(0, 4).data().toString(), u"12"_s);
}

QOMBU_TEST(tst_BrokerTables)
#include "tst_brokertables.moc"
