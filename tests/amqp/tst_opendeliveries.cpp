// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/amqp/consuming/opendeliveries.h"
#include "transports/amqp/wire/methodids.h"

#include <QTest>
#include <QtEndian>

#include <random>
#include <set>

using namespace Qombu::Amqp;

class tst_OpenDeliveries : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void saysItInFewWords_data();
    void saysItInFewWords();
    void saysNothingTwice();
    void neverMeansMoreThanHasEnded();
    void saysItInTheWordsThatTheBrokerKnows();
    void givesAllThatIsOpen();
};

namespace {

struct Said
{
    Ending ending;
    quint64 tag;
    bool isMultiple;
};

Said read(const Method &method)
{
    const auto tag = qFromBigEndian<quint64>(method.arguments.constData());
    const int bits = method.arguments.at(8);
    if (method.id == MethodId::BasicAck)
        return {Ending::Ack, tag, bool(bits & 1)};
    if (method.id == MethodId::BasicNack)
        return {bits & 2 ? Ending::Release : Ending::Reject, tag, bool(bits & 1)};
    return {bits & 1 ? Ending::Requeue : Ending::Reject, tag, false};
}

// "a2+ r4": all up to 2 acknowledged, 4 rejected.
QByteArray texts(const std::vector<Method> &methods)
{
    QByteArrayList words;
    for (const Method &method : methods) {
        const Said said = read(method);
        words << QByteArray("arql").mid(int(said.ending), 1) + QByteArray::number(said.tag)
                + (said.isMultiple ? "+" : "");
    }
    return words.join(' ');
}

Ending endingOf(char letter)
{
    return Ending(QByteArray("arql").indexOf(letter));
}

} // namespace

void tst_OpenDeliveries::saysItInFewWords_data()
{
    QTest::addColumn<QByteArray>("endings"); // of 1, 2, …; a dot: open
    QTest::addColumn<QByteArray>("said");
    QTest::newRow("nothing") << QByteArray("..") << QByteArray();
    QTest::newRow("one") << QByteArray("a") << QByteArray("a1");
    QTest::newRow("all") << QByteArray("aaaa") << QByteArray("a4+");
    QTest::newRow("not the first") << QByteArray(".aaa") << QByteArray("a2 a3 a4");
    QTest::newRow("up to a gap") << QByteArray("aa.aa") << QByteArray("a2+ a4 a5");
    QTest::newRow("others between")
        << QByteArray("aaraallqqaa") << QByteArray("r3 q8 q9 a5+ l7+ a11+");
    QTest::newRow("two of each") << QByteArray("aarraall") << QByteArray("a2+ r4+ a6+ l8+");
    QTest::newRow("in turns") << QByteArray("alalalal") << QByteArray("l2 l4 l6 a7+ l8");
    QTest::newRow("in turns, rejected") << QByteArray("rararar") << QByteArray("a2 a4 a6 r7+");
    QTest::newRow("in turns, returned as failed")
        << QByteArray("aqaqaqa") << QByteArray("q2 q4 q6 a7+");
    QTest::newRow("in turns behind a gap")
        << QByteArray("ala.ala") << QByteArray("l2 a3+ a5 l6 a7");
    QTest::newRow("others behind a gap") << QByteArray("l.ll") << QByteArray("l1 l3 l4");
}

void tst_OpenDeliveries::saysItInFewWords()
{
    QFETCH(QByteArray, endings);
    QFETCH(QByteArray, said);
    OpenDeliveries open;
    for (int i = 0; i < endings.size(); ++i)
        open.add(quint64(i) + 1, {});
    for (int i = int(endings.size()); i-- > 0;) { // in any order
        if (endings[i] != '.')
            open.end(quint64(i) + 1, endingOf(endings[i]));
    }
    QCOMPARE(texts(open.takeMethods()), said);
    QCOMPARE(open.isEmpty(), !endings.contains('.'));
}

void tst_OpenDeliveries::saysNothingTwice()
{
    OpenDeliveries open;
    open.add(1, {});
    open.add(2, {});
    QVERIFY(open.end(1, Ending::Ack));
    QVERIFY(!open.end(1, Ending::Reject));
    QVERIFY(!open.end(2, Ending::Ack)); // not the first
    QVERIFY(!open.end(9, Ending::Ack));
    QCOMPARE(texts(open.takeMethods()), QByteArray("a2+"));
    QVERIFY(open.takeMethods().empty());
    QVERIFY(!open.end(2, Ending::Ack));
    QVERIFY(!open.hasEnded());
}

// A broker that is told so ends exactly what has ended, each in its way.
void tst_OpenDeliveries::neverMeansMoreThanHasEnded()
{
    std::mt19937 random(7);
    OpenDeliveries open;
    std::map<quint64, std::optional<Ending>> wanted;
    std::set<quint64> atBroker;
    quint64 last = 0;
    for (int turn = 0; turn < 2000; ++turn) {
        for (auto count = random() % 8; count > 0; --count) {
            last += random() % 10 == 0 ? 2 : 1; // some went without acknowledgement
            open.add(last, {});
            wanted[last] = std::nullopt;
            atBroker.insert(last);
        }
        for (auto &[tag, ending] : wanted) {
            if (!ending && random() % 3 > 0) {
                ending = random() % 4 ? Ending::Ack : Ending(random() % 4);
                open.end(tag, *ending);
            }
        }
        for (const Method &method : open.takeMethods()) {
            const Said said = read(method);
            QVERIFY(atBroker.contains(said.tag));
            const auto first = said.isMultiple ? atBroker.begin() : atBroker.find(said.tag);
            for (auto tag = first; tag != atBroker.upper_bound(said.tag); ++tag)
                QVERIFY(wanted.at(*tag) == said.ending);
            atBroker.erase(first, atBroker.upper_bound(said.tag));
        }
        std::erase_if(wanted, [](const auto &entry) { return entry.second.has_value(); });
        QCOMPARE(atBroker.size(), wanted.size());
    }
}

void tst_OpenDeliveries::saysItInTheWordsThatTheBrokerKnows()
{
    OpenDeliveries open;
    for (quint64 tag = 1; tag <= 6; ++tag)
        open.add(tag, {});
    for (quint64 tag = 1; tag <= 6; ++tag)
        open.end(tag, tag <= 2 ? Ending::Release : tag <= 4 ? Ending::Reject : Ending::Ack);
    int rejects = 0;
    int acks = 0;
    for (const Method &method : open.takeMethods(false)) {
        rejects += method.id == MethodId::BasicReject;
        acks += method.id == MethodId::BasicAck;
        QVERIFY(method.id != MethodId::BasicNack);
    }
    QCOMPARE(rejects, 4);
    QCOMPARE(acks, 1);
}

void tst_OpenDeliveries::givesAllThatIsOpen()
{
    OpenDeliveries open;
    open.add(1, {11, 0});
    open.add(2, {12, 1});
    open.add(3, {13, 0});
    open.end(2, Ending::Ack);
    const std::vector<OpenDelivery> all = open.takeAll();
    QCOMPARE(all.size(), 2u);
    QCOMPARE(all[0].number, 11u);
    QCOMPARE(all[1].number, 13u);
    QVERIFY(open.isEmpty());
    QVERIFY(open.takeMethods().empty());
}

QOMBU_TEST(tst_OpenDeliveries)
#include "tst_opendeliveries.moc"
