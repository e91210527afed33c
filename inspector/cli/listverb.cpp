// SPDX-License-Identifier: BSD-3-Clause
#include "listverb.h"

#include "cellvalues.h"
#include "text.h"

#include <Qombu/channel.h>

#include <algorithm>

namespace {

// One long name would push the numbers of all rows out of sight. --json has it whole.
QString shortened(const QString &cell)
{
    constexpr qsizetype Most = 80;
    return cell.size() <= Most ? cell : cell.first(Most - 1) + u'…';
}

} // namespace

void ListVerb::tellTruncation(bool isTruncated)
{
    if (isTruncated)
        Output::sentence(Text::tr("There is more than the rows shown here."));
}

// A queue that is bound is there. Only a clear no is one: not all may look for bindings.
void ListVerb::tellWhyNothing(Session &session, const QString &queue,
                              const std::function<void()> &isThere)
{
    using Info = Qombu::Result<Qombu::QueueInfo>;
    session.connection()->defaultChannel()->inspect(queue).then(
        &session, [&session, queue, isThere](const Info &info) {
            const Qombu::Error error = info.error();
            const bool isForeign = error.kind() == Qombu::Error::Channel;
            if (error.kind() == Qombu::Error::NotFound)
                session.finish(ExitCode::NotThere,
                               Text::tr("The queue \"%1\" is empty or not there.").arg(queue));
            else if (isForeign || exitCodeOf(error) == ExitCode::Usage)
                session.fail(error);
            else if (error.isError())
                session.finish(ExitCode::Done,
                               Text::tr("The queue \"%1\" is empty, or not there: %2")
                                   .arg(queue, error.text()));
            else
                isThere();
        });
}

UsageError ListVerb::read(const QCommandLineParser &, const QStringList &positional)
{
    return positional.isEmpty() ? QString() : Text::tr("\"%1\" takes no argument.").arg(name());
}

void ListVerb::start(Session &session)
{
    m_browser = std::make_unique<Qombu::Browser>(session.connection());
    ask(session, *m_browser);
}

void ListVerb::printTable(Output &output, const QList<Column> &columns,
                          const std::vector<Row> &rows)
{
    QList<qsizetype> shown;
    for (qsizetype i = 0; i < columns.size(); ++i) {
        const auto isKnown = [i](const Row &row) {
            const QString cell = row.cells.value(i);
            return !cell.isEmpty() && cell != unknownCell();
        };
        if (columns[i].presence == Column::Always || std::any_of(rows.begin(), rows.end(), isKnown))
            shown << i;
    }
    QStringList header;
    for (const qsizetype i : shown)
        header << columns[i].title;
    std::vector<QStringList> cells;
    for (const Row &row : rows) {
        QStringList line;
        for (const qsizetype i : shown)
            line << (i == shown.constLast() ? row.cells.value(i) : shortened(row.cells.value(i)));
        cells.push_back(line);
    }
    output.table(header, cells);
}

void ListVerb::print(Session &session, const QList<Column> &columns, const std::vector<Row> &rows)
{
    Output &output = session.output();
    if (output.isJson()) {
        for (const Row &row : rows)
            output.object(row.object);
    } else {
        printTable(output, columns, rows);
    }
    session.finish(ExitCode::Done);
}
