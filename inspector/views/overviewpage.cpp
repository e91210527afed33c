// SPDX-License-Identifier: BSD-3-Clause
#include "views/overviewpage.h"

#include "views/celldelegate.h"
#include "views/inlinebanner.h"
#include "views/kpistrip.h"

#include <QtCore/qlocale.h>
#include <QtCore/qsortfilterproxymodel.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qtableview.h>

namespace Qombu::Inspector {

OverviewPage::OverviewPage(BrokerSession *session, QWidget *parent)
    : Page(session, QStringLiteral("queues"), parent)
    , m_proxy(new QSortFilterProxyModel(this))
    , m_kpis(
          new KpiStrip({tr("Ready"), tr("Unacked"), tr("Queues"), tr("Exchanges"), tr("Bindings")}))
    , m_warnings(new InlineBanner)
    , m_listing(new InlineBanner)
    , m_filter(new QLineEdit)
    , m_table(new QTableView)
    , m_footer(new PlainLabel)
    , m_empty(new PlainLabel)
{
    m_proxy->setSourceModel(&m_model);
    m_proxy->setSortRole(SortRole);
    m_proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_filter->setObjectName(QStringLiteral("queueFilter"));
    m_filter->setPlaceholderText(tr("Filter queues"));
    m_filter->setAccessibleName(tr("Filter of the queue table"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(Theme::icon("filter"), QLineEdit::LeadingPosition);
    m_filter->setMaximumWidth(320);
    m_table->setObjectName(QStringLiteral("queueTable"));
    m_table->setAccessibleName(tr("Queues"));
    m_table->setModel(m_proxy);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(QueueTableModel::NameColumn, Qt::AscendingOrder);
    m_table->setFrameShape(QFrame::NoFrame);
    setUpTable(m_table,
               {QString(30, u'n'), QStringLiteral("00 000 000"), QStringLiteral("00 000 000"),
                QStringLiteral("Consumers 0")},
               QueueTableModel::NameColumn);
    m_footer->setTone(Theme::Tone::Muted);
    m_empty->setTone(Theme::Tone::Muted);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 6);
    layout->setSpacing(10);
    layout->addWidget(m_kpis);
    layout->addWidget(m_warnings);
    layout->addWidget(m_listing);
    layout->addWidget(m_filter);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_footer);

    connect(m_listing, &InlineBanner::actionTriggered, this, &OverviewPage::queueNameWanted);
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_proxy->setFilterFixedString(text);
        updateFooter();
    });
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex &index) {
        Q_EMIT placeRequested(index.data(PlaceRole).toString());
    });
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
    return Theme::icon("overview");
}

void OverviewPage::takeInventory()
{
    const Inventory &inventory = session()->inventory();
    m_model.setQueues(inventory.queues);
    CountSum ready;
    for (const QueueRow &row : inventory.queues)
        ready.add(row.ready);
    const bool known = inventory.takenAt.isValid();
    if (!known || inventory.truncated)
        ready.setMore();
    const Error cannotList = session()->cannotList();
    m_kpis->setSum(0, ready);
    const qint64 counts[] = {inventory.unacked, inventory.queues.size(), inventory.exchanges.size(),
                             inventory.bindings.size()};
    for (int i = 0; i < 4; ++i)
        m_kpis->setCount(i + 1, known ? counts[i] : -1, cannotList.text());
    m_kpis->setStale(session()->isStale());
    m_listing->setVisible(cannotList.isError());
    if (cannotList.isError())
        m_listing->showNotice(Theme::Tone::Notice, cannotList.text());
    m_listing->setAction(tr("Go to queue…"));
    updateFooter();
}

void OverviewPage::updateFooter()
{
    const Inventory &inventory = session()->inventory();
    const QLocale locale;
    const QString shown = locale.toString(m_proxy->rowCount());
    const QString all =
        locale.toString(inventory.queues.size()) + (inventory.truncated ? u"+" : u"");
    m_footer->setText(
        tr("%1 of %2 queues  ·  as of %3")
            .arg(shown, all, locale.toString(inventory.takenAt.toLocalTime().time(), u"HH:mm:ss")));
    if (session()->cannotList().isError())
        m_footer->setText(tr("Queues that were asked for by name: %1")
                              .arg(locale.toString(inventory.queues.size())));
    m_footer->setVisible(inventory.takenAt.isValid() || !inventory.queues.isEmpty());
    const bool empty = m_proxy->rowCount() == 0;
    m_empty->setVisible(empty);
    m_table->setVisible(!empty);
    if (!m_model.rows().isEmpty())
        m_empty->setText(tr("No queue is called “%1”.").arg(m_filter->text()));
    else if (inventory.takenAt.isValid())
        m_empty->setText(tr("This broker has no queues yet.\nOn Redis a queue exists while it "
                            "holds messages or has a binding."));
    else if (session()->cannotList().isError())
        m_empty->setText(tr("Which queues there are is not known.\n"
                            "Those that you go to by name are shown here."));
    else if (session()->error().isError())
        m_empty->setText(session()->state() == BrokerSession::Open ? tr("The queues are not known")
                                                                   : tr("Not connected"));
    else
        m_empty->setText(tr("Connecting…"));
}

} // namespace Qombu::Inspector
