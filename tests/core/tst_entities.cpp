// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"

#include <Qombu/queue.h>

#include <QDebug>
#include <QSet>
#include <QTest>

using namespace Qombu;
using namespace std::chrono_literals;

// Exchange, Queue and Binding.
class tst_Entities : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theDefaultExchangeHasNoName();
    void exchangesCompareByEveryPart();
    void aQueueConvertsFromItsName();
    void bindingsFollowTheQueuesName();
    void theDefaultExchangeTakesNoBinding();
    void argumentsWithANameOfTheirOwnMoveThere();
    void copiesAreIndependent();
    void printsItself();
};

void tst_Entities::theDefaultExchangeHasNoName()
{
    const Exchange exchange;
    QVERIFY(exchange.isDefault());
    QCOMPARE(exchange.type(), ExchangeType::Direct);
    QVERIFY(exchange.isDurable() && exchange.isDeclared());
    QVERIFY(!exchange.isAutoDelete() && !exchange.isPassive());
}

void tst_Entities::exchangesCompareByEveryPart()
{
    const Exchange plain(QStringLiteral("e"), ExchangeType::Topic);
    QCOMPARE(plain, Exchange(QStringLiteral("e"), ExchangeType::Topic));
    QVERIFY(plain != Exchange(QStringLiteral("e")));
    QVERIFY(plain != Exchange(plain).setDurable(false));
    QVERIFY(plain != Exchange(plain).setAutoDelete(true));
    QVERIFY(plain != Exchange(plain).setPassive(true));
    QVERIFY(plain != Exchange(plain).setDeclared(false));
    QVERIFY(plain != Exchange(plain).setArguments({{QStringLiteral("a"), 1}}));
    QCOMPARE(qHash(plain), qHash(Exchange(QStringLiteral("e"), ExchangeType::Topic)));
    const QSet<Exchange> set{plain, plain, Exchange()};
    QCOMPARE(set.size(), 2);
}

void tst_Entities::aQueueConvertsFromItsName()
{
    const auto nameOf = [](const Queue &queue) { return queue.name(); };
    QCOMPARE(nameOf("orders é"), QStringLiteral("orders é"));
    QCOMPARE(nameOf(QStringLiteral("orders")), QStringLiteral("orders"));
    const Queue queue("orders");
    QVERIFY(queue.exchange().isDefault());
    QCOMPARE(queue.routingKey(), QStringLiteral("orders"));
    QVERIFY(queue.bindings().isEmpty());
    QVERIFY(!queue.expires() && !queue.maxPriority());
}

void tst_Entities::bindingsFollowTheQueuesName()
{
    const Exchange shop(QStringLiteral("shop"));
    const Exchange news(QStringLiteral("news"), ExchangeType::Fanout);
    Queue queue(QStringLiteral("orders"), shop, QStringLiteral("new"));
    queue.addBinding(news).setName(QStringLiteral("other"));
    QCOMPARE(queue.exchange(), shop);
    QCOMPARE(queue.routingKey(), QStringLiteral("new"));
    const QList<Binding> expected{{shop, QStringLiteral("new"), QStringLiteral("other"), {}},
                                  {news, QString(), QStringLiteral("other"), {}}};
    QCOMPARE(queue.bindings(), expected);
}

void tst_Entities::theDefaultExchangeTakesNoBinding()
{
    const Queue queue(QStringLiteral("q"), Exchange(), QStringLiteral("x"));
    QVERIFY(queue.bindings().isEmpty());
    QCOMPARE(queue.routingKey(), QStringLiteral("q"));
}

void tst_Entities::argumentsWithANameOfTheirOwnMoveThere()
{
    const QVariant dlx = QStringLiteral("d");
    Queue queue("q");
    queue.setArguments({{QStringLiteral("x-expires"), 120000},
                        {QStringLiteral("x-message-ttl"), 1500},
                        {QStringLiteral("x-max-length"), 10},
                        {QStringLiteral("x-max-length-bytes"), QStringLiteral("1000")},
                        {QStringLiteral("x-max-priority"), QVariantList()},
                        {QStringLiteral("x-dead-letter-exchange"), dlx}});
    QCOMPARE(queue.expires(), 120s);
    QCOMPARE(queue.messageTtl(), 1500ms);
    QCOMPARE(queue.maxLength(), 10);
    QCOMPARE(queue.maxLengthBytes(), 1000);
    QVERIFY(!queue.maxPriority());
    QCOMPARE(
        queue.arguments().keys(),
        (QStringList{QStringLiteral("x-dead-letter-exchange"), QStringLiteral("x-max-priority")}));
}

void tst_Entities::copiesAreIndependent()
{
    const Queue plain("q");
    Queue changed = plain;
    changed.setExclusive(true).setMaxPriority(5).setDeadLetterQueue(QStringLiteral("dead"));
    QVERIFY(changed.isAutoDelete() && !plain.isAutoDelete());
    QVERIFY(plain != changed);
    QVERIFY(plain.deadLetterQueue().isEmpty());
    QCOMPARE(plain, Queue("q"));
    QCOMPARE(qHash(plain), qHash(Queue("q")));
}

void tst_Entities::printsItself()
{
    QString text;
    QDebug(&text) << Queue(QStringLiteral("q"), Exchange(QStringLiteral("e"), ExchangeType::Topic),
                           QStringLiteral("a.#"))
                  << Exchange(QStringLiteral("e"), ExchangeType::Topic).setDurable(false);
    for (const char *part : {"\"q\"", "\"e\"", "\"a.#\"", "Topic", "transient"})
        QVERIFY2(text.contains(QLatin1String(part)), qPrintable(text));
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_Entities)
#include "tst_entities.moc"
