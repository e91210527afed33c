// SPDX-License-Identifier: BSD-3-Clause
#include "app/application.h"
#include "app/commandline.h"
#include "argumentmask.h"
#include "loglines.h"
#include "translations.h"

#include <QtGui/qicon.h>
#include <QtWidgets/qapplication.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

using Qombu::Inspector::Application;
using Qombu::Inspector::CommandLine;

namespace {

void nameProgram()
{
    QCoreApplication::setApplicationName(QStringLiteral("qombu-inspector"));
    QCoreApplication::setApplicationVersion(QStringLiteral(QOMBU_VERSION));
}

// Exit codes as those of qombu: 0 done, 2 wrong usage.
int answer(const CommandLine &line)
{
    const bool wrong = line.outcome == CommandLine::Wrong;
    std::fputs(qPrintable(line.text), wrong ? stderr : stdout);
    return wrong ? 2 : 0;
}

// --help and --version answer without a display, too.
bool isQuestion(const char *argument)
{
    const std::string_view text(argument);
    return text == "--help" || text == "-h" || text == "--version" || text == "-v";
}

} // namespace

int main(int argc, char **argv)
{
    ArgumentMask mask(argc, argv);
    nameProgram();
    if (std::any_of(argv + 1, argv + argc, isQuestion)) {
        QCoreApplication app(mask.count(), mask.arguments());
        installTranslations();
        return answer(CommandLine::parse(QCoreApplication::arguments()));
    }
    QApplication app(mask.count(), mask.arguments());
    installTranslations();
    installLogLines();
    const CommandLine line = CommandLine::parse(QCoreApplication::arguments());
    if (line.outcome != CommandLine::Run)
        return answer(line);
    QGuiApplication::setDesktopFileName(QStringLiteral("io.github.qombu.Inspector"));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Qombu Inspector"));
    QGuiApplication::setWindowIcon(
        QIcon::fromTheme(QStringLiteral("io.github.qombu.Inspector"),
                         QIcon(QStringLiteral(":/qombu/icons/io.github.qombu.Inspector.svg"))));
    Application inspector(line);
    inspector.start();
    return QApplication::exec();
}
