// SPDX-License-Identifier: BSD-3-Clause
#include "net/hostresolver.h"
#include "support/testmain.h"

#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <cstring>
#include <optional>

using namespace Qombu;
using Addresses = Result<QList<QHostAddress>>;

namespace {

const char *const MovingHost = "moves.invalid";
std::atomic<const char *> movedTo = nullptr; // what the system's resolver says of it

} // namespace

// In place of the C library's, which answers for every other name.
extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char *node,
                                                                  const char *service,
                                                                  const addrinfo *hints,
                                                                  addrinfo **result)
{
    using Function = int (*)(const char *, const char *, const addrinfo *, addrinfo **);
    static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
    const bool moves = node && std::strcmp(node, MovingHost) == 0;
    return real(moves ? movedTo.load() : node, service, hints, result);
}

class tst_HostResolver : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void knowsLiterals_data();
    void knowsLiterals();
    void findsLocalhost();
    void asksAnewEachTime();
    void failsForAnUnknownName();
    void doesNotAnswerAfterCancel();
    void answersTheLatestQuestionOnly();
    void mayBeDestroyedInItsAnswer();
    void answersInAnotherThread();
};

void tst_HostResolver::knowsLiterals_data()
{
    QTest::addColumn<QString>("host");
    QTest::addColumn<QHostAddress>("address");
    QTest::newRow("IPv4") << QStringLiteral("127.0.0.1") << QHostAddress(QHostAddress::LocalHost);
    QTest::newRow("IPv6") << QStringLiteral("::1") << QHostAddress(QHostAddress::LocalHostIPv6);
    QTest::newRow("brackets") << QStringLiteral("[::1]")
                              << QHostAddress(QHostAddress::LocalHostIPv6);
    QTest::newRow("name") << QStringLiteral("localhost") << QHostAddress();
    QTest::newRow("empty") << QString() << QHostAddress();
    QTest::newRow("bracket") << QStringLiteral("[") << QHostAddress();
}

void tst_HostResolver::knowsLiterals()
{
    QFETCH(QString, host);
    QTEST(HostResolver::literal(host), "address");
}

void tst_HostResolver::findsLocalhost()
{
    HostResolver resolver;
    std::optional<Addresses> answer;
    resolver.resolve(QStringLiteral("localhost"), [&](const Addresses &found) { answer = found; });
    QVERIFY(!answer); // never inside the call
    QTRY_VERIFY_WITH_TIMEOUT(answer, 20000);
    QVERIFY(answer->isOk());
    QVERIFY(answer->value().contains(QHostAddress(QHostAddress::LocalHost))
            || answer->value().contains(QHostAddress(QHostAddress::LocalHostIPv6)));
    for (const QHostAddress &address : answer->value())
        QCOMPARE(answer->value().count(address), 1);
}

// A failover moves a name: what it was a minute ago helps nobody.
void tst_HostResolver::asksAnewEachTime()
{
    HostResolver resolver;
    for (const char *address : {"127.0.0.1", "127.0.0.2"}) {
        movedTo = address;
        std::optional<Addresses> answer;
        resolver.resolve(QString::fromLatin1(MovingHost),
                         [&](const Addresses &found) { answer = found; });
        QTRY_VERIFY_WITH_TIMEOUT(answer, 20000);
        QVERIFY2(*answer, qPrintable(answer->error().text()));
        QCOMPARE(answer->value(), QList<QHostAddress>{QHostAddress(QString::fromLatin1(address))});
    }
}

void tst_HostResolver::failsForAnUnknownName()
{
    HostResolver resolver;
    std::optional<Addresses> answer;
    // Nothing below .invalid exists (RFC 6761), and an empty label never leaves this machine.
    resolver.resolve(QStringLiteral("no..such.invalid"),
                     [&](const Addresses &found) { answer = found; });
    QTRY_VERIFY_WITH_TIMEOUT(answer, 20000);
    QCOMPARE(answer->error().kind(), Error::Connection);
    QVERIFY(!answer->error().text().isEmpty());
}

void tst_HostResolver::doesNotAnswerAfterCancel()
{
    bool isAnswered = false;
    HostResolver cancelled;
    cancelled.resolve(QStringLiteral("localhost"), [&](const Addresses &) { isAnswered = true; });
    cancelled.cancel();
    {
        HostResolver destroyed;
        destroyed.resolve(QStringLiteral("localhost"),
                          [&](const Addresses &) { isAnswered = true; });
    }
    HostResolver resolver;
    bool isDone = false;
    resolver.resolve(QStringLiteral("localhost"), [&](const Addresses &) { isDone = true; });
    QTRY_VERIFY_WITH_TIMEOUT(isDone, 20000);
    QVERIFY(!isAnswered);
}

void tst_HostResolver::answersTheLatestQuestionOnly()
{
    HostResolver resolver;
    QString answers;
    resolver.resolve(QStringLiteral("localhost"), [&](const Addresses &) { answers += u'1'; });
    resolver.resolve(QStringLiteral("localhost"), [&](const Addresses &) { answers += u'2'; });
    QTRY_COMPARE_WITH_TIMEOUT(answers, QStringLiteral("2"), 20000);
}

void tst_HostResolver::mayBeDestroyedInItsAnswer()
{
    auto resolver = std::make_unique<HostResolver>();
    resolver->resolve(QStringLiteral("localhost"), [&](const Addresses &) { resolver.reset(); });
    QTRY_VERIFY_WITH_TIMEOUT(!resolver, 20000);
}

void tst_HostResolver::answersInAnotherThread()
{
    QThread *asked = nullptr;
    QThread *answered = nullptr;
    const std::unique_ptr<QThread> thread(QThread::create([&] {
        asked = QThread::currentThread();
        HostResolver resolver;
        QEventLoop loop;
        resolver.resolve(QStringLiteral("localhost"), [&](const Addresses &) {
            answered = QThread::currentThread();
            loop.quit();
        });
        loop.exec();
    }));
    thread->start();
    QVERIFY(thread->wait(20000));
    QCOMPARE(answered, asked);
}

QOMBU_TEST(tst_HostResolver)
#include "tst_hostresolver.moc"
