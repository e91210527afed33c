// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/rabbitseat.h"
#include "support/testmain.h"

#include <Qombu/browser.h>
#include <Qombu/definitions.h>

#include <QTest>

#include <algorithm>

using namespace Qombu;
using namespace QombuTest;
using namespace Qt::StringLiterals;

// What users with different tags may see through the management API of a real RabbitMQ.
class tst_OverviewTags : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void tellsEveryoneWhatTheirTagsAllow_data();
    void tellsEveryoneWhatTheirTagsAllow();
    void tellsTheUserOfTheLinkNotWhoAsks();

private:
    void makeUser(const QString &tag);
    bool isSeen(Browser &look, const QString &whose);

    RabbitProcess m_broker;
    std::unique_ptr<RabbitSeat> m_seat;
    QString m_user;
};

void tst_OverviewTags::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_OverviewTags::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_seat = std::make_unique<RabbitSeat>(m_broker.managedUrl());
    m_user = u"user-"_s + m_broker.virtualHost();
}

void tst_OverviewTags::cleanup()
{
    m_seat.reset();
    m_broker.manage("DELETE", u"users/"_s + m_user);
}

void tst_OverviewTags::makeUser(const QString &tag)
{
    const QString place = m_broker.virtualHost() + u'/' + m_user;
    m_broker.manage("PUT", u"users/"_s + m_user,
                    "{\"password\":\"x\",\"tags\":\"" + tag.toLatin1() + "\"}");
    m_broker.manage("PUT", u"permissions/"_s + place,
                    R"({"configure":"^c-","write":"^w-","read":".*"})");
    m_broker.manage("PUT", u"topic-permissions/"_s + place,
                    R"({"exchange":"amq.topic","write":"^a","read":"b$"})");
    QVERIFY2(m_broker.errorText().isEmpty(), qPrintable(m_broker.errorText()));
}

// Among the connections of this virtual host.
bool tst_OverviewTags::isSeen(Browser &look, const QString &whose)
{
    RowQuery query;
    query.maximumRows = 500;
    const auto page = look.connections(query).wait(Patience);
    return page && std::ranges::any_of(page->rows, [&](const ConnectionRow &row) {
               return row.user == whose && row.virtualHost == m_broker.virtualHost();
           });
}

void tst_OverviewTags::tellsEveryoneWhatTheirTagsAllow_data()
{
    QTest::addColumn<QString>("tag");
    QTest::addColumn<bool>("mayAsk");
    QTest::addColumn<bool>("seesAll");
    QTest::addColumn<bool>("seesPermissions");
    QTest::newRow("none") << QString() << false << false << false;
    QTest::newRow("management") << u"management"_s << true << false << false;
    QTest::newRow("policymaker") << u"policymaker"_s << true << false << false;
    QTest::newRow("monitoring") << u"monitoring"_s << true << true << false;
    QTest::newRow("administrator") << u"administrator"_s << true << true << true;
}

void tst_OverviewTags::tellsEveryoneWhatTheirTagsAllow()
{
    QFETCH(QString, tag);
    QFETCH(bool, mayAsk);
    QFETCH(bool, seesAll);
    QFETCH(bool, seesPermissions);
    makeUser(tag);
    RABBIT_OK(m_seat->connection.whenOpen());
    RabbitSeat seat(m_broker.managedUrl().replace(u"guest:guest@"_s, m_user + u":x@"_s));
    Browser look(&seat.connection);
    const auto permissions = look.permissions().wait(Patience);
    if (!mayAsk) {
        for (const Error &error :
             {permissions.error(), errorOf(look.overview()), errorOf(look.connections()),
              errorOf(look.channels()), errorOf(look.allConsumers()), errorOf(look.policies()),
              errorOf(Definitions(&seat.connection).exportAll())}) {
            QCOMPARE(error.kind(), Error::Configuration);
            QVERIFY2(error.text().contains(u"\"management\""_s), qPrintable(error.text()));
        }
        return;
    }
    QVERIFY2(permissions, qPrintable(permissions.error().text()));
    QCOMPARE(permissions->user, m_user);
    QCOMPARE(permissions->tags, QStringList(tag));
    QCOMPARE(permissions->virtualHost, m_broker.virtualHost());
    QCOMPARE(permissions->isKnown, seesPermissions);
    QCOMPARE(permissions->gaps.size(), seesPermissions ? 0 : 1);
    QCOMPARE(permissions->configure, seesPermissions ? u"^c-"_s : QString());
    QCOMPARE(permissions->write, seesPermissions ? u"^w-"_s : QString());
    QCOMPARE(permissions->read, seesPermissions ? u".*"_s : QString());
    const QList<TopicPermission> topics{{u"amq.topic"_s, u"^a"_s, u"b$"_s}};
    QCOMPARE(permissions->topics, seesPermissions ? topics : QList<TopicPermission>());

    // Its own connection comes with the next count.
    QTRY_VERIFY_WITH_TIMEOUT(isSeen(look, m_user), 30000);
    Browser guests(&m_seat->connection);
    QTRY_VERIFY_WITH_TIMEOUT(isSeen(guests, u"guest"_s), 30000);
    QCOMPARE(isSeen(look, u"guest"_s), seesAll);
    QCOMPARE(look.connections().wait(Patience)->gaps.size(), seesAll ? 0 : 1);
    QCOMPARE(look.channels().wait(Patience)->gaps.size(), seesAll ? 0 : 1);
    const auto whole = look.overview().wait(Patience);
    QVERIFY2(whole, qPrintable(whole.error().text()));
    QCOMPARE(whole->nodes.size(), seesAll ? 1 : 0);
    const QString needed = u"\"monitoring\""_s;
    QCOMPARE(whole->gaps.join(u'\n').contains(needed), !seesAll);
    QVERIFY(look.policies().wait(Patience));
    QVERIFY(look.allConsumers().wait(Patience));
    const auto file = Definitions(&seat.connection).exportAll().wait(Patience);
    QCOMPARE(file.isOk(), seesPermissions);
    if (!file)
        QVERIFY2(file.error().text().contains(u"\"administrator\""_s),
                 qPrintable(file.error().text()));
}

// The options name somebody else for the API.
void tst_OverviewTags::tellsTheUserOfTheLinkNotWhoAsks()
{
    makeUser(u"management"_s);
    const QString url = m_broker.managedUrl().replace(u"guest:guest@"_s, m_user + u":x@"_s);
    RabbitSeat seat(url + u"&management_user=guest&management_password=guest"_s);
    const auto told = Browser(&seat.connection).permissions().wait(Patience);
    QVERIFY2(told, qPrintable(told.error().text()));
    QCOMPARE(told->user, m_user);
    QVERIFY(told->isKnown);
    QCOMPARE(told->configure, u"^c-"_s);
    QCOMPARE(told->tags, QStringList());
    QCOMPARE(told->gaps.size(), 1); // whose tags are not known
}

QOMBU_TEST(tst_OverviewTags)
#include "tst_overviewtags.moc"
