// SPDX-License-Identifier: BSD-3-Clause
#include "definitionsverb.h"

#include "answer.h"
#include "importrisks.h"
#include "json.h"
#include "newfile.h"
#include "text.h"

#include <QFile>
#include <QFileInfo>

#include <cstdio>

namespace {

const QString ReplaceOption = QStringLiteral("force");
const QString Standard = QStringLiteral("-"); // stdin or stdout
constexpr qint64 LargestDefinitions = 64 << 20;

// The lists in RabbitMQ's document, each with how many it has.
QVariantMap countsOf(const QVariantMap &definitions)
{
    QVariantMap counts;
    for (const char *list : {"queues", "exchanges", "bindings", "policies", "parameters"}) {
        const QString key = QString::fromLatin1(list);
        counts.insert(key, qint64(definitions.value(key).toList().size()));
    }
    return counts;
}

QString countsText(const QVariantMap &counts)
{
    const auto count = [&](const char *key) {
        return counts.value(QString::fromLatin1(key)).toString();
    };
    return Text::tr("%1 queues, %2 exchanges, %3 bindings, %4 policies, %5 parameters")
        .arg(count("queues"), count("exchanges"), count("bindings"), count("policies"),
             count("parameters"));
}

QVariantMap mapOf(const QByteArray &json)
{
    const auto parsed = parseJson(json);
    return parsed ? parsed->toMap() : QVariantMap();
}

} // namespace

QString DefinitionsVerb::summary() const
{
    return Text::tr("Export what is declared in the virtual host (queues, exchanges, bindings, "
                    "policies; no messages), or import it: queues and exchanges that are there are "
                    "not declared anew, also where they differ. A policy or parameter takes the "
                    "place of that of the same name and holds for the queues that are there, which "
                    "may delete messages: that wants --force. \"-\" is stdin.");
}

QList<QCommandLineOption> DefinitionsVerb::options() const
{
    return {{ReplaceOption,
             Text::tr("Export: replace a file that exists. Import: also policies and parameters "
                      "that differ from those there, or are new where there are queues.")}};
}

UsageError DefinitionsVerb::read(const QCommandLineParser &parser, const QStringList &positional)
{
    const QString what = positional.value(0);
    m_isImport = what == QLatin1String("import");
    m_mayReplace = parser.isSet(ReplaceOption);
    if (!m_isImport && what != QLatin1String("export"))
        return Text::tr("Say \"definitions export [FILE]\" or \"definitions import FILE\".");
    if (positional.size() > 2 || (m_isImport && positional.size() < 2)
        || (positional.size() == 2 && positional.constLast().isEmpty()))
        return Text::tr("\"definitions %1\" wants one file.").arg(what);
    m_path = positional.value(1, Standard);
    if (m_isImport)
        return readFile();
    return m_path == Standard ? QString() : NewFile::check(m_path);
}

UsageError DefinitionsVerb::readFile()
{
    QFile file(m_path);
    if (m_path == Standard ? !file.open(stdin, QIODevice::ReadOnly)
                           : !file.open(QIODevice::ReadOnly))
        return Text::tr("Cannot read %1: %2.").arg(m_path, file.errorString());
    m_json = file.read(LargestDefinitions + 1);
    if (file.error() != QFile::NoError)
        return Text::tr("Cannot read %1: %2.").arg(m_path, file.errorString());
    if (m_json.size() > LargestDefinitions)
        return Text::tr("%1 has more than %2 MiB.")
            .arg(m_path, QString::number(LargestDefinitions >> 20));
    const auto parsed = parseJson(m_json);
    if (!parsed || parsed->userType() != QMetaType::QVariantMap)
        return Text::tr("%1 holds no definitions: nothing was sent. %2")
            .arg(m_path, parsed.error().text())
            .trimmed();
    return {};
}

void DefinitionsVerb::start(Session &session)
{
    m_definitions = std::make_unique<Qombu::Definitions>(session.connection());
    if (!m_isImport)
        exportNow(session);
    else if (m_mayReplace || !hasRules(mapOf(m_json)))
        importNow(session);
    else
        importIfSafe(session);
}

void DefinitionsVerb::importIfSafe(Session &session)
{
    m_definitions->exportAll().then(
        &session, [this, &session](const Qombu::Result<QByteArray> &json) {
            if (!json)
                return session.fail(json.error());
            const QStringList risks = importRisks(mapOf(m_json), mapOf(*json));
            if (risks.isEmpty())
                return importNow(session);
            session.finish(ExitCode::Refused,
                           Text::tr("Refused, nothing was sent: %1 would change what holds there, "
                                    "which may delete messages of queues that are there. With "
                                    "--force all of it is imported.")
                               .arg(risks.join(QLatin1String(", "))));
        });
}

void DefinitionsVerb::importNow(Session &session)
{
    m_definitions->importAll(m_json).then(
        &session, [this, &session](const Qombu::Result<void> &imported) {
            if (imported)
                return tellImported(session);
            const Qombu::Error error = imported.error();
            const bool isWrong = error.kind() == Qombu::Error::Decode; // nothing was sent
            session.finish(isWrong ? ExitCode::Usage : exitCodeOf(error), error.text());
        });
}

// A file that is in the way is seen before anything is asked.
void DefinitionsVerb::exportNow(Session &session)
{
    if (m_path != Standard && !m_mayReplace && QFileInfo::exists(m_path))
        return session.finish(
            ExitCode::Refused,
            Text::tr("Refused: %1 exists. With --force it is replaced.").arg(m_path));
    m_definitions->exportAll().then(&session,
                                    [this, &session](const Qombu::Result<QByteArray> &json) {
                                        if (json)
                                            take(session, *json);
                                        else
                                            session.fail(json.error());
                                    });
}

void DefinitionsVerb::take(Session &session, const QByteArray &json)
{
    if (m_path == Standard) {
        session.output().line(json);
        return session.finish(ExitCode::Done);
    }
    if (const QString error = NewFile::write(m_path, json + '\n', m_mayReplace); !error.isEmpty())
        return session.finish(ExitCode::Failed, error);
    QVariantMap object = countsOf(mapOf(json));
    const QString counts = countsText(object);
    object.insert(QStringLiteral("file"), m_path);
    object.insert(QStringLiteral("bytes"), qint64(json.size() + 1));
    printAnswer(session, {object, Text::tr("%1: written, %2").arg(m_path, counts)});
}

void DefinitionsVerb::tellImported(Session &session)
{
    QVariantMap object = countsOf(mapOf(m_json));
    const QString counts = countsText(object);
    object.insert(QStringLiteral("file"), m_path);
    printAnswer(
        session,
        {object,
         Text::tr("%1: imported; the file has %2. Queues and exchanges that were there were not "
                  "declared anew, also where they differ.")
             .arg(m_path, counts)});
}
