// SPDX-License-Identifier: BSD-3-Clause
#include "../argumentmask.h"
#include "../loglines.h"
#include "../translations.h"
#include "help.h"
#include "interruption.h"
#include "text.h"
#include "verb.h"

#include <QCoreApplication>
#include <QLoggingCategory>
#include <QTimer>

#include <fcntl.h>
#include <unistd.h>

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
    Output output(false);
    if (output.line(text.trimmed().toUtf8()) && output.flush())
        return int(ExitCode::Done);
    Output::sentence(Text::tr("Cannot write to stdout: %1.").arg(output.failure()));
    return int(ExitCode::Failed);
}

int usage(const QString &text, const QString &verb = QString())
{
    Output::sentence(text);
    Output::sentence(Text::tr("Try: %1").arg(verb.isEmpty()
                                                 ? QStringLiteral("qombu --help")
                                                 : QStringLiteral("qombu %1 --help").arg(verb)));
    return int(ExitCode::Usage);
}

QString withSuggestion(const QString &sentence, const QString &suggestion)
{
    return suggestion.isEmpty() ? sentence : sentence + QLatin1Char(' ') + suggestion;
}

// Nothing where there is no such verb.
Verb *find(const std::vector<std::unique_ptr<Verb>> &verbs, const QString &name)
{
    const auto found = std::find_if(verbs.begin(), verbs.end(),
                                    [&](const auto &verb) { return verb->name() == name; });
    return found == verbs.end() ? nullptr : found->get();
}

int noSuchVerb(const std::vector<std::unique_ptr<Verb>> &verbs, const QString &name)
{
    QStringList names{QStringLiteral("help")};
    for (const auto &verb : verbs)
        names << verb->name();
    return usage(
        withSuggestion(Text::tr("There is no verb \"%1\".").arg(name), suggestion(name, names)));
}

int help(const std::vector<std::unique_ptr<Verb>> &verbs, const QStringList &words)
{
    if (words.isEmpty() || words.constFirst() == QLatin1String("help"))
        return print(overviewText(verbs));
    const Verb *verb = find(verbs, words.constFirst());
    return verb ? print(helpText(*verb)) : noSuchVerb(verbs, words.constFirst());
}

QStringList namesOf(const QList<QCommandLineOption> &options)
{
    QStringList names;
    for (const QCommandLineOption &option : options)
        names += option.names();
    return names;
}

QString wrongOption(const QCommandLineParser &parser, const QStringList &known)
{
    const QStringList unknown = parser.unknownOptionNames();
    if (unknown.isEmpty())
        return parser.errorText();
    const QString near = suggestion(unknown.constFirst(), known, QStringLiteral("--"));
    return withSuggestion(Text::tr("There is no option --%1.").arg(unknown.constFirst()), near);
}

int run(Verb &verb, const GlobalArguments &globals)
{
    Session session(globals, verb.closeTimeout(globals));
    Interruption interruption;
    QObject::connect(&interruption, &Interruption::occurred, &session,
                     [&] { verb.interrupt(session); });
    session.setWaitsForWrites([&] { return verb.waitsForWrites(); });
    if (verb.hasDefaultDeadline())
        session.startDeadline(globals.deadline(), [&] { verb.deadlinePassed(session); });
    QTimer::singleShot(0, &session, [&] { verb.start(session); });
    return QCoreApplication::exec();
}

int readAndRun(Verb &verb, const QCommandLineParser &early, const QStringList &words)
{
    QCommandLineParser late;
    late.addOptions(verb.options());
    addGlobals(late);
    if (!late.parse(QStringList(QCoreApplication::applicationName()) + words.mid(1)))
        return usage(wrongOption(late, namesOf(verb.options() + globalOptions())), verb.name());
    if (late.isSet(QStringLiteral("help")))
        return print(helpText(verb));

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

// Without it a program started with >&- would write its output into its own socket to the broker.
void keepStreamsApart()
{
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) < 0)
            ::open("/dev/null", O_RDONLY); // writing to it fails, as it should
    }
}

} // namespace

int main(int argc, char **argv)
{
    ArgumentMask mask(argc, argv);
    keepStreamsApart();
    QCoreApplication app(mask.count(), mask.arguments());
    QCoreApplication::setApplicationName(QStringLiteral("qombu"));
    QCoreApplication::setApplicationVersion(QStringLiteral(QOMBU_VERSION));
    installTranslations();
    installLogLines();
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
        return usage(wrongOption(early, namesOf(globalOptions())));
    if (early.isSet(QStringLiteral("version")))
        return print(QStringLiteral("qombu " QOMBU_VERSION));
    const QStringList words = early.positionalArguments();
    if (early.isSet(QStringLiteral("help")))
        return help(verbs, words);
    if (words.isEmpty())
        return usage(Text::tr("No verb was given."));
    if (words.constFirst() == QLatin1String("help"))
        return help(verbs, words.mid(1));
    Verb *verb = find(verbs, words.constFirst());
    return verb ? readAndRun(*verb, early, words) : noSuchVerb(verbs, words.constFirst());
}
