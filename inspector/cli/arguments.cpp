// SPDX-License-Identifier: BSD-3-Clause
#include "arguments.h"

#include "help.h"
#include "json.h"
#include "output.h"
#include "text.h"

#include <QFile>
#include <QFileInfo>

#include <utility>

namespace {

// A switch for safety: everything that is not a clear no is a yes.
bool isYes(const QString &value)
{
    const QStringList noes{QString(), QStringLiteral("0"), QStringLiteral("no"),
                           QStringLiteral("false"), QStringLiteral("off")};
    return !noes.contains(value.toLower());
}

// Read like a password prompt's answer: the first line, without its end.
UsageError readPasswordFile(const QString &path, QString &password)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Text::tr("Cannot read the password file %1: %2.").arg(path, file.errorString());
    const auto forOthers = QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ReadOther
        | QFileDevice::WriteOther;
    if (QFileInfo(path).isFile() && (file.permissions() & forOthers))
        return Text::tr("Others can read the password file %1: run chmod 600 on it.").arg(path);
    QByteArray line = file.readLine(64 << 10);
    while (line.endsWith('\n') || line.endsWith('\r'))
        line.chop(1);
    if (line.isEmpty())
        return Text::tr("The password file %1 is empty.").arg(path);
    password = QString::fromUtf8(line);
    return {};
}

} // namespace

QList<QCommandLineOption> globalOptions()
{
    return {
        {QStringLiteral("url"),
         Text::tr("The broker; also from QOMBU_URL. Default: redis://localhost."), Text::tr("URL")},
        {QStringLiteral("password-file"),
         Text::tr("A file (mode 0600) whose first line is the password."), Text::tr("FILE")},
        {QStringLiteral("option"), Text::tr("A transport option by Kombu's name; may be repeated."),
         Text::tr("KEY=VALUE")},
        {QStringLiteral("json"), Text::tr("Print one JSON object a line.")},
        {QStringLiteral("timeout"), Text::tr("Deadline of the whole call."), Text::tr("SECONDS")},
        {QStringLiteral("read-only"),
         Text::tr("Refuse verbs that change the broker; also QOMBU_READ_ONLY=1.")},
    };
}

UsageError readGlobals(const QCommandLineParser &early, const QCommandLineParser &late,
                       GlobalArguments &globals)
{
    const auto value = [&](const QString &name) {
        return late.isSet(name) ? late.value(name) : early.value(name);
    };
    QString url = value(QStringLiteral("url"));
    if (url.isEmpty())
        url = qEnvironmentVariable("QOMBU_URL", QStringLiteral("redis://localhost"));
    // Kombu takes such a text for the host of an AMQP broker: nobody means that here.
    if (!url.contains(QLatin1String("://")))
        return Text::tr("The URL has no scheme; did you mean redis://%1?").arg(url);
    globals.url = Qombu::BrokerUrl(url);
    if (!globals.url.isValid())
        return globals.url.error().text();

    if (const QString path = value(QStringLiteral("password-file")); !path.isEmpty()) {
        QString password;
        if (const UsageError error = readPasswordFile(path, password); !error.isEmpty())
            return error;
        const Qombu::BrokerUrl given =
            std::exchange(globals.url, globals.url.withPassword(password));
        if (given == globals.url)
            Output::sentence(
                Text::tr("The password file %1 is not used: the URL has a password.").arg(path));
    }
    if (const QString text = value(QStringLiteral("timeout")); !text.isEmpty()) {
        std::chrono::milliseconds timeout;
        if (const UsageError error = readSeconds(text, QStringLiteral("timeout"), timeout);
            !error.isEmpty())
            return error;
        globals.timeout = timeout;
    }
    const QString json = QStringLiteral("json");
    const QString readOnly = QStringLiteral("read-only");
    globals.json = early.isSet(json) || late.isSet(json);
    globals.readOnly = early.isSet(readOnly) || late.isSet(readOnly)
        || isYes(qEnvironmentVariable("QOMBU_READ_ONLY"));
    const QString option = QStringLiteral("option");
    return readPairs(early.values(option) + late.values(option), option, false,
                     globals.transportOptions);
}

UsageError readPairs(const QStringList &pairs, const QString &option, bool jsonValues,
                     QVariantMap &into)
{
    for (const QString &pair : pairs) {
        const qsizetype equals = pair.indexOf(QLatin1Char('='));
        if (equals <= 0)
            return Text::tr("--%1 wants KEY=VALUE, not \"%2\".").arg(option, pair);
        const QString text = pair.mid(equals + 1);
        QVariant value = text;
        if (jsonValues) {
            if (const auto parsed = parseJson(text.toUtf8()))
                value = *parsed;
        }
        into.insert(pair.left(equals), value);
    }
    return {};
}

UsageError checkName(const QString &option, const QString &text, const QStringList &names)
{
    if (text.isEmpty() || names.contains(text))
        return {};
    const QString sentence = Text::tr("--%1 wants one of %2, not \"%3\".")
                                 .arg(option, names.join(QLatin1String(", ")), text);
    const QString near = suggestion(text, names);
    return near.isEmpty() ? sentence : sentence + QLatin1Char(' ') + near;
}

UsageError readNumber(const QCommandLineParser &parser, const QString &option, qint64 minimum,
                      qint64 maximum, qint64 &into)
{
    if (!parser.isSet(option))
        return {};
    bool ok = false;
    const qint64 number = parser.value(option).toLongLong(&ok);
    if (!ok || number < minimum || number > maximum)
        return Text::tr("--%1 wants a whole number from %2 to %3, not \"%4\".")
            .arg(option)
            .arg(minimum)
            .arg(maximum)
            .arg(parser.value(option));
    into = number;
    return {};
}

UsageError readSeconds(const QString &text, const QString &option, std::chrono::milliseconds &into,
                       qint64 longest)
{
    bool ok = false;
    const QStringView number(text);
    const double seconds = number.chopped(text.endsWith(u's') ? 1 : 0).toDouble(&ok);
    if (ok && seconds > double(longest))
        return Text::tr("--%1 wants at most %2 seconds, not \"%3\".")
            .arg(option, QString::number(longest), text);
    if (!ok || !(seconds > 0))
        return Text::tr("--%1 wants seconds greater than 0, not \"%2\".").arg(option, text);
    into = std::chrono::milliseconds(qMax<qint64>(1, qRound64(seconds * 1000)));
    return {};
}
