// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/amqp/publishing/confirms.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace Qt::StringLiterals;

// Which publishes a confirmation ends, and how.
class tst_Confirms : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void endsOneOrAllUpToIt();
    void endsNothingTwice();
    void refusesSeveralAtOnce();
    void ofTwinsTheOneThatIsConfirmedNextCameBack();
    void whatMayNotComeBackIsNotTakenForIt();
    void manyThatComeBackAreFoundAtOnce();

private:
    void send(quint64 id, const QString &messageId = u"m"_s, bool mandatory = true);
    void comesBack(const QString &messageId = u"m"_s);
    QByteArray confirm(quint64 number, bool multiple = false, const Error &nack = {});

    Confirms m_confirms;
};

namespace {

std::shared_ptr<MessageContent> content(const QString &messageId)
{
    auto made = std::make_shared<MessageContent>();
    made->exchange = u"x"_s;
    made->routingKey = u"key"_s;
    made->properties.edit().messageId = messageId;
    return made;
}

} // namespace

void tst_Confirms::init()
{
    m_confirms = {};
}

void tst_Confirms::send(quint64 id, const QString &messageId, bool mandatory)
{
    m_confirms.sent({id, content(messageId), mandatory, false});
}

void tst_Confirms::comesBack(const QString &messageId)
{
    m_confirms.returned(*content(messageId), Error(Error::Unroutable, u"nobody"_s));
}

// "11 12! 13?": 12 was refused, 13 came back.
QByteArray tst_Confirms::confirm(quint64 number, bool multiple, const Error &nack)
{
    std::vector<PublishOutcome> outcomes;
    m_confirms.confirmed(number, multiple, nack, outcomes);
    QByteArrayList words;
    for (const PublishOutcome &outcome : outcomes)
        words << QByteArray::number(outcome.id)
                + (outcome.error.kind() == Error::Unroutable ? "?"
                       : outcome.error.isError()             ? "!"
                                                             : "");
    return words.join(' ');
}

void tst_Confirms::endsOneOrAllUpToIt()
{
    for (quint64 id = 11; id <= 16; ++id)
        send(id);
    QCOMPARE(confirm(2), "12");
    QCOMPARE(confirm(4, true), "11 13 14");
    QCOMPARE(m_confirms.size(), 2u);
    QCOMPARE(confirm(0, true), "15 16"); // all, AMQP 0-9-1, basic.ack
    QCOMPARE(m_confirms.size(), 0u);
}

void tst_Confirms::endsNothingTwice()
{
    send(11);
    send(12);
    QCOMPARE(confirm(2), "12");
    QCOMPARE(confirm(2), "");
    QCOMPARE(confirm(9, true), "");
    QCOMPARE(confirm(2, true), "11");
    QCOMPARE(confirm(1), "");
}

void tst_Confirms::refusesSeveralAtOnce()
{
    for (quint64 id = 11; id <= 13; ++id)
        send(id);
    QCOMPARE(confirm(2, true, Error(Error::Channel, u"full"_s)), "11! 12!");
    QCOMPARE(confirm(3), "13");
}

// The first was routed, and its queue is slow; the second comes back and is confirmed at once.
void tst_Confirms::ofTwinsTheOneThatIsConfirmedNextCameBack()
{
    send(11);
    send(12);
    send(13);
    comesBack();
    QCOMPARE(confirm(2), "12?");
    comesBack();
    QCOMPARE(confirm(3), "13?");
    QCOMPARE(confirm(1), "11");
}

void tst_Confirms::whatMayNotComeBackIsNotTakenForIt()
{
    send(11, u"m"_s, false);
    send(12, u"other"_s);
    send(13);
    comesBack();
    QCOMPARE(confirm(3, true), "11 12 13?");
}

void tst_Confirms::manyThatComeBackAreFoundAtOnce()
{
    constexpr int Count = 20000;
    for (int i = 0; i < Count; ++i)
        send(quint64(i) + 1, QString::number(i));
    for (int i = Count; i-- > 0;)
        comesBack(QString::number(i));
    std::vector<PublishOutcome> outcomes;
    m_confirms.confirmed(Count, true, {}, outcomes);
    QCOMPARE(outcomes.size(), std::size_t(Count));
    for (const PublishOutcome &outcome : outcomes)
        QCOMPARE(outcome.error.kind(), Error::Unroutable);
}

QOMBU_TEST(tst_Confirms)
#include "tst_confirms.moc"
