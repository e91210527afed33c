// SPDX-License-Identifier: BSD-3-Clause
#include "interop/peers.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QTest>

using QombuTest::Program;

// What Kombu 5.7 and later does that earlier ones do not.
class tst_NewestKombu : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void itsSweepSparesOurBindings();
    void itFindsOurQueueAfterTheBindingsWereDeleted();
    void itRemovesWhatWeBound();

private:
    QJsonObject exchange(const QString &queue = {}) const;

    QombuTest::BrokerProcess m_broker;
    Peers m_peers{m_broker};
};

#define DONE(program) QVERIFY2((program).exitCode() == 0, (program).errorText().constData())

void tst_NewestKombu::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
    Program version = m_peers.kombu(QStringLiteral("version"), {});
    QVERIFY2(
        version.exitCode() == 0,
        qPrintable(QStringLiteral("%1 is not the newest Kombu: tests/interop/newest makes it. ")
                       .arg(Peers::python())
                   + QString::fromUtf8(version.errorText())));
}

void tst_NewestKombu::init()
{
    m_broker.command({"FLUSHALL"});
}

QJsonObject tst_NewestKombu::exchange(const QString &queue) const
{
    return {{QStringLiteral("queue"), queue},
            {QStringLiteral("exchange"), QStringLiteral("events")},
            {QStringLiteral("type"), QStringLiteral("topic")},
            {QStringLiteral("binding_key"), QStringLiteral("#")},
            {QStringLiteral("messages"), QJsonArray()}};
}

// A queue of its own that expires gives the exchange a deadline; when that is over, the set goes,
// with the bindings of everybody, unless it is marked.
void tst_NewestKombu::itsSweepSparesOurBindings()
{
    QombuProgram bind =
        m_peers.qombu("bind|q|--exchange|events|--type|topic|--routing-key|order.#");
    DONE(bind);
    Program sweep = m_peers.kombu(QStringLiteral("sweep"), exchange(QStringLiteral("tmp")));
    DONE(sweep);
    QCOMPARE(m_broker.integer({"ZCARD", "_kombu.binding_deadlines"}), 0); // it was swept
    QCOMPARE(m_broker.integer({"SCARD", "_kombu.binding.events"}), 2);
    QombuProgram publish = m_peers.qombu("publish|1|--exchange|events|--type|topic|--routing-key|"
                                         "order.1");
    DONE(publish);
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 1);
}

void tst_NewestKombu::itFindsOurQueueAfterTheBindingsWereDeleted()
{
    QombuProgram consume =
        m_peers.qombu("consume|q|--exchange|events|--type|topic|--binding-key|order.#|--count|1");
    QTRY_COMPARE_WITH_TIMEOUT(m_broker.integer({"SCARD", "_kombu.binding.events"}), 1, 20000);
    m_broker.command({"FLUSHALL"});
    QTRY_COMPARE_WITH_TIMEOUT(m_broker.integer({"SCARD", "_kombu.binding.events"}), 1, 20000);
    QJsonObject message = exchange();
    message[QStringLiteral("messages")] =
        QJsonArray{QJsonObject{{QStringLiteral("body"), QStringLiteral("from them")},
                               {QStringLiteral("routing_key"), QStringLiteral("order.1")},
                               {QStringLiteral("serializer"), QStringLiteral("json")}}};
    Program publish = m_peers.kombu(QStringLiteral("publish"), message);
    DONE(publish);
    DONE(consume);
    QCOMPARE(consume.objects().value(0).value(QLatin1String("body")).toString(),
             QStringLiteral("from them"));
}

void tst_NewestKombu::itRemovesWhatWeBound()
{
    QombuProgram bind = m_peers.qombu("bind|q|--exchange|events|--type|topic|--routing-key|#");
    DONE(bind);
    QCOMPARE(m_broker.integer({"SCARD", "_kombu.binding_permanent.events"}), 1);
    Program remove = m_peers.kombu(QStringLiteral("delete"), exchange(QStringLiteral("q")));
    DONE(remove);
    QCOMPARE(m_broker.integer({"DBSIZE"}), 0);
}

QOMBU_TEST(tst_NewestKombu)
#include "tst_newestkombu.moc"
