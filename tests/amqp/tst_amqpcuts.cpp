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

// One session of a program, from its first connection to a quiet end, and what it saw: "failed",
// "open", "got BODY", "ended REQUEST" or "ended REQUEST with error", and "published BODY" where the
// broker has it.
class CutSession : public QObject
{
public:
    enum Stream { Main, Publishing };
    CutSession(Stream stream, std::optional<qsizetype> cut, UncertainPublish onUncertain)
    {
        brokerOfCuts = &broker;
        broker.cuts = {stream == Main ? cut : std::nullopt,
                       stream == Publishing ? cut : std::nullopt};
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

// The end of a connection after each byte that the broker has said, in simulated time.
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
    QTest::addColumn<bool>("resends");
    QTest::newRow("main, resend") << int(CutSession::Main) << true;
    QTest::newRow("publishing, resend") << int(CutSession::Publishing) << true;
    QTest::newRow("publishing, fail") << int(CutSession::Publishing) << false;
}

void tst_AmqpCuts::everyByte()
{
    QFETCH(int, stream);
    QFETCH(bool, resends);
    const auto kind = CutSession::Stream(stream);
    const UncertainPublish uncertain = resends ? UncertainPublish::Resend : UncertainPublish::Fail;
    const CutSession whole(kind, std::nullopt, uncertain);
    const qsizetype bytes = whole.said.at(std::size_t(stream));
    qsizetype errors = 0;
    for (qsizetype cut = 0; cut <= bytes; ++cut) {
        const CutSession session(kind, cut, uncertain);
        const QByteArray said = "after " + QByteArray::number(cut) + ": " + session.log.join(", ");
        // The loss of the publishing connection is only told where nothing else tells it.
        const qsizetype failures = session.count("failed");
        QVERIFY2(failures == 1 || (failures == 0 && kind == CutSession::Publishing),
                 said.constData());
        QVERIFY2(session.deliversInOrder(), said.constData());
        for (const char *request : CutSession::Requests)
            QVERIFY2(session.count("ended " + QByteArray(request)) == 1, said.constData());
        for (const char *body : CutSession::Publishes) {
            const QByteArray ended = "ended " + QByteArray(body);
            const QByteArray published = "published " + QByteArray(body);
            const qsizetype again = session.log.lastIndexOf(QByteArray(published + " again"));
            QVERIFY2(session.count(ended) == 1, said.constData());
            errors += session.count(ended + " with error");
            // None that was confirmed comes again; one that may be there already is marked.
            QVERIFY2(session.log.count(published) == 1, said.constData());
            QVERIFY2(session.count(published) <= (resends ? 2 : 1), said.constData());
            QVERIFY2(again < 0 || again < session.log.indexOf(ended), said.constData());
        }
    }
    QCOMPARE(errors > 0, !resends);
}

QOMBU_TEST(tst_AmqpCuts)
#include "tst_amqpcuts.moc"
