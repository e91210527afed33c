// SPDX-License-Identifier: BSD-3-Clause
#include "views/queuepage.h"

#include "broker/momenttext.h"
#include "models/entitytexts.h"
#include "views/celldelegate.h"
#include "views/inlinebanner.h"
#include "views/listpages.h"
#include "views/pagedtable.h"
#include "views/peekview.h"
#include "views/queuenumbers.h"
#include "views/unackedview.h"

#include <QtCore/qlocale.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtabwidget.h>
#include <QtWidgets/qtoolbutton.h>
#include <QtWidgets/qtreeview.h>

namespace Qombu::Inspector {
namespace {

constexpr int MostBindings = 500; // of one queue

QToolButton *makeButton(const QString &text, const char *icon, const QString &name)
{
    auto *button = new QToolButton;
    button->setObjectName(name);
    button->setText(text);
    button->setIcon(Theme::icon(icon));
    button->setToolButtonStyle(text.isEmpty() ? Qt::ToolButtonIconOnly
                                              : Qt::ToolButtonTextBesideIcon);
    return button;
}

} // namespace

QueuePage::QueuePage(BrokerSession *session, const QString &queue, QWidget *parent)
    : Page(session, QStringLiteral("queues/") + queue, parent)
    , m_queue(queue)
    , m_details([this](const Question::Done &done) { askForDetails(done); })
    , m_bindingQuestion([this](const Question::Done &done) { askForBindings(done); })
    , m_kpis(new QueueNumbers(session, queue))
    , m_facts(new PlainLabel)
    , m_notice(new InlineBanner)
    , m_tabs(new QTabWidget)
    , m_peek(new PeekView(session, queue))
    , m_unacked(new UnackedView(session, queue))
    , m_bindings(makeBindings())
    , m_consumers(makeConsumersView(session, queue))
    , m_definition(makeDefinition())
{
    m_tabs->setObjectName(QStringLiteral("queueTabs"));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_peek, tr("Messages"));
    m_tabs->addTab(m_unacked, tr("Unacked"));
    m_tabs->addTab(m_bindings, tr("Bindings"));
    m_tabs->addTab(m_consumers, tr("Consumers"));
    m_tabs->addTab(m_definition, tr("Definition"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 6);
    layout->setSpacing(10);
    layout->addWidget(makeHeader());
    layout->addWidget(m_notice);
    layout->addWidget(m_tabs, 1);
    connectParts();
    m_kpis->showNoBindings(); // until somebody tells
    session->nameQueue(queue);
    takeInventory();
    m_peek->peekIfSilent();
}

void QueuePage::connectParts()
{
    connect(m_peek, &PeekView::messageSelected, this, &Page::messageSelected);
    connect(m_unacked, &UnackedView::messageSelected, this, &Page::messageSelected);
    connect(m_unacked, &UnackedView::placeRequested, this, &Page::placeRequested);
    connect(session(), &BrokerSession::refreshed, this, &QueuePage::takeInventory);
    connect(session(), &BrokerSession::errorChanged, this, &QueuePage::takeInventory);
    connect(session(), &BrokerSession::queueNoticed, this, &QueuePage::takeInventory);
    session()->poller()->add(&m_details);
    session()->poller()->add(&m_bindingQuestion);
}

void QueuePage::showEvent(QShowEvent *event)
{
    Page::showEvent(event);
    m_details.setWanted(true);
    m_bindingQuestion.setWanted(true);
}

void QueuePage::hideEvent(QHideEvent *event)
{
    Page::hideEvent(event);
    m_details.setWanted(false);
    m_bindingQuestion.setWanted(false);
}

// The queue may stand on a page that nobody has asked for.
void QueuePage::askForDetails(const Question::Done &done)
{
    if (!session()->hasPages() || session()->cannotList().isError())
        return done();
    session()->queueRow(m_queue).then(this, [this, done](const Result<QueueRow> &result) {
        takeDetails(result);
        done();
    });
}

void QueuePage::takeDetails(const Result<QueueRow> &result)
{
    m_detailsError = result.error();
    if (result) {
        m_row = *result;
        m_rowAt = QDateTime::currentDateTime();
    } else if (result.error().kind() == Error::NotFound) {
        m_row.reset();
    }
    takeInventory();
}

void QueuePage::askForBindings(const Question::Done &done)
{
    if (!session()->hasPages())
        return done();
    BindingQuery query;
    query.queue = m_queue;
    query.maximumRows = MostBindings;
    session()->bindings(query).then(this, [this, done](const Result<RowPage<BindingRow>> &result) {
        m_bindingsError = result.error();
        if (result)
            showBindings(result->rows, !result->truncated && result->cursor.isEmpty());
        showTabs();
        done();
    });
}

QWidget *QueuePage::makeHeader()
{
    auto *name = new PlainLabel(m_queue);
    name->setFont(Theme::scaled(font(), 1.35, QFont::DemiBold));
    name->setElided(true);
    name->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_watch = makeButton(tr("Watch"), "watch", QStringLiteral("watchButton"));
    auto *publish = makeButton(tr("Publish…"), "publish", QStringLiteral("publishButton"));
    // What takes or destroys messages is only in here, never beside "Peek again".
    auto *more = makeButton({}, "more", QStringLiteral("queueMenuButton"));
    more->setAccessibleName(tr("More actions for this queue"));
    more->setToolTip(tr("Consume, purge"));
    connect(m_watch, &QToolButton::clicked, this, [this] { Q_EMIT watchRequested(m_queue); });
    connect(publish, &QToolButton::clicked, this, [this] { Q_EMIT publishRequested(m_queue); });
    connect(more, &QToolButton::clicked, this, [this, more] {
        Q_EMIT menuRequested(m_queue, more->mapToGlobal(QPoint(0, more->height())));
    });
    m_facts->setObjectName(QStringLiteral("queueFacts"));
    m_facts->setTone(Theme::Tone::Muted);
    m_facts->setWordWrap(true);
    m_facts->hide();
    auto *header = new QWidget;
    auto *line = new QHBoxLayout;
    line->addWidget(name, 1);
    line->addWidget(m_watch);
    line->addWidget(publish);
    line->addWidget(more);
    auto *layout = new QVBoxLayout(header);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addLayout(line);
    layout->addWidget(m_facts);
    layout->addWidget(m_kpis);
    return header;
}

QTableView *QueuePage::makeBindings()
{
    auto *table = new QTableView;
    table->setObjectName(QStringLiteral("bindingTable"));
    table->setAccessibleName(tr("Bindings of this queue"));
    table->setModel(&m_bindingModel);
    table->setFrameShape(QFrame::NoFrame);
    setUpTable(table,
               {QString(16, u'n'), QString(18, u'n'), QString(16, u'n'), QString(16, u'n'),
                QString(30, u'n')},
               BindingTableModel::ArgumentsColumn);
    connect(table, &QTableView::activated, this, [this](const QModelIndex &index) {
        Q_EMIT placeRequested(index.data(PlaceRole).toString());
    });
    return table;
}

QTreeView *QueuePage::makeDefinition()
{
    auto *tree = new QTreeView;
    tree->setObjectName(QStringLiteral("definitionTree"));
    tree->setAccessibleName(tr("How this queue was declared"));
    tree->setModel(&m_definitionModel);
    tree->setUniformRowHeights(true);
    tree->setFrameShape(QFrame::NoFrame);
    tree->setColumnWidth(PropertyModel::NameColumn,
                         fontMetrics().horizontalAdvance(QString(24, u'n')));
    tree->setColumnWidth(PropertyModel::ValueColumn,
                         fontMetrics().horizontalAdvance(QString(30, u'n')));
    return tree;
}

void QueuePage::takeInventory()
{
    const Inventory &inventory = session()->inventory();
    const bool isKnown = inventory.takenAt.isValid();
    if (session()->hasPages()) {
        const bool isGone = m_detailsError.kind() == Error::NotFound;
        showRow(m_row ? &*m_row : isGone ? nullptr : session()->queue(m_queue));
        showNotices(isGone);
        if (session()->cannotList().isError() && m_bindingModel.rows().isEmpty())
            m_kpis->showNoBindings();
    } else {
        QList<BindingRow> bindings;
        for (const BindingRow &binding : inventory.bindings) {
            if (binding.queue == m_queue)
                bindings.append(binding);
        }
        showBindings(bindings, isKnown);
        const QueueRow *row = session()->queue(m_queue);
        showRow(row);
        showNotices(!row && isKnown);
    }
    showTabs();
    m_watch->setEnabled(session()->looksSilently());
    m_watch->setToolTip(
        session()->looksSilently()
            ? tr("See messages come and go; takes nothing")
            : tr("Watching looks again and again, and here a look changes the queue"));
}

void QueuePage::showBindings(const QList<BindingRow> &bindings, bool areAll)
{
    m_bindingModel.setBindings(bindings);
    m_bindings->setColumnHidden(BindingTableModel::PatternColumn, session()->hasPages());
    const bool isKnown = session()->inventory().takenAt.isValid();
    CountSum count;
    count.add(isKnown ? bindings.size() : -1);
    if (isKnown && !areAll)
        count.setMore();
    m_tabs->setTabText(m_tabs->indexOf(m_bindings),
                       isKnown ? tr("Bindings (%1)").arg(count.text()) : tr("Bindings"));
    isKnown ? m_kpis->showBindings(count) : m_kpis->showNoBindings();
}

void QueuePage::showTabs()
{
    const Error cannotList = session()->cannotList();
    const bool isTold = session()->hasPages() && !cannotList.isError();
    m_tabs->setTabEnabled(m_tabs->indexOf(m_bindings), !cannotList.isError());
    const Error why = cannotList.isError() ? cannotList : m_bindingsError;
    m_tabs->setTabToolTip(m_tabs->indexOf(m_bindings),
                          plainToolTip(withoutPassword(why.text(), session()->url())));
    m_tabs->setTabIcon(m_tabs->indexOf(m_bindings),
                       isTold && why.isError() ? Theme::icon("warning") : QIcon());
    m_tabs->setTabVisible(m_tabs->indexOf(m_consumers), isTold);
    m_tabs->setTabVisible(m_tabs->indexOf(m_definition), isTold);
}

void QueuePage::showRow(const QueueRow *row)
{
    m_kpis->setStale(session()->isStale() || (session()->hasPages() && m_detailsError.isError()));
    QueueRow counts;
    if (row)
        counts = *row;
    else if (session()->hasPages() || !session()->inventory().takenAt.isValid())
        counts.ready = counts.unacked = -1;
    m_kpis->showRow(counts);
    QStringList facts = row ? queueFacts(*row) : QStringList();
    if (!facts.isEmpty())
        facts += momentFacts(*row);
    m_facts->setVisible(!facts.isEmpty());
    m_facts->setText(facts.join(QStringLiteral("  \u00b7  ")));
    if (row && session()->hasPages())
        showDefinition(*row);
}

// How old the numbers are, and what time the rates are of.
QStringList QueuePage::momentFacts(const QueueRow &row) const
{
    QStringList facts;
    const QDateTime at = m_row ? m_rowAt : session()->inventory().takenAt;
    const QString clock = QLocale().toString(at.toLocalTime().time(), u"HH:mm:ss");
    const auto age = (session()->inventory().countsAge.count() + 999) / 1000;
    if (at.isValid())
        facts.append(age > 0 ? tr("as of %1, up to %2 s old").arg(clock).arg(age)
                             : tr("as of %1").arg(clock));
    if (row.rates.isKnown() && row.rates.over.count() > 0)
        facts.append(tr("rates over the last %1 s").arg((row.rates.over.count() + 999) / 1000));
    return facts;
}

void QueuePage::showDefinition(const QueueRow &row)
{
    const PropertyModel::Entries entries{{tr("Type"), row.type},
                                         {tr("State"), row.state},
                                         {tr("Durable"), row.durable},
                                         {tr("Deleted with its last consumer"), row.autoDelete},
                                         {tr("Of one connection only"), row.exclusive},
                                         {tr("Policy"), row.policy},
                                         {tr("Server"), row.node},
                                         {tr("Arguments"), row.arguments}};
    if (entries == m_definitionEntries)
        return; // what was opened stays open
    m_definitionEntries = entries;
    m_definitionModel.setEntries(entries);
    m_definition->expandAll();
}

void QueuePage::showNotices(bool isGone)
{
    QStringList sentences;
    if (session()->isContended(m_queue))
        sentences.append(tr("Idle Python workers are served before consumers of this program."));
    if (const qint64 putAside = session()->putAside(m_queue); putAside > 0)
        sentences.append(tr("Messages that could not be read and were put aside since %1: %2")
                             .arg(momentText(session()->openedAt()), QLocale().toString(putAside)));
    const auto tone = sentences.isEmpty() ? Theme::Tone::Notice : Theme::Tone::Warning;
    const Error error = session()->queueError(m_queue);
    if (isGone && session()->hasPages())
        sentences.append(m_rowAt.isValid() ? tr("This queue is gone.")
                                           : tr("There is no queue of this name."));
    else if (isGone)
        sentences.append(tr("This queue is gone, or empty: Redis forgets empty queues."));
    else if (error.kind() == Error::NotFound)
        sentences.append(tr("There is no queue of this name."));
    else if (error.isError())
        sentences.append(error.text());
    m_notice->setVisible(!sentences.isEmpty());
    if (!sentences.isEmpty())
        m_notice->showNotice(tone, sentences.join(u'\n'));
}

QString QueuePage::title() const
{
    return m_queue;
}

QIcon QueuePage::icon() const
{
    return Theme::icon("queue");
}

void QueuePage::refresh()
{
    session()->nameQueue(m_queue); // it may be there by now
    session()->refresh();
    m_peek->peek();
    if (m_unacked->isVisible())
        m_unacked->refresh();
    m_details.askSoon();
    m_bindingQuestion.askSoon();
}

void QueuePage::select(const QString &query)
{
    if (query == u"tab=unacked")
        m_tabs->setCurrentWidget(m_unacked);
    else if (query == u"tab=bindings")
        m_tabs->setCurrentWidget(m_bindings);
    else if (query == u"tab=consumers" && m_tabs->isTabVisible(m_tabs->indexOf(m_consumers)))
        m_tabs->setCurrentWidget(m_consumers);
    else if (query == u"tab=messages")
        m_tabs->setCurrentWidget(m_peek);
}

qint64 QueuePage::bufferBytes() const
{
    return m_peek->bytes();
}

} // namespace Qombu::Inspector
