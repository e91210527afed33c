// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/scriptedbroker.h"
#include "amqp/serverspeech.h"
#include "port/transportregistry.h"
#include "support/testmain.h"

#include <Qombu/channel.h>
#include <Qombu/connection.h>
#include <Qombu/consumer.h>
#include <Qombu/producer.h>

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;
using namespace std::chrono_literals;

namespace {

ScriptedBroker *brokerOfCuts = nullptr;

class CutTransport final : public Transport
{
public:
    Error check(const BrokerUrl &, const ConnectionOptions &) const override { return {}; }
    std::unique_ptr<Link> createLink(const LinkSetup &setup) override
    {
        AmqpLinkSettings settings;
        settings.makeStream = [](Hub *, ByteStreamListener *listener) {
            return brokerOfCuts->connect(listener);
        };
        return std::make_unique<AmqpLink>(setup, settings);
    }
};

// Where a connection ends.
struct Cut
{
    enum Stream { Main, Publishing };
    // Said: the broker, after so many of its bytes. Heard: the broker, of the client; and what it
    // answers to those comes (Heard) or is lost (Unanswered).
    enum Side { Said, Heard, Unanswered };

    Stream stream = Main;
    Side side = Said;
    std::optional<qsizetype> after; // bytes; none: not
};

// One session of a program, from its first connection to a quiet end, and what it saw: "failed",
// "open", "got BODY", "ended REQUEST" or "ended REQUEST with error", and "published BODY" where the
// broker has it.
class CutSession : public QObject
{
public:
    CutSession(const Cut &cut, UncertainPublish onUncertain)
    {
        brokerOfCuts = &broker;
        auto &ends = cut.side == Cut::Said ? broker.cuts : broker.deafness;
        ends.resize(cut.stream == Cut::Main ? 0 : 1); // the connections before
        ends.push_back(cut.after);
        broker.losesLastWords = cut.side == Cut::Unanswered;
        broker.pushed[QByteArray("in")] = {"one", "two"};
        broker.queues[QByteArray("fetched")] = {"three"};
        broker.onPublished = [this](const QByteArray &body, bool again) {
            log << "published " + body + (again ? " again" : "");
        };
        ConnectionOptions options;
        options.hub = &hub;
        options.onUncertain = onUncertain;
        connection = std::make_unique<Connection>(QStringLiteral("cut://broker"), options);
        connect(connection.get(), &Connection::errorOccurred, this,
                [this](const Error &) { log << "failed"; });
        connect(connection.get(), &Connection::stateChanged, this, [this](Connection::State state) {
            if (state == Connection::Open)
                log << "open";
        });
        run();
    }

    // How often it was said, or anything that begins so.
    qsizetype count(const QByteArray &beginning) const
    {
        return std::count_if(log.begin(), log.end(),
                             [&](const QByteArray &line) { return line.startsWith(beginning); });
    }

    // Where anything that begins so was said last.
    qsizetype lastOf(const QByteArray &beginning) const
    {
        const auto found = std::find_if(log.rbegin(), log.rend(), [&](const QByteArray &line) {
            return line.startsWith(beginning);
        });
        return std::distance(found, log.rend()) - 1;
    }

    // What each link delivers: all of it from the beginning, or less.
    bool deliversInOrder() const
    {
        QByteArrayList next;
        for (const QByteArray &line : log) {
            if (line == "open" || line == "failed")
                next = {"got one", "got two"};
            else if (line.startsWith("got ") && (next.isEmpty() || next.takeFirst() != line))
                return false;
        }
        return true;
    }

    SimulatedHub hub;
    ScriptedBroker broker{&hub};
    QByteArrayList log;
    std::vector<qsizetype> said; // bytes of the broker on each connection, before the end
    std::vector<qsizetype> heard; // and of the client
    std::unique_ptr<Connection> connection;

    static constexpr const char *Requests[] = {"declare", "inspect", "purge", "get"};
    static constexpr const char *Publishes[] = {"a", "b", "c"};

private:
    template<typename T>
    void expect(const QByteArray &request, Pending<T> pending)
    {
        pending.then(this, [this, request](const Result<T> &result) {
            log << "ended " + request + (result ? "" : " with error");
        });
    }

    void run()
    {
        Channel *channel = connection->defaultChannel();
        const Queue out("out");
        expect("declare",
               channel->declare(Queue(QStringLiteral("bound"), Exchange(QStringLiteral("x")),
                                      QStringLiteral("key"))));
        expect("inspect", channel->inspect(QStringLiteral("in")));
        expect("purge", channel->purge(QStringLiteral("in")));
        expect("get", channel->get(QStringLiteral("fetched"), AckMode::None));
        Consumer consumer(connection.get(), Queue("in"));
        connect(&consumer, &Consumer::messageReceived, this, [this](const Message &message) {
            held << message;
            if (message.rawBody() == "one")
                message.ack();
            log << "got " + message.rawBody();
        });
        consumer.start();
        PublishOptions options;
        options.serializer = QStringLiteral("text");
        Producer producer(connection.get(), out);
        for (const char *body : Publishes) {
            expect(body, producer.publish(QString::fromLatin1(body), options));
            turn(0s);
        }
        turn(4s); // all ends by itself, not by a deadline
        said = broker.passed;
        heard = broker.taken;
        connection->close();
        turn(10s);
    }

    void turn(std::chrono::seconds time)
    {
        hub.advance(time);
        for (int i = 0; i < 8; ++i) {
            hub.settle();
            QCoreApplication::processEvents();
        }
    }

    QList<Message> held;
};

} // namespace

// The end of a connection after each byte that the broker has said or heard, in simulated time.
class tst_AmqpCuts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void everyByte_data();
    void everyByte();
};

void tst_AmqpCuts::initTestCase()
{
    TransportInfo info;
    info.name = QStringLiteral("cut");
    info.schemes = QStringList{info.name};
    info.capabilities = AmqpLink::allCapabilities();
    info.create = [] { return std::make_unique<CutTransport>(); };
    TransportRegistry::add(info);
}

void tst_AmqpCuts::everyByte_data()
{
    QTest::addColumn<int>("stream");
    QTest::addColumn<int>("side");
    QTest::addColumn<bool>("resends");
    const std::pair<Cut::Side, const char *> sides[] = {
        {Cut::Said, "said"}, {Cut::Heard, "heard"}, {Cut::Unanswered, "heard, unanswered"}};
    for (const auto &[side, name] : sides) {
        QTest::addRow("main, %s, resend", name) << int(Cut::Main) << int(side) << true;
        QTest::addRow("main, %s, fail", name) << int(Cut::Main) << int(side) << false;
        QTest::addRow("publishing, %s, resend", name) << int(Cut::Publishing) << int(side) << true;
        QTest::addRow("publishing, %s, fail", name) << int(Cut::Publishing) << int(side) << false;
    }
}

void tst_AmqpCuts::everyByte()
{
    QFETCH(int, stream);
    QFETCH(int, side);
    QFETCH(bool, resends);
    Cut cut{Cut::Stream(stream), Cut::Side(side), std::nullopt};
    const UncertainPublish uncertain = resends ? UncertainPublish::Resend : UncertainPublish::Fail;
    const CutSession whole(cut, uncertain);
    const auto &all = side == Cut::Said ? whole.said : whole.heard;
    qsizetype errors = 0;
    qsizetype again = 0;
    for (cut.after = 0; *cut.after <= all.at(std::size_t(stream)); ++*cut.after) {
        const CutSession session(cut, uncertain);
        const QByteArray said =
            "after " + QByteArray::number(*cut.after) + ": " + session.log.join(", ");
        // The loss of the publishing connection is only told where nothing else tells it.
        const qsizetype failures = session.count("failed");
        QVERIFY2(failures == 1 || (failures == 0 && stream == Cut::Publishing), said.constData());
        QVERIFY2(session.deliversInOrder(), said.constData());
        for (const char *request : CutSession::Requests)
            QVERIFY2(session.count("ended " + QByteArray(request)) == 1, said.constData());
        for (const char *body : CutSession::Publishes) {
            const QByteArray ended = "ended " + QByteArray(body);
            const QByteArray published = "published " + QByteArray(body);
            const bool hasFailed = session.count(ended + " with error") > 0;
            QVERIFY2(session.count(ended) == 1, said.constData());
            // The broker has what was confirmed, and not again later; what it may have had before
            // is marked, and fails where that is wanted.
            QVERIFY2(session.count(published) >= (hasFailed ? 0 : 1), said.constData());
            QVERIFY2(session.log.count(published) <= 1, said.constData());
            QVERIFY2(session.log.count(published + " again") <= (resends ? 1 : 0),
                     said.constData());
            QVERIFY2(session.lastOf(published) < session.lastOf(ended) || hasFailed,
                     said.constData());
            QVERIFY2(!hasFailed || !resends, said.constData());
            errors += hasFailed ? 1 : 0;
            again += session.log.count(published + " again");
        }
    }
    QCOMPARE(errors > 0, !resends && stream == Cut::Publishing);
    QCOMPARE(again > 0, resends && stream == Cut::Publishing);
}

QOMBU_TEST(tst_AmqpCuts)
#include "tst_amqpcuts.moc"
