// SPDX-License-Identifier: BSD-3-Clause
#include "content/compressorregistry.h"
#include "content/zlibcompressor.h"
#include "support/testmain.h"

#include <QTest>

#include <zlib.h>

using namespace Qombu;

namespace {

// RFC 1952, which Kombu never writes.
QByteArray gzipFile(const QByteArray &bytes)
{
    z_stream stream = {};
    deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
    QByteArray result(bytes.size() + 100, '\0');
    QByteArray input = bytes;
    stream.next_in = reinterpret_cast<Bytef *>(input.data());
    stream.avail_in = uInt(input.size());
    stream.next_out = reinterpret_cast<Bytef *>(result.data());
    stream.avail_out = uInt(result.size());
    deflate(&stream, Z_FINISH);
    result.truncate(qsizetype(stream.total_out));
    deflateEnd(&stream);
    return result;
}

} // namespace

class tst_ZlibCompressor : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void bringsBackWhatItCompressed_data();
    void bringsBackWhatItCompressed();
    void readsGzipFiles();
    void ignoresWhatFollows();
    void everyPrefixIsRefused();
    void refusesDamage();
    void stopsAtTheLimit();
    void limitGrowsWithTheInput();

private:
    const ZlibCompressor m_zlib;
};

void tst_ZlibCompressor::bringsBackWhatItCompressed_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("one byte") << QByteArray(1, '\0');
    QTest::newRow("text") << QByteArray("hello hello hello");
    QTest::newRow("3 MB of one byte") << QByteArray(3'000'000, 'x');
    QByteArray noise;
    quint32 state = 1;
    for (int i = 0; i < 200'000; ++i)
        noise += char((state = state * 1664525 + 1013904223) >> 24);
    QTest::newRow("noise") << noise;
}

void tst_ZlibCompressor::bringsBackWhatItCompressed()
{
    QFETCH(QByteArray, bytes);
    const auto compressed = m_zlib.compress(bytes);
    QVERIFY(compressed.isOk());
    QVERIFY(compressed->startsWith("\x78\x9c")); // RFC 1950, level 6
    const auto back = m_zlib.decompress(*compressed, 64 << 20);
    QVERIFY2(back.isOk(), qPrintable(back.error().text()));
    QCOMPARE(*back, bytes);
}

void tst_ZlibCompressor::readsGzipFiles()
{
    const auto back = m_zlib.decompress(gzipFile("hello"), 100);
    QVERIFY2(back.isOk(), qPrintable(back.error().text()));
    QCOMPARE(*back, QByteArray("hello"));
}

void tst_ZlibCompressor::ignoresWhatFollows()
{
    const auto back = m_zlib.decompress(QByteArray(*m_zlib.compress("hello") + "xyz"), 100);
    QVERIFY(back.isOk());
    QCOMPARE(*back, QByteArray("hello"));
}

void tst_ZlibCompressor::everyPrefixIsRefused()
{
    const QByteArray whole = *m_zlib.compress(QByteArray("hello, hello, world").repeated(20));
    for (qsizetype size = 0; size < whole.size(); ++size) {
        const auto back = m_zlib.decompress(QByteArrayView(whole).first(size), 10'000);
        QVERIFY(!back.isOk());
        QCOMPARE(back.error().kind(), Error::Decode);
    }
}

void tst_ZlibCompressor::refusesDamage()
{
    QCOMPARE(m_zlib.decompress("hello", 100).error().kind(), Error::Decode);
    QByteArray damaged = *m_zlib.compress("hello");
    damaged.back() = char(damaged.back() ^ 1); // the checksum
    QCOMPARE(m_zlib.decompress(damaged, 100).error().kind(), Error::Decode);
}

void tst_ZlibCompressor::stopsAtTheLimit()
{
    const QByteArray bomb = *m_zlib.compress(QByteArray(20'000'000, '\0'));
    QVERIFY(bomb.size() < 25'000);
    const auto stopped = m_zlib.decompress(bomb, 1'000'000);
    QVERIFY(!stopped.isOk());
    QCOMPARE(stopped.error().kind(), Error::LimitExceeded);
    QVERIFY(stopped.error().text().contains(QLatin1String("1000000")));
    QVERIFY(m_zlib.decompress(bomb, 20'000'000).isOk());
    QVERIFY(!m_zlib.decompress(bomb, 19'999'999).isOk());
}

void tst_ZlibCompressor::limitGrowsWithTheInput()
{
    constexpr qint64 MiB = 1 << 20;
    QCOMPARE(decompressionLimit(0), 64 * MiB);
    QCOMPARE(decompressionLimit(MiB), 64 * MiB);
    QCOMPARE(decompressionLimit(2 * MiB), 200 * MiB);
    QCOMPARE(decompressionLimit(1000 * MiB), 1024 * MiB);
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_ZlibCompressor)
#include "tst_zlibcompressor.moc"
