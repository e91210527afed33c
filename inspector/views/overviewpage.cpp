// SPDX-License-Identifier: BSD-3-Clause
#include "views/overviewpage.h"

#include "views/inlinebanner.h"
#include "views/kpistrip.h"
#include "views/queuelistview.h"

#include <QtWidgets/qboxlayout.h>

namespace Qombu::Inspector {

OverviewPage::OverviewPage(BrokerSession *session, QWidget *parent)
    : Page(session, QStringLiteral("queues"), parent)
    , m_kpis(
          new KpiStrip({tr("Ready"), tr("Unacked"), tr("Queues"), tr("Exchanges"), tr("Bindings")}))
    , m_warnings(new InlineBanner)
    , m_queues(new QueueListView(session))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 6);
    layout->setSpacing(10);
    layout->addWidget(m_kpis);
    layout->addWidget(m_warnings);
    layout->addWidget(m_queues, 1);
    connect(m_queues, &QueueListView::queueNameWanted, this, &OverviewPage::queueNameWanted);
    connect(m_queues, &PagedTable::placeRequested, this, &Page::placeRequested);
    connect(session, &BrokerSession::refreshed, this, &OverviewPage::takeInventory);
    connect(session, &BrokerSession::reset, this, &OverviewPage::takeInventory);
    connect(session, &BrokerSession::errorChanged, this, &OverviewPage::takeInventory);
    connect(session, &BrokerSession::warningsChanged, this, &OverviewPage::showWarnings);
    takeInventory();
    showWarnings();
}

void OverviewPage::showWarnings()
{
    const QStringList &warnings = session()->warnings();
    m_warnings->setVisible(!warnings.isEmpty());
    if (!warnings.isEmpty())
        m_warnings->showNotice(Theme::Tone::Warning, warnings.join(u'\n'));
}

QString OverviewPage::title() const
{
    return tr("Queues");
}

QIcon OverviewPage::icon() const
{
    return Theme::icon("queue");
}

void OverviewPage::refresh()
{
    session()->refresh();
}

void OverviewPage::takeInventory()
{
    const Inventory &inventory = session()->inventory();
    const bool known = inventory.takenAt.isValid();
    const bool paged = session()->hasPages();
    // The tree's filter is the session's: what is counted then is not the whole.
    if (paged && !session()->nameFilter().isEmpty())
        return m_kpis->setStale(true);
    CountSum ready;
    for (const QueueRow &row : inventory.queues)
        ready.add(row.ready);
    if (!known || inventory.truncated || !inventory.cursor.isEmpty())
        ready.setMore();
    m_kpis->setSum(0, ready);
    const auto all = [](qint64 counted, qsizetype shown) {
        return counted < 0 ? qint64(shown) : counted;
    };
    const qint64 counts[] = {inventory.unacked, all(inventory.queueCount, inventory.queues.size()),
                             all(inventory.exchangeCount, inventory.exchanges.size()),
                             paged ? -1 : inventory.bindings.size()};
    const QString cannotList = session()->cannotList().text();
    for (int i = 0; i < 4; ++i)
        m_kpis->setCount(i + 1, known ? counts[i] : -1, cannotList);
    if (known && paged)
        m_kpis->setCount(4, -1,
                         tr("Pages of queues and exchanges show theirs: this broker would "
                            "have to list all at once"));
    m_kpis->setStale(session()->isStale());
}

} // namespace Qombu::Inspector
