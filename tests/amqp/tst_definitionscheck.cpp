// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/amqp/management/definitionscheck.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace Qt::StringLiterals;

namespace {

// Of RabbitMQ 3.10 and 4.0.
const QByteArray OldFile =
    R"({"rabbit_version":"3.10.8","parameters":[{"value":{"max-queues":100},"vhost":"a",)"
    R"("component":"vhost-limits","name":"limits"}],"policies":[{"vhost":"a","name":"p1","pattern":)"
    R"("^t","apply-to":"queues","definition":{"message-ttl":1000},"priority":0}],"queues":[{"name":)"
    R"("q1","durable":true,"auto_delete":false,"arguments":{"x-max-length":10}}],"exchanges":[],)"
    R"("bindings":[{"source":"e1","destination":"q1","destination_type":"queue","routing_key":)"
    R"("a.#","arguments":{"k":1}}]})";
const QByteArray NewFile =
    R"({"rabbit_version":"4.0.5","rabbitmq_version":"4.0.5","product_name":"RabbitMQ",)"
    R"("product_version":"4.0.5","rabbitmq_definition_format":"single_virtual_host",)"
    R"("original_vhost_name":"a","explanation":"Definitions of virtual host 'a'","metadata":)"
    R"({"description":"","tags":[],"default_queue_type":"classic"},"description":"",)"
    R"("default_queue_type":"classic","limits":[],"parameters":[],"policies":[],"queues":[{"name":)"
    R"("q1","durable":true,"auto_delete":false,"arguments":{"x-queue-type":"classic"}}],)"
    R"("exchanges":[],"bindings":[]})";

} // namespace

// What RabbitMQ would take for a file of definitions, and is none.
class tst_DefinitionsCheck : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void letsFilesOfOneHostPass_data();
    void letsFilesOfOneHostPass();
    void refusesAllElse_data();
    void refusesAllElse();
    void readsAVeryLongFileInLittleMemory();
};

void tst_DefinitionsCheck::letsFilesOfOneHostPass_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::newRow("3.10") << OldFile;
    QTest::newRow("4.0") << NewFile;
    QTest::newRow("only queues") << QByteArray(R"({"queues":[]})");
    QTest::newRow("without users") << QByteArray(R"({"users":[],"vhosts":[],"queues":[]})");
    QTest::newRow("spaces") << QByteArray("\r\n {\t\"queues\" : [ ] }\n");
    QTest::newRow("one other host") << QByteArray(R"({"queues":[{"name":"a","vhost":"x"},)"
                                                  R"({"name":"b","vhost":"x"}]})");
    QTest::newRow("newer parts") << QByteArray(R"({"queues":[],"shovels":{"a":[1,[2]]}})");
    QTest::newRow("arguments named so")
        << QByteArray(R"({"queues":[{"name":"q","arguments":{"vhost":"b","users":[1],"name":7}},)"
                      R"({"name":"r","arguments":{"vhost":"c"}}]})");
}

void tst_DefinitionsCheck::letsFilesOfOneHostPass()
{
    QFETCH(QByteArray, file);
    const Error error = DefinitionsCheck::check(file);
    QVERIFY2(!error.isError(), qPrintable(error.text()));
}

void tst_DefinitionsCheck::refusesAllElse_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QString>("why");
    const auto row = [](const char *name, const QByteArray &file, const QString &why) {
        QTest::newRow(name) << file << why;
    };
    row("nothing", "", u"no file of definitions"_s);
    row("text", "hello", u"no file of definitions"_s);
    row("cut", OldFile.first(OldFile.size() - 1), u"no file of definitions"_s);
    row("two", OldFile + OldFile, u"no file of definitions"_s);
    row("not UTF-8",
        R"({"queues":[{"name":")"
        "\xff\"}]}",
        u"no file of definitions"_s);
    row("null", "null", u"JSON object"_s);
    row("list", "[]", u"JSON object"_s);
    row("number", "7", u"JSON object"_s);
    row("empty", "{}", u"it has no queues"_s);
    row("something else", R"({"foo":1,"name":"x"})", u"it has no queues"_s);
    row("queues inside", R"({"foo":{"queues":[]}})", u"it has no queues"_s);
    row("queues are a number", R"({"queues":7})", u"\"queues\" is no list"_s);
    row("queues are an object", R"({"queues":{"name":"a"}})", u"\"queues\" is no list"_s);
    row("queues are names", R"({"queues":["a"]})", u"\"queues\" is no list"_s);
    row("no name", R"({"queues":[{"name":"a"},{"nam":"b"}]})", u"\"queues\" has no name"_s);
    row("a number for a name", R"({"exchanges":[{"name":1}]})", u"\"exchanges\" has no name"_s);
    row("no destination", R"({"bindings":[{"source":"a"}]})", u"\"bindings\" has no name"_s);
    row("users", R"({"users":[{"name":"a"}],"queues":[]})", u"whole broker"_s);
    row("users behind", R"({"queues":[],"users":[{"name":"a"}]})", u"whole broker"_s);
    row("permissions", R"({"queues":[],"permissions":[{"user":"a"}]})", u"whole broker"_s);
    row("global", R"({"queues":[],"global_parameters":[{"name":"a"}]})", u"whole broker"_s);
    row("two hosts", R"({"queues":[{"name":"a","vhost":"x"},{"name":"a","vhost":"y"}]})",
        u"whole broker"_s);
}

void tst_DefinitionsCheck::refusesAllElse()
{
    QFETCH(QByteArray, file);
    QFETCH(QString, why);
    const Error error = DefinitionsCheck::check(file);
    QCOMPARE(error.kind(), Error::Decode);
    QVERIFY2(error.text().contains(why), qPrintable(error.text()));
}

void tst_DefinitionsCheck::readsAVeryLongFileInLittleMemory()
{
    QByteArray file = R"({"queues":[)";
    const QByteArray queue = R"({"name":"q","arguments":{"a":[1,2,3,4,5,6,7,8,9]}},)";
    for (int i = 0; i < 500000; ++i)
        file += queue;
    file.chop(1);
    file += "]}";
    QVERIFY(!DefinitionsCheck::check(file).isError()); // of 6 million values
    file.insert(file.size() - 2, R"(,{"nam":"q"})");
    QVERIFY(DefinitionsCheck::check(file).isError());
}

QOMBU_TEST(tst_DefinitionsCheck)
#include "tst_definitionscheck.moc"
