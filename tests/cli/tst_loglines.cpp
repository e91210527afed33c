// SPDX-License-Identifier: BSD-3-Clause
#include "loglines.h"
#include "support/testmain.h"

#include <QTest>

// What a terminal sees of log messages, whatever a broker puts into them and however many come.
class tst_LogLines : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void showsNothingThatControlsATerminal();
    void countsAFlood();
    void keepsKindsApart();
};

void tst_LogLines::showsNothingThatControlsATerminal()
{
    LogLines lines;
    QCOMPARE(lines.add(QStringLiteral("qombu.redis"), QStringLiteral("a\x1b[2Jb\nc\u202ed"), 0),
             QStringList{QStringLiteral("qombu.redis: a·[2Jb·c·d")});
}

void tst_LogLines::countsAFlood()
{
    LogLines lines;
    const QString kind = QStringLiteral("qombu.redis");
    QStringList shown;
    for (int i = 0; i < 50'000; ++i) // 25 seconds
        shown += lines.add(kind, QStringLiteral("bad broadcast"), i / 2);
    QCOMPARE(shown.size(), LogLines::MostInAWindow);
    const QStringList later = lines.add(kind, QStringLiteral("bad broadcast"), LogLines::WindowMs);
    QCOMPARE(later.size(), 2);
    QVERIFY2(later.constFirst().contains(QLatin1String("49995 more")), qPrintable(later.at(0)));
    QCOMPARE(lines.rest(), QStringList()); // all was told
    for (int i = 0; i < 9; ++i)
        lines.add(kind, QStringLiteral("bad broadcast"), LogLines::WindowMs + 1);
    QCOMPARE(lines.rest().size(), 1);
    QCOMPARE(lines.rest(), QStringList());
}

void tst_LogLines::keepsKindsApart()
{
    LogLines lines;
    for (int i = 0; i < 100; ++i)
        lines.add(QStringLiteral("qombu.redis"), QStringLiteral("flood"), 0);
    QCOMPARE(lines.add(QStringLiteral("qombu.net"), QStringLiteral("one"), 0),
             QStringList{QStringLiteral("qombu.net: one")});
}

QOMBU_TEST(tst_LogLines)
#include "tst_loglines.moc"
