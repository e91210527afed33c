// SPDX-License-Identifier: BSD-3-Clause
// A Result as a release has it: without assertions.
#undef QT_FORCE_ASSERTS
#ifndef QT_NO_DEBUG
#define QT_NO_DEBUG
#endif
#include "support/testmain.h"

#include <Qombu/result.h>

#include <QTest>

#include <type_traits>

using namespace Qombu;

namespace {

struct Answer
{
    int number = 0;
};

// "if (failure)" next to "if (result)" would read the wrong way round.
static_assert(!std::is_constructible_v<bool, Error>);
static_assert(std::is_constructible_v<bool, Result<Answer>>);

} // namespace

class tst_Result : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isTrueWithAValue();
    void isFalseWithAnError();
    void noErrorIsNoValue();
    void noErrorIsSuccessWithoutAValue();
};

void tst_Result::isTrueWithAValue()
{
    const Result<Answer> result(Answer{7});
    QVERIFY(result);
    QCOMPARE(result->number, 7);
    QCOMPARE(result.error(), Error());
}

void tst_Result::isFalseWithAnError()
{
    const Error error(Error::NotFound, QStringLiteral("no queue"));
    const Result<Answer> result(error);
    QVERIFY(!result);
    QCOMPARE(result.error(), error);
    QCOMPARE(result.valueOr(Answer{3}).number, 3);
}

void tst_Result::noErrorIsNoValue()
{
    const Result<Answer> result = Error();
    QVERIFY(!result);
    QCOMPARE(result.error().kind(), Error::Protocol);
    QVERIFY(!result.error().text().isEmpty());
}

void tst_Result::noErrorIsSuccessWithoutAValue()
{
    QVERIFY(Result<void>(Error()));
    QVERIFY(Result<void>());
    QVERIFY(!Result<void>(Error(Error::Timeout, QStringLiteral("late"))));
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_Result)
#include "tst_result.moc"
