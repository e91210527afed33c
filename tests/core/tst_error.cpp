// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"

#include <Qombu/error.h>

#include <QDebug>
#include <QTest>

using namespace Qombu;

class tst_Error : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theDefaultIsNoError();
    void carriesWhatItWasGiven();
    void changesOnlyTheCopy();
    void knowsWhatMayBeTriedAgain();
    void printsItself();
};

void tst_Error::theDefaultIsNoError()
{
    const Error error;
    QVERIFY(!error.isError());
    QCOMPARE(error.kind(), Error::None);
    QVERIFY(error.text().isEmpty());
    QCOMPARE(error, Error(Error::None, QStringLiteral("ignored")));
    QCOMPARE(error.withReplyCode(404).withWhere(QStringLiteral("x")).withRecoverable(true), error);
}

void tst_Error::carriesWhatItWasGiven()
{
    const Error error = Error(Error::NotFound, QStringLiteral("no queue"))
                            .withReplyCode(404)
                            .withWhere(QStringLiteral("orders"))
                            .withRecoverable(true);
    QVERIFY(error.isError());
    QCOMPARE(error.kind(), Error::NotFound);
    QCOMPARE(error.text(), QStringLiteral("no queue"));
    QCOMPARE(error.replyCode(), 404);
    QCOMPARE(error.where(), QStringLiteral("orders"));
    QVERIFY(error.isRecoverable());
}

void tst_Error::changesOnlyTheCopy()
{
    const Error plain(Error::Channel, QStringLiteral("refused"));
    const Error coded = plain.withReplyCode(406);
    QCOMPARE(plain.replyCode(), 0);
    QVERIFY(plain != coded);
    QCOMPARE(coded, Error(Error::Channel, QStringLiteral("refused")).withReplyCode(406));
}

void tst_Error::knowsWhatMayBeTriedAgain()
{
    for (const auto kind : {Error::Connection, Error::Timeout, Error::Blocked})
        QVERIFY(Error(kind, QStringLiteral("x")).isRecoverable());
    for (const auto kind : {Error::Authentication, Error::Configuration, Error::Decode})
        QVERIFY(!Error(kind, QStringLiteral("x")).isRecoverable());
    QVERIFY(!Error(Error::Connection, QStringLiteral("x")).withRecoverable(false).isRecoverable());
}

void tst_Error::printsItself()
{
    QString text;
    QDebug(&text) << Error() << Error(Error::Timeout, QStringLiteral("late")).withReplyCode(7);
    QVERIFY2(text.contains(QLatin1String("none")), qPrintable(text));
    QVERIFY2(text.contains(QLatin1String("Timeout")), qPrintable(text));
    QVERIFY2(text.contains(QLatin1String("late")) && text.contains(QLatin1String("[7]")),
             qPrintable(text));
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_Error)
#include "tst_error.moc"
