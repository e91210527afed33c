// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QTest>

// How messages and names look on a terminal, on a real Redis.
class tst_Output : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void showsTextAsText();
    void alignsWideNames();
    void namesAQueueWithPlaceholders();
    void tellsWhatIsNoMessage();
    void keepsWhatJsonCannotHold_data();
    void keepsWhatJsonCannotHold();
    void showsWhatItDidNotUnpack();

private:
    QStringList call(const char *words) const { return qombuCall(m_broker.url(), words); }

    QombuTest::BrokerProcess m_broker;
};

void tst_Output::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_Output::init()
{
    m_broker.command({"FLUSHALL"});
}

void tst_Output::showsTextAsText()
{
    // The second one would turn the line around, hide something, and clear the screen.
    QombuProgram publish(call("publish|--lines|-|--queue|q"),
                         "{\"für\": \"東京 😀\", \"path\": \"C:\\\\u0041\"}\n"
                         "\"a\\u202eb\\u200bc\\u001b[2Jz\"\n");
    QVERIFY2(publish.exitCode() == 0, publish.errorText().constData());
    QombuProgram peek(
        {QStringLiteral("--url"), m_broker.url(), QStringLiteral("peek"), QStringLiteral("q")});
    QCOMPARE(peek.exitCode(), 0);
    const QByteArrayList expected{"q  {\"für\": \"東京 😀\", \"path\": \"C:\\\\u0041\"}",
                                  "q  \"a\\u202eb\\u200bc\\u001b[2Jz\""};
    QCOMPARE(peek.lines(), expected);
    QombuProgram consume({QStringLiteral("--url"), m_broker.url(), QStringLiteral("consume"),
                          QStringLiteral("q"), QStringLiteral("--count"), QStringLiteral("2"),
                          QStringLiteral("--ack"), QStringLiteral("hold")});
    QCOMPARE(consume.exitCode(), 0);
    QCOMPARE(consume.lines(), expected);
    RUN(json, "peek|q"); // ASCII, as ever
    QVERIFY(json.lines().constFirst().contains("\\u6771\\u4eac \\ud83d\\ude00"));
}

// Names copied from a URL look like places of QString::arg().
void tst_Output::namesAQueueWithPlaceholders()
{
    const QString name = QStringLiteral("a%2Fb%1");
    for (const char *verb : {"declare-queue", "purge", "delete-queue"}) {
        m_broker.command({"LPUSH", name.toUtf8(), "x"});
        QombuProgram program(
            {QStringLiteral("--url"), m_broker.url(), QString::fromLatin1(verb), name});
        QCOMPARE(program.exitCode(), 0);
        QVERIFY2(program.lines().value(0).startsWith(QByteArray(name.toUtf8() + ": 1 messages")),
                 program.lines().join('\n').constData());
        m_broker.command({"DEL", name.toUtf8()});
    }
}

void tst_Output::alignsWideNames()
{
    RUN(wide, "publish|1|--queue|東京タスク");
    RUN(narrow, "publish|1|--queue|za\u0306|--count|12"); // a combining mark has no width
    QombuProgram queues({QStringLiteral("--url"), m_broker.url(), QStringLiteral("queues")});
    QCOMPARE(queues.exitCode(), 0);
    const QByteArrayList lines = queues.lines();
    QCOMPARE(lines.size(), 3);
    QVERIFY2(lines.at(0).startsWith("QUEUE       READY  "), lines.at(0).constData());
    QVERIFY2(lines.at(1).startsWith("za\u0306          12     "), lines.at(1).constData());
    QVERIFY2(lines.at(2).startsWith("東京タスク  1      "), lines.at(2).constData());
}

void tst_Output::tellsWhatIsNoMessage()
{
    m_broker.command({"RPUSH", "q", "{\"body\": \"x\"}"});
    RUN(peek, "peek|q");
    const QJsonObject object = peek.objects().value(0);
    QVERIFY(object.value(QLatin1String("error")).toString().contains(QLatin1String("no message")));
    QCOMPARE(object.value(QLatin1String("headers")).toObject(), QJsonObject()); // it has none
    QCOMPARE(
        QByteArray::fromBase64(object.value(QLatin1String("body_base64")).toString().toLatin1()),
        QByteArray("{\"body\": \"x\"}"));
}

void tst_Output::keepsWhatJsonCannotHold_data()
{
    QTest::addColumn<QByteArray>("envelope");
    QTest::addColumn<QString>("text");
    const QByteArray rest = R"("properties": {"delivery_info": {"exchange": "", )"
                            R"("routing_key": "q"}, "delivery_tag": "t"}})";
    QTest::newRow("body") << R"({"body": "{\"load\": NaN}", "content-encoding": "utf-8", )"
                             R"("content-type": "application/json", "headers": {}, )"
            + rest << QStringLiteral("{\"load\": NaN}");
    QTest::newRow("headers")
        << R"({"body": "{\"load\": 1}", "content-encoding": "utf-8", )"
           R"("content-type": "application/json", "headers": {"h": Infinity}, )"
            + rest
        << QStringLiteral("{\"load\": 1}");
}

// As Python writes them: shown as they came, and not acknowledged.
void tst_Output::keepsWhatJsonCannotHold()
{
    QFETCH(QByteArray, envelope);
    QFETCH(QString, text);
    m_broker.command({"LPUSH", "q", envelope});
    RUN(peek, "peek|q");
    QombuProgram consume(call("consume|q|--count|1"));
    QCOMPARE(consume.exitCode(), 1); // it is still there
    QVERIFY2(consume.errorText().contains("of q is printed as it came"),
             consume.errorText().constData());
    for (QombuProgram *program : {&peek, &consume}) {
        const QJsonObject object = program->objects().value(0);
        QCOMPARE(object.value(QLatin1String("body_text")).toString(), text);
        QVERIFY(object.value(QLatin1String("error")).toString().contains(QLatin1String("JSON")));
    }
    QombuProgram line({QStringLiteral("--url"), m_broker.url(), QStringLiteral("consume"),
                       QStringLiteral("q"), QStringLiteral("--count"), QStringLiteral("1")});
    QCOMPARE(line.exitCode(), 1);
    QVERIFY2(line.lines().value(0).contains(text.toUtf8()), line.lines().value(0).constData());
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 1);
}

// What unpacks to more than is shown of one: the bytes that came, and why.
void tst_Output::showsWhatItDidNotUnpack()
{
    const QByteArray packed = qCompress(QByteArray(40 << 20, 'x')).mid(4); // zlib's own
    m_broker.command({"LPUSH", "q",
                      R"({"body": ")" + packed.toBase64()
                          + R"(", "content-encoding": "utf-8", "content-type": "text/plain", )"
                            R"("headers": {"compression": "application/x-gzip"}, "properties": )"
                            R"({"delivery_info": {"exchange": "", "routing_key": "q"}, )"
                            R"("body_encoding": "base64", "delivery_tag": "t"}})"});
    RUN(peek, "peek|q");
    const QJsonObject object = peek.objects().value(0);
    const QByteArray wire = object.value(QLatin1String("wire_body_base64")).toString().toLatin1();
    QCOMPARE(QByteArray::fromBase64(wire), packed);
    QVERIFY(object.value(QLatin1String("error")).toString().contains(QLatin1String("unpacks")));
}

QOMBU_TEST(tst_Output)
#include "tst_output.moc"
