// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/serverspeech.h"
#include "support/testmain.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;

class tst_Method : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void writesAsKombuDoes_data();
    void writesAsKombuDoes();
    void knowsItsAnswer_data();
    void knowsItsAnswer();
    void takesNamesOf255Bytes_data();
    void takesNamesOf255Bytes();
    void namesWhatCannotBeWritten();
    void cutsWhatItTellsTheBroker();
    void writesAnUpdateOfTheSecret();
    void namesEveryMethod();
};

static const QString Kq = QStringLiteral("kq");
static const QString Kx = QStringLiteral("kx");

// Keys are sorted here, and as they were given in Python.
static QByteArray integerField(const char *key, quint32 value)
{
    return shortString(key) + 'I' + u32(value);
}

static void addMethod(const char *name, const Result<Method> &method, quint32 id,
                      const QByteArray &arguments)
{
    QTest::newRow(name) << method->id << id << method->arguments << arguments;
}

// Recorded from Kombu 5.6 and 5.7 with RabbitMQ 3.10.
void tst_Method::writesAsKombuDoes_data()
{
    QTest::addColumn<quint32>("id");
    QTest::addColumn<quint32>("expectedId");
    QTest::addColumn<QByteArray>("arguments");
    QTest::addColumn<QByteArray>("expected");
    addMethod("tune-ok", connectionTuneOk(2047, 131072, 10), 0x000A001F, hex("07ff 00020000 000a"));
    addMethod("exchange.declare", exchangeDeclare({.name = Kx, .type = QStringLiteral("topic")}),
              0x0028000A, hex("0000 02 6b78 05 746f706963 02 00000000"));
    const QVariantMap limits{{QStringLiteral("x-dead-letter-exchange"), QStringLiteral("dlx")},
                             {QStringLiteral("x-expires"), 120000},
                             {QStringLiteral("x-message-ttl"), 1500},
                             {QStringLiteral("x-max-length"), 10},
                             {QStringLiteral("x-max-length-bytes"), 1000},
                             {QStringLiteral("x-max-priority"), 5}};
    const QByteArray limitFields = shortString("x-dead-letter-exchange") + 'S' + longString("dlx")
        + integerField("x-expires", 120000) + integerField("x-max-length", 10)
        + integerField("x-max-length-bytes", 1000) + integerField("x-max-priority", 5)
        + integerField("x-message-ttl", 1500);
    QCOMPARE(limitFields.size(), 0x7F);
    addMethod("queue.declare", queueDeclare({.name = Kq, .arguments = limits}), 0x0032000A,
              hex("0000 02 6b71 02") + longString(limitFields));
    addMethod("queue.bind",
              queueBind({.target = Kq,
                         .exchange = Kx,
                         .routingKey = QStringLiteral("a.#"),
                         .arguments = {{QStringLiteral("b"), 1}}}),
              0x00320014, hex("0000 02 6b71 02 6b78 03 612e23 00 00000007 01 62 49 00000001"));
    addMethod("basic.publish", basicPublish(Kx, QStringLiteral("a.b"), false), 0x003C0028,
              hex("0000 02 6b78 03 612e62 00"));
    addMethod("basic.publish, mandatory", basicPublish(Kx, QStringLiteral("a.b"), true), 0x003C0028,
              hex("0000 02 6b78 03 612e62 01"));
    addMethod("basic.qos", basicQos(7), 0x003C000A, hex("00000000 0007 00"));
    addMethod("basic.consume",
              basicConsume({.queue = Kq,
                            .tag = QStringLiteral("pfx.1"),
                            .noWait = true,
                            .arguments = {{QStringLiteral("x-priority"), 3}}}),
              0x003C0014,
              QByteArray("\0\0\2kq\5pfx.1\10", 12) + longString(integerField("x-priority", 3)));
    addMethod("ack", basicAck(1, false), 0x003C0050, u64(1) + u8(0));
    addMethod("ack, multiple", basicAck(1, true), 0x003C0050, u64(1) + u8(1));
    addMethod("reject", basicReject(2, false), 0x003C005A, u64(2) + u8(0));
    addMethod("requeue", basicReject(3, true), 0x003C005A, u64(3) + u8(1));
    addMethod("nack", basicNack(4, true, true), 0x003C0078, u64(4) + u8(3));
    const QByteArray pidbox = "w1@host1.celery.pidbox";
    addMethod(
        "pidbox",
        queueDeclare({.name = QString::fromLatin1(pidbox),
                      .durable = false,
                      .exclusive = true,
                      .autoDelete = true,
                      .arguments = {{QStringLiteral("x-expires"), 10000},
                                    {QStringLiteral("x-message-ttl"), 300000}}}),
        0x0032000A,
        u16(0) + shortString(pidbox) + u8(0x0C)
            + longString(integerField("x-expires", 10000) + integerField("x-message-ttl", 300000)));
    addMethod("rpc results",
              queueDeclare({.name = Kq,
                            .autoDelete = true,
                            .arguments = {{QStringLiteral("x-expires"), 86400000}}}),
              0x0032000A,
              u16(0) + shortString("kq") + u8(0x0A)
                  + longString(integerField("x-expires", 86400000)));
    addMethod("exchange.bind", exchangeBind({.target = Kq, .exchange = Kx}), 0x0028001E,
              hex("0000 02 6b71 02 6b78 00 00 00000000"));
    addMethod("connection.close", connectionClose(0, {}), 0x000A0032, hex("0000 00 0000 0000"));
    addMethod("connection.open", connectionOpen(QStringLiteral("/")), 0x000A0028,
              hex("01 2f 00 00"));
}

void tst_Method::writesAsKombuDoes()
{
    QFETCH(quint32, id);
    QFETCH(QByteArray, arguments);
    QTEST(id, "expectedId");
    QTEST(arguments, "expected");
}

void tst_Method::knowsItsAnswer_data()
{
    QTest::addColumn<quint32>("answer");
    QTest::addColumn<QString>("name");
    QTest::newRow("declare") << queueDeclare({.name = Kq})->answer << "queue.declare-ok";
    QTest::newRow("unbind") << exchangeUnbind({.target = Kq, .exchange = Kx})->answer
                            << "exchange.unbind-ok";
    QTest::newRow("get") << basicGet(Kq, true)->answer << "basic.get-ok";
    QTest::newRow("consume") << basicConsume({.queue = Kq})->answer << "basic.consume-ok";
    QTest::newRow("recover") << basicRecover(true).answer << "basic.recover-ok";
    QTest::newRow("select") << confirmSelect().answer << "confirm.select-ok";
    QTest::newRow("transactions") << txSelect().answer << "tx.select-ok";
    QTest::newRow("commit") << txCommit().answer << "tx.commit-ok";
    QTest::newRow("ack") << basicAck(1, false).answer << "0.0";
    QTest::newRow("consume without")
        << basicConsume({.queue = Kq, .noWait = true})->answer << "0.0";
    QTest::newRow("cancel without") << basicCancel(Kq, true)->answer << "0.0";
}

void tst_Method::knowsItsAnswer()
{
    QFETCH(quint32, answer);
    QTEST(methodName(answer), "name");
}

void tst_Method::takesNamesOf255Bytes_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("fits");
    QTest::newRow("255") << QString(255, u'q') << true;
    QTest::newRow("256") << QString(256, u'q') << false;
    QTest::newRow("254 in UTF-8") << QString(127, u'ü') << true;
    QTest::newRow("256 in UTF-8") << QString(128, u'ü') << false;
    QTest::newRow("emoji") << QStringLiteral("🐇").repeated(63) << true;
    QTest::newRow("many emoji") << QStringLiteral("🐇").repeated(64) << false;
    QTest::newRow("none") << QString() << true;
    QTest::newRow("NUL and newline") << QString::fromLatin1("a\0\nb", 4) << true;
}

void tst_Method::takesNamesOf255Bytes()
{
    QFETCH(QString, name);
    const auto method = basicGet(name, false);
    QTEST(method.isOk(), "fits");
    if (method)
        QCOMPARE(method->arguments, QByteArray(u16(0) + shortString(name.toUtf8()) + u8(0)));
    else
        QCOMPARE(method.error().kind(), Error::Encode);
}

void tst_Method::namesWhatCannotBeWritten()
{
    const auto declared = queueDeclare(
        {.name = Kq, .arguments = {{QStringLiteral("x-odd"), QVariant::fromValue(this)}}});
    QCOMPARE(declared.error().where(), QStringLiteral("x-odd"));
    const auto large =
        queueDeclare({.name = Kq, .arguments = {{QStringLiteral("k"), QByteArray(70 << 20, 'x')}}});
    QCOMPARE(large.error().kind(), Error::LimitExceeded);
}

void tst_Method::cutsWhatItTellsTheBroker()
{
    QCOMPARE(connectionClose(541, QString(300, u'x')).arguments.size(), 2 + 1 + 255 + 4);
    QCOMPARE(channelClose(541, QString(300, u'€')).arguments.size(), 2 + 1 + 255 + 4);
}

void tst_Method::writesAnUpdateOfTheSecret()
{
    const Method method = connectionUpdateSecret(QStringLiteral("sécret"), QStringLiteral("why"));
    QCOMPARE(method.id, 0x000A0046u);
    QCOMPARE(method.answer, 0x000A0047u);
    QCOMPARE(method.arguments,
             QByteArray(longString("s\xC3\xA9"
                                   "cret")
                        + shortString("why")));
}

void tst_Method::namesEveryMethod()
{
    QCOMPARE(methodName(MethodId::QueueDeclareOk), QStringLiteral("queue.declare-ok"));
    QCOMPARE(methodName(MethodId::BasicGetEmpty), QStringLiteral("basic.get-empty"));
    QCOMPARE(methodName(MethodId::ConnectionUpdateSecret),
             QStringLiteral("connection.update-secret"));
    QCOMPARE(methodName(0x00630007), QStringLiteral("99.7"));
}

QOMBU_TEST(tst_Method)
#include "tst_method.moc"
