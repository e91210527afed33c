// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/rabbitseat.h"
#include "support/testmain.h"

#include <Qombu/hub.h>

#include <QSet>

#include <algorithm>
#include <deque>
#include <future>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// Every publish ends once, and truly, whatever becomes of a real RabbitMQ under it.
class tst_AmqpPublishEnds : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void eachEndsOnce_data();
    void eachEndsOnce();

private:
    bool strike(const QByteArray &fault);

    RabbitProcess m_broker{RabbitProcess::Own};
};

void tst_AmqpPublishEnds::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_AmqpPublishEnds::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
}

void tst_AmqpPublishEnds::eachEndsOnce_data()
{
    QTest::addColumn<QByteArray>("fault");
    QTest::addColumn<bool>("resends");
    const auto row = [](const char *fault, bool resends) {
        QTest::addRow("%s, %s", fault, resends ? "sent again" : "not sent again")
            << QByteArray(fault) << resends;
    };
    row("close_all_connections", true);
    row("close_all_connections", false);
    row("stop_app", true);
    row("kill", false); // tst_amqprecovery sends again
}

// Returns once the broker is there again.
bool tst_AmqpPublishEnds::strike(const QByteArray &fault)
{
    if (fault == "kill") {
        m_broker.kill();
        return m_broker.restart();
    }
    if (fault == "stop_app")
        return !m_broker.control({u"stop_app"_s}).isNull()
            && !m_broker.control({u"start_app"_s}).isNull();
    return !m_broker.control({u"close_all_connections"_s, u"--global"_s, u"by a test"_s}).isNull();
}

// What was confirmed is there; what was not sent again is there once at most.
void tst_AmqpPublishEnds::eachEndsOnce()
{
    QFETCH(QByteArray, fault);
    QFETCH(bool, resends);
    ConnectionOptions options;
    options.hub = Hub::background(); // goes on publishing while the test waits
    options.onUncertain = resends ? UncertainPublish::Resend : UncertainPublish::Fail;
    RabbitSeat seat(m_broker.url(), options);
    RABBIT_OK(seat.channel()->declare(Queue("q")));
    // RabbitMQ may lose a durable queue, and what it confirmed, that it was told of moments before.
    QVERIFY(fault != "kill"
            || !m_broker.control({u"eval"_s, u"disk_log:sync(latest_log)."_s}).isNull());
    Producer producer(&seat.connection, u"q"_s);
    PublishOptions patient;
    patient.timeout = 2min;
    std::deque<int> ends;
    std::deque<Error> errors;
    int ended = 0;
    const auto publish = [&] {
        const std::size_t i = ends.size();
        ends.push_back(0);
        errors.emplace_back();
        producer.publish(QString::number(i), patient)
            .then(&seat.connection, [&, i](const Result<void> &result) {
                ++ends[i];
                ++ended;
                errors[i] = result.error();
            });
    };
    // Under load all the while, as far as the broker takes it.
    auto struck = std::async(std::launch::async, [&] { return strike(fault); });
    while (struck.wait_for(0s) != std::future_status::ready) {
        for (int i = 0; i < 100 && int(ends.size()) < ended + 2000; ++i)
            publish();
        QTest::qWait(20);
    }
    QVERIFY2(struck.get(), qPrintable(m_broker.errorText()));
    const int count = int(ends.size());
    QTRY_COMPARE_WITH_TIMEOUT(ended, count, 120000);
    QVERIFY(std::ranges::all_of(ends, [](int one) { return one == 1; }));

    RabbitInbox inbox(&seat.connection, {Queue("q")});
    inbox.consumer.setPrefetchCount(1000);
    QSet<QString> confirmed;
    for (int i = 0; i < count; ++i) {
        const Error &error = errors[size_t(i)];
        QVERIFY2(!error.isError() || (!resends && error.isInDoubt()), qPrintable(error.text()));
        if (!error.isError())
            confirmed.insert(QString::number(i));
    }
    QTRY_VERIFY_WITH_TIMEOUT(inbox.texts.size() >= confirmed.size(), 30000);
    QTRY_COMPARE_WITH_TIMEOUT(seat.ready(u"q"_s), 0, 15000);
    const auto missing = [&] {
        return (confirmed - QSet(inbox.texts.begin(), inbox.texts.end())).size();
    };
    QTRY_COMPARE(missing(), 0);
    QSet<QString> seen;
    QSet<QString> ids;
    qsizetype twice = 0;
    for (const Message &message : std::as_const(inbox.messages)) {
        const QString id = message.properties().messageId;
        const bool isRepeat = seen.contains(message.body().toString());
        QCOMPARE(ids.contains(id), isRepeat);
        twice += isRepeat ? 1 : 0;
        QVERIFY(!isRepeat || message.isRedelivered()
                || message.headers().contains(u"x-qombu-again"_s));
        QVERIFY(resends || !message.headers().contains(u"x-qombu-again"_s));
        seen.insert(message.body().toString());
        ids.insert(id);
    }
    qInfo() << "of" << count << "failed" << count - confirmed.size() << "twice" << twice;
    QVERIFY(resends || twice == 0);
}

QOMBU_TEST(tst_AmqpPublishEnds)
#include "tst_amqppublishends.moc"
