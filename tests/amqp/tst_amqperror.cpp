// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/amqp/wire/amqperror.h"
#include "transports/amqp/wire/methodids.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;

class tst_AmqpError : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void tellsWhatAChannelErrorMeans_data();
    void tellsWhatAChannelErrorMeans();
    void tellsWhatAConnectionErrorMeans_data();
    void tellsWhatAConnectionErrorMeans();
    void tellsWhatARefusedLoginMeans_data();
    void tellsWhatARefusedLoginMeans();
    void tellsWhatAReturnMeans();
};

static void addColumns()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("text");
    QTest::addColumn<Error::Kind>("kind");
    QTest::addColumn<bool>("recoverable");
    QTest::addColumn<QString>("where");
}

static void verify(const Error &error)
{
    QFETCH(QString, text);
    QTEST(error.kind(), "kind");
    QTEST(error.replyCode(), "code");
    QTEST(error.isRecoverable(), "recoverable");
    QTEST(error.where(), "where");
    QVERIFY2(error.text().contains(text), qPrintable(error.text()));
    QVERIFY2(!error.text().contains(u'%'), qPrintable(error.text()));
}

// Texts of RabbitMQ 3.10.
void tst_AmqpError::tellsWhatAChannelErrorMeans_data()
{
    addColumns();
    QTest::newRow("no queue") << 404 << "NOT_FOUND - no queue 'nonexist' in vhost '/'"
                              << Error::NotFound << false << "queue/nonexist";
    QTest::newRow("no exchange") << 404 << "NOT_FOUND - no exchange 'e' in vhost '/'"
                                 << Error::NotFound << false << "exchange/e";
    QTest::newRow("odd name") << 404 << "NOT_FOUND - no queue 'a' in b' in vhost '/'"
                              << Error::NotFound << false << "queue/a' in b";
    QTest::newRow("differs")
        << 406
        << "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '/': received "
           "'false' but current is 'true'"
        << Error::Channel << false << "queue/q";
    QTest::newRow("unknown tag") << 406 << "PRECONDITION_FAILED - unknown delivery tag 7"
                                 << Error::Channel << false << "";
    QTest::newRow("slow consumer")
        << 406
        << "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value "
           "used: 1800000 ms."
        << Error::Channel << true << "";
    QTest::newRow("locked") << 405
                            << "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue "
                               "'q' in vhost '/'."
                            << Error::Channel << true << "queue/q";
    for (const char *text :
         {"NOT_FOUND - home node 'rabbit@b' of durable queue 'q' in vhost '/' is down or "
          "inaccessible",
          "NOT_FOUND - queue 'q' in vhost '/' process is stopped by supervisor",
          "NOT_FOUND - queue 'q' in vhost '/' has crashed and failed to restart",
          "NOT_FOUND - failed to perform operation on queue 'q' in vhost '/' due to timeout",
          "NOT_FOUND - failed to perform operation on queue 'q' in vhost '/': its master replica "
          "<1.2.3> may be stopping or being demoted"})
        QTest::newRow(text) << 404 << text << Error::Channel << true << "queue/q";
    QTest::newRow("limit") << 406
                           << "PRECONDITION_FAILED - cannot declare queue 'q' in vhost '/': queue "
                              "limit in vhost '/' (3) is reached"
                           << Error::LimitExceeded << false << "queue/q";
    for (const char *text :
         {"PRECONDITION_FAILED - invalid property 'non-durable' for queue 'q' in vhost '/'",
          "PRECONDITION_FAILED - invalid arg 'x-max-length' for queue 'q' in vhost '/'",
          "PRECONDITION_FAILED - invalid arg 'x' for queue 'q' in vhost '/': not inequivalent"})
        QTest::newRow(text) << 406 << text << Error::Configuration << false << "queue/q";
    QTest::newRow("named like words") << 404 << "NOT_FOUND - no queue 'due to timeout' in vhost '/'"
                                      << Error::NotFound << false << "queue/due to timeout";
    QTest::newRow("in use") << 403 << "ACCESS_REFUSED - queue 'q' in vhost '/' in exclusive use"
                            << Error::Channel << true << "queue/q";
    QTest::newRow("not allowed")
        << 403 << "ACCESS_REFUSED - access to exchange 'e' in vhost '/' refused for user 'u'"
        << Error::Configuration << false << "exchange/e";
    QTest::newRow("key not allowed")
        << 403
        << "ACCESS_REFUSED - access to topic 'k' in exchange 'e' in vhost '/' refused for user 'u'"
        << Error::Configuration << false << "";
    QTest::newRow("default exchange")
        << 403 << "ACCESS_REFUSED - operation not permitted on the default exchange"
        << Error::Configuration << false << "exchange/";
    QTest::newRow("too large") << 311 << "CONTENT_TOO_LARGE" << Error::LimitExceeded << true << "";
    QTest::newRow("no consumers") << 313 << "NO_CONSUMERS" << Error::Channel << true << "";
    QTest::newRow("unknown") << 399 << "SOMETHING" << Error::Channel << false << "";
    QTest::newRow("percent") << 399 << "" << Error::Channel << false << "";
}

void tst_AmqpError::tellsWhatAChannelErrorMeans()
{
    QFETCH(int, code);
    QFETCH(QString, text);
    const bool isSettling = text.contains(QStringLiteral("delivery"));
    verify(channelError(quint16(code), text,
                        isSettling ? MethodId::BasicAck : MethodId::QueueDeclare));
}

void tst_AmqpError::tellsWhatAConnectionErrorMeans_data()
{
    addColumns();
    QTest::newRow("forced") << 320 << "CONNECTION_FORCED - broker forced connection closure"
                            << Error::Connection << true << "";
    QTest::newRow("path") << 402 << "INVALID_PATH" << Error::Configuration << false << "";
    for (int code = 501; code <= 505; ++code)
        QTest::addRow("%d", code) << code << "FRAME_ERROR" << Error::Protocol << false << "";
    QTest::newRow("resources") << 506 << "RESOURCE_ERROR" << Error::Connection << true << "";
    QTest::newRow("not allowed") << 530 << "NOT_ALLOWED" << Error::Configuration << false << "";
    QTest::newRow("not there") << 540 << "NOT_IMPLEMENTED" << Error::Unsupported << false << "";
    QTest::newRow("internal") << 541 << "INTERNAL_ERROR" << Error::Connection << false << "";
    QTest::newRow("unknown") << 599 << "SOMETHING" << Error::Connection << false << "";
}

void tst_AmqpError::tellsWhatAConnectionErrorMeans()
{
    QFETCH(int, code);
    QFETCH(QString, text);
    verify(connectionError(quint16(code), text, 0));
}

void tst_AmqpError::tellsWhatARefusedLoginMeans_data()
{
    addColumns();
    QTest::newRow("password") << 403
                              << "ACCESS_REFUSED - Login was refused using authentication "
                                 "mechanism PLAIN. For details see the broker logfile."
                              << Error::Authentication << false << "";
    QTest::newRow("vhost") << 530 << "NOT_ALLOWED - vhost nowhere not found" << Error::Configuration
                           << false << "";
    QTest::newRow("permission") << 530 << "NOT_ALLOWED - access to vhost 'v' refused for user 'u'"
                                << Error::Configuration << false << "";
    QTest::newRow("full") << 530
                          << "NOT_ALLOWED - access to vhost 'v' refused for user 'u': connection "
                             "limit (1) is reached"
                          << Error::Connection << true << "";
    QTest::newRow("vhost's name") << 530 << "NOT_ALLOWED - vhost limits not found"
                                  << Error::Configuration << false << "";
    QTest::newRow("forced") << 320 << "CONNECTION_FORCED" << Error::Connection << true << "";
}

void tst_AmqpError::tellsWhatARefusedLoginMeans()
{
    QFETCH(int, code);
    QFETCH(QString, text);
    const Error error =
        loginError(quint16(code), text, QStringLiteral("me"), QStringLiteral("nowhere"));
    verify(error);
    if (error.kind() == Error::Configuration)
        QVERIFY(error.text().contains(QStringLiteral("nowhere")));
    if (error.kind() == Error::Authentication)
        QVERIFY(error.text().contains(QStringLiteral("\"me\"")));
}

void tst_AmqpError::tellsWhatAReturnMeans()
{
    const Error error =
        returnError(312, QStringLiteral("NO_ROUTE"), QStringLiteral("ex"), QStringLiteral("key"));
    QCOMPARE(error.kind(), Error::Unroutable);
    QCOMPARE(error.replyCode(), 312);
    QVERIFY(error.text().contains(QStringLiteral("\"ex\"")));
    QVERIFY(error.text().contains(QStringLiteral("\"key\"")));
}

QOMBU_TEST(tst_AmqpError)
#include "tst_amqperror.moc"
