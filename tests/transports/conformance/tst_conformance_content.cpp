// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/conformance/conformancetest.h"

#include <Qombu/exactnumber.h>

#include <QDateTime>
#include <QRandomGenerator>
#include <QTimeZone>
#include <QUuid>

#include <limits>

using namespace Qombu;
using namespace QombuTest;

namespace {

QByteArray someBytes(int count)
{
    QByteArray bytes(count, Qt::Uninitialized);
    QRandomGenerator random(1);
    for (char &byte : bytes)
        byte = char(random.bounded(256));
    return bytes;
}

} // namespace

// What a message carries comes out as it went in.
class tst_ConformanceContent : public ConformanceTest
{
    Q_OBJECT

    const QString m_queue = QStringLiteral("mail");

    static Message failed(const QString &why)
    {
        QTest::qFail(qPrintable(why), __FILE__, __LINE__);
        return Message();
    }

    Message roundTrip(Inbox &inbox, const QVariant &body, const PublishOptions &options = {})
    {
        const qsizetype before = inbox.count();
        const auto result = Producer(connection(), Queue(m_queue)).publish(body, options).wait();
        if (!result)
            return failed(result.error().text());
        if (!QTest::qWaitFor([&] { return inbox.count() > before || !inbox.errors.isEmpty(); },
                             10000))
            return failed(QStringLiteral("no message within 10 s"));
        if (inbox.count() == before)
            return failed(inbox.errors.last().text());
        inbox.messages.back().ack();
        return inbox.messages.back();
    }

private Q_SLOTS:
    void bodiesOfEveryType()
    {
        const QVariantMap map{
            {QStringLiteral("id"), 7},
            {QStringLiteral("list"), QVariantList{1, QStringLiteral("zwei"), true}},
            {QStringLiteral("none"), QVariant::fromValue(nullptr)},
            {QStringLiteral("deep"), QVariantMap{{QStringLiteral("x"), 1.5}}}};
        const QVariant bodies[] = {
            QStringLiteral("text"),
            QString(),
            QString::fromUtf8("Grüße, 世界 🐘 \"\\ \n\t\u0001"),
            0,
            -1,
            std::numeric_limits<qlonglong>::max(),
            std::numeric_limits<qlonglong>::min(),
            0.1,
            1e300,
            true,
            false,
            QVariantList(),
            QVariantMap(),
            map,
            QVariantList{map, map},
        };
        const auto inbox = consume({m_queue});
        for (const QVariant &body : bodies) {
            const Message message = roundTrip(*inbox, body);
            // As in Kombu: a text by itself is no JSON.
            QCOMPARE(message.contentType(),
                     body.typeId() == QMetaType::QString ? QStringLiteral("text/plain")
                                                         : QStringLiteral("application/json"));
            // QVariant compares numbers across types.
            QVERIFY2(message.body() == body || message.body().toString() == body.toString(),
                     qPrintable(QDebug::toString(message.body()) + QStringLiteral(" for ")
                                + QDebug::toString(body)));
        }
    }

    void bodiesOfJsonKeepTheirTypes()
    {
        const auto inbox = consume({m_queue});
        const QVariantMap body =
            roundTrip(*inbox,
                      QVariantMap{{QStringLiteral("integer"), 7},
                                  {QStringLiteral("number"), 7.5},
                                  {QStringLiteral("flag"), true},
                                  {QStringLiteral("text"), QStringLiteral("7")}})
                .body()
                .toMap();
        QCOMPARE(body.value(QStringLiteral("integer")).typeId(), int(QMetaType::LongLong));
        QCOMPARE(body.value(QStringLiteral("number")).typeId(), int(QMetaType::Double));
        QCOMPARE(body.value(QStringLiteral("flag")).typeId(), int(QMetaType::Bool));
        QCOMPARE(body.value(QStringLiteral("text")).typeId(), int(QMetaType::QString));
    }

    void typedJson()
    {
        const QVariantMap body{
            {QStringLiteral("at"),
             QDateTime(QDate(2026, 8, 20), QTime(22, 41, 25), QTimeZone::utc())},
            {QStringLiteral("bytes"), QByteArray("\xff\0\1", 3)},
            {QStringLiteral("day"), QDate(2026, 8, 20)},
            {QStringLiteral("id"), QUuid(QStringLiteral("12345678-1234-5678-1234-567812345678"))},
            {QStringLiteral("price"),
             QVariant::fromValue(ExactNumber(ExactNumber::Decimal, QStringLiteral("1.10")))}};
        const auto inbox = consume({m_queue});
        PublishOptions options;
        options.typedJson = true;
        QCOMPARE(roundTrip(*inbox, body, options).body().toMap(), body);
        const QVariantMap plain = roundTrip(*inbox, body).body().toMap();
        QCOMPARE(plain.value(QStringLiteral("at")), QStringLiteral("2026-08-20T22:41:25+00:00"));
        QCOMPARE(plain.value(QStringLiteral("price")), QStringLiteral("1.10"));
    }

    void binaryBodies()
    {
        PublishOptions options;
        options.serializer = QStringLiteral("raw");
        const auto inbox = consume({m_queue});
        for (const int size : {0, 1, 255, 65536, 1 << 20}) {
            const QByteArray bytes = someBytes(size);
            const Message message = roundTrip(*inbox, bytes, options);
            QCOMPARE(message.body().toByteArray(), bytes);
            QCOMPARE(message.rawBody(), bytes);
        }
    }

    void textBodies()
    {
        PublishOptions options;
        options.serializer = QStringLiteral("text");
        const auto inbox = consume({m_queue});
        for (const QString &text :
             {QString(), QString::fromUtf8("ÄÖÜ 世界"), QString(1 << 20, QLatin1Char('x'))}) {
            const Message message = roundTrip(*inbox, text, options);
            QCOMPARE(message.body().toString(), text);
            QCOMPARE(message.contentType(), QStringLiteral("text/plain"));
        }
    }

    void compressedBodies()
    {
        PublishOptions options;
        options.compression = QStringLiteral("zlib");
        const auto inbox = consume({m_queue});
        const QString text = QString(100000, QLatin1Char('x'));
        const Message message = roundTrip(*inbox, text, options);
        QCOMPARE(message.body().toString(), text);
        QVERIFY(message.wireBody().size() < 2000);
        QCOMPARE(message.rawBody(), text.toLatin1());
    }

    void headersOfEveryType()
    {
        PublishOptions options;
        options.headers = {
            {QStringLiteral("text"), QString::fromUtf8("é\"")},
            {QStringLiteral("integer"), qlonglong(1) << 60},
            {QStringLiteral("number"), 0.25},
            {QStringLiteral("flag"), true},
            {QStringLiteral("none"), QVariant::fromValue(nullptr)},
            {QStringLiteral("list"), QVariantList{1, QStringLiteral("b")}},
            {QStringLiteral("map"), QVariantMap{{QStringLiteral("k"), QStringLiteral("v")}}}};
        const auto inbox = consume({m_queue});
        const QVariantMap headers = roundTrip(*inbox, 1, options).headers();
        for (auto it = options.headers.cbegin(); it != options.headers.cend(); ++it) {
            const QVariant seen = headers.value(it.key());
            QVERIFY2(headers.contains(it.key()), qPrintable(it.key()));
            QVERIFY2(seen == it.value() || (seen.isNull() && it.value().isNull()),
                     qPrintable(it.key() + QLatin1Char(' ') + QDebug::toString(seen)));
        }
    }

    void properties()
    {
        PublishOptions options;
        options.properties.correlationId = QStringLiteral("c");
        options.properties.replyTo = QStringLiteral("answers");
        options.properties.messageId = QStringLiteral("m");
        options.properties.type = QStringLiteral("order");
        options.properties.appId = QStringLiteral("app");
        options.properties.timestamp = 1700000000;
        options.properties.extra.insert(QStringLiteral("x-own"), QStringLiteral("extra"));
        options.priority = 4;
        options.deliveryMode = DeliveryMode::Transient;
        const auto inbox = consume({m_queue});
        const Message message = roundTrip(*inbox, 1, options);
        const MessageProperties seen = message.properties();
        QCOMPARE(seen.correlationId, options.properties.correlationId);
        QCOMPARE(seen.replyTo, options.properties.replyTo);
        QCOMPARE(seen.messageId, options.properties.messageId);
        QCOMPARE(seen.type, options.properties.type);
        QCOMPARE(seen.appId, options.properties.appId);
        QCOMPARE(seen.timestamp.toLongLong(), 1700000000);
        if (can(Capability::ExtraProperties))
            QCOMPARE(seen.extra.value(QStringLiteral("x-own")).toString(), QStringLiteral("extra"));
        QCOMPARE(message.priority(), 4);
        QCOMPARE(message.deliveryMode(), DeliveryMode::Transient);
        QVERIFY(!message.deliveryTag().isEmpty());
    }

    void aBodyThatIsNotWhatItSaysIsUndecodable_data()
    {
        QTest::addColumn<QString>("contentType");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<Error::Kind>("kind");
        QTest::newRow("broken JSON")
            << QStringLiteral("application/json") << QByteArray("{\"a\":") << Error::Decode;
        QTest::newRow("pickle") << QStringLiteral("application/x-python-serialize")
                                << QByteArray("\x80\x04N.") << Error::ContentDisallowed;
        QTest::newRow("not accepted") << QStringLiteral("application/x-yaml") << QByteArray("a: 1")
                                      << Error::ContentDisallowed;
    }
    void aBodyThatIsNotWhatItSaysIsUndecodable()
    {
        QFETCH(QString, contentType);
        QFETCH(QByteArray, body);
        QFETCH(Error::Kind, kind);
        PublishOptions options;
        options.contentType = contentType;
        options.contentEncoding = contentType.endsWith(QLatin1String("json"))
            ? QStringLiteral("utf-8")
            : QStringLiteral("binary");
        QOMBU_OK(Producer(connection(), Queue(m_queue)).publish(body, options));
        const auto inbox = consume({m_queue}, 16, AckMode::Auto);
        QTRY_COMPARE(inbox->undecodable.size(), 1u);
        QCOMPARE(inbox->count(), 0);
        QCOMPARE(inbox->errors.first().kind(), kind);
        QCOMPARE(inbox->undecodable[0].rawBody(), body);
        QCOMPARE(inbox->undecodable[0].contentType(), contentType);
        // Not even Auto acks it.
        inbox->undecodable.clear();
        passThrough(connection());
        QCOMPARE(unacked(), 1);
    }

    void aListOfAcceptedTypesOpensOrCloses()
    {
        QOMBU_OK(Producer(connection(), Queue(m_queue)).publish(QVariantMap()));
        auto consumer = std::make_unique<Consumer>(connection(), Queue(m_queue));
        consumer->setAccept({QStringLiteral("text")});
        Inbox inbox(std::move(consumer));
        start(inbox);
        QTRY_COMPARE(inbox.errors.size(), 1);
        QCOMPARE(inbox.errors.first().kind(), Error::ContentDisallowed);
        QVERIFY(!inbox.undecodable[0].ack().isError());
        QTRY_COMPARE(unacked(), 0);
    }
};

QOMBU_TEST(tst_ConformanceContent)
#include "tst_conformance_content.moc"
