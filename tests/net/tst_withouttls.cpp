// SPDX-License-Identifier: BSD-3-Clause
#include "net/httpclient.h"
#include "net/recorder.h"
#include "net/tlsstream.h"
#include "port/transport.h"
#include "port/transportregistry.h"
#include "support/testmain.h"

#include <QtCore/qcoreapplication.h>
#include <QtNetwork/qsslsocket.h>
#include <QtTest/qtest.h>

using namespace Qombu;
using namespace std::chrono_literals;

// A Qt whose plug-in for TLS is not installed: a process of its own that finds no plug-ins.
class tst_WithoutTls : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void saysSoAtOnce_data();
    void saysSoAtOnce();
    void failsToOpen();
    void failsToAsk();
};

void tst_WithoutTls::initTestCase()
{
    QCoreApplication::setLibraryPaths({QStringLiteral("/absent")});
    QVERIFY(!QSslSocket::supportsSsl());
}

void tst_WithoutTls::saysSoAtOnce_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<bool>("works");
    for (const char *url : {"rediss://h", "amqps://h", "redis://h?ssl_cert_reqs=none"})
        QTest::newRow(url) << QString::fromLatin1(url) << false;
    for (const char *url : {"redis://h", "amqp://h"})
        QTest::newRow(url) << QString::fromLatin1(url) << true;
}

void tst_WithoutTls::saysSoAtOnce()
{
    QFETCH(QString, url);
    QFETCH(bool, works);
    const Result<TransportInfo> info = TransportRegistry::find(BrokerUrl(url).scheme());
    if (!info)
        return; // nor has this build that broker
    const Error error = info->create()->check(BrokerUrl(url), {});
    QCOMPARE(error.kind(), works ? Error::None : Error::Unsupported);
    QCOMPARE(error.text().contains(QStringLiteral("plug-in")), !works);
}

void tst_WithoutTls::failsToOpen()
{
    QombuTest::Recorder recorder;
    TlsOptions options;
    options.enabled = true;
    TlsStream stream(Hub::current(), Endpoint::tcp(QStringLiteral("localhost"), 1), options,
                     &recorder, 20s);
    stream.open();
    QCOMPARE(recorder.failed, 0);
    QTRY_COMPARE(recorder.failed, 1);
    QCOMPARE(recorder.error.kind(), Error::Unsupported);
}

void tst_WithoutTls::failsToAsk()
{
    HttpSettings settings;
    settings.base = QUrl(QStringLiteral("https://localhost:1"));
    HttpClient client(Hub::current(), settings);
    Error error;
    client.send({}, [&](const Result<HttpAnswer> &answer) { error = answer.error(); });
    QVERIFY(!error.isError());
    QTRY_COMPARE(error.kind(), Error::Unsupported);
    QVERIFY(error.text().contains(QStringLiteral("plug-in")));
}

QOMBU_TEST(tst_WithoutTls)
#include "tst_withouttls.moc"
