// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/scriptedbroker.h"
#include "support/testmain.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;
using namespace Qt::StringLiterals;

// Who logs in with the two connections of a link, and with which password, while that changes.
class tst_AmqpLogin : public QObject, public PublishListener
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void asksAgainForTheSecondConnection();
    void tellsWhatTheSecondConnectionIsRefused();
    void replacesTheSecretOfBoth();
    void keepsTheSecretForTheSecondConnection();
    void looksWithTheSecretOfNow();
    void replacesNoSecretWhereNobodyTakesIt();

private:
    void published(std::vector<PublishOutcome> &&outcomes) override
    {
        for (const PublishOutcome &outcome : outcomes)
            m_news << QByteArray::number(outcome.id);
    }
    void publishRoom(int, qint64) override {}
    void channelClosed(const Error &why) override
    {
        m_closed = why;
        m_news << "closed";
    }
    static std::vector<OutgoingMessage> message(quint64 id);
    static QString update(ScriptedLink &link, const QString &secret);

    QByteArrayList m_news;
    Error m_closed;
};

void tst_AmqpLogin::init()
{
    m_news.clear();
    m_closed = {};
}

std::vector<OutgoingMessage> tst_AmqpLogin::message(quint64 id)
{
    auto content = std::make_shared<MessageContent>();
    content->routingKey = u"q"_s;
    return {{id, std::move(content), false, false}};
}

// "" for success, "-" where nothing was answered.
QString tst_AmqpLogin::update(ScriptedLink &link, const QString &secret)
{
    QString result = u"-"_s;
    link.link->updateSecret(secret,
                            [&](const Result<void> &answer) { result = answer.error().text(); });
    link.hub.settle();
    return result;
}

// The token that the first one had may have run out since.
void tst_AmqpLogin::asksAgainForTheSecondConnection()
{
    AmqpLinkSettings settings;
    int asked = 0;
    settings.askCredentials = [&](const AnswerCredentials &answer) {
        answer({u"me"_s, QString::number(++asked)});
    };
    ScriptedLink link(settings);
    link.open();
    auto channel = link.link->openPublish(this);
    link.hub.settle();
    channel->publish(message(1));
    link.hub.settle();
    QCOMPARE(m_news, QByteArrayList{"1"});
    link.broker.streams.back()->breakDown(Error(Error::Connection, u"cut"_s));
    QCOMPARE(m_news, (QByteArrayList{"1", "closed"}));
    channel = link.link->openPublish(this);
    link.hub.settle();
    channel->publish(message(2));
    link.hub.settle();
    QCOMPARE(link.broker.logIns, (QByteArrayList{"guest:guest", "me:1", "me:2"}));
    QCOMPARE(m_news, (QByteArrayList{"1", "closed", "2"}));
}

void tst_AmqpLogin::tellsWhatTheSecondConnectionIsRefused()
{
    ScriptedLink link;
    link.open();
    link.broker.refusesLogIn = [](const QByteArray &) { return 403; };
    const auto channel = link.link->openPublish(this);
    link.hub.settle();
    QCOMPARE(m_news, QByteArrayList{"closed"});
    QCOMPARE(m_closed.kind(), Error::Authentication);
    QVERIFY(m_closed.isRecoverable());
    const auto deliver = link.link->openDeliver(&link); // which goes on
    ConsumeRequest request;
    request.queues = {Queue(u"q"_s)};
    QCOMPARE(link.consume(*deliver, request), QString());
}

void tst_AmqpLogin::replacesTheSecretOfBoth()
{
    ScriptedLink link;
    link.open();
    const auto channel = link.link->openPublish(this);
    link.hub.settle();
    channel->publish(message(1));
    link.hub.settle();
    link.broker.heardBeside();
    QCOMPARE(update(link, u"new"_s), QString());
    QCOMPARE(link.heard(), QByteArrayList{"0 connection.update-secret new"});
    QCOMPARE(link.broker.heardBeside(), QByteArrayList{"0 connection.update-secret new"});

    link.broker.heldBack << MethodId::ConnectionUpdateSecret;
    QString result = u"-"_s;
    link.link->updateSecret(u"newer"_s,
                            [&](const Result<void> &answer) { result = answer.error().text(); });
    link.hub.settle();
    QCOMPARE(result, u"-"_s);
    link.broker.streams.back()->breakDown(Error(Error::Connection, u"cut"_s));
    link.broker.answer(MethodId::ConnectionUpdateSecret); // what is gone needs none
    link.hub.settle();
    QCOMPARE(result, QString());
}

void tst_AmqpLogin::keepsTheSecretForTheSecondConnection()
{
    ScriptedLink link;
    link.open();
    QCOMPARE(update(link, u"new"_s), QString());
    const auto channel = link.link->openPublish(this);
    link.hub.settle();
    channel->publish(message(1));
    link.hub.settle();
    QCOMPARE(link.broker.logIns, (QByteArrayList{"guest:guest", "guest:new"}));
}

// Each look is on a connection of its own.
void tst_AmqpLogin::looksWithTheSecretOfNow()
{
    const auto look = [](ScriptedLink &link) {
        link.link->browser()->planPeek(u"q"_s, [](const Result<PeekPlan> &) {});
        link.hub.settle();
    };
    ScriptedLink link;
    link.open();
    look(link);
    QCOMPARE(update(link, u"new"_s), QString());
    look(link);
    QCOMPARE(link.broker.logIns, (QByteArrayList{"guest:guest", "guest:guest", "guest:new"}));

    AmqpLinkSettings settings;
    settings.askCredentials = [](const AnswerCredentials &answer) { answer({u"me"_s, u"now"_s}); };
    ScriptedLink asking(settings);
    asking.open();
    look(asking);
    QCOMPARE(asking.broker.logIns, (QByteArrayList{"guest:guest", "me:now"}));
}

// It would end the connection.
void tst_AmqpLogin::replacesNoSecretWhereNobodyTakesIt()
{
    ScriptedLink link;
    link.broker.product = "qpid";
    link.open();
    QVERIFY(update(link, u"new"_s).size() > 1);
    QCOMPARE(link.heard(), QByteArrayList());
    ScriptedLink old;
    old.broker.version = "3.7.28";
    old.open();
    QVERIFY(update(old, u"new"_s).size() > 1);
}

QOMBU_TEST(tst_AmqpLogin)
#include "tst_amqplogin.moc"
