// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/scriptedchannels.h"
#include "client/scripted/stage.h"
#include "support/testmain.h"

using namespace Qombu;

namespace {

// So many values of two bytes each: 64 times as much memory.
QByteArray values(qint64 count)
{
    QByteArray text(2 * count + 1, '1');
    for (qint64 i = 0; i < count; ++i)
        text[2 * i] = i == 0 ? '[' : ',';
    text[2 * count] = ']';
    return text;
}

constexpr qint64 Half = 600'000; // two of them fill the room of a window of 16 MiB

} // namespace

// Decoding happens in one place, with room that belongs to the consumer's window.
class tst_ContractsDecoding : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void waitsForRoom_data();
    void waitsForRoom();
    void oneIsReadAlone();
    void moreWindowIsMoreRoom();
    void tooManyValuesAreAnError();
    void withoutAcknowledgementRoomIsWhatWasNotTaken();
    void cancellingGivesBackWhatWaits();
    void lostLinkForgetsWhatWaits();
    void closedChannelForgetsWhatWaits();
    void broadcastsWaitToo();
    void abandonedOnesLeaveRoom();
};

void tst_ContractsDecoding::waitsForRoom_data()
{
    QTest::addColumn<int>("how");
    QTest::newRow("ack") << 0;
    QTest::newRow("reject") << 1;
    QTest::newRow("requeue") << 2;
}

void tst_ContractsDecoding::waitsForRoom()
{
    QFETCH(int, how);
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(3, values(Half));
    stage.broker.deliver(1, "\"last\"");
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
    const Message first = subscriber.messages.takeFirst();
    how == 0 ? first.ack() : how == 1 ? first.reject() : first.requeue();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2); // in order, and no more than there is room for
    QCOMPARE(subscriber.messages.last().body().toList().size(), Half);
    subscriber.messages.takeFirst().ack();
    stage.turn();
    QCOMPARE(subscriber.messages.last().body().toString(), QStringLiteral("last"));
    QCOMPARE(stage.broker.held.size(), size_t(2));
}

void tst_ContractsDecoding::oneIsReadAlone()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(2, values(3 * Half));
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
    subscriber.messages.takeFirst().ack();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
}

void tst_ContractsDecoding::moreWindowIsMoreRoom()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(4, values(Half));
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
    QVERIFY(!subscriber.consumer.setPrefetchBytes(64 << 20).isError());
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 4);
}

void tst_ContractsDecoding::tooManyValuesAreAnError()
{
    Stage stage;
    Subscriber subscriber(stage);
    QList<Message> failed;
    connect(&subscriber.consumer, &Consumer::decodeFailed, this,
            [&](const Message &message) { failed.append(message); });
    subscriber.start();
    const QByteArray body = values((4 << 20) + 1);
    stage.broker.deliver(1, body);
    stage.broker.deliver(1, "\"next\"");
    stage.turn();
    QCOMPARE(failed.size(), 1);
    QCOMPARE(failed.first().error().kind(), Error::LimitExceeded);
    QVERIFY(failed.first().error().text().contains(QStringLiteral("4194304")));
    QCOMPARE(failed.first().rawBody(), body);
    QVERIFY(subscriber.messages.isEmpty()); // it takes as much as any other
    QVERIFY(!failed.takeFirst().requeue().isError());
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);

    QVERIFY(!subscriber.consumer.setPrefetchBytes(32 << 20).isError());
    stage.turn();
    stage.broker.deliver(1, body);
    stage.turn();
    QVERIFY(failed.isEmpty());
    QCOMPARE(subscriber.messages.size(), 2);
}

void tst_ContractsDecoding::withoutAcknowledgementRoomIsWhatWasNotTaken()
{
    Stage stage;
    Subscriber subscriber(stage, {Queue("q")}, AckMode::None);
    subscriber.start();
    subscriber.consumer.pause();
    for (int i = 0; i < 4; ++i)
        stage.broker.deliver(1, values(Half));
    stage.turn();
    subscriber.consumer.resume();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 4);

    subscriber.consumer.pause();
    stage.broker.deliver(4, values(Half));
    stage.turn();
    subscriber.consumer.cancel();
    stage.turn();
    QCOMPARE(stage.broker.putBack.size(), 4); // those that were not decoded, too
    QCOMPARE(stage.broker.putBack.last(), values(Half));
}

void tst_ContractsDecoding::cancellingGivesBackWhatWaits()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    const quint64 first = stage.broker.deliver(4, values(Half));
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
    subscriber.consumer.cancel();
    stage.turn();
    QCOMPARE(stage.broker.givenBack, (std::vector<quint64>{first + 2, first + 3}));
}

void tst_ContractsDecoding::lostLinkForgetsWhatWaits()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(3, values(Half));
    stage.turn();
    stage.reconnect();
    stage.broker.deliver(3, values(Half));
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 4); // two of each link: what waited comes again
    for (int i = 0; i < 2; ++i)
        subscriber.messages.takeFirst().ack(); // of the lost one: it leaves no room
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
    subscriber.messages.takeFirst().ack();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
}

void tst_ContractsDecoding::closedChannelForgetsWhatWaits()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(3, values(Half));
    stage.turn();
    stage.broker.closeDelivering(broken());
    stage.advance(std::chrono::seconds(2));
    stage.broker.deliver(3, values(Half));
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 4);
}

void tst_ContractsDecoding::broadcastsWaitToo()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    for (int i = 0; i < 3; ++i)
        stage.broker.broadcast(values(Half));
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
    stage.reconnect();
    QCOMPARE(subscriber.messages.size(), 2); // what is held of them outlives the link
    subscriber.messages.takeFirst().ack();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
}

void tst_ContractsDecoding::abandonedOnesLeaveRoom()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(3, values(Half));
    stage.turn();
    subscriber.messages.clear();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
}

QOMBU_TEST(tst_ContractsDecoding)
#include "tst_contracts_decoding.moc"
