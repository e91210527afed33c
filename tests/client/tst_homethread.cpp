// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/homethread.h"
#include "support/testmain.h"

#include <QtTest/qtest.h>

#include <memory>

using namespace Qombu;

class tst_HomeThread : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isThatOfTheHandle();
    void anotherOneIsWarnedOnce();
};

void tst_HomeThread::isThatOfTheHandle()
{
    const QObject handle;
    const HomeThread home(handle);
    QVERIFY(home.isHere());
}

void tst_HomeThread::anotherOneIsWarnedOnce()
{
    static std::atomic<int> warnings;
    warnings = 0;
    const auto before =
        qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &text) {
            warnings += text.contains(QStringLiteral("another thread")) ? 1 : 0;
        });
    const QObject handle;
    const HomeThread home(handle);
    bool isAnyHere = false;
    const std::unique_ptr<QThread> thread(QThread::create([&] {
        for (int i = 0; i < 3; ++i)
            isAnyHere |= home.isHere();
    }));
    thread->start();
    const bool isDone = thread->wait();
    qInstallMessageHandler(before);
    QVERIFY(isDone);
    QVERIFY(!isAnyHere);
    QCOMPARE(warnings.load(), 1);
}

QOMBU_TEST(tst_HomeThread)
#include "tst_homethread.moc"
