// SPDX-License-Identifier: BSD-3-Clause
#include "views/queuepage.h"

#include "broker/momenttext.h"
#include "views/celldelegate.h"
#include "views/inlinebanner.h"
#include "views/kpistrip.h"
#include "views/peekview.h"
#include "views/unackedview.h"

#include <QtCore/qlocale.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtabwidget.h>
#include <QtWidgets/qtoolbutton.h>

namespace Qombu::Inspector {
namespace {

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
    , m_kpis(new KpiStrip({tr("Ready"), tr("Unacked"), tr("Total"), tr("Consumers"), tr("Bindings"),
                           tr("By priority")}))
    , m_notice(new InlineBanner)
    , m_tabs(new QTabWidget)
    , m_peek(new PeekView(session, queue))
    , m_unacked(new UnackedView(session, queue))
    , m_bindings(makeBindings())
{
    m_tabs->setObjectName(QStringLiteral("queueTabs"));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_peek, tr("Messages"));
    m_tabs->addTab(m_unacked, tr("Unacked"));
    m_tabs->addTab(m_bindings, tr("Bindings"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 6);
    layout->setSpacing(10);
    layout->addWidget(makeHeader());
    layout->addWidget(m_notice);
    layout->addWidget(m_tabs, 1);
    connect(m_peek, &PeekView::messageSelected, this, &Page::messageSelected);
    connect(m_unacked, &UnackedView::messageSelected, this, &Page::messageSelected);
    connect(session, &BrokerSession::refreshed, this, &QueuePage::takeInventory);
    connect(session, &BrokerSession::errorChanged, this, &QueuePage::takeInventory);
    connect(session, &BrokerSession::queueNoticed, this, &QueuePage::takeInventory);
    session->nameQueue(queue);
    takeInventory();
    m_peek->peekIfSilent();
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
    setUpTable(table, {QString(16, u'n'), QString(18, u'n'), QString(16, u'n'), QString(30, u'n')},
               BindingTableModel::PatternColumn);
    connect(table, &QTableView::activated, this, [this](const QModelIndex &index) {
        Q_EMIT placeRequested(index.data(PlaceRole).toString());
    });
    return table;
}

void QueuePage::takeInventory()
{
    const Inventory &inventory = session()->inventory();
    QList<BindingRow> bindings;
    for (const BindingRow &binding : inventory.bindings) {
        if (binding.queue == m_queue)
            bindings.append(binding);
    }
    m_bindingModel.setBindings(bindings);
    const bool isKnown = inventory.takenAt.isValid();
    m_tabs->setTabText(m_tabs->indexOf(m_bindings),
                       isKnown ? tr("Bindings (%1)").arg(bindings.size()) : tr("Bindings"));
    const Error cannotList = session()->cannotList();
    m_tabs->setTabEnabled(m_tabs->indexOf(m_bindings), !cannotList.isError());
    m_tabs->setTabToolTip(m_tabs->indexOf(m_bindings), plainToolTip(cannotList.text()));
    m_watch->setEnabled(session()->looksSilently());
    m_watch->setToolTip(
        session()->looksSilently()
            ? tr("See messages come and go; takes nothing")
            : tr("Watching looks again and again, and here a look changes the queue"));
    m_kpis->setStale(session()->isStale());
    m_kpis->setCount(4, isKnown ? bindings.size() : -1, cannotList.text());
    const QueueRow *row = session()->queue(m_queue);
    showNotices(!row && isKnown);
    showCounts(row);
}

void QueuePage::showCounts(const QueueRow *row)
{
    QueueRow counts;
    if (row)
        counts = *row;
    else if (!session()->inventory().takenAt.isValid())
        counts.ready = counts.unacked = -1;
    const QString whyNot = session()->cannotList().text();
    m_kpis->setCount(0, counts.ready, session()->queueError(m_queue).text());
    m_kpis->setCount(1, counts.unacked, whyNot);
    CountSum total;
    total.add(counts.ready);
    total.add(counts.unacked);
    m_kpis->setSum(2, total);
    m_kpis->setCount(3, counts.consumers, session()->queueError(m_queue).text());
    QStringList buckets;
    for (auto it = counts.readyByPriority.cbegin(); it != counts.readyByPriority.cend(); ++it)
        buckets.append(QStringLiteral("%1: %2").arg(it.key()).arg(QLocale().toString(it.value())));
    m_kpis->setValue(
        5, buckets.size() > 1 ? buckets.join(QStringLiteral("  ")) : QString(QChar(0x2014)),
        whyNot);
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
    if (isGone)
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
}

void QueuePage::select(const QString &query)
{
    if (query == u"tab=unacked")
        m_tabs->setCurrentWidget(m_unacked);
    else if (query == u"tab=bindings")
        m_tabs->setCurrentWidget(m_bindings);
    else if (query == u"tab=messages")
        m_tabs->setCurrentWidget(m_peek);
}

qint64 QueuePage::bufferBytes() const
{
    return m_peek->bytes();
}

} // namespace Qombu::Inspector
