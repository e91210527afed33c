// SPDX-License-Identifier: BSD-3-Clause
#include "pagedverb.h"

#include "cellvalues.h"
#include "text.h"

#include <algorithm>
#include <utility>

namespace {

const QString FilterOption = QStringLiteral("filter");
const QString PageLimitOption = QStringLiteral("limit");
const QString PageOption = QStringLiteral("page");
const QString AllPagesOption = QStringLiteral("all");

constexpr qint64 LargestPage = 500; // that RabbitMQ gives
constexpr qint64 SlowPage = 50;
constexpr int MostAtOnce = 100'000; // of brokers that give them

// As a word of a shell.
QString quoted(const QString &text)
{
    const auto isPlain = [](QChar c) {
        return (c < QChar(0x7f) && c.isLetterOrNumber()) || QLatin1String("-_.:%+,=@/").contains(c);
    };
    if (!text.isEmpty() && std::all_of(text.begin(), text.end(), isPlain))
        return text;
    return QLatin1Char('\'') + QString(text).replace(QLatin1Char('\''), QLatin1String("'\\''"))
        + QLatin1Char('\'');
}

} // namespace

QString PagedVerb::filterText() const
{
    return Text::tr("Only those whose names contain this text.");
}

QList<QCommandLineOption> PagedVerb::options() const
{
    return {{FilterOption, filterText(), Text::tr("TEXT")},
            {PageLimitOption, Text::tr("At most so many (default %1).").arg(defaultLimit()),
             Text::tr("N")},
            {PageOption,
             Text::tr("Go on there: what the call before has told, with the same options."),
             Text::tr("CURSOR")},
            {AllPagesOption, Text::tr("All, page after page.")}};
}

// A page always has the same size: a cursor may mean the number of a page.
UsageError PagedVerb::read(const QCommandLineParser &parser, const QStringList &positional)
{
    if (const UsageError error = ListVerb::read(parser, positional); !error.isEmpty())
        return error;
    m_isAll = parser.isSet(AllPagesOption);
    if (m_isAll && parser.isSet(PageLimitOption))
        return Text::tr("Give --limit or --all.");
    m_limit = defaultLimit();
    if (const UsageError error = readNumber(parser, PageLimitOption, 1, MostAtOnce, m_limit);
        !error.isEmpty())
        return error;
    m_query.nameFilter = parser.value(FilterOption);
    m_query.cursor = parser.value(PageOption);
    m_isFirstPage = m_query.cursor.isEmpty();
    const qint64 largest = isSlow() ? SlowPage : LargestPage;
    const qint64 pages = (m_limit + largest - 1) / largest;
    m_query.maximumRows = int(m_limit / pages);
    return {};
}

QStringList PagedVerb::listOptions()
{
    return {FilterOption, PageLimitOption, PageOption, AllPagesOption};
}

int PagedVerb::wantedRows() const
{
    return m_isAll ? MostAtOnce : int(m_limit);
}

// However many pages there are, each comes in time.
void PagedVerb::start(Session &session)
{
    const GlobalArguments &globals = session.globals();
    const auto passed = [this, &session] { deadlinePassed(session); };
    if (m_isAll && globals.timeout) {
        session.startDeadline(*globals.timeout, passed);
    } else if (m_isAll) {
        m_patience.setSingleShot(true);
        m_patience.setInterval(globals.deadline());
        m_patience.callOnTimeout(&session, passed);
        m_patience.start();
    }
    ListVerb::start(session);
}

// Brokers without a management API read all of it for each page.
void PagedVerb::ask(Session &session, Qombu::Browser &browser)
{
    if (!m_isAll)
        return askNext(session, browser);
    session.connection()->whenOpen().then(
        &session, [this, &session, &browser](const Qombu::Result<void> &open) {
            if (!open)
                return session.fail(open.error());
            const auto can = session.connection()->capabilities();
            const qint64 page = isSlow() ? SlowPage : LargestPage;
            m_query.maximumRows =
                can.testFlag(Qombu::Capability::Overview) ? int(page) : MostAtOnce;
            askNext(session, browser);
        });
}

void PagedVerb::askNext(Session &session, Qombu::Browser &browser)
{
    askPage(session, browser, m_query, [this, &session, &browser](const Qombu::Result<Page> &page) {
        if (!page) {
            showPart(session);
            return session.fail(page.error());
        }
        show(session, *page);
        if (!wantsMore(*page))
            return end(session, *page);
        m_query.cursor = page->cursor;
        if (m_patience.isActive())
            m_patience.start();
        askNext(session, browser);
    });
}

// What came before all was there is shown, and where the rest begins.
void PagedVerb::showPart(Session &session)
{
    if (m_shown == 0 || session.isFinishing())
        return;
    if (!session.output().isJson())
        printTable(session.output(), columns(), m_rows);
    Output::sentence(
        Text::tr("Not all is shown. Go on with --page %1.").arg(quoted(m_query.cursor)));
}

void PagedVerb::deadlinePassed(Session &session)
{
    showPart(session);
    ListVerb::deadlinePassed(session);
}

void PagedVerb::interrupt(Session &session)
{
    showPart(session);
    ListVerb::interrupt(session);
}

bool PagedVerb::wantsMore(const Page &page) const
{
    return !page.cursor.isEmpty() && page.cursor != m_query.cursor
        && (m_isAll || m_shown + m_query.maximumRows <= m_limit);
}

// Where pages are numbered what is removed before them moves rows to a page that was read.
void PagedVerb::tellChange(const Page &page)
{
    if (m_shown == 0)
        m_count = page.count;
    if (m_count < 0 || page.count < 0 || page.count == m_count || std::exchange(m_hasChanged, true))
        return;
    Output::sentence(Text::tr("The list has changed while it was read: rows may be missing, or "
                              "there twice."));
}

void PagedVerb::show(Session &session, const Page &page)
{
    tell(page);
    tellChange(page);
    m_shown += qint64(page.rows.size());
    if (session.output().isJson()) {
        for (const Row &row : page.rows)
            session.output().object(row.object);
    } else {
        for (const Row &row : page.rows)
            m_rows.push_back({{}, row.cells});
    }
}

// What holds for the whole list is told once.
void PagedVerb::tellNumbers(const Page &page)
{
    using std::chrono::ceil, std::chrono::seconds;
    if (page.countsAge.count() > 0 && m_shown == 0)
        Output::sentence(Text::tr("Counts are as of %1, up to %2 s old; older where the broker is "
                                  "told to count less often.")
                             .arg(page.takenAt.toLocalTime().toString(QStringLiteral("HH:mm:ss")))
                             .arg(ceil<seconds>(page.countsAge).count()));
    if (page.ratesOver.count() > 0 && !std::exchange(m_hasToldRates, true))
        Output::sentence(Text::tr("What comes in, goes out and is acknowledged in a second is the "
                                  "mean of up to %1.")
                             .arg(durationCell(page.ratesOver)));
}

void PagedVerb::tell(const Page &page)
{
    tellNumbers(page);
    for (const QString &gap : page.gaps) {
        if (!m_told.contains(gap))
            Output::sentence(gap);
        m_told.insert(gap);
    }
}

void PagedVerb::end(Session &session, const Page &last)
{
    if (!session.output().isJson())
        printTable(session.output(), columns(), m_rows);
    if (last.cursor.isEmpty())
        tellTruncation(last.truncated);
    else if (last.count >= 0 && m_isFirstPage)
        Output::sentence(
            Text::tr("Shown are %1 of %2. Go on with --page %3, or see all with --all.")
                .arg(m_shown)
                .arg(last.count)
                .arg(quoted(last.cursor)));
    else
        Output::sentence(Text::tr("There are more. Go on with --page %1, or see all with --all.")
                             .arg(quoted(last.cursor)));
    session.finish(ExitCode::Done);
}
