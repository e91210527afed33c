// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/scriptedchannels.h"
#include "client/scripted/stage.h"
#include "support/testmain.h"

#include <limits>

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

// Fills the room of a window of 16 MiB: 64 MiB.
QByteArray large()
{
    return values(1'060'000);
}

} // namespace

// Decoding happens in one place, with room that belongs to the consumer's window.
class tst_ContractsDecoding : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void waitsForRoom_data();
    void waitsForRoom();
    void moreWindowIsMoreRoom();
    void anyWindowIsTaken();
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
    stage.broker.deliver(1, large());
    stage.broker.deliver(1, "\"second\"");
    stage.broker.deliver(1, "\"third\"");
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
    QCOMPARE(stage.broker.held.size(), size_t(3));
    const Message first = subscriber.messages.takeFirst();
    QCOMPARE(first.body().toList().size(), 1'060'000); // one is read alone, however large it is
    how == 0 ? first.ack() : how == 1 ? first.reject() : first.requeue();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
    QCOMPARE(subscriber.messages.first().body().toString(), QStringLiteral("second"));
    QCOMPARE(subscriber.messages.last().body().toString(), QStringLiteral("third"));
}

void tst_ContractsDecoding::moreWindowIsMoreRoom()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(1, large());
    stage.broker.deliver(1);
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
    QVERIFY(!subscriber.consumer.setPrefetchBytes(64 << 20).isError());
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
}

void tst_ContractsDecoding::anyWindowIsTaken()
{
    Stage stage;
    Subscriber subscriber(stage);
    QVERIFY(!subscriber.consumer.setPrefetchBytes(std::numeric_limits<qint64>::max()).isError());
    subscriber.start();
    stage.broker.deliver(2, large());
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
}

void tst_ContractsDecoding::tooManyValuesAreAnError()
{
    Stage stage;
    Subscriber subscriber(stage);
    QList<Message> failed;
    connect(&subscriber.consumer, &Consumer::decodeFailed, this,
            [&](const Message &message) { failed.append(message); });
    subscriber.start();
    const QByteArray body = values(4 << 20); // and their list
    stage.broker.deliver(1, body);
    stage.broker.deliver(1);
    stage.turn();
    QCOMPARE(failed.size(), 1);
    QCOMPARE(failed.first().error().kind(), Error::LimitExceeded);
    QVERIFY(failed.first().error().text().contains(QStringLiteral("4194304")));
    QCOMPARE(failed.first().rawBody(), body);
    QVERIFY(subscriber.messages.isEmpty()); // it takes as much as any other
    QVERIFY(!failed.takeFirst().requeue().isError());
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
}

void tst_ContractsDecoding::withoutAcknowledgementRoomIsWhatWasNotTaken()
{
    Stage stage;
    Subscriber subscriber(stage, {Queue("q")}, AckMode::None);
    subscriber.start();
    subscriber.consumer.pause();
    stage.broker.deliver(1, large());
    stage.broker.deliver(1, "\"second\"");
    stage.turn();
    subscriber.consumer.resume();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);

    subscriber.consumer.pause();
    stage.broker.deliver(1, large());
    stage.broker.deliver(1, "\"fourth\"");
    stage.turn();
    subscriber.consumer.cancel();
    stage.turn();
    QCOMPARE(stage.broker.putBack, (QList<QByteArray>{large(), "\"fourth\""})); // decoded or not
}

void tst_ContractsDecoding::cancellingGivesBackWhatWaits()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(1, large());
    const quint64 second = stage.broker.deliver(2);
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
    subscriber.consumer.cancel();
    stage.turn();
    QCOMPARE(stage.broker.givenBack, (std::vector<quint64>{second, second + 1}));
}

void tst_ContractsDecoding::lostLinkForgetsWhatWaits()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    for (int i = 0; i < 2; ++i) {
        if (i > 0)
            stage.reconnect();
        stage.broker.deliver(1, large());
        stage.broker.deliver(1);
        stage.turn();
    }
    QCOMPARE(subscriber.messages.size(), 2); // one of each link: what waited comes again
    subscriber.messages.takeFirst().ack(); // of the lost one: it leaves no room
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
    subscriber.messages.takeFirst().ack();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
}

void tst_ContractsDecoding::closedChannelForgetsWhatWaits()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(1, large());
    stage.broker.deliver(1);
    stage.turn();
    stage.broker.closeDelivering(broken());
    stage.advance(std::chrono::seconds(2));
    stage.broker.deliver(2);
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 3);
}

void tst_ContractsDecoding::broadcastsWaitToo()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.broadcast(large());
    stage.broker.broadcast("\"second\"");
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
    stage.reconnect();
    QCOMPARE(subscriber.messages.size(), 1); // what is held of them outlives the link
    subscriber.messages.takeFirst().ack();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
}

void tst_ContractsDecoding::abandonedOnesLeaveRoom()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(1, large());
    stage.broker.deliver(1);
    stage.turn();
    subscriber.messages.clear();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
}

QOMBU_TEST(tst_ContractsDecoding)
#include "tst_contracts_decoding.moc"
