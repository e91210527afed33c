// SPDX-License-Identifier: BSD-3-Clause
#include "publishverb.h"

#include "json.h"
#include "target.h"
#include "text.h"

#include <Qombu/compressor.h>

namespace {

constexpr qint64 MostUnconfirmed = 2048;
constexpr qint64 LongestDelay = qint64(1) << 40; // seconds; the broker has a limit of its own

// The basic properties of AMQP 0-9-1 (§4.2.6.1) that have no option of their own.
const QStringList PropertyNames{QStringLiteral("app_id"),         QStringLiteral("cluster_id"),
                                QStringLiteral("correlation_id"), QStringLiteral("delivery_mode"),
                                QStringLiteral("expiration"),     QStringLiteral("message_id"),
                                QStringLiteral("reply_to"),       QStringLiteral("timestamp"),
                                QStringLiteral("type"),           QStringLiteral("user_id")};

// The others: where each is given.
QString optionOf(const QString &property)
{
    static const QHash<QString, QString> options{
        {QStringLiteral("content_type"), QStringLiteral("--content-type C")},
        {QStringLiteral("content_encoding"), QStringLiteral("--content-encoding C")},
        {QStringLiteral("headers"), QStringLiteral("--header K=V")},
        {QStringLiteral("priority"), QStringLiteral("--priority N")},
    };
    return options.value(property);
}

// A value as it was typed: 12345678901234567890 keeps its digits; only quotes of JSON go.
QString textOf(const QString &typed)
{
    const auto parsed = parseJson(typed.toUtf8());
    return parsed && parsed->typeId() == QMetaType::QString ? parsed->toString() : typed;
}

// The name is one of PropertyNames.
UsageError setProperty(Qombu::PublishOptions &options, const QString &name, const QString &typed)
{
    Qombu::MessageProperties &properties = options.properties;
    const std::pair<QLatin1String, QString *> texts[] = {
        {QLatin1String("correlation_id"), &properties.correlationId},
        {QLatin1String("reply_to"), &properties.replyTo},
        {QLatin1String("message_id"), &properties.messageId},
        {QLatin1String("type"), &properties.type},
        {QLatin1String("app_id"), &properties.appId},
        {QLatin1String("user_id"), &properties.userId},
        {QLatin1String("cluster_id"), &properties.clusterId},
    };
    for (const auto &[key, text] : texts) {
        if (name == key)
            *text = textOf(typed);
    }
    bool isNumber = false;
    const qint64 number = textOf(typed).toLongLong(&isNumber);
    if (name == QLatin1String("timestamp"))
        properties.timestamp = parseJson(typed.toUtf8()).valueOr(typed);
    if (name == QLatin1String("expiration")) {
        if (!isNumber || number < 0)
            return Text::tr("--property expiration wants whole milliseconds, not \"%1\".")
                .arg(typed);
        properties.expiration = std::chrono::milliseconds(number);
    }
    if (name == QLatin1String("delivery_mode")) {
        if (number != 1 && number != 2)
            return Text::tr("--property delivery_mode wants 1 (transient) or 2 (persistent).");
        options.deliveryMode = Qombu::DeliveryMode(number);
    }
    return {};
}

} // namespace

QString PublishVerb::summary() const
{
    return Text::tr("Send messages; done when the broker has them all.");
}

QList<QCommandLineOption> PublishVerb::options() const
{
    QList<QCommandLineOption> options{
        {QStringLiteral("queue"), Text::tr("The queue to send to; this or --exchange is required."),
         Text::tr("Q")},
        {QStringLiteral("declare"),
         Text::tr("Make the queue where it is not there; Redis makes it in any case.")}};
    options += ExchangeArguments::options(QStringLiteral("routing-key"));
    options += QList<QCommandLineOption>{
        {QStringLiteral("file"), Text::tr("Send the content of a file as one message."),
         Text::tr("F")},
        {QStringLiteral("lines"),
         Text::tr(
             "Send each line of a file (- is stdin) as one message; those of a pipe as they come."),
         Text::tr("F")},
        {QStringLiteral("serializer"), Text::tr("How bodies are read: json (default), text, raw."),
         Text::tr("S")},
        {QStringLiteral("content-type"), Text::tr("Content type; the body is sent as it is."),
         Text::tr("C")},
        {QStringLiteral("content-encoding"), Text::tr("Content encoding, such as utf-8 or binary."),
         Text::tr("C")},
        {QStringLiteral("compression"), Text::tr("Compress the body: zlib."), Text::tr("Z")},
        {QStringLiteral("priority"), Text::tr("Priority, 0 to 9."), Text::tr("N")},
        {QStringLiteral("header"), Text::tr("A header; may be repeated."), Text::tr("K=V")},
        {QStringLiteral("property"),
         Text::tr("A property such as correlation_id; may be repeated."), Text::tr("K=V")},
        {QStringLiteral("delay"),
         Text::tr("The broker keeps it back so long, counted from its receipt: RabbitMQ in whole "
                  "seconds, rounded up; Redis cannot."),
         Text::tr("SECONDS")},
        {QStringLiteral("count"), Text::tr("Send it all so many times."), Text::tr("N")},
    };
    return options;
}

UsageError PublishVerb::read(const QCommandLineParser &parser, const QStringList &positional)
{
    for (const auto step :
         {&PublishVerb::readTarget, &PublishVerb::readFormat, &PublishVerb::readProperties}) {
        if (const UsageError error = (this->*step)(parser); !error.isEmpty())
            return error;
    }
    return readBody(parser, positional);
}

UsageError PublishVerb::readTarget(const QCommandLineParser &parser)
{
    ExchangeArguments target;
    if (const UsageError error = target.read(parser, QStringLiteral("routing-key"));
        !error.isEmpty())
        return error;
    m_queue = parser.value(QStringLiteral("queue"));
    if (m_queue.isEmpty() == !target.exchange.has_value())
        return Text::tr("Say where to: either --queue Q, or --exchange E --routing-key K.");
    m_declares = parser.isSet(QStringLiteral("declare"));
    if (target.exchange) {
        m_options.exchange = target.exchange;
        m_options.routingKey = target.key;
    }
    return {};
}

UsageError PublishVerb::readFormat(const QCommandLineParser &parser)
{
    const QString serializerOption = QStringLiteral("serializer");
    const QString serializer = parser.value(serializerOption);
    m_options.contentType = parser.value(QStringLiteral("content-type"));
    m_options.contentEncoding = parser.value(QStringLiteral("content-encoding"));
    const QString compression = QStringLiteral("compression");
    m_options.compression = parser.value(compression);
    if (const UsageError error =
            checkName(compression, m_options.compression, Qombu::compressorNames());
        !error.isEmpty())
        return error;
    const QStringList serializers{QStringLiteral("json"), QStringLiteral("text"),
                                  QStringLiteral("raw")};
    if (const UsageError error = checkName(serializerOption, serializer, serializers);
        !error.isEmpty())
        return error;
    if (serializer.isEmpty() || serializer == QLatin1String("json"))
        m_format = m_options.contentType.isEmpty() ? MessageSource::Json : MessageSource::Raw;
    else if (serializer == QLatin1String("text"))
        m_format = MessageSource::Text;
    else
        m_format = MessageSource::Raw;

    // JSON is checked here and sent as it was typed: keys keep their order, numbers their digits.
    if (m_format == MessageSource::Json)
        m_options.contentType = QStringLiteral("application/json");
    else if (m_format == MessageSource::Text && m_options.contentType.isEmpty())
        m_options.contentType = QStringLiteral("text/plain");
    const bool isText = m_format != MessageSource::Raw;
    if (isText && m_options.contentEncoding.isEmpty())
        m_options.contentEncoding = QStringLiteral("utf-8");
    return {};
}

UsageError PublishVerb::readProperties(const QCommandLineParser &parser)
{
    qint64 priority = 0;
    if (const UsageError error = readNumber(parser, QStringLiteral("priority"), 0, 9, priority);
        !error.isEmpty())
        return error;
    if (parser.isSet(QStringLiteral("priority")))
        m_options.priority = int(priority);
    if (parser.isSet(QStringLiteral("delay"))) {
        const QString text = parser.value(QStringLiteral("delay"));
        if (const UsageError error =
                readSeconds(text, QStringLiteral("delay"), m_options.delay.emplace(), LongestDelay);
            !error.isEmpty())
            return error;
    }
    if (const UsageError error = readPairs(parser.values(QStringLiteral("header")),
                                           QStringLiteral("header"), true, m_options.headers);
        !error.isEmpty())
        return error;
    QVariantMap properties;
    if (const UsageError error = readPairs(parser.values(QStringLiteral("property")),
                                           QStringLiteral("property"), false, properties);
        !error.isEmpty())
        return error;
    for (auto i = properties.cbegin(); i != properties.cend(); ++i) {
        const QString name = i.key();
        if (const QString option = optionOf(name); !option.isEmpty())
            return Text::tr("Give the property %1 with %2.").arg(name, option);
        if (!PropertyNames.contains(name))
            return Text::tr("--property knows no \"%1\", only %2; data of your own goes into "
                            "--header K=V.")
                .arg(name, PropertyNames.join(QLatin1String(", ")));
        if (const UsageError error = setProperty(m_options, name, i.value().toString());
            !error.isEmpty())
            return error;
    }
    return {};
}

UsageError PublishVerb::readBody(const QCommandLineParser &parser, const QStringList &positional)
{
    const QString file = parser.value(QStringLiteral("file"));
    const QString lines = parser.value(QStringLiteral("lines"));
    const int sources = int(positional.size()) + !file.isEmpty() + !lines.isEmpty();
    if (sources != 1)
        return Text::tr("Give one of BODY, --file F or --lines F.");
    qint64 count = 1;
    if (const UsageError error =
            readNumber(parser, QStringLiteral("count"), 1, qint64(1) << 40, count);
        !error.isEmpty())
        return error;
    m_source = std::make_unique<MessageSource>(m_format);
    m_source->setCount(count);
    if (!file.isEmpty())
        return m_source->setFile(file);
    if (!lines.isEmpty())
        return m_source->setLines(lines);
    return m_source->setBody(positional.constFirst());
}

void PublishVerb::start(Session &session)
{
    // A typo must not make a queue.
    m_producer = m_queue.isEmpty()
        ? std::make_unique<Qombu::Producer>(session.connection())
        : std::make_unique<Qombu::Producer>(session.connection(),
                                            Qombu::Queue(m_queue).setDeclared(m_declares));
    session.connection()->whenOpen().then(&session, [this](const Qombu::Result<void> &opened) {
        if (opened)
            m_tally.connected();
    });
    if (m_source->isBulk())
        limitBulk(session);
    fill(session);
}

void PublishVerb::limitBulk(Session &session)
{
    if (m_source->stream())
        m_source->stream()->onReadable([this, &session] { fill(session); });
    if (session.globals().timeout)
        session.startDeadline(*session.globals().timeout,
                              [this, &session] { deadlinePassed(session); });
    m_progress = std::make_unique<QTimer>();
    m_progress->setSingleShot(true);
    m_progress->setInterval(session.globals().deadline());
    QObject::connect(m_progress.get(), &QTimer::timeout, &session,
                     [this, &session] { tellSilence(session); });
}

// Nobody gave this deadline: it is said what was waited for.
void PublishVerb::tellSilence(Session &session)
{
    const auto seconds = double(m_progress->interval()) / 1000;
    breakOff(session, ExitCode::Unreachable,
             Text::tr("No message was confirmed for %1 s. %2")
                 .arg(QString::number(seconds), session.deadlineText()));
}

void PublishVerb::deadlinePassed(Session &session)
{
    const bool isAllConfirmed = m_source->stream() && m_tally.outstanding() == 0
        && session.connection()->state() == Qombu::Connection::Open;
    breakOff(session, ExitCode::Unreachable,
             isAllConfirmed ? Text::tr("The deadline passed while the input was still open.")
                            : session.deadlineText());
}

// What was sent is waited for; a second interruption ends at once.
void PublishVerb::interrupt(Session &session)
{
    if (!m_source->stream())
        return breakOff(session, ExitCode::Failed, Text::tr("Interrupted."));
    m_source->stream()->stop();
    m_isInterrupted = true;
    m_exhausted = true;
    fill(session);
}

void PublishVerb::fill(Session &session)
{
    if (session.isFinishing() || m_isBrokenOff)
        return;
    while (!m_exhausted && !m_error.isError() && m_tally.outstanding() < MostUnconfirmed) {
        const auto body = m_source->next();
        m_exhausted = m_source->isAtEnd();
        if (!body)
            break;
        m_producer->publish(*body, m_options)
            .then(&session,
                  [this, &session, number = m_tally.add()](const Qombu::Result<void> &result) {
                      settled(session, number, result.error());
                  });
    }
    if (m_progress && m_tally.outstanding() > 0 && !m_progress->isActive())
        m_progress->start();
    if ((m_exhausted || m_error.isError()) && m_tally.outstanding() == 0)
        end(session);
}

void PublishVerb::end(Session &session)
{
    if (m_error.isError())
        return breakOff(session, exitCodeOf(m_error), m_error.text());
    if (!m_source->error().isEmpty())
        return breakOff(session, ExitCode::Failed, m_source->error());
    if (m_isInterrupted)
        return breakOff(session, ExitCode::Failed, Text::tr("Interrupted."));
    printTally(session);
    if (session.output().flush())
        session.finish(ExitCode::Done);
    else // who sends it all again must know that it is there
        breakOff(session, ExitCode::Failed,
                 Text::tr("Done, but stdout cannot be written to (%1).")
                     .arg(session.output().failure()));
}

void PublishVerb::breakOff(Session &session, ExitCode code, const QString &why)
{
    if (session.isFinishing() || std::exchange(m_isBrokenOff, true))
        return;
    const auto tell = [this, &session, code, why] {
        if (session.output().failure().isEmpty())
            printTally(session);
        const qint64 rest = m_source->rest().value_or(0);
        const bool goesOn = (m_source->stream() && m_source->error().isEmpty()) || rest > 0;
        QString text = m_tally.text(why, m_source->isOfLines(), goesOn);
        if (rest > 0)
            text += QLatin1Char(' ') + Text::tr("Not tried: %1.").arg(rest);
        session.finish(code, text);
    };
    if (m_tally.outstanding() == 0)
        return tell();
    // Ends them all, and says of each whether it may have arrived.
    session.giveUp(tell);
}

void PublishVerb::printTally(Session &session)
{
    if (!session.output().isJson())
        return;
    QVariantMap tally{{QStringLiteral("published"), m_tally.confirmed()},
                      {QStringLiteral("failed"), m_tally.failed()},
                      {QStringLiteral("in_doubt"), m_tally.inDoubt()}};
    if (m_options.delay) // they are at the broker, which may keep them for a whole second more
        tally[QStringLiteral("delay_asked")] = double(m_options.delay->count()) / 1000;
    if (const auto rest = m_source->rest())
        tally[QStringLiteral("not_tried")] = *rest;
    session.output().object(tally);
}

void PublishVerb::settled(Session &session, qint64 number, const Qombu::Error &error)
{
    m_tally.settled(number, error);
    if (m_isBrokenOff)
        return;
    if (error.isError() && !m_error.isError())
        m_error = error;
    if (m_progress)
        m_progress->stop(); // counted from the last answer on
    // Refill in batches: a look at the source for every confirm would be waste.
    if (m_tally.outstanding() <= MostUnconfirmed / 2 || m_error.isError())
        fill(session);
    else if (m_progress)
        m_progress->start();
}
