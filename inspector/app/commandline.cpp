// SPDX-License-Identifier: BSD-3-Clause
#include "app/commandline.h"

#include <Qombu/brokerurl.h>

#include <QtCore/qcommandlineparser.h>
#include <QtCore/qcoreapplication.h>

namespace Qombu::Inspector {
namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(CommandLine)
};

} // namespace

CommandLine CommandLine::parse(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        Tr::tr("Looks into the queues of Redis and other message brokers."));
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")},
                                  Tr::tr("Says how to use this program."));
    const QCommandLineOption version({QStringLiteral("v"), QStringLiteral("version")},
                                     Tr::tr("Says which version this is."));
    const QCommandLineOption readOnly(QStringLiteral("read-only"),
                                      Tr::tr("Refuses everything that changes the broker."));
    const QCommandLineOption place(QStringLiteral("open"),
                                   Tr::tr("Opens PLACE: queues, queues/NAME, exchanges/NAME, "
                                          "watch/NAME, consume/NAME, unacked, publish."),
                                   QStringLiteral("PLACE"));
    const QCommandLineOption screenshot(QStringLiteral("screenshot"),
                                        Tr::tr("Writes a picture of the window to FILE and ends."),
                                        QStringLiteral("FILE"));
    const QCommandLineOption settings(
        QStringLiteral("settings"), Tr::tr("Keeps the settings in FILE."), QStringLiteral("FILE"));
    parser.addOptions({help, version, readOnly, place, screenshot, settings});
    parser.addPositionalArgument(
        QStringLiteral("url"),
        Tr::tr("The broker, for example redis://localhost; without it a demo in memory."),
        QStringLiteral("[URL]"));
    CommandLine line;
    const bool understood = parser.parse(arguments);
    if (parser.isSet(help)) {
        line.outcome = Help;
        line.text = parser.helpText();
    } else if (parser.isSet(version)) {
        line.outcome = Version;
        line.text = QCoreApplication::applicationName() + u' '
            + QCoreApplication::applicationVersion() + u'\n';
    } else if (!understood || parser.positionalArguments().size() > 1) {
        line.outcome = Wrong;
        line.text = (understood ? Tr::tr("One URL at most.") : parser.errorText()) + u'\n';
    } else if (!parser.positionalArguments().isEmpty()) {
        line.url = parser.positionalArguments().constFirst();
        if (const Error error = BrokerUrl(line.url).error(); error.isError()) {
            line.outcome = Wrong;
            line.text = error.text() + u'\n';
        }
    }
    line.place = parser.value(place);
    line.screenshot = parser.value(screenshot);
    line.settingsFile = parser.value(settings);
    line.readOnly = parser.isSet(readOnly);
    return line;
}

} // namespace Qombu::Inspector
