// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/overviewstub.h"
#include "support/testmain.h"
#include "transports/amqp/management/brokerlook.h"
#include "transports/amqp/management/managementdefinitions.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;
using namespace Qt::StringLiterals;

namespace {

const QByteArray NotAdministrator =
    R"({"error":"not_authorised","reason":"Not administrator user"})";

} // namespace

// What is asked of a management API about a broker and its rules, and what is made of answers that
// are less than one wants.
class tst_OverviewLooks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m.reset(); }

    void knowsTheWholeWithoutItsNodes();
    void goesOnWhereNodesAreRefused();
    void tellsNoHalfOfThePolicies();
    void knowsNoPermissionsOfAnotherBackEnd();
    void sendsDefinitionsByteForByte();
    void saysWhatWasRefusedOfDefinitions();

private:
    std::unique_ptr<OverviewStub> m;
};

void tst_OverviewLooks::init()
{
    m = std::make_unique<OverviewStub>();
    QVERIFY(m->start());
}

void tst_OverviewLooks::knowsTheWholeWithoutItsNodes()
{
    m->overview = HttpReply::of(200,
                                introduction(R"(,"object_totals":{"queues":1},)"
                                             R"("queue_totals":{},"message_stats":{})"));
    m->answerAs("management", [](const HttpHeard &) { return HttpReply::of(500); });
    BrokerLook look(m->api.get(), u"/"_s, {});
    const auto told = waitFor<BrokerOverview>([&](auto done) { look.overview(done); });
    QVERIFY2(told, qPrintable(told.error().text()));
    QCOMPARE(told->queues, 1);
    QCOMPARE(told->consumers, -1);
    QCOMPARE(told->ready, -1);
    QCOMPARE(told->gaps.size(), 2); // no numbers, no nodes
    QVERIFY(told->gaps[1].contains(u"monitoring"_s));
    for (const QByteArray &target : m->server.targets())
        QVERIFY2(!target.startsWith("/api/nodes"), target.constData());
}

// As where another plug-in decides about users.
void tst_OverviewLooks::goesOnWhereNodesAreRefused()
{
    m->answerAs("administrator", [](const HttpHeard &) {
        return HttpReply::of(401, R"({"error":"not_authorised","reason":"Not monitor user"})");
    });
    BrokerLook look(m->api.get(), u"/"_s, {});
    const auto told = waitFor<BrokerOverview>([&](auto done) { look.overview(done); });
    QVERIFY2(told, qPrintable(told.error().text()));
    QCOMPARE(told->version, u"4.0.5"_s);
    QVERIFY(told->gaps.last().startsWith(u"Nodes are not known"_s));
}

void tst_OverviewLooks::tellsNoHalfOfThePolicies()
{
    m->answerAs("management", [](const HttpHeard &heard) {
        return heard.target.startsWith("/api/operator-policies/")
            ? HttpReply::of(401, NotAdministrator)
            : HttpReply::of(200, "[{\"name\":\"p\"}]");
    });
    BrokerLook look(m->api.get(), u"/"_s, {});
    const auto told = waitFor<QList<PolicyRow>>([&](auto done) { look.policies(done); });
    QVERIFY(!told);
    QVERIFY2(told.error().text().contains(u"administrator"_s), qPrintable(told.error().text()));
}

void tst_OverviewLooks::knowsNoPermissionsOfAnotherBackEnd()
{
    m->answerAs("administrator", [](const HttpHeard &) {
        return HttpReply::of(404, R"({"error":"Object Not Found","reason":"Not Found"})");
    });
    BrokerLook look(m->api.get(), u"/"_s, {});
    const auto told = waitFor<Permissions>([&](auto done) { look.permissions(done); });
    QVERIFY2(told, qPrintable(told.error().text()));
    QVERIFY(!told->isKnown);
    QCOMPARE(told->user, u"anna"_s);
    QCOMPARE(told->gaps.size(), 1);
    QCOMPARE(m->asked(), QByteArrayList{"/api/permissions/%2F/anna"});
}

void tst_OverviewLooks::sendsDefinitionsByteForByte()
{
    const QByteArray file = "{ \"queues\" : [\n {\"name\":\"\\u00e9\",\"x\":1.0} ] }\r\n";
    QByteArray received;
    m->answer = [&](const HttpHeard &heard) {
        received += heard.method + ' ' + heard.target + ' ' + heard.body;
        return heard.method == "POST" ? HttpReply::of(204, {}) : HttpReply::of(200, file);
    };
    ManagementDefinitions definitions(m->api.get());
    const auto sent = waitFor<void>([&](auto done) { definitions.importAll(file, done); });
    QVERIFY2(!sent.error().isError(), qPrintable(sent.error().text()));
    QCOMPARE(received, "POST /api/definitions/%2F " + file);
    const auto told = waitFor<QByteArray>([&](auto done) { definitions.exportAll(done); });
    QVERIFY2(told, qPrintable(told.error().text()));
    QCOMPARE(*told, file);
}

void tst_OverviewLooks::saysWhatWasRefusedOfDefinitions()
{
    m->answer = [](const HttpHeard &heard) {
        return heard.method == "GET"
            ? HttpReply::of(401, NotAdministrator)
            : HttpReply::of(400, R"({"error":"bad_request","reason":"invalid arg 'x' for q"})");
    };
    ManagementDefinitions definitions(m->api.get());
    const auto told = waitFor<QByteArray>([&](auto done) { definitions.exportAll(done); });
    QVERIFY2(told.error().text().contains(u"administrator"_s), qPrintable(told.error().text()));
    const auto refused =
        waitFor<void>([&](auto done) { definitions.importAll("{\"queues\":[]}", done); });
    QCOMPARE(refused.error().kind(), Error::Channel);
    QVERIFY2(refused.error().text().contains(u"invalid arg 'x' for q"_s),
             qPrintable(refused.error().text()));
    const qsizetype before = m->server.heard().size();
    const auto notSent = waitFor<void>([&](auto done) { definitions.importAll("{}", done); });
    QCOMPARE(notSent.error().kind(), Error::Decode);
    QCOMPARE(m->server.heard().size(), before);
}

QOMBU_TEST(tst_OverviewLooks)
#include "tst_overviewlooks.moc"
