// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/conformance/conformancetest.h"

#include <QEventLoop>
#include <QThread>
#include <QTimer>

using namespace std::chrono_literals;
using namespace Qombu;
using namespace QombuTest;

namespace {

enum class Way { InItsSlot, ThenSettled, ByATimer, WhenItBegins };

// Fetches, publishes, and is deleted meanwhile in the way that is asked for. All in the thread of
// run().
class Doomed
{
public:
    Doomed(Way way, const BrokerUrl &url, const ConnectionOptions &options)
        : m_way(way)
        , m_connection(new Connection(url, options))
        , m_consumer(m_connection, Queue("work"))
    {
        QObject::connect(&m_consumer, &Consumer::messageReceived, &m_consumer,
                         [this](const Message &message) { received(message); });
        QObject::connect(&m_consumer, &Consumer::stateChanged, &m_consumer,
                         [this](Consumer::State state) {
                             if (m_way == Way::WhenItBegins && state == Consumer::Consuming)
                                 end();
                         });
    }

    // Until it is deleted, in an event loop that is not waited for.
    void run()
    {
        QEventLoop loop;
        QObject::connect(m_connection, &QObject::destroyed, &loop, &QEventLoop::quit);
        m_consumer.start();
        loop.exec();
    }
    bool isSettled() const { return m_isSettled; }

private:
    void received(const Message &message)
    {
        if (++m_count != 3)
            return;
        switch (m_way) {
        case Way::InItsSlot:
            return end();
        case Way::ThenSettled:
            end();
            m_isSettled = !message.ack().isError();
            return;
        case Way::ByATimer:
            QTimer::singleShot(0, &m_consumer, [this] { end(); });
            return;
        case Way::WhenItBegins:
            return;
        }
    }

    void end()
    {
        Producer(m_connection, "out").publish(QStringLiteral("last"));
        delete m_connection;
    }

    const Way m_way;
    Connection *const m_connection;
    Consumer m_consumer;
    int m_count = 0;
    bool m_isSettled = false;
};

} // namespace

// How a connection ends: what was said last is heard, and what it held goes back.
class tst_ConformanceClosing : public ConformanceTest
{
    Q_OBJECT

    static constexpr int Count = 40;

    static void ways_data()
    {
        QTest::addColumn<Way>("way");
        QTest::newRow("in its slot") << Way::InItsSlot;
        QTest::newRow("in its slot, and settled then") << Way::ThenSettled;
        QTest::newRow("by a timer") << Way::ByATimer;
        QTest::newRow("when it begins") << Way::WhenItBegins;
    }

    void fill()
    {
        declare(Queue("out"));
        QStringList texts;
        for (int i = 0; i < Count; ++i)
            texts.append(QString::number(i));
        publish(QStringLiteral("work"), texts);
    }

    // What was settled then is in time where the engine had no chance to close before.
    void everythingIsBack(Way way, bool isSettled)
    {
        QFETCH_GLOBAL(bool, background);
        const bool isLate = background && way == Way::ThenSettled;
        QVERIFY(isLate || isSettled == (way == Way::ThenSettled));
        const int least = isSettled ? Count - 1 : Count;
        const int most = isLate ? Count : least;
        QTRY_VERIFY(ready(QStringLiteral("work")) >= least);
        QVERIFY(ready(QStringLiteral("work")) <= most);
        QTRY_COMPARE(ready(QStringLiteral("out")), 1);
        QTRY_COMPARE(unacked(), 0);
    }

private Q_SLOTS:
    void deletedInAnEventLoopItEndsInTheBackground_data() { ways_data(); }
    void deletedInAnEventLoopItEndsInTheBackground()
    {
        QFETCH(Way, way);
        fill();
        Doomed doomed(way, broker().url(), options());
        doomed.run();
        everythingIsBack(way, doomed.isSettled());
    }

    // With the thread's Hub, or beside it.
    void deletedAtTheEndOfItsLoopItEndsWithThat_data() { ways_data(); }
    void deletedAtTheEndOfItsLoopItEndsWithThat()
    {
        QFETCH(Way, way);
        fill();
        bool isSettled = false;
        const std::unique_ptr<QThread> thread(
            QThread::create([way, &isSettled, url = broker().url(), options = options()] {
                Doomed doomed(way, url, options);
                doomed.run();
                isSettled = doomed.isSettled();
            }));
        thread->start();
        QTRY_VERIFY(thread->isFinished());
        everythingIsBack(way, isSettled);
    }
};

QOMBU_TEST(tst_ConformanceClosing)
#include "tst_conformance_closing.moc"
