// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/amqperror.h"

#include "transports/amqp/wire/amqptext.h"
#include "transports/amqp/wire/methodids.h"

#include <algorithm>
#include <array>

namespace Qombu::Amqp {

namespace {

// A reply code, AMQP 0-9-1 §1.1, as RabbitMQ uses it.
struct CodeRow
{
    quint16 code;
    Error::Kind kind;
    bool recoverable;
    const char *text; // %1 what the broker said
};

constexpr std::array CodeRows{
    CodeRow{311, Error::LimitExceeded, true,
            QT_TRANSLATE_NOOP("Qombu::Amqp", "The broker takes no message that large (%1)")},
    CodeRow{313, Error::Channel, true,
            QT_TRANSLATE_NOOP("Qombu::Amqp", "Nobody could take the message (%1)")},
    CodeRow{320, Error::Connection, true,
            QT_TRANSLATE_NOOP("Qombu::Amqp", "The broker ended the connection (%1)")},
    CodeRow{402, Error::Configuration, false,
            QT_TRANSLATE_NOOP("Qombu::Amqp", "The broker does not know this virtual host (%1)")},
    CodeRow{403, Error::Configuration, false,
            QT_TRANSLATE_NOOP("Qombu::Amqp",
                              "The broker does not allow it (%1): the user needs the permission")},
    CodeRow{404, Error::NotFound, false, QT_TRANSLATE_NOOP("Qombu::Amqp", "It is not there (%1)")},
    CodeRow{405, Error::Channel, true,
            QT_TRANSLATE_NOOP("Qombu::Amqp", "It belongs to another connection (%1)")},
    CodeRow{406, Error::Channel, false,
            QT_TRANSLATE_NOOP("Qombu::Amqp", "The broker refused it (%1)")},
    CodeRow{506, Error::Connection, true,
            QT_TRANSLATE_NOOP("Qombu::Amqp", "The broker has no room for it (%1)")},
    CodeRow{530, Error::Configuration, false,
            QT_TRANSLATE_NOOP("Qombu::Amqp", "The broker does not allow it (%1)")},
    CodeRow{540, Error::Unsupported, false,
            QT_TRANSLATE_NOOP("Qombu::Amqp", "This broker cannot do it (%1)")},
    CodeRow{541, Error::Connection, false,
            QT_TRANSLATE_NOOP("Qombu::Amqp", "Something went wrong inside the broker (%1)")},
};

// 501 to 505: what the broker says of our protocol.
constexpr CodeRow OurFault{
    0, Error::Protocol, false,
    QT_TRANSLATE_NOOP("Qombu::Amqp", "The broker does not understand us (%1)")};
constexpr CodeRow Refused{0, Error::Channel, false,
                          QT_TRANSLATE_NOOP("Qombu::Amqp", "The broker closed the channel (%1)")};
constexpr CodeRow Ended{0, Error::Connection, false,
                        QT_TRANSLATE_NOOP("Qombu::Amqp", "The broker ended the connection (%1)")};

const CodeRow &rowOf(quint16 code, const CodeRow &otherwise)
{
    if (code >= FrameErrorCode && code <= UnexpectedFrameCode)
        return OurFault;
    const auto row = std::find_if(CodeRows.begin(), CodeRows.end(),
                                  [code](const CodeRow &r) { return r.code == code; });
    return row == CodeRows.end() ? otherwise : *row;
}

// "… queue 'NAME' in vhost '/' …" → "queue/NAME". A name may have quotes in it. Where a key is not
// allowed ("access to topic 'KEY' in exchange …") nothing is wrong with the exchange.
QString namedIn(const QString &text)
{
    if (text.contains(QLatin1StringView("access to topic '")))
        return {};
    for (const QLatin1StringView kind :
         {QLatin1StringView("queue"), QLatin1StringView("exchange")}) {
        const QString start = kind + QStringLiteral(" '");
        const qsizetype at = text.indexOf(start);
        const qsizetype name = at + start.size();
        const qsizetype end = at < 0 ? -1 : text.indexOf(QLatin1StringView("' in vhost '"), name);
        if (end >= 0)
            return kind + u'/' + text.mid(name, end - name);
    }
    return text.contains(QLatin1StringView("the default exchange")) ? QStringLiteral("exchange/")
                                                                    : QString();
}

// Which may have any words in it.
QString withoutName(QString text)
{
    const QString name = namedIn(text).section(u'/', 1);
    return name.isEmpty() ? text : text.remove(u'\'' + name + u'\'');
}

// What RabbitMQ says of a queue that is there, on a node that is not.
bool isOutOfReach(const QString &text)
{
    constexpr std::array marks{QLatin1StringView("is down or inaccessible"),
                               QLatin1StringView("stopped by supervisor"),
                               QLatin1StringView("crashed and failed to restart"),
                               QLatin1StringView("due to timeout"),
                               QLatin1StringView("timed out"),
                               QLatin1StringView("being demoted")};
    return std::ranges::any_of(marks, [&](QLatin1StringView mark) { return text.contains(mark); });
}

// Where the code alone says too little. What a declaration finds otherwise stays Error::Channel
// with 406: RabbitMQ tells it from other reasons by words only.
Error refine(const Error &error, const QString &text, quint32 failed)
{
    const int code = error.replyCode();
    const QString words = withoutName(text);
    const auto says = [&words](const char *part) {
        return words.contains(QLatin1StringView(part));
    };
    const bool isDeclaring =
        failed == MethodId::QueueDeclare || failed == MethodId::ExchangeDeclare;
    if (code == 403 && says("in exclusive use")) // somebody else consumes, which may end
        return Error(Error::Channel, Text::tr("Somebody else consumes there alone (%1)").arg(text))
            .withReplyCode(code)
            .withRecoverable(true);
    if (code == 404 && isOutOfReach(words))
        return Error(Error::Channel, Text::tr("It cannot be reached now (%1)").arg(text))
            .withReplyCode(code)
            .withRecoverable(true);
    if (code == 406 && says("limit in vhost") && says("is reached"))
        return Error(Error::LimitExceeded, error.text()).withReplyCode(code);
    const bool isRabbit = text.startsWith(QLatin1StringView("PRECONDITION_FAILED"));
    if (code == 406 && isDeclaring && isRabbit && !says("inequivalent arg"))
        return Error(Error::Configuration, error.text()).withReplyCode(code); // nothing is there
    const bool isSlowConsumer = code == 406 && says("delivery acknowledgement on channel");
    return isSlowConsumer ? error.withRecoverable(true) : error;
}

Error explain(const CodeRow &row, quint16 code, const QString &text, quint32 failed)
{
    QString said = text.isEmpty() ? QString::number(code) : text;
    if (failed != 0)
        said += QStringLiteral(", ") + methodName(failed);
    const Error error = Error(row.kind, Text::tr(row.text).arg(said))
                            .withReplyCode(code)
                            .withRecoverable(row.recoverable);
    return refine(error, text, failed).withWhere(namedIn(text));
}

} // namespace

Error channelError(quint16 code, const QString &text, quint32 failed)
{
    return explain(rowOf(code, Refused), code, text, failed);
}

Error connectionError(quint16 code, const QString &text, quint32 failed)
{
    return explain(rowOf(code, Ended), code, text, failed);
}

/*!
    \internal
    Before the connection is open the same codes mean something else: 403 is a refused login and 530
    a virtual host that does not exist, that the user may not enter, or that is full for now.
*/
Error loginError(quint16 code, const QString &text, const QString &user, const QString &virtualHost)
{
    if (code == 403)
        return Error(Error::Authentication,
                     Text::tr("The broker does not let the user \"%1\" in (%2)").arg(user, text))
            .withReplyCode(code);
    const bool isFull = text.contains(QLatin1StringView("limit ("));
    if (code == 530 && !isFull)
        return Error(Error::Configuration,
                     Text::tr("The broker does not open the virtual host \"%1\" for the user "
                              "\"%2\" (%3)")
                         .arg(virtualHost, user, text))
            .withReplyCode(code);
    if (code == 530)
        return Error(Error::Connection, Text::tr("The broker has no room for it (%1)").arg(text))
            .withReplyCode(code)
            .withRecoverable(true);
    return connectionError(code, text, 0);
}

Error returnError(quint16 code, const QString &text, const QString &exchange,
                  const QString &routingKey)
{
    return Error(Error::Unroutable,
                 Text::tr("No queue took the message for the exchange \"%1\" with the routing key "
                          "\"%2\" (%3)")
                     .arg(exchange, routingKey, text))
        .withReplyCode(code);
}

Error protocolError(ReplyCode code, const QString &text)
{
    return Error(Error::Protocol, text).withReplyCode(code);
}

Error unexpectedMethod(quint32 id, quint16 channel)
{
    return protocolError(CommandInvalidCode,
                         Text::tr("The broker sent %1 on channel %2, where it cannot be now")
                             .arg(methodName(id))
                             .arg(channel));
}

Error unexpectedAnswer(quint32 id, quint16 channel, quint32 awaited)
{
    if (awaited == 0)
        return unexpectedMethod(id, channel);
    return protocolError(CommandInvalidCode,
                         Text::tr("The broker sent %1 on channel %2, where %3 was expected")
                             .arg(methodName(id))
                             .arg(channel)
                             .arg(methodName(awaited)));
}

Error unexpectedContent()
{
    return protocolError(UnexpectedFrameCode,
                         Text::tr("The broker sent content where none can be"));
}

} // namespace Qombu::Amqp
