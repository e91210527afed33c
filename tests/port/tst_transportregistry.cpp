// SPDX-License-Identifier: BSD-3-Clause
#include "port/transportregistry.h"
#include "support/testmain.h"

#include <Qombu/connection.h>

#include <QTest>

using namespace Qombu;

class tst_TransportRegistry : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void suggestsTheClosestScheme();
    void namesTheLibraryThatWasMissing();
    void namesTheOptionThatSwitchedRedisOff();
};

void tst_TransportRegistry::suggestsTheClosestScheme()
{
    const auto found = TransportRegistry::find(QStringLiteral("redsi"));
    QCOMPARE(found.error().kind(), Error::Configuration);
    QVERIFY2(found.error().text().contains(u"redis://"), qPrintable(found.error().text()));
}

void tst_TransportRegistry::namesTheLibraryThatWasMissing()
{
    TransportInfo info;
    info.name = QStringLiteral("pigeon");
    info.schemes = QStringList{QStringLiteral("pigeon")};
    info.missingOption = QStringLiteral("QOMBU_TRANSPORT_PIGEON");
    info.missingLibrary = QStringLiteral("libpigeon");
    TransportRegistry::add(info);
    const auto found = TransportRegistry::find(QStringLiteral("pigeon"));
    QCOMPARE(found.error().kind(), Error::Configuration);
    QCOMPARE(found.error().text(),
             QStringLiteral("This build of Qombu has no pigeon transport: libpigeon was not found "
                            "when it was built (CMake's option QOMBU_TRANSPORT_PIGEON)."));
}

void tst_TransportRegistry::namesTheOptionThatSwitchedRedisOff()
{
    for (const char *scheme : {"redis", "rediss", "sentinel"}) {
        const auto found = TransportRegistry::find(QLatin1String(scheme));
        QCOMPARE(found.isOk(), bool(QOMBU_HAS_REDIS));
    }
    if constexpr (!QOMBU_HAS_REDIS) {
        Connection connection("redis://localhost");
        Error told;
        connect(&connection, &Connection::errorOccurred, this,
                [&](const Error &error) { told = error; });
        connection.open();
        QTRY_COMPARE(told.kind(), Error::Configuration);
        QCOMPARE(told.text(),
                 QStringLiteral("This build of Qombu has no redis transport: it was switched off "
                                "(QOMBU_TRANSPORT_REDIS=OFF)."));
    }
}

QOMBU_TEST(tst_TransportRegistry)
#include "tst_transportregistry.moc"
