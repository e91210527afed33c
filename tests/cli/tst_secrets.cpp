// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QFile>
#include <QTcpServer>
#include <QTest>

using namespace Qt::Literals::StringLiterals;

// No password shows anywhere, whatever goes wrong, with all that can be logged; and what is not
// safe shows.
class tst_Secrets : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void saysNoneOfThem_data();
    void saysNoneOfThem();
    void showsNoneInTheProcessList();
    void saysWhatIsNotSafe();
    void endsAtOnceWhereNobodyIsTrusted();

private:
    QString filled(QString text) const;

    QombuTest::BrokerProcess m_broker{{}, u"hunter2"_s};
    QTcpServer m_silent;
};

void tst_Secrets::initTestCase()
{
    m_broker.useTls();
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
    QVERIFY(m_silent.listen(QHostAddress::LocalHost));
    qputenv("QT_LOGGING_RULES", "qombu.*=true;qt.network.*=true"); // all there is
}

QString tst_Secrets::filled(QString text) const
{
    text.replace(u"DIR"_s, m_broker.certificates().path("."));
    text.replace(u"PLAIN"_s, u"127.0.0.1:%1"_s.arg(m_broker.port()));
    text.replace(u"TLS"_s, u"localhost:%1"_s.arg(m_broker.tlsPort()));
    return text.replace(u"SILENT"_s, u"127.0.0.1:%1"_s.arg(m_silent.serverPort()));
}

void tst_Secrets::saysNoneOfThem_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("option");
    QTest::addColumn<bool>("works");
    const auto row = [](const char *name, const char *url, const char *option = "",
                        bool works = false) {
        QTest::newRow(name) << QString::fromUtf8(url) << QString::fromUtf8(option) << works;
    };
    row("right", "redis://:hunter2@PLAIN", "", true);
    row("right over TLS", "rediss://:hunter2@TLS?ssl_ca_certs=DIR/ca.pem", "", true);
    row("all of it",
        "rediss://:hunter2@TLS?ssl_ca_certs=DIR/ca.pem&ssl_certfile=DIR/client.pem"
        "&ssl_keyfile=DIR/lockedclient.key&ssl_password=opensesame",
        "", true);
    row("wrong", "redis://:hunter22@PLAIN");
    row("wrong user", "redis://user:hunter2@PLAIN");
    row("unknown authority", "rediss://:hunter2@TLS");
    row("no TLS there", "rediss://:hunter2@PLAIN?ssl_cert_reqs=none");
    row("TLS there", "redis://:hunter2@TLS");
    row("TLS there, AMQP", "amqp://u:hunter2@TLS");
    row("no AMQP there", "amqp://u:hunter2@PLAIN");
    row("nobody", "redis://:hunter2@127.0.0.1:1");
    row("silent", "rediss://:hunter2@SILENT?ssl_ca_certs=DIR/ca.pem");
    row("wrong password of a key",
        "rediss://TLS?ssl_certfile=DIR/client.pem&ssl_keyfile=DIR/lockedclient.key"
        "&ssl_keyfile_password=hunter2");
    row("the same as an option",
        "rediss://TLS?ssl_certfile=DIR/client.pem&ssl_keyfile=DIR/lockedclient.key",
        "ssl_password=hunter2");
    row("unknown option", "redis://:hunter2@PLAIN", "ssl_pasword=hunter2");
    row("unknown option in the URL", "redis://PLAIN?my_password=hunter2");
    row("no URL", "redis://:hunter2/@PLAIN");
    row("no port", "redis://:hunter2@PLAIN:x");
}

void tst_Secrets::saysNoneOfThem()
{
    QFETCH(QString, url);
    QFETCH(QString, option);
    QFETCH(bool, works);
    QStringList arguments{u"--url"_s, filled(url), u"--timeout"_s, u"3"_s};
    if (!option.isEmpty())
        arguments << u"--option"_s << option;
    QombuProgram program(arguments + QStringList{u"publish"_s, u"1"_s, u"--queue"_s, u"q"_s});
    QCOMPARE(program.exitCode() == 0, works);
    const QByteArray all = program.errorText() + program.lines().join('\n');
    QVERIFY2(works || !all.isEmpty(), all.constData());
    for (const char *secret : {"hunter2", "opensesame"})
        QVERIFY2(!all.contains(secret), all.constData());
}

void tst_Secrets::showsNoneInTheProcessList()
{
    QombuProgram program({u"--url"_s, filled(u"rediss://:hunter2@SILENT?ssl_password=hunter2"_s),
                          u"--option"_s, u"ssl_keyfile_password=hunter2"_s, u"--timeout"_s, u"20"_s,
                          u"queues"_s});
    QFile list(u"/proc/%1/cmdline"_s.arg(program.processId()));
    const auto shown = [&] {
        const bool isThere = list.open(QIODevice::ReadOnly);
        const QByteArray text = isThere ? list.readAll() : QByteArray();
        list.close();
        return text;
    };
    QTRY_VERIFY2(shown().contains("*******") && !shown().contains("hunter2"), shown().constData());
    QVERIFY(shown().contains("queues"));
}

void tst_Secrets::saysWhatIsNotSafe()
{
    qunsetenv("QT_LOGGING_RULES"); // as people see it
    QombuProgram program({u"--url"_s, filled(u"rediss://:hunter2@TLS?ssl_cert_reqs=none"_s),
                          u"publish"_s, u"1"_s, u"--queue"_s, u"q"_s});
    QCOMPARE(program.exitCode(), 0);
    QCOMPARE(program.errorText().count("not safe"), 1);
}

void tst_Secrets::endsAtOnceWhereNobodyIsTrusted()
{
    QombuProgram program({u"--url"_s, filled(u"rediss://:hunter2@TLS"_s), u"--timeout"_s, u"60"_s,
                          u"consume"_s, u"q"_s});
    QCOMPARE(program.exitCode(), 1);
    QVERIFY2(program.errorText().contains("ssl_ca_certs"), program.errorText().constData());
    QVERIFY(!program.errorText().contains("Waiting for"));
}

QOMBU_TEST(tst_Secrets)
#include "tst_secrets.moc"
