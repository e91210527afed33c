// SPDX-License-Identifier: BSD-3-Clause
#include "broker/poller.h"
#include "support/testmain.h"

#include <QtCore/qelapsedtimer.h>
#include <QtTest/qtest.h>

#include <memory>

using namespace Qombu::Inspector;
using namespace std::chrono_literals;

// How often a broker is asked, and how much at once.
class tst_Poller : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void asksOneAtATime();
    void asksOnlyWhatIsLookedAt();
    void asksASlowBrokerLessOften();
    void goesOnWithoutWhoWasAsking();
    void hearsNoAnswerOfTheTimeBefore();
    void restsWhenPaused();
    void forgetsNobodyWhileAnotherIsImpatient();
};

namespace {

// A question that a test answers by hand.
struct OpenQuestion
{
    Question question{[this](const Question::Done &done) {
        ++asked;
        answer = done;
    }};
    int asked = 0;
    Question::Done answer;
};

} // namespace

void tst_Poller::asksOneAtATime()
{
    Poller poller;
    poller.setInterval(0ms);
    OpenQuestion first;
    OpenQuestion second;
    for (OpenQuestion *one : {&first, &second}) {
        one->question.setWanted(true);
        poller.add(&one->question);
    }
    QCOMPARE(first.asked, 0); // nothing before it starts
    poller.start();
    poller.askAll(); // impatient
    first.question.askSoon();
    QCOMPARE(first.asked, 1);
    QCOMPARE(second.asked, 0);
    first.answer();
    QCOMPARE(first.asked, 1);
    QCOMPARE(second.asked, 1);
    second.answer();
    QCOMPARE(first.asked, 2); // what came meanwhile is asked once, after the others
    first.answer();
    QCOMPARE(first.asked, 2);
}

void tst_Poller::asksOnlyWhatIsLookedAt()
{
    Poller poller;
    poller.setInterval(1ms);
    OpenQuestion hidden;
    Question shown([](const Question::Done &done) { done(); });
    int rounds = 0;
    Question counter([&rounds](const Question::Done &done) {
        ++rounds;
        done();
    });
    for (Question *one : {&hidden.question, &shown, &counter})
        poller.add(one);
    shown.setWanted(true);
    counter.setWanted(true);
    poller.start();
    QTRY_VERIFY(rounds > 5);
    QCOMPARE(hidden.asked, 0);
    hidden.question.setWanted(true); // asked at once, not at the end of the interval
    QCOMPARE(hidden.asked, 1);
}

// Half of its time at most.
void tst_Poller::asksASlowBrokerLessOften()
{
    Poller poller;
    poller.setInterval(1ms);
    OpenQuestion slow;
    slow.question.setWanted(true);
    poller.add(&slow.question);
    QElapsedTimer clock;
    clock.start();
    poller.start();
    QTimer::singleShot(60ms, this, [&slow] { slow.answer(); });
    QTRY_COMPARE(slow.asked, 2);
    QVERIFY2(clock.elapsed() >= 100, qPrintable(QString::number(clock.elapsed())));
}

void tst_Poller::goesOnWithoutWhoWasAsking()
{
    Poller poller;
    poller.setInterval(0ms);
    auto page = std::make_unique<OpenQuestion>();
    OpenQuestion other;
    for (OpenQuestion *one : {page.get(), &other}) {
        one->question.setWanted(true);
        poller.add(&one->question);
    }
    poller.start();
    QCOMPARE(page->asked, 1);
    page.reset(); // its tab was closed
    QCOMPARE(other.asked, 1);
}

void tst_Poller::hearsNoAnswerOfTheTimeBefore()
{
    Poller poller;
    poller.setInterval(0ms);
    OpenQuestion first;
    OpenQuestion second;
    for (OpenQuestion *one : {&first, &second}) {
        one->question.setWanted(true);
        poller.add(&one->question);
    }
    poller.start();
    const Question::Done late = first.answer;
    poller.stop(); // another broker
    poller.start();
    QCOMPARE(first.asked, 2);
    late();
    QCOMPARE(second.asked, 0);
    first.answer();
    QCOMPARE(second.asked, 1);
}

void tst_Poller::restsWhenPaused()
{
    Poller poller;
    poller.setInterval(1ms);
    OpenQuestion one;
    one.question.setWanted(true);
    poller.add(&one.question);
    poller.start();
    poller.setPaused(true);
    one.answer();
    poller.setPaused(false); // somebody looks again: at once
    QCOMPARE(one.asked, 2);
}

void tst_Poller::forgetsNobodyWhileAnotherIsImpatient()
{
    Poller poller;
    poller.setInterval(20ms);
    int askedPatient = 0;
    Question patient([&askedPatient](const Question::Done &done) {
        ++askedPatient;
        done();
    });
    Question impatient([](const Question::Done &done) { done(); }); // somebody types in its filter
    for (Question *one : {&patient, &impatient}) {
        one->setWanted(true);
        poller.add(one);
    }
    poller.start();
    QTimer typing;
    connect(&typing, &QTimer::timeout, &impatient, &Question::askSoon);
    typing.start(1ms);
    QTRY_VERIFY(askedPatient > 3);
}

QOMBU_TEST(tst_Poller)
#include "tst_poller.moc"
