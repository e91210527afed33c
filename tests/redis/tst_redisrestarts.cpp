// SPDX-License-Identifier: BSD-3-Clause
#include "support/restarts.h"
#include "support/testmain.h"

#include <Qombu/hub.h>

#include <QtTest/qtest.h>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;

// A real server that goes and comes back.
class tst_RedisRestarts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isBackAtOnceHoweverOftenTheServerRestarts_data()
    {
        QTest::addColumn<bool>("background");
        QTest::newRow("engine here") << false;
        QTest::newRow("engine in background") << true;
    }
    void isBackAtOnceHoweverOftenTheServerRestarts()
    {
        QFETCH(const bool, background);
        Restarts restarts(background ? Hub::background() : nullptr);
        QVERIFY(restarts.begin());
        for (int i = 0; i < 10; ++i) {
            const auto took = restarts.restart(i % 4); // some are away for longer
            QVERIFY2(took, qPrintable(QStringLiteral("not back after restart %1").arg(i)));
            QVERIFY2(
                *took <= 2s,
                qPrintable(QStringLiteral("%1 ms after restart %2").arg(took->count()).arg(i)));
        }
    }
};

QOMBU_TEST(tst_RedisRestarts)
#include "tst_redisrestarts.moc"
