// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/scriptedbroker.h"
#include "amqp/serverspeech.h"
#include "support/testmain.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;
using namespace Qt::StringLiterals;

// What a link does where the broker has fewer extensions of AMQP 0-9-1 than RabbitMQ, or uses what
// RabbitMQ does not.
class tst_AmqpExtensions : public QObject, public PublishListener
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void tellsWhatTheServerCan();
    void withoutConfirmsAPublishEndsWhenItIsWritten();
    void whatTheKernelDidNotTakeIsNotPublished();
    void withoutThemBindsNoExchangeToAnother();
    void oneWindowForAllQueuesOfAChannel();
    void stopsPublishingWhenItIsAskedTo();
    void tellsWhereThereIsNoChannelToPublishOn();
    void learnsHowManyChannelsItsUserMayHave();

private:
    void published(std::vector<PublishOutcome> &&outcomes) override
    {
        for (const PublishOutcome &outcome : outcomes)
            m_news << QByteArray::number(outcome.id)
                    + (outcome.error.isError() ? " failed" : " done");
    }
    void publishRoom(int messages, qint64) override
    {
        m_news << (messages > 0 ? "room" : "no room");
    }
    void channelClosed(const Error &why) override
    {
        m_news << "closed " + QByteArray::number(why.replyCode());
    }

    static std::vector<OutgoingMessage> message(quint64 id);

    QByteArrayList m_news;
};

void tst_AmqpExtensions::init()
{
    m_news.clear();
}

std::vector<OutgoingMessage> tst_AmqpExtensions::message(quint64 id)
{
    auto content = std::make_shared<MessageContent>();
    content->routingKey = u"q"_s;
    content->body = "body";
    return {{id, std::move(content), false, false}};
}

void tst_AmqpExtensions::tellsWhatTheServerCan()
{
    AmqpLinkSettings settings;
    settings.management.isOn = true;
    ScriptedLink rabbit(settings);
    rabbit.open();
    QCOMPARE(rabbit.link->capabilities(), AmqpLink::allCapabilities());
    ScriptedLink plain(settings);
    plain.broker.product = "qpid";
    plain.broker.capabilities.clear();
    plain.open();
    QVERIFY(!plain.link->capabilities().testFlag(Capability::Confirms));
    QVERIFY(!plain.link->capabilities().testFlag(Capability::ExchangeBindings));
    QVERIFY(!plain.link->capabilities().testFlag(Capability::Overview));
    QVERIFY(!plain.link->capabilities().testFlag(Capability::Definitions));
    QVERIFY(plain.link->capabilities().testFlag(Capability::TopicExchange));
}

void tst_AmqpExtensions::withoutConfirmsAPublishEndsWhenItIsWritten()
{
    ScriptedLink link;
    link.broker.capabilities.removeAll("publisher_confirms");
    link.open();
    const auto channel = link.link->openPublish(this);
    link.hub.settle();
    channel->publish(message(1));
    link.hub.settle();
    QCOMPARE(m_news, (QByteArrayList{"no room", "room", "1 done"}));
    QVERIFY(!link.broker.heardBeside().join(' ').contains("confirm.select"));
    link.takeNews();
    link.broker.streams.back()->receive(
        method(1, MethodId::BasicReturn,
               u16(312) + shortString("NO_ROUTE") + shortString("") + shortString("q"))
        + contentHeader(1, 0));
    link.hub.settle();
    QCOMPARE(link.takeNews(), QByteArrayList{"lost"});
}

void tst_AmqpExtensions::whatTheKernelDidNotTakeIsNotPublished()
{
    ScriptedLink link;
    link.broker.capabilities.removeAll("publisher_confirms");
    link.open();
    const auto channel = link.link->openPublish(this);
    link.hub.settle();
    channel->publish(message(1));
    link.hub.settle();
    link.broker.takesNothing = true;
    channel->publish(message(2));
    link.hub.settle();
    channel->publish(message(3));
    link.hub.settle();
    QCOMPARE(m_news, (QByteArrayList{"no room", "room", "1 done"}));
    link.broker.streams.back()->drain();
    link.hub.settle();
    QCOMPARE(m_news, (QByteArrayList{"no room", "room", "1 done", "2 done", "3 done"}));
}

void tst_AmqpExtensions::withoutThemBindsNoExchangeToAnother()
{
    ScriptedLink link;
    link.broker.capabilities.removeAll("exchange_exchange_bindings");
    link.open();
    const auto channel = link.link->openTopology();
    Error error;
    const Binding binding{Exchange(u"from"_s), u"k"_s, {}, {}, u"to"_s};
    channel->bind(binding, [&](const Result<void> &result) { error = result.error(); });
    QCOMPARE(error.kind(), Error::Unsupported);
    error = {};
    channel->unbind(binding, [&](const Result<void> &result) { error = result.error(); });
    QCOMPARE(error.kind(), Error::Unsupported);
    QCOMPARE(link.heard(), QByteArrayList());
}

// Without per_consumer_qos; and it changes where it is.
void tst_AmqpExtensions::oneWindowForAllQueuesOfAChannel()
{
    ScriptedLink link;
    link.broker.capabilities.removeAll("per_consumer_qos");
    link.open();
    const auto channel = link.link->openDeliver(&link);
    ConsumeRequest request;
    request.consumer = 1;
    request.queues = {Queue(u"a"_s), Queue(u"b"_s)};
    request.count = 10;
    QCOMPARE(link.consume(*channel, request), QString());
    QCOMPARE(link.heard(),
             (QByteArrayList{"1 basic.qos 10", "1 basic.consume a qombu-1",
                             "1 basic.consume b qombu-1.2"}));
    channel->setWindow(20, 0);
    QCOMPARE(link.heard(), QByteArrayList{"1 basic.qos 20"});
}

void tst_AmqpExtensions::stopsPublishingWhenItIsAskedTo()
{
    ScriptedLink link;
    link.open();
    const auto channel = link.link->openPublish(this);
    link.hub.settle();
    channel->publish(message(1));
    link.hub.settle();
    ScriptedStream *const stream = link.broker.streams.back();
    stream->receive(method(1, MethodId::ChannelFlow, u8(0)));
    link.hub.settle();
    stream->receive(method(1, MethodId::ChannelFlow, u8(1)));
    link.hub.settle();
    QCOMPARE(m_news, (QByteArrayList{"no room", "room", "1 done", "no room", "room"}));
}

void tst_AmqpExtensions::tellsWhereThereIsNoChannelToPublishOn()
{
    AmqpLinkSettings settings;
    settings.session.channelMax = 1;
    ScriptedLink link(settings);
    link.open();
    const auto first = link.link->openPublish(this);
    link.hub.settle();
    first->publish(message(1));
    link.hub.settle();
    const auto second = link.link->openPublish(this);
    second->publish(message(2));
    link.hub.settle();
    QCOMPARE(m_news, (QByteArrayList{"no room", "room", "1 done", "room", "2 failed"}));
    first->publishTogether(message(3)); // on the one that there is
    link.hub.settle();
    QCOMPARE(m_news.last(), "3 done");
}

// RabbitMQ ends a connection that opens more.
void tst_AmqpExtensions::learnsHowManyChannelsItsUserMayHave()
{
    AmqpLinkSettings settings;
    {
        ScriptedLink link(settings);
        link.open();
        std::vector<std::unique_ptr<TopologyChannel>> channels;
        for (int i = 0; i < 4; ++i) {
            channels.push_back(link.link->openTopology());
            channels.back()->declare(Queue(u"q"_s), [](const Result<QueueInfo> &) {});
        }
        link.broker.heldBack << MethodId::QueueDeclare;
        link.hub.settle();
        link.broker.say(closeMethod(0, 530,
                                    "NOT_ALLOWED - number of channels opened for user 'guest' has "
                                    "reached the maximum allowed user limit of (3)"));
        link.hub.settle();
        QVERIFY(link.takeNews().last().startsWith("failed"));
    }
    ScriptedLink link(settings);
    link.open();
    std::vector<std::unique_ptr<TopologyChannel>> channels;
    QByteArrayList answers;
    for (int i = 0; i < 4; ++i) {
        channels.push_back(link.link->openTopology());
        channels.back()->declare(Queue(u"q"_s), [&](const Result<QueueInfo> &result) {
            answers << (result.isOk() ? "ok" : result.error().isRecoverable() ? "later" : "never");
        });
        link.hub.settle();
    }
    QCOMPARE(answers, (QByteArrayList{"ok", "ok", "ok", "later"}));
}

QOMBU_TEST(tst_AmqpExtensions)
#include "tst_amqpextensions.moc"
