// SPDX-License-Identifier: BSD-3-Clause
#include "inspector/testbroker.h"
#include "models/messagetablemodel.h"
#include "support/testmain.h"
#include "views/bodyview.h"
#include "views/kpistrip.h"
#include "views/peekview.h"
#include "views/queuepage.h"
#include "views/theme.h"

#include <QApplication>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtabwidget.h>

#include <cmath>

using namespace Qombu;
using namespace Qombu::Inspector;
using namespace Qt::StringLiterals;

namespace {

double luminance(const QColor &colour)
{
    const auto linear = [](double part) {
        return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF())
        + 0.0722 * linear(colour.blueF());
}

double contrast(const QColor &one, const QColor &other)
{
    const double a = luminance(one) + 0.05;
    const double b = luminance(other) + 0.05;
    return qMax(a, b) / qMin(a, b);
}

} // namespace

// Whether people can read what the window shows.
class tst_Legibility : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void hasEnoughContrast_data();
    void hasEnoughContrast();
    void keepsTheColumnsOfAHexDump();
    void givesTheBodyThePlaceOfMissingNames();
    void countsOnlyWhatItKnows();
    void cutsNoNumber_data();
    void cutsNoNumber();
};

void tst_Legibility::hasEnoughContrast_data()
{
    QTest::addColumn<QPalette>("palette");
    QPalette light(QColor(0xefefef), QColor(0xefefef));
    light.setColor(QPalette::Base, Qt::white);
    QTest::newRow("light") << light;
    QPalette dark(QColor(0x37393d), QColor(0x2b2d30));
    dark.setColor(QPalette::Base, QColor(0x1e1f22));
    dark.setColor(QPalette::WindowText, QColor(0xdfe1e5));
    QTest::newRow("dark") << dark;
}

// 4.5 to 1: what WCAG 2 asks of text in its level AA.
void tst_Legibility::hasEnoughContrast()
{
    QFETCH(const QPalette, palette);
    const QColor muted = Theme::color(Theme::Tone::Muted, palette);
    for (const auto tone : {Theme::Tone::Good, Theme::Tone::Notice, Theme::Tone::Warning,
                            Theme::Tone::Danger, Theme::Tone::Muted}) {
        const QColor ink = Theme::color(tone, palette);
        for (const auto role : {QPalette::Window, QPalette::Base})
            QVERIFY2(contrast(ink, palette.color(role)) >= 4.5, qPrintable(ink.name()));
        const QColor banner = Theme::background(tone, palette);
        QVERIFY2(contrast(muted, banner) >= 4.5, qPrintable(banner.name()));
    }
}

void tst_Legibility::keepsTheColumnsOfAHexDump()
{
    BodyView view;
    auto *text = view.findChild<QPlainTextEdit *>(u"messageBody"_s);
    view.setSource({QByteArray("\0\1\2\xff", 4), {}, {}, {}, false});
    QCOMPARE(text->lineWrapMode(), QPlainTextEdit::NoWrap);
    view.setSource({"long lines of text", u"text/plain"_s, {}, {}, false});
    QCOMPARE(text->lineWrapMode(), QPlainTextEdit::WidgetWidth);
}

void tst_Legibility::givesTheBodyThePlaceOfMissingNames()
{
    constexpr int Name = MessageTableModel::FirstMessageColumn + int(MessageColumn::Name);
    TestBroker broker;
    QVERIFY(broker.declare(Queue(u"orders"_s)));
    QVERIFY(broker.publish(u"orders"_s, u"no task"_s));
    BrokerSession session;
    session.open(broker.url());
    PeekView view(&session, u"orders"_s);
    auto *table = view.findChild<QTableView *>(u"messageTable"_s);
    view.peek();
    QTRY_COMPARE(table->model()->rowCount(), 1);
    QVERIFY(table->isColumnHidden(Name));
    PublishOptions options;
    options.headers = {{u"task"_s, u"shop.mail"_s}, {u"id"_s, u"4711"_s}};
    QVERIFY(broker.publish(u"orders"_s, u"task"_s, options));
    view.peek();
    QTRY_COMPARE(table->model()->rowCount(), 2);
    QVERIFY(!table->isColumnHidden(Name));
}

void tst_Legibility::countsOnlyWhatItKnows()
{
    TestBroker broker;
    QVERIFY(broker.declare(Queue(u"orders"_s, Exchange(u"news"_s, ExchangeType::Fanout))));
    BrokerSession session;
    QueuePage page(&session, u"orders"_s);
    const auto *tabs = page.findChild<QTabWidget *>();
    QCOMPARE(tabs->tabText(2), u"Bindings"_s); // not (0): nobody has said so
    session.open(broker.url());
    QTRY_COMPARE(tabs->tabText(2), u"Bindings (1)"_s);
}

void tst_Legibility::cutsNoNumber_data()
{
    QTest::addColumn<int>("width");
    for (const int width : {120, 300, 354, 600, 1200})
        QTest::addRow("%d pixels", width) << width;
}
// Half of a number is another number.
void tst_Legibility::cutsNoNumber()
{
    QFETCH(int, width);
    KpiStrip strip({u"Ready"_s, u"Unacked"_s, u"Total"_s, u"Consumers"_s, u"By priority"_s});
    for (int i = 0; i < 5; ++i)
        strip.setCount(i, 1234567);
    strip.resize(width, strip.heightForWidth(width));
    strip.show();
    for (const QLabel *label : strip.findChildren<QLabel *>()) {
        const QRect place(label->mapTo(&strip, QPoint()), label->size());
        QVERIFY(strip.rect().contains(place));
        QVERIFY(place.width() >= label->sizeHint().width());
    }
}

QOMBU_TEST_WITH(QApplication, tst_Legibility)
#include "tst_legibility.moc"
