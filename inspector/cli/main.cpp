// SPDX-License-Identifier: BSD-3-Clause
#include "../translations.h"
#include "interruption.h"
#include "text.h"
#include "verb.h"

#include <QCoreApplication>
#include <QLoggingCategory>
#include <QTimer>

#include <csignal>
#include <cstdio>

namespace {

void addGlobals(QCommandLineParser &parser)
{
    parser.addOptions(globalOptions());
    parser.addOption({{QStringLiteral("h"), QStringLiteral("help")}, Text::tr("Show this help.")});
}

int print(const QString &text)
{
    fputs(text.toUtf8().constData(), stdout);
    return int(ExitCode::Done);
}

int usage(const QString &text, const QString &verb = QString())
{
    Output::sentence(text);
    Output::sentence(Text::tr("Try: %1").arg(verb.isEmpty()
                                                 ? QStringLiteral("qombu --help")
                                                 : QStringLiteral("qombu %1 --help").arg(verb)));
    return int(ExitCode::Usage);
}

QString overview(const std::vector<std::unique_ptr<Verb>> &verbs)
{
    QString text =
        Text::tr("Usage: qombu [OPTION]... VERB ...\n"
                 "Looks at, feeds and drains the queues of a message broker.\n\nVerbs:\n");
    for (const auto &verb : verbs)
        text += QStringLiteral("  %1  %2\n").arg(verb->name(), -17).arg(verb->summary());
    text += Text::tr("\nOptions, before or behind the verb:\n");
    for (const QCommandLineOption &option : globalOptions()) {
        const QString left = QStringLiteral("--") + option.names().constFirst() + QLatin1Char(' ')
            + option.valueName();
        text += QStringLiteral("  %1  %2\n").arg(left, -22).arg(option.description());
    }
    text += QStringLiteral("  %1  %2\n")
                .arg(QStringLiteral("--version"), -22)
                .arg(Text::tr("Show the version."));
    text += Text::tr(
        "\nExit codes: 0 done, 1 the operation failed, 2 wrong usage, 3 broker unreachable or "
        "deadline passed, 4 refused by read-only mode.\n"
        "\"qombu VERB --help\" explains a verb.\n");
    return text;
}

int run(Verb &verb, const GlobalArguments &globals)
{
    Session session(globals);
    Interruption interruption;
    QObject::connect(&interruption, &Interruption::occurred, &session,
                     [&] { verb.interrupt(session); });
    if (verb.hasDefaultDeadline())
        session.startDeadline(globals.deadline());
    QTimer::singleShot(0, &session, [&] { verb.start(session); });
    return QCoreApplication::exec();
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("qombu"));
    QCoreApplication::setApplicationVersion(QStringLiteral(QOMBU_VERSION));
    installTranslations();
    // Errors and notices come as signals and are said in one sentence.
    QLoggingCategory::setFilterRules(
        QStringLiteral("qombu.client.warning=false\nqombu.client.info=false"));
    std::signal(SIGPIPE, SIG_IGN); // a closed stdout is an error of write(), not a death

    const auto verbs = allVerbs();
    QCommandLineParser early;
    early.setOptionsAfterPositionalArgumentsMode(QCommandLineParser::ParseAsPositionalArguments);
    addGlobals(early);
    early.addOption({QStringLiteral("version"), Text::tr("Show the version.")});
    if (!early.parse(QCoreApplication::arguments()))
        return usage(early.errorText());
    if (early.isSet(QStringLiteral("version")))
        return print(QStringLiteral("qombu " QOMBU_VERSION "\n"));
    const QStringList words = early.positionalArguments();
    if (early.isSet(QStringLiteral("help")))
        return print(overview(verbs));
    if (words.isEmpty())
        return usage(Text::tr("No verb was given."));

    const auto found = std::find_if(verbs.begin(), verbs.end(), [&](const auto &verb) {
        return verb->name() == words.constFirst();
    });
    if (found == verbs.end())
        return usage(Text::tr("There is no verb \"%1\".").arg(words.constFirst()));
    Verb &verb = **found;

    QCommandLineParser late;
    addGlobals(late);
    verb.addOptions(late);
    late.setApplicationDescription(verb.summary());
    late.addPositionalArgument(verb.name(), QString(),
                               verb.name() + QLatin1Char(' ') + verb.synopsis());
    if (!late.parse(QStringList(QCoreApplication::applicationName()) + words.mid(1)))
        return usage(late.errorText(), verb.name());
    if (late.isSet(QStringLiteral("help")))
        return print(late.helpText());

    GlobalArguments globals;
    UsageError error = readGlobals(early, late, globals);
    if (error.isEmpty())
        error = verb.read(late, late.positionalArguments());
    if (!error.isEmpty())
        return usage(error, verb.name());
    if (globals.readOnly && verb.changesBroker()) {
        Output::sentence(Text::tr("Refused: \"%1\" changes the broker, and this call is read-only.")
                             .arg(verb.name()));
        return int(ExitCode::Refused);
    }
    return run(verb, globals);
}
