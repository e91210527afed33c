// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/rabbitseat.h"
#include "support/testmain.h"

#include <Qombu/browser.h>
#include <Qombu/definitions.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <algorithm>

using namespace Qombu;
using namespace QombuTest;
using namespace Qt::StringLiterals;

namespace {

constexpr std::array Parts{"queues", "exchanges", "bindings", "policies", "parameters"};

// The entries of a part, without the virtual host's name, in an order of their own.
QStringList entries(const QByteArray &file, const char *part)
{
    QStringList texts;
    const QJsonObject all = QJsonDocument::fromJson(file).object();
    for (const QJsonValue &value : all.value(QLatin1String(part)).toArray()) {
        QJsonObject entry = value.toObject();
        entry.remove(u"vhost"_s);
        texts += QString::fromUtf8(QJsonDocument(entry).toJson(QJsonDocument::Compact));
    }
    texts.sort();
    return texts;
}

} // namespace

// Definitions of a real RabbitMQ, out of one virtual host and into another.
class tst_DefinitionsBroker : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void carriesAllFromOneHostToAnother();
    void keepsTheBytesOfTheBroker();
    void leavesQueuesAndReplacesPolicies();
    void removesNothing();
    void saysWhatRabbitRefused();
    void sendsNothingElse();

private:
    void fill();
    QByteArray exported(const QString &host);
    Error imported(const QString &host, const QByteArray &file);
    QString url(const QString &host)
    {
        return m_broker.managedUrl().replace(m_broker.virtualHost(), host);
    }

    RabbitProcess m_broker;
    std::unique_ptr<RabbitSeat> m_seat;
    QString m_other; // a virtual host
};

void tst_DefinitionsBroker::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_DefinitionsBroker::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_seat = std::make_unique<RabbitSeat>(m_broker.managedUrl());
    m_other = u"other-"_s + m_broker.virtualHost();
    m_broker.manage("PUT", u"vhosts/"_s + m_other);
    m_broker.manage("PUT", u"permissions/"_s + m_other + u"/guest"_s,
                    R"({"configure": ".*", "write": ".*", "read": ".*"})");
    QVERIFY2(m_broker.errorText().isEmpty(), qPrintable(m_broker.errorText()));
}

void tst_DefinitionsBroker::cleanup()
{
    m_seat.reset();
    m_broker.manage("DELETE", u"vhosts/"_s + m_other);
}

void tst_DefinitionsBroker::fill()
{
    Exchange topics(u"topics"_s, ExchangeType::Topic);
    RABBIT_OK(m_seat->channel()->declare(topics));
    RABBIT_OK(m_seat->channel()->declare(Exchange(u"all"_s, ExchangeType::Fanout)));
    for (const char *type : {"quorum", "stream"}) {
        Queue queue(QString::fromLatin1(type));
        queue.setArguments({{u"x-queue-type"_s, QString::fromLatin1(type)}});
        RABBIT_OK(m_seat->channel()->declare(queue));
    }
    Queue classic(u"classic"_s);
    classic.setArguments({{u"x-queue-type"_s, u"classic"_s}});
    classic.addBinding(topics, u"a.#"_s);
    RABBIT_OK(m_seat->channel()->declare(classic));
    const QString host = m_broker.virtualHost();
    m_broker.manage("PUT", u"policies/%1/short"_s.arg(host),
                    R"({"pattern":"^tmp","definition":{"message-ttl":1000},"apply-to":"queues"})");
    m_broker.manage("PUT", u"operator-policies/%1/few"_s.arg(host),
                    R"({"pattern":"^tmp","definition":{"max-length":9},"apply-to":"queues"})");
    QVERIFY2(m_broker.errorText().isEmpty(), qPrintable(m_broker.errorText()));
}

QByteArray tst_DefinitionsBroker::exported(const QString &host)
{
    RabbitSeat seat(url(host));
    const auto file = Definitions(&seat.connection).exportAll().wait(Patience);
    return file ? *file : file.error().text().toUtf8();
}

Error tst_DefinitionsBroker::imported(const QString &host, const QByteArray &file)
{
    RabbitSeat seat(url(host));
    return errorOf(Definitions(&seat.connection).importAll(file));
}

void tst_DefinitionsBroker::carriesAllFromOneHostToAnother()
{
    fill();
    const QByteArray file = exported(m_broker.virtualHost());
    QCOMPARE(entries(file, "queues").size(), 3);
    QCOMPARE(entries(file, "exchanges").size(), 2);
    QCOMPARE(entries(file, "bindings").size(), 1);
    QCOMPARE(entries(file, "policies").size(), 1);
    QCOMPARE(entries(file, "parameters").size(), 1);
    QVERIFY(!file.contains("password"));
    for (int i = 0; i < 2; ++i) { // again, where all is there
        const Error error = imported(m_other, file);
        QVERIFY2(!error.isError(), qPrintable(error.text()));
        const QByteArray copy = exported(m_other);
        for (const char *part : Parts)
            QCOMPARE(entries(copy, part), entries(file, part));
    }
}

void tst_DefinitionsBroker::keepsTheBytesOfTheBroker()
{
    RABBIT_OK(m_seat->channel()->declare(Queue(u"ein schönes \" Fass"_s)));
    const QByteArray file = exported(m_broker.virtualHost());
    QVERIFY(file.startsWith("{\"rabbit"));
    const QJsonDocument document =
        m_broker.manage("GET", u"definitions/"_s + m_broker.virtualHost());
    QCOMPARE(QJsonDocument::fromJson(file), document);
    QVERIFY(file.contains("\"auto_delete\":false,\"arguments\":{")); // as it writes them
}

// Says RabbitMQ, without a word, and of both versions.
void tst_DefinitionsBroker::leavesQueuesAndReplacesPolicies()
{
    fill();
    const QByteArray before = exported(m_broker.virtualHost());
    const Error error = imported(
        m_broker.virtualHost(),
        R"({"queues":[{"name":"first","durable":true,"auto_delete":false,"arguments":{}},)"
        R"({"name":"classic","durable":true,"auto_delete":false,"arguments":{"x-max-length":7}},)"
        R"({"name":"last","durable":true,"auto_delete":false,"arguments":{}}],)"
        R"("exchanges":[{"name":"all","type":"direct","durable":true,"auto_delete":false,)"
        R"("internal":false,"arguments":{}}],"policies":[{"name":"short","pattern":"^other",)"
        R"("definition":{"message-ttl":7},"apply-to":"queues","priority":1}]})");
    QVERIFY2(!error.isError(), qPrintable(error.text()));
    const QByteArray after = exported(m_broker.virtualHost());
    QStringList queues = entries(after, "queues");
    QCOMPARE(queues.size(), 5);
    for (const QString &queue : entries(before, "queues"))
        QVERIFY2(queues.contains(queue), qPrintable(queue));
    QCOMPARE(entries(after, "exchanges"), entries(before, "exchanges"));
    const auto policies = Browser(&m_seat->connection).policies().wait(Patience);
    QVERIFY(policies && policies->size() == 2);
    QCOMPARE(policies->at(0).pattern, u"^other"_s);
    QCOMPARE(policies->at(0).definition, (QVariantMap{{u"message-ttl"_s, 7}}));
}

void tst_DefinitionsBroker::removesNothing()
{
    fill();
    const QByteArray before = exported(m_broker.virtualHost());
    const Error error = imported(m_broker.virtualHost(), R"({"queues":[],"policies":[]})");
    QVERIFY2(!error.isError(), qPrintable(error.text()));
    const QByteArray after = exported(m_broker.virtualHost());
    for (const char *part : Parts)
        QCOMPARE(entries(after, part), entries(before, part));
}

void tst_DefinitionsBroker::saysWhatRabbitRefused()
{
    const Error policy = imported(m_other,
                                  R"({"policies":[{"name":"x","pattern":"a","priority":0,)"
                                  R"("definition":{"message-tl":1}}]})");
    QCOMPARE(policy.kind(), Error::Channel);
    QCOMPARE(policy.replyCode(), 400);
    QVERIFY2(policy.text().contains(u"message-tl"_s), qPrintable(policy.text()));
    const Error queue = imported(m_other,
                                 R"({"queues":[{"name":"zz","durable":true,"auto_delete":false,)"
                                 R"("arguments":{"x-max-length":"a"}}]})");
    QVERIFY2(queue.text().contains(u"x-max-length"_s), qPrintable(queue.text()));
    QVERIFY2(queue.text().contains(u"zz"_s), qPrintable(queue.text()));
}

// RabbitMQ would put them all into the one virtual host.
void tst_DefinitionsBroker::sendsNothingElse()
{
    const QJsonDocument whole = m_broker.manage("GET", u"definitions"_s);
    QVERIFY(whole.object().contains(u"users"_s));
    for (const QByteArray &file : {whole.toJson(), QByteArray("{}"), QByteArray("[]"),
                                   QByteArray("{\"queues\":7}"), QByteArray("\x89PNG")}) {
        const Error error = imported(m_other, file);
        QCOMPARE(error.kind(), Error::Decode);
    }
    QCOMPARE(entries(exported(m_other), "queues").size(), 0);
}

QOMBU_TEST(tst_DefinitionsBroker)
#include "tst_definitionsbroker.moc"
