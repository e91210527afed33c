// SPDX-License-Identifier: BSD-3-Clause
#include "help.h"

#include "core/editdistance_p.h"
#include "terminaltext.h"
#include "text.h"

namespace {

constexpr int Columns = 79;
constexpr int LeftColumns = 26;

// Broken at blanks; the lines behind the first are indented.
QString wrapped(const QString &text, int indent)
{
    QString result;
    int used = indent;
    for (const QString &word : text.split(QLatin1Char(' '))) {
        const int width = columnsOf(word);
        if (used > indent && used + 1 + width > Columns) {
            result += QLatin1Char('\n') + QString(indent, QLatin1Char(' '));
            used = indent;
        } else if (used > indent) {
            result += QLatin1Char(' ');
            ++used;
        }
        result += word;
        used += width;
    }
    return result;
}

QString row(const QString &left, const QString &right)
{
    QString text = QStringLiteral("  ") + left;
    const int width = columnsOf(text);
    if (width + 2 > LeftColumns)
        text += QLatin1Char('\n') + QString(LeftColumns, QLatin1Char(' '));
    else
        text += QString(LeftColumns - width, QLatin1Char(' '));
    return text + wrapped(right, LeftColumns) + QLatin1Char('\n');
}

QString rows(const QList<QCommandLineOption> &options, const QStringList &required = {})
{
    QString text;
    for (const QCommandLineOption &option : options) {
        const QString name = option.names().constFirst();
        QString left = QStringLiteral("--") + name;
        if (!option.valueName().isEmpty())
            left += QLatin1Char(' ') + option.valueName();
        text += row(left,
                    required.contains(name) ? Text::tr("%1 (required)").arg(option.description())
                                            : option.description());
    }
    return text;
}

} // namespace

QString overviewText(const std::vector<std::unique_ptr<Verb>> &verbs)
{
    QString text =
        Text::tr("Usage: qombu [OPTION]... VERB ...\n"
                 "Looks at, feeds and drains the queues of a message broker.\n\nVerbs:\n");
    for (const auto &verb : verbs)
        text += row(verb->name(), verb->summary());
    text += row(QStringLiteral("help"), Text::tr("Explain a verb."));
    text += Text::tr("\nOptions, before or behind the verb:\n");
    text += rows(globalOptions()) + row(QStringLiteral("--version"), Text::tr("Show the version."));
    text += Text::tr("\nExit codes:\n"
                     "  0  done\n"
                     "  1  the operation failed, stdout could not be written to, or \"consume\"\n"
                     "     left what it could not decode\n"
                     "  2  wrong usage; nothing was sent\n"
                     "  3  broker unreachable, or its management API where that was asked; or a\n"
                     "     deadline passed before all was done\n"
                     "  4  refused by read-only mode, or not safe without --force\n"
                     "  5  what was named is not there, or fewer messages came than --count\n"
                     "\n\"qombu help VERB\" explains a verb.\n");
    return text;
}

QString helpText(const Verb &verb)
{
    QString usage = QStringLiteral("qombu ") + verb.name();
    for (const QString &name : verb.requiredOptions())
        usage += QStringLiteral(" --%1 …").arg(name);
    usage += QStringLiteral(" [OPTION]... ") + verb.synopsis();
    QString text = Text::tr("Usage: %1").arg(usage.trimmed()) + QLatin1Char('\n')
        + wrapped(verb.summary(), 0) + QLatin1Char('\n') + QLatin1Char('\n')
        + Text::tr("Example: %1").arg(QStringLiteral("qombu ") + verb.example())
        + QLatin1Char('\n');
    if (const QString own = rows(verb.options(), verb.requiredOptions()); !own.isEmpty())
        text += QLatin1Char('\n') + Text::tr("Options:") + QLatin1Char('\n') + own;
    if (const QString keys = verb.jsonKeys(); !keys.isEmpty())
        text += QLatin1Char('\n')
            + wrapped(Text::tr("Keys of each line with --json: %1.").arg(keys), 0)
            + QLatin1Char('\n');
    return text + QLatin1Char('\n') + Text::tr("Options of every verb:") + QLatin1Char('\n')
        + rows(globalOptions()) + row(QStringLiteral("-h, --help"), Text::tr("Show this help."));
}

QString suggestion(const QString &word, const QStringList &known, const QString &prefix)
{
    const QString closest = Qombu::closestName(word, known);
    return closest.isNull() ? QString() : Text::tr("Did you mean \"%1\"?").arg(prefix + closest);
}
