// SPDX-License-Identifier: BSD-3-Clause
#include "argumentmask.h"
#include "support/testmain.h"

#include <QTest>

// What others see of our arguments, and what we still know.
class tst_ArgumentMask : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void hidesSecrets_data();
    void hidesSecrets();
};

void tst_ArgumentMask::hidesSecrets_data()
{
    QTest::addColumn<QByteArray>("given");
    QTest::addColumn<QByteArray>("shown");
    const auto row = [](const char *name, const char *given, const char *shown) {
        QTest::newRow(name) << QByteArray(given) << QByteArray(shown);
    };
    row("none", "redis://host:6379/0", "redis://host:6379/0");
    row("no password", "redis://user@host:6379/0", "redis://user@host:6379/0");
    row("password", "redis://:other@h2", "redis://:*****@h2");
    row("user and password", "redis://u:pa:ss@host/0?x=1", "redis://u:*****@host/0?x=1");
    row("several", "redis://u:a@h;amqps://v:bc@h", "redis://u:*@h;amqps://v:**@h");
    row("signs that a URL cannot have", "amqp://u:a/b?c#d@e@host/v", "amqp://u:*********@host/v");
    row("option", "rediss://h?ssl_password=abc&x=1", "rediss://h?ssl_password=***&x=1");
    row("last option", "rediss://h?x=1&ssl_keyfile_password=ab;redis://i",
        "rediss://h?x=1&ssl_keyfile_password=**;redis://i");
    row("of its own", "ssl_password=abc=d", "ssl_password=*****");
    row("in one word", "--option=ssl_password=abc", "--option=ssl_password=***");
    row("of an argument", "--url=redis://u:p@h", "--url=redis://u:*@h");
    row("a file is no secret", "--url=rediss://h?ssl_keyfile=/k",
        "--url=rediss://h?ssl_keyfile=/k");
    row("unfinished", "redis://u:p", "redis://u:p");
    row("empty", "", "");
}

void tst_ArgumentMask::hidesSecrets()
{
    QFETCH(QByteArray, given);
    QFETCH(QByteArray, shown);
    QByteArray program("qombu");
    QByteArray argument(given.constData(), given.size()); // of its own
    char *argv[] = {program.data(), argument.data(), nullptr};
    ArgumentMask mask(2, argv);
    QCOMPARE(argument, shown);
    QCOMPARE(mask.count(), 2);
    QCOMPARE(QByteArray(mask.arguments()[0]), QByteArray("qombu"));
    QCOMPARE(QByteArray(mask.arguments()[1]), given);
    QVERIFY(!mask.arguments()[2]);
}

QOMBU_TEST(tst_ArgumentMask)
#include "tst_argumentmask.moc"
