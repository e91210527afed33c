// SPDX-License-Identifier: BSD-3-Clause
#include "output.h"

#include "json.h"
#include "terminaltext.h"

#include <cerrno>
#include <cstdio>

bool Output::wrote(bool ok)
{
    if (!ok && m_failure == 0)
        m_failure = errno;
    return ok;
}

QString Output::failure() const
{
    return m_failure == 0 ? QString() : qt_error_string(m_failure);
}

bool Output::line(const QByteArray &text)
{
    return wrote(fwrite(text.constData(), 1, size_t(text.size()), stdout) == size_t(text.size())
                 && fputc('\n', stdout) != EOF);
}

bool Output::object(const QVariantMap &object)
{
    const auto text = writeJson(object);
    if (!text) {
        sentence(text.error().text());
        return false;
    }
    return line(*text);
}

bool Output::flush()
{
    return wrote(fflush(stdout) == 0) && m_failure == 0;
}

bool Output::table(const QStringList &header, const std::vector<QStringList> &rows)
{
    std::vector<int> widths(size_t(header.size()));
    const auto measure = [&](const QStringList &row) {
        for (qsizetype i = 0; i < header.size(); ++i)
            widths[size_t(i)] = qMax(widths[size_t(i)], columnsOf(printable(row.value(i))));
    };
    measure(header);
    for (const QStringList &row : rows)
        measure(row);
    const auto print = [&](const QStringList &row) {
        QString text;
        for (qsizetype i = 0; i < header.size(); ++i) {
            const QString cell = printable(row.value(i));
            text += cell;
            if (i + 1 < header.size())
                text += QString(widths[size_t(i)] - columnsOf(cell) + 2, QLatin1Char(' '));
        }
        return line(text.toUtf8());
    };
    bool ok = print(header);
    for (const QStringList &row : rows)
        ok = ok && print(row);
    return ok && flush();
}

void Output::sentence(const QString &text)
{
    const QByteArray bytes = "qombu: " + printable(text).toUtf8() + '\n';
    fwrite(bytes.constData(), 1, size_t(bytes.size()), stderr);
    fflush(stderr);
}
