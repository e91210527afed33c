// SPDX-License-Identifier: BSD-3-Clause
#include "models/tableshapes.h"
#include "support/testmain.h"
#include "views/celldelegate.h"
#include "views/rowsview.h"

#include <QApplication>
#include <QtTest/qtest.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtoolbutton.h>

using namespace Qombu;
using namespace Qombu::Inspector;
using namespace Qt::StringLiterals;

// Which rows of the whole a table says it shows, whatever the broker answers, and when.
class tst_PagedTable : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void staysOnItsPageWhileTheNextOneFails();
    void hearsNoAnswerOfAnotherPage();
    void turnsNoPageOfTheFilterBefore();
    void greysWhatIsOldAsSoonAsTheLinkIsLost();
};

namespace {

// A table whose broker is the test.
struct HandFedTable
{
    using View = RowsView<ExchangeRow>;

    HandFedTable()
    {
        session.setInterval(std::chrono::milliseconds(0)); // only on request
        session.poller()->start();
        view.resize(800, 400);
        view.show();
    }
    // Rows of the page that was asked for last; next: the cursor behind them.
    void answer(const QString &name, const QString &next)
    {
        RowPage<ExchangeRow> page;
        page.takenAt = QDateTime::currentDateTimeUtc();
        page.rows.resize(2);
        page.rows[0].name = name;
        page.count = 6;
        page.cursor = next;
        std::exchange(waiting, nullptr)(page);
    }
    void fail() { std::exchange(waiting, nullptr)(Error(Error::Timeout, u"silent"_s)); }
    QString footer() const
    {
        return view.findChild<QLabel *>(u"pageFooter"_s)->text().section(u"  ·"_s, 0, 0);
    }
    QString firstRow() const { return view.table()->model()->index(0, 0).data().toString(); }
    QToolButton *button(const QString &name) const { return view.findChild<QToolButton *>(name); }
    QLineEdit *filter() const { return view.findChild<QLineEdit *>(u"exchangeFilter"_s); }

    static PagedTable::Texts texts()
    {
        PagedTable::Texts texts;
        texts.objectName = u"exchangeTable"_s;
        texts.filterHint = u"Filter"_s;
        return texts;
    }

    BrokerSession session;
    QStringList cursors; // that were asked for
    View::Answer waiting;
    View view{&session, exchangeShape(), texts(),
              [this](const RowQuery &query, QObject *, const View::Answer &answer) {
                  cursors.append(query.cursor);
                  waiting = answer;
              }};
};

} // namespace

void tst_PagedTable::staysOnItsPageWhileTheNextOneFails()
{
    HandFedTable desk;
    desk.answer(u"a"_s, u"2"_s);
    QCOMPARE(desk.footer(), u"rows 1–2 of 6"_s);
    desk.button(u"nextPage"_s)->click();
    desk.fail();
    QCOMPARE(desk.firstRow(), u"a"_s);
    QCOMPARE(desk.footer(), u"rows 1–2 of 6"_s);
    desk.button(u"nextPage"_s)->click(); // the same page again, not the one behind it
    desk.answer(u"c"_s, u"3"_s);
    QCOMPARE(desk.footer(), u"rows 3–4 of 6"_s);
    QCOMPARE(desk.cursors, QStringList({QString(), u"2"_s, u"2"_s}));
    desk.button(u"previousPage"_s)->click();
    desk.answer(u"a"_s, u"2"_s);
    QCOMPARE(desk.footer(), u"rows 1–2 of 6"_s);
}

void tst_PagedTable::hearsNoAnswerOfAnotherPage()
{
    HandFedTable desk;
    desk.answer(u"a"_s, u"2"_s);
    desk.view.refresh(); // as it does at the interval
    desk.button(u"nextPage"_s)->click();
    desk.answer(u"of page 1"_s, u"2"_s);
    QCOMPARE(desk.firstRow(), u"a"_s);
    QCOMPARE(desk.footer(), u"rows 1–2 of 6"_s);
    QVERIFY(!desk.button(u"nextPage"_s)->isEnabled());
    desk.answer(u"c"_s, u"3"_s);
    QCOMPARE(desk.firstRow(), u"c"_s);
    QCOMPARE(desk.footer(), u"rows 3–4 of 6"_s);
}

void tst_PagedTable::turnsNoPageOfTheFilterBefore()
{
    HandFedTable desk;
    desk.answer(u"a"_s, u"2"_s);
    desk.filter()->setText(u"x"_s);
    QTRY_VERIFY(desk.waiting != nullptr); // when the typing rests
    desk.fail();
    QCOMPARE(desk.footer(), u"rows 1–2 of 6"_s);
    QVERIFY(!desk.button(u"nextPage"_s)->isEnabled()); // its cursor is of what was shown before
    desk.view.refresh();
    desk.answer(u"x1"_s, u"2"_s);
    QVERIFY(desk.button(u"nextPage"_s)->isEnabled());
}

void tst_PagedTable::greysWhatIsOldAsSoonAsTheLinkIsLost()
{
    HandFedTable desk;
    desk.answer(u"a"_s, {});
    const auto isGrey = [&desk] {
        return desk.view.table()->property(CellDelegate::StaleProperty).toBool();
    };
    QVERIFY(!isGrey());
    desk.session.open(BrokerUrl(u"nobody://here"_s)); // the question is not answered
    QTRY_VERIFY(desk.session.error().isError());
    QVERIFY(isGrey());
    desk.answer(u"a"_s, {});
    QVERIFY(!isGrey());
}

QOMBU_TEST_WITH(QApplication, tst_PagedTable)
#include "tst_pagedtable.moc"
