// SPDX-License-Identifier: BSD-3-Clause
#include "core/base64_p.h"
#include "support/testmain.h"

#include <QTest>

using namespace Qombu;

class tst_Base64 : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void agreesWithQt();
    void refuses_data();
    void refuses();
    void skipsWhiteSpace();
    void appendsToWhatIsThere();
};

void tst_Base64::agreesWithQt()
{
    QByteArray bytes;
    quint32 state = 1;
    for (int size = 0; size < 300; ++size) {
        QByteArray text;
        {
            ByteSink sink(text);
            appendBase64(sink, bytes);
        }
        QCOMPARE(text, bytes.toBase64());
        const auto back = decodeBase64(text);
        QVERIFY(back);
        QCOMPARE(*back, bytes);
        bytes += char((state = state * 1664525 + 1013904223) >> 24);
    }
}

void tst_Base64::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text :
         {"A", "AA", "AAA", "AA=", "AAA==", "AAAA=", "AAAA==", "=", "====", "A===", "AA==AAAA",
          "AA=A", "A*AA", "AAAA*", "A-A_", "\x80\x80\x80\x80"})
        QTest::addRow("%s", QByteArray(text).toPercentEncoding("=*").constData())
            << QByteArray(text);
}

void tst_Base64::refuses()
{
    QFETCH(QByteArray, text);
    QVERIFY(!decodeBase64(text));
}

void tst_Base64::skipsWhiteSpace()
{
    QCOMPARE(decodeBase64(" aGVs\r\nbG8=\n").value_or(QByteArray()), QByteArray("hello"));
    QVERIFY(decodeBase64("   ").value_or(QByteArray("x")).isEmpty());
}

void tst_Base64::appendsToWhatIsThere()
{
    QByteArray text = "before ";
    const QByteArray shared = text;
    {
        ByteSink sink(text);
        appendBase64(sink, QByteArray(5000, 'x'));
        sink.put(" after");
    }
    QCOMPARE(text, QByteArray("before " + QByteArray(5000, 'x').toBase64() + " after"));
    QCOMPARE(shared, QByteArray("before "));
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_Base64)
#include "tst_base64.moc"
