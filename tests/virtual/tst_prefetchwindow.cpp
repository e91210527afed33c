// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "virtual/queueing/prefetchwindow.h"

#include <QTest>

#include <limits>

using namespace Qombu;
using Room = PrefetchWindow::Room;

class tst_PrefetchWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void countsMessages()
    {
        PrefetchWindow window;
        window.setLimits(2, 0);
        QCOMPARE(window.room().messages, 2);
        QCOMPARE(window.room().bytes, std::numeric_limits<qint64>::max());
        window.take(10);
        QCOMPARE(window.room().messages, 1);
        window.take(10);
        QVERIFY(window.room() == Room());
        window.release(10);
        QCOMPARE(window.room().messages, 1);
    }

    void countsBytes()
    {
        PrefetchWindow window;
        window.setLimits(0, 100);
        window.take(40);
        QCOMPARE(window.room().bytes, 60);
        QCOMPARE(window.room().messages, std::numeric_limits<int>::max());
        window.take(60);
        QVERIFY(window.room() == Room());
    }

    void letsOneMessageExceedTheBytes()
    {
        PrefetchWindow window;
        window.setLimits(16, 100);
        window.take(1000);
        QVERIFY(window.room() == Room());
        window.release(1000);
        QCOMPARE(window.room().bytes, 100);
    }

    void isFullWhenTheLimitsShrinkBelowWhatIsHeld()
    {
        PrefetchWindow window;
        window.setLimits(4, 0);
        window.take(1);
        window.take(1);
        window.setLimits(1, 0);
        QVERIFY(window.room() == Room());
        window.release(1);
        QVERIFY(window.room() == Room());
        window.release(1);
        QCOMPARE(window.room().messages, 1);
    }
};

QOMBU_TEST(tst_PrefetchWindow)
#include "tst_prefetchwindow.moc"
