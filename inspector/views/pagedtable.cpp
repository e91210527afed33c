// SPDX-License-Identifier: BSD-3-Clause
#include "views/pagedtable.h"

#include "models/modelroles.h"
#include "views/celldelegate.h"
#include "views/inlinebanner.h"

#include <QtCore/qlocale.h>
#include <QtGui/qevent.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtoolbutton.h>

namespace Qombu::Inspector {
namespace {

using namespace std::chrono_literals;
constexpr int MostRowsOfAPage = 500;
constexpr auto TypingRests = 300ms;

QToolButton *pageButton(Qt::ArrowType arrow, const QString &name, const QString &text)
{
    auto *button = new QToolButton;
    button->setObjectName(name);
    button->setArrowType(arrow);
    button->setAutoRaise(true);
    button->setToolTip(text);
    button->setAccessibleName(text);
    button->hide();
    return button;
}

QString clockText(const QDateTime &moment)
{
    return QLocale().toString(moment.toLocalTime().time(), u"HH:mm:ss");
}

} // namespace

PagedTable::PagedTable(BrokerSession *session, const Texts &texts)
    : m_session(session)
    , m_texts(texts)
    , m_question([this](const Question::Done &done) {
        ++m_asked;
        ask(done);
    })
    , m_banner(new InlineBanner)
    , m_hint(new PlainLabel(texts.hint))
    , m_filter(new QLineEdit)
    , m_table(new QTableView)
    , m_empty(new PlainLabel)
    , m_footer(new PlainLabel)
    , m_previous(pageButton(Qt::LeftArrow, QStringLiteral("previousPage"), tr("Rows before these")))
    , m_next(pageButton(Qt::RightArrow, QStringLiteral("nextPage"), tr("Rows after these")))
{
    m_table->setObjectName(texts.objectName);
    m_table->setAccessibleName(texts.accessibleName);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->viewport()->installEventFilter(this);
    m_hint->setTone(Theme::Tone::Muted);
    m_hint->setWordWrap(true);
    m_hint->setVisible(!texts.hint.isEmpty());
    m_empty->setObjectName(QStringLiteral("emptyText"));
    m_empty->setTone(Theme::Tone::Muted);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(m_banner);
    layout->addWidget(m_hint);
    buildFilter();
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_table, 1);
    buildFooter();
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex &index) {
        if (const QString place = index.data(PlaceRole).toString(); !place.isEmpty())
            Q_EMIT placeRequested(place);
    });
    connect(m_banner, &InlineBanner::actionTriggered, this,
            [this] { m_action.isEmpty() ? refresh() : Q_EMIT actionWanted(); });
    // A question waits for the link: its error comes long after the link's.
    connect(session, &BrokerSession::errorChanged, this, [this] {
        if (m_session->error().isError())
            setStale(m_facts.takenAt.isValid());
    });
    session->poller()->add(&m_question);
    showEmptiness();
}

void PagedTable::buildFilter()
{
    m_filter->setObjectName(
        QString(m_texts.objectName).replace(QStringLiteral("Table"), QStringLiteral("Filter")));
    m_filter->setPlaceholderText(m_texts.filterHint);
    m_filter->setAccessibleName(m_texts.filterName);
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(Theme::icon("filter"), QLineEdit::LeadingPosition);
    m_filter->setMaximumWidth(320);
    m_filter->setVisible(!m_texts.filterHint.isEmpty());
    layout()->addWidget(m_filter);
    m_typing.setSingleShot(true);
    m_typing.setInterval(TypingRests);
    connect(m_filter, &QLineEdit::textChanged, this, [this] { m_typing.start(); });
    connect(&m_typing, &QTimer::timeout, this, &PagedTable::startAgain);
}

void PagedTable::buildFooter()
{
    m_footer->setObjectName(QStringLiteral("pageFooter"));
    m_footer->setTone(Theme::Tone::Muted);
    m_footer->setWordWrap(true);
    auto *line = new QHBoxLayout;
    line->addWidget(m_footer, 1);
    line->addWidget(m_previous);
    line->addWidget(m_next);
    static_cast<QVBoxLayout *>(layout())->addLayout(line);
    connect(m_previous, &QToolButton::clicked, this, [this] { turnPage(false); });
    connect(m_next, &QToolButton::clicked, this, [this] { turnPage(true); });
}

void PagedTable::setModel(QAbstractItemModel *model, const QStringList &samples, int fillingColumn)
{
    m_table->setModel(model);
    setUpTable(m_table, samples, -1);
    m_table->horizontalHeader()->setStretchLastSection(false);
    m_fillingColumn = fillingColumn;
    m_fillingMinimum = m_table->columnWidth(fillingColumn);
    // Widths that a person chose stay: then the column fills nothing any more.
    connect(m_table->horizontalHeader(), &QHeaderView::sectionHandleDoubleClicked, this,
            [this] { m_fillingMinimum = 0; });
}

QString PagedTable::whyUnknown(const QStringList &gaps) const
{
    if (!gaps.isEmpty() || !m_session->hasPages())
        return gaps.join(u'\n');
    return tr("The broker has counted nothing of the kind here yet");
}

// One column takes what the others leave; where that is too little the table scrolls.
void PagedTable::fillWidth()
{
    int others = 0;
    for (int column = 0; column < m_table->model()->columnCount(); ++column) {
        if (column != m_fillingColumn)
            others += m_table->columnWidth(column);
    }
    if (m_fillingMinimum > 0)
        m_table->setColumnWidth(m_fillingColumn,
                                qMax(m_fillingMinimum, m_table->viewport()->width() - others));
}

bool PagedTable::eventFilter(QObject *object, QEvent *event)
{
    if (event->type() == QEvent::Resize && m_table->model())
        fillWidth();
    return QWidget::eventFilter(object, event);
}

void PagedTable::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_question.setWanted(true);
}

void PagedTable::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_question.setWanted(false);
}

QString PagedTable::filter() const
{
    return m_filter->text();
}

RowQuery PagedTable::query() const
{
    RowQuery query;
    query.nameFilter = filter();
    query.cursor = m_wanted.cursors.constLast();
    query.maximumRows = MostRowsOfAPage;
    return query;
}

void PagedTable::startAgain()
{
    m_wanted = {};
    m_isReordered = true;
    ++m_asked;
    m_table->scrollToTop();
    refresh();
}

// From the page that is shown: another one may have been asked for in vain.
void PagedTable::turnPage(bool forward)
{
    m_wanted = m_shown;
    if (forward) {
        m_wanted.starts.append(m_shown.starts.constLast() + m_facts.rows);
        m_wanted.cursors.append(m_facts.cursor);
    } else if (m_shown.cursors.size() > 1) {
        m_wanted.starts.removeLast();
        m_wanted.cursors.removeLast();
    }
    ++m_asked;
    m_next->setEnabled(false); // until it is there: a page is not skipped by clicking fast
    m_previous->setEnabled(false);
    m_table->scrollToTop();
    refresh();
}

void PagedTable::showPage(const PageFacts &facts)
{
    m_facts = facts;
    m_shown = m_wanted;
    m_isReordered = false;
    m_error = {};
    m_banner->setAction({});
    if (facts.rows == 0 && facts.cursor.isEmpty() && m_shown.cursors.size() > 1) {
        showFooter();
        return turnPage(false); // what was here is gone
    }
    if (facts.gaps.isEmpty())
        m_banner->dismiss();
    else
        m_banner->showNotice(Theme::Tone::Notice, facts.gaps.join(u'\n'));
    setStale(facts.isStale);
    showFooter();
    showEmptiness();
    Q_EMIT counted(facts.count);
}

void PagedTable::showError(const Error &error)
{
    m_error = error;
    const bool nothingIsWrong = error.kind() == Error::Unsupported;
    m_banner->showNotice(nothingIsWrong ? Theme::Tone::Notice : Theme::Tone::Warning,
                         withoutPassword(error.text(), m_session->url()));
    setStale(m_facts.takenAt.isValid());
    m_banner->setAction(!m_action.isEmpty() ? m_action : nothingIsWrong ? QString() : tr("Retry"));
    showFooter();
    showEmptiness();
}

void PagedTable::showFooter()
{
    const QLocale locale;
    const qint64 start = m_shown.starts.constLast();
    QStringList parts;
    const QString all = m_facts.count < 0
        ? QStringLiteral("\u2265 ") + locale.toString(start + m_facts.rows)
        : locale.toString(m_facts.count);
    const bool isAll = m_facts.cursor.isEmpty() && start == 0 && !m_facts.truncated;
    if (m_facts.rows == 0)
        parts.append(tr("no rows"));
    else if (isAll)
        parts.append(tr("%n row(s)", nullptr, int(m_facts.rows)));
    else
        parts.append(
            tr("rows %1\u2013%2 of %3")
                .arg(locale.toString(start + 1), locale.toString(start + m_facts.rows), all));
    if (m_facts.takenAt.isValid()) {
        const auto age = (m_facts.countsAge.count() + 999) / 1000;
        parts.append(age > 0
                         ? tr("as of %1, up to %2 s old").arg(clockText(m_facts.takenAt)).arg(age)
                         : tr("as of %1").arg(clockText(m_facts.takenAt)));
    }
    if (m_facts.ratesOver > 0ms)
        parts.append(tr("rates over the last %1 s").arg((m_facts.ratesOver.count() + 999) / 1000));
    m_footer->setText(parts.join(QStringLiteral("  \u00b7  ")));
    m_footer->setVisible(m_facts.takenAt.isValid() || m_facts.rows > 0);
    const bool isBehind = m_shown.cursors.size() > 1;
    const bool hasPages = isBehind || !m_facts.cursor.isEmpty();
    m_previous->setVisible(hasPages);
    m_previous->setEnabled(isBehind && !m_isReordered);
    m_next->setVisible(hasPages);
    m_next->setEnabled(!m_facts.cursor.isEmpty() && !m_isReordered);
}

// They can be read, scrolled and gone to all the same.
void PagedTable::setStale(bool stale)
{
    m_table->setProperty(CellDelegate::StaleProperty, stale);
    m_table->viewport()->update();
}

void PagedTable::showEmptiness()
{
    const bool empty = m_facts.rows == 0;
    m_empty->setVisible(empty);
    m_table->setVisible(!empty);
    m_empty->setText(emptyText());
}

QString PagedTable::emptyText() const
{
    if (m_error.isError() || !m_facts.cursor.isEmpty()) // there may be some on the next page
        return m_texts.unknown.isEmpty() ? tr("What there is is not known.") : m_texts.unknown;
    if (!m_facts.takenAt.isValid())
        return m_session->error().isError()             ? tr("Not connected")
            : m_session->state() == BrokerSession::Open ? tr("Asking the broker…")
                                                        : tr("Connecting…");
    return filter().isEmpty() ? m_texts.empty : tr("Nothing is called “%1”.").arg(filter());
}

} // namespace Qombu::Inspector
