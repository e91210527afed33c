// SPDX-License-Identifier: BSD-3-Clause
#include "core/message_p.h"
#include "support/testmain.h"

#include <QDebug>
#include <QTest>

#include <thread>
#include <vector>

using namespace Qombu;

namespace {

// Writes down what it is told, from any thread.
class Ledger : public SettlementSink
{
public:
    bool settle(const DeliveryKey &key, Settlement settlement) override
    {
        ++settled;
        last = {key.consumer, key.number, settlement};
        return open;
    }
    void abandoned(const DeliveryKey &) override { ++abandonedCount; }

    struct Word
    {
        quint64 consumer = 0;
        quint64 delivery = 0;
        Settlement settlement = Settlement::Ack;
    };
    std::atomic<int> settled = 0;
    std::atomic<int> abandonedCount = 0;
    Word last;
    bool open = true;
};

MessageData someData()
{
    MessageContent content;
    content.body = "wire";
    content.contentType = QStringLiteral("text/plain");
    content.headers = {{QStringLiteral("h"), 1},
                       {QStringLiteral("compression"), QStringLiteral("x")}};
    MessageData data;
    data.content = std::make_shared<const MessageContent>(std::move(content));
    data.rawBody = "secret text";
    data.body = QStringLiteral("secret text");
    data.queue = QStringLiteral("orders");
    return data;
}

} // namespace

class tst_Message : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_ledger = std::make_shared<Ledger>(); }
    void settlesOnceForAllCopies();
    void settlesOnceFromManyThreads();
    void aMessageThatWasNotDeliveredCannotBeSettled();
    void tellsWhenTheConnectionIsClosed();
    void autoAcknowledgesWithTheLastCopy();
    void autoDoesNotAcknowledgeWhatCouldNotBeDecoded();
    void reportsAbandonedMessages();
    void withoutAcknowledgementThereIsNothingToSettle();
    void copiesShareTheDeliveryButNotChanges();
    void aNewBodyTakesTheOldDescriptionWithIt();
    void namesPropertiesAsOnTheWire();
    void printsNoBody();

private:
    Message delivered(AckMode mode, MessageData data = someData())
    {
        const DeliveryKey key{7, 3, 0, 0, data.queue, data.content->deliveryTag};
        return MessageBuilder::delivered(MessageBuilder::make(std::move(data)),
                                         std::make_shared<Delivery>(m_ledger, key, mode));
    }

    std::shared_ptr<Ledger> m_ledger;
};

void tst_Message::settlesOnceForAllCopies()
{
    const Message message = delivered(AckMode::Manual);
    const Message copy = message;
    QVERIFY(!copy.isSettled());
    QVERIFY(!copy.requeue().isError());
    QCOMPARE(m_ledger->last.consumer, 3U);
    QCOMPARE(m_ledger->last.delivery, 7U);
    QCOMPARE(m_ledger->last.settlement, Settlement::Requeue);
    QVERIFY(message.isSettled());
    QCOMPARE(message.ack().kind(), Error::AlreadySettled);
    QCOMPARE(message.reject().kind(), Error::AlreadySettled);
    QCOMPARE(m_ledger->settled, 1);
}

void tst_Message::settlesOnceFromManyThreads()
{
    for (int round = 0; round < 200; ++round) {
        const Message message = delivered(AckMode::Manual);
        std::atomic<int> accepted = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back(
                [copy = message, &accepted] { accepted += copy.ack().isError() ? 0 : 1; });
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(accepted, 1);
    }
    QCOMPARE(m_ledger->settled, 200);
    QCOMPARE(m_ledger->abandonedCount, 0);
}

void tst_Message::aMessageThatWasNotDeliveredCannotBeSettled()
{
    const Message message(QStringLiteral("x"));
    QCOMPARE(message.ack().kind(), Error::Unsupported);
    QCOMPARE(message.reject().kind(), Error::Unsupported);
    QCOMPARE(message.requeue().kind(), Error::Unsupported);
    QVERIFY(!message.isSettled());
    QCOMPARE(Message().ack().kind(), Error::Unsupported);
    QVERIFY(!Message().body().isValid());
}

void tst_Message::tellsWhenTheConnectionIsClosed()
{
    m_ledger->open = false;
    const Message message = delivered(AckMode::Manual);
    QCOMPARE(message.ack().kind(), Error::Connection);
    QVERIFY(!message.ack().isRecoverable());
}

void tst_Message::autoAcknowledgesWithTheLastCopy()
{
    auto message = std::make_unique<Message>(delivered(AckMode::Auto));
    auto copy = std::make_unique<Message>(*message);
    message.reset();
    QCOMPARE(m_ledger->settled, 0);
    copy.reset();
    QCOMPARE(m_ledger->settled, 1);
    QCOMPARE(m_ledger->last.settlement, Settlement::Ack);

    QVERIFY(!delivered(AckMode::Auto).reject().isError()); // and not acknowledged behind its back
    QCOMPARE(m_ledger->settled, 2);
    QCOMPARE(m_ledger->last.settlement, Settlement::Reject);
}

void tst_Message::autoDoesNotAcknowledgeWhatCouldNotBeDecoded()
{
    MessageData data = someData();
    data.error = Error(Error::Decode, QStringLiteral("no JSON"));
    QVERIFY(delivered(AckMode::Auto, data).error().isError());
    QCOMPARE(m_ledger->settled, 0);
    QCOMPARE(m_ledger->abandonedCount, 1);
}

void tst_Message::reportsAbandonedMessages()
{
    QVERIFY(!delivered(AckMode::Manual).isSettled());
    QCOMPARE(m_ledger->abandonedCount, 1);
    QVERIFY(!delivered(AckMode::Manual).ack().isError());
    QCOMPARE(m_ledger->abandonedCount, 1);
}

void tst_Message::withoutAcknowledgementThereIsNothingToSettle()
{
    {
        const Message message = delivered(AckMode::None);
        QVERIFY(message.isSettled());
        QVERIFY(!message.ack().isError());
        QCOMPARE(message.requeue().kind(), Error::Unsupported);
    }
    QCOMPARE(m_ledger->settled, 0);
    QCOMPARE(m_ledger->abandonedCount, 0);
}

void tst_Message::copiesShareTheDeliveryButNotChanges()
{
    const Message message = delivered(AckMode::Manual);
    Message changed = message;
    QCOMPARE(&MessageBuilder::data(std::as_const(message)),
             &MessageBuilder::data(std::as_const(changed))); // nothing was copied yet
    changed.setHeaders({{QStringLiteral("other"), 2}});
    QCOMPARE(message.headers().value(QStringLiteral("h")), QVariant(1));
    QCOMPARE(changed.headers().keys(), QStringList{QStringLiteral("other")});
    QVERIFY(!changed.ack().isError());
    QVERIFY(message.isSettled());
}

void tst_Message::aNewBodyTakesTheOldDescriptionWithIt()
{
    MessageData data = someData();
    data.error = Error(Error::Decode, QStringLiteral("x"));
    Message message = MessageBuilder::make(data);
    message.setBody(5);
    QCOMPARE(message.body(), QVariant(5));
    QVERIFY(message.rawBody().isEmpty() && message.wireBody().isEmpty());
    QVERIFY(message.contentType().isEmpty() && message.contentEncoding().isEmpty());
    QVERIFY(!message.error().isError());
    QCOMPARE(message.headers().keys(), QStringList{QStringLiteral("h")});
}

void tst_Message::namesPropertiesAsOnTheWire()
{
    MessageProperties properties;
    properties.correlationId = QStringLiteral("c");
    properties.replyTo = QStringLiteral("r");
    properties.timestamp = 12345;
    properties.extra = {{QStringLiteral("x"), 1}};
    Message message;
    message.setProperties(properties);
    QCOMPARE(message.properties(), properties);
    const QVariantMap expected{
        {QStringLiteral("correlation_id"), QStringLiteral("c")},
        {QStringLiteral("reply_to"), QStringLiteral("r")},
        {QStringLiteral("timestamp"), 12345},
        {QStringLiteral("x"), 1},
        {QStringLiteral("priority"), 0},
        {QStringLiteral("delivery_mode"), 2},
    };
    QCOMPARE(message.propertyMap(), expected);
}

void tst_Message::printsNoBody()
{
    QString text;
    QDebug(&text) << MessageBuilder::make(someData());
    QVERIFY2(text.contains(QLatin1String("text/plain")), qPrintable(text));
    QVERIFY2(text.contains(QLatin1String("orders")), qPrintable(text));
    QVERIFY2(!text.contains(QLatin1String("secret")), qPrintable(text));
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_Message)
#include "tst_message.moc"
