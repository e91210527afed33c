// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/scriptedbroker.h"
#include "amqp/serverspeech.h"
#include "support/testmain.h"
#include "transports/amqp/wire/methodids.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;
using namespace Qt::StringLiterals;

namespace {

// Who publishes, and what it is told: "room 0", "ended 1 2!", "closed 406 unsent 1 2".
class Told final : public PublishListener
{
public:
    QByteArrayList take() { return std::exchange(news, {}); }
    QByteArrayList news;
    PublishChannel *channel = nullptr;

private:
    void published(std::vector<PublishOutcome> &&outcomes) override
    {
        QByteArray text = "ended";
        for (const PublishOutcome &outcome : outcomes)
            text += ' ' + QByteArray::number(outcome.id) + (outcome.error.isError() ? "!" : "");
        news << text;
    }
    void publishRoom(int messages, qint64) override { news << (messages > 0 ? "room" : "no room"); }
    void channelClosed(const Error &why) override
    {
        QByteArray text = "closed " + QByteArray::number(why.replyCode());
        for (const quint64 id : channel->unsent())
            text += " " + QByteArray::number(id);
        news << text + (why.isRecoverable() ? " lost" : "");
    }
};

std::vector<OutgoingMessage> messages(std::initializer_list<quint64> ids)
{
    std::vector<OutgoingMessage> made;
    for (const quint64 id : ids) {
        auto content = std::make_shared<MessageContent>();
        content->body = QByteArray::number(id);
        content->routingKey = u"q"_s;
        content->properties.edit().messageId = QString::number(id);
        made.push_back({id, content, true, false});
    }
    return made;
}

} // namespace

// What goes out on the publishing socket, and what becomes of it.
class tst_AmqpPublisher : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void hasNoRoomBeforeItsSocketIsThere();
    void confirmsEach();
    void publishesTogetherInOneTransaction();
    void nothingIsSentOfWhatIsRefusedTogether();
    void whatComesBackOfATransactionIsUnroutable();
    void aTransactionThatBreaksIsSentOneByOne_data();
    void aTransactionThatBreaksIsSentOneByOne();
    void whatEndsTheConnectionForOurFaultIsAboutAMessage();
    void withoutTransactionsEachIsConfirmed();
    void knowsWhatWasNotWritten();

private:
    void open();
    void say(const QByteArray &bytes); // on the publishing socket
    QByteArrayList heard();

    std::unique_ptr<ScriptedLink> m_link;
    Told m_told;
    std::unique_ptr<PublishChannel> m_channel;
    QByteArrayList m_again; // bodies
};

void tst_AmqpPublisher::init()
{
    m_channel.reset();
    m_link = std::make_unique<ScriptedLink>();
    m_link->broker.onPublished = [this](const QByteArray &body, bool again) {
        if (again)
            m_again << body;
    };
    m_again.clear();
    m_told.take();
    m_link->open();
    open();
    m_told.take();
}

void tst_AmqpPublisher::open()
{
    m_channel = m_link->link->openPublish(&m_told);
    m_told.channel = m_channel.get();
    m_link->hub.settle();
}

void tst_AmqpPublisher::say(const QByteArray &bytes)
{
    m_link->broker.streams.back()->receive(bytes);
    m_link->hub.settle();
}

QByteArrayList tst_AmqpPublisher::heard()
{
    m_link->hub.settle();
    return m_link->broker.heardBeside();
}

void tst_AmqpPublisher::hasNoRoomBeforeItsSocketIsThere()
{
    ScriptedLink link;
    link.open();
    link.broker.heldBack = {MethodId::ConnectionOpen};
    const auto channel = link.link->openPublish(&m_told);
    link.hub.settle();
    QCOMPARE(m_told.take(), QByteArrayList{"no room"});
    link.broker.answer(MethodId::ConnectionOpen);
    link.hub.settle();
    QCOMPARE(m_told.take(), QByteArrayList{"room"});
    const auto second = link.link->openPublish(&m_told);
    QCOMPARE(m_told.take(), QByteArrayList{"room"});
}

void tst_AmqpPublisher::confirmsEach()
{
    m_channel->publish(messages({1, 2}));
    QCOMPARE(heard(), QByteArrayList({"1 confirm.select", "1 basic.publish", "1 basic.publish"}));
    QCOMPARE(m_told.take(), QByteArrayList{"ended 1 2"});
}

void tst_AmqpPublisher::publishesTogetherInOneTransaction()
{
    m_link->broker.heldBack = {MethodId::TxCommit};
    m_channel->publishTogether(messages({1, 2}));
    QCOMPARE(heard(),
             QByteArrayList({"1 tx.select", "1 basic.publish", "1 basic.publish", "1 tx.commit"}));
    QVERIFY(m_told.take().isEmpty());
    m_link->broker.answer(MethodId::TxCommit);
    m_link->hub.settle();
    QCOMPARE(m_told.take(), QByteArrayList{"ended 1 2"});
    m_channel->publishTogether(messages({3}));
    QCOMPARE(heard(), QByteArrayList({"1 basic.publish", "1 tx.commit"}));
    QCOMPARE(m_told.take(), QByteArrayList{"ended 3"});
}

void tst_AmqpPublisher::nothingIsSentOfWhatIsRefusedTogether()
{
    m_link->broker.heldBack = {MethodId::TxCommit};
    m_channel->publishTogether(messages({1, 2}));
    m_link->hub.settle();
    say(closeMethod(1, 406, "no", MethodId::BasicPublish));
    QCOMPARE(m_told.take(), QByteArrayList{"closed 406 1 2"});
}

void tst_AmqpPublisher::whatComesBackOfATransactionIsUnroutable()
{
    m_link->broker.heldBack = {MethodId::TxCommit};
    m_channel->publishTogether(messages({1, 2}));
    m_link->hub.settle();
    const QByteArray header = u16(60) + u16(0) + u64(1) + u16(1 << 7) + shortString("2");
    say(method(1, MethodId::BasicReturn,
               u16(312) + shortString("NO_ROUTE") + shortString("") + shortString("q"))
        + frame(2, 1, header) + body(1, "2"));
    m_link->broker.answer(MethodId::TxCommit);
    m_link->hub.settle();
    QCOMPARE(m_told.take(), QByteArrayList{"ended 1 2!"});
}

void tst_AmqpPublisher::aTransactionThatBreaksIsSentOneByOne_data()
{
    QTest::addColumn<quint32>("refused");
    QTest::newRow("partial") << MethodId::TxCommit;
    QTest::newRow("it does not say") << 0u;
}

// The broker may have some of them, and says of each what is wrong where each is confirmed.
void tst_AmqpPublisher::aTransactionThatBreaksIsSentOneByOne()
{
    QFETCH(quint32, refused);
    m_link->broker.heldBack = {MethodId::TxCommit};
    m_channel->publishTogether(messages({1, 2}));
    m_link->hub.settle();
    heard();
    say(closeMethod(1, 406, "no", refused));
    QCOMPARE(heard(),
             QByteArrayList(
                 {"1 channel.close-ok", "2 confirm.select", "2 basic.publish", "2 basic.publish"}));
    QCOMPARE(m_again, QByteArrayList({"1", "2"}));
    QCOMPARE(m_told.take(), QByteArrayList{"ended 1 2"});
}

void tst_AmqpPublisher::whatEndsTheConnectionForOurFaultIsAboutAMessage()
{
    m_channel->publish(messages({1, 2}));
    m_link->hub.settle();
    m_told.take();
    say(closeMethod(0, 501, "bad frame", MethodId::BasicPublish));
    QCOMPARE(m_told.take(), QByteArrayList{"closed 501"});
    open();
    m_told.take();
    say(closeMethod(0, 320, "shutdown"));
    QCOMPARE(m_told.take(), QByteArrayList{"closed 320 lost"});
}

void tst_AmqpPublisher::withoutTransactionsEachIsConfirmed()
{
    m_link->broker.heldBack = {MethodId::TxSelect, MethodId::TxCommit};
    m_channel->publishTogether(messages({1}));
    m_link->hub.settle();
    say(closeMethod(0, 540, "none here", MethodId::TxSelect));
    QCOMPARE(m_told.take().last(), "closed 540 lost");
    heard();
    open();
    m_channel->publishTogether(messages({1}));
    QCOMPARE(heard(), QByteArrayList({"1 confirm.select", "1 basic.publish"}));
    QCOMPARE(m_told.take(), QByteArrayList({"no room", "room", "ended 1"}));
}

// No broker can have it, nor what was not committed.
void tst_AmqpPublisher::knowsWhatWasNotWritten()
{
    for (const bool together : {false, true}) {
        init();
        m_link->broker.heldBack = {MethodId::TxCommit};
        const auto publish = [&](std::vector<OutgoingMessage> &&batch) {
            if (together)
                m_channel->publishTogether(std::move(batch));
            else
                m_channel->publish(std::move(batch));
            m_link->hub.settle();
        };
        publish(messages({1}));
        m_link->broker.takesNothing = true;
        publish(messages({2, 3}));
        m_told.take();
        m_link->broker.streams.back()->breakDown(Error(Error::Connection, u"cut"_s));
        std::vector<quint64> unsent = m_channel->unsent();
        std::ranges::sort(unsent);
        QCOMPARE(unsent, (std::vector<quint64>{2, 3}));
        QCOMPARE(m_told.take().size(), 1);
    }
}

QOMBU_TEST(tst_AmqpPublisher)
#include "tst_amqppublisher.moc"
