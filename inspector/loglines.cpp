// SPDX-License-Identifier: BSD-3-Clause
#include "loglines.h"

#include "cli/terminaltext.h"

#include <QElapsedTimer>
#include <QMutex>

#include <cstdio>
#include <cstdlib>

namespace {

struct Log
{
    QMutex mutex; // messages come from any thread
    LogLines lines;
    QElapsedTimer clock;
};

Log &theLog()
{
    static auto *const log = new Log; // threads may log while the program ends
    return *log;
}

void write(const QStringList &lines)
{
    for (const QString &line : lines) {
        const QByteArray bytes = line.toUtf8() + '\n';
        fwrite(bytes.constData(), 1, size_t(bytes.size()), stderr);
    }
    fflush(stderr);
}

void handle(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    const QString category = QString::fromUtf8(context.category ? context.category : "default");
    Log &log = theLog();
    const QMutexLocker lock(&log.mutex);
    if (type == QtFatalMsg) // the last one
        write(log.lines.rest() << printable(category + QLatin1String(": ") + text));
    else
        write(log.lines.add(category, text, log.clock.elapsed()));
}

} // namespace

QStringList LogLines::add(const QString &kind, const QString &text, qint64 nowMs)
{
    QStringList lines;
    Window &window = m_windows[kind];
    if (window.shown == 0 || nowMs - window.start >= WindowMs) {
        if (window.hidden > 0)
            lines << hiddenText(kind, window);
        window = {nowMs, 0, 0};
    }
    if (window.shown < MostInAWindow) {
        ++window.shown;
        lines << printable(kind + QLatin1String(": ") + text);
    } else {
        ++window.hidden;
    }
    return lines;
}

QStringList LogLines::rest()
{
    QStringList lines;
    for (auto it = m_windows.begin(); it != m_windows.end(); ++it) {
        if (it->hidden > 0)
            lines << hiddenText(it.key(), *it);
        it->hidden = 0;
    }
    return lines;
}

QString LogLines::hiddenText(const QString &kind, const Window &window)
{
    return printable(QStringLiteral("%1: … and %2 more messages").arg(kind).arg(window.hidden));
}

void installLogLines()
{
    theLog().clock.start();
    qInstallMessageHandler(handle);
    std::atexit(writeRestOfLogLines);
}

void writeRestOfLogLines()
{
    Log &log = theLog();
    const QMutexLocker lock(&log.mutex);
    write(log.lines.rest());
}
