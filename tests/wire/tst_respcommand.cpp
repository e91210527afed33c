// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/redis/wire/respcommand.h"

#include <Qombu/error.h>

#include <QTest>

using Qombu::Redis::RespCommand;

class tst_RespCommand : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void writesWhatRedisReads();
    void writesBytesThatLookLikeProtocol();
    void writesNumbersAtTheirEnds();
    void namesItself();
    void appendsTheArgumentsOfAnother();
    void takesAnArgumentInPlace();
    void joinsParts();
};

static QByteArray written(const RespCommand &command)
{
    QByteArray out;
    command.appendTo(out);
    return out;
}

void tst_RespCommand::writesWhatRedisReads()
{
    QCOMPARE(written({"LPUSH", "q", ""}), QByteArray("*3\r\n$5\r\nLPUSH\r\n$1\r\nq\r\n$0\r\n\r\n"));
}

void tst_RespCommand::writesBytesThatLookLikeProtocol()
{
    const QByteArray body("a\r\n$3\r\n\0z", 9);
    QCOMPARE(written(RespCommand().add(body)), "*1\r\n$9\r\n" + body + "\r\n");
}

void tst_RespCommand::writesNumbersAtTheirEnds()
{
    RespCommand command;
    command.add(std::numeric_limits<qint64>::min()).add(qint64(0));
    QCOMPARE(written(command), QByteArray("*2\r\n$20\r\n-9223372036854775808\r\n$1\r\n0\r\n"));
}

void tst_RespCommand::namesItself()
{
    QCOMPARE(RespCommand({"CLIENT", "ID"}).name(), QByteArray("CLIENT"));
    QVERIFY(RespCommand().name().isEmpty());
}

void tst_RespCommand::appendsTheArgumentsOfAnother()
{
    RespCommand command{"EVALSHA"};
    command.addAll({"k", "v"});
    QCOMPARE(command.count(), 3);
    QCOMPARE(written(command), QByteArray("*3\r\n$7\r\nEVALSHA\r\n$1\r\nk\r\n$1\r\nv\r\n"));
}

// However far off the expected size was.
void tst_RespCommand::takesAnArgumentInPlace()
{
    using Qombu::Error;
    for (const qsizetype expected : {0, 9, 10, 5000}) {
        for (const qsizetype size : {0, 9, 10, 99, 100, 1000}) {
            const QByteArray body(size, 'x');
            RespCommand command{"A"};
            const Error error = command.addWritten(expected, [&](QByteArray &out) {
                out += body;
                return Error();
            });
            QVERIFY(!error.isError());
            const Error refused = command.addWritten(expected, [&](QByteArray &out) {
                out += body;
                return Error(Error::Encode, QString());
            });
            QVERIFY(refused.isError());
            QCOMPARE(written(command.add("z")), written({"A", body, "z"}));
        }
    }
}

void tst_RespCommand::joinsParts()
{
    const RespCommand head{"EVALSHA", "x"};
    const RespCommand rest{"k", "a"};
    QByteArray out("before");
    RespCommand::appendTo(out, {&head, &rest});
    QCOMPARE(out, "before" + written({"EVALSHA", "x", "k", "a"}));
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_RespCommand)
#include "tst_respcommand.moc"
