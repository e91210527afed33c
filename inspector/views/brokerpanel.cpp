// SPDX-License-Identifier: BSD-3-Clause
#include "views/brokerpanel.h"

#include "views/celldelegate.h"
#include "views/theme.h"

#include <QtCore/qlocale.h>
#include <QtCore/qsortfilterproxymodel.h>
#include <QtGui/qevent.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qtreeview.h>

namespace Qombu::Inspector {

// Icons belong to the view: the model knows no pictures.
class TreeProxy : public QSortFilterProxyModel
{
public:
    TreeProxy(BrokerTreeModel *model, QObject *parent)
        : QSortFilterProxyModel(parent)
        , m_model(model)
    {
        setSourceModel(model);
        setFilterCaseSensitivity(Qt::CaseInsensitive);
    }

    // Other groups than before.
    void setPaged(bool paged)
    {
        if (std::exchange(m_paged, paged) == paged)
            return;
        m_model->setPaged(paged);
        invalidateFilter();
    }

    QVariant data(const QModelIndex &index, int role) const override
    {
        if (role == Qt::DecorationRole && index.column() == 0 && !index.parent().isValid()) {
            constexpr const char *names[] = {"overview", "exchange",   "queue",    "binding",
                                             "unacked",  "quarantine", "activity", "binding",
                                             "consume",  "info"};
            return Theme::icon(names[mapToSource(index).row()]);
        }
        if (role == Qt::FontRole && !index.parent().isValid())
            return Theme::scaled(QFont(), 1.0, QFont::DemiBold);
        return QSortFilterProxyModel::data(index, role);
    }

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override
    {
        return parent.isValid() ? QSortFilterProxyModel::filterAcceptsRow(row, parent)
                                : m_model->isShown(BrokerTreeModel::Kind(row));
    }

private:
    BrokerTreeModel *m_model;
    bool m_paged = false;
};

BrokerPanel::BrokerPanel(BrokerSession *session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_proxy(new TreeProxy(&m_model, this))
    , m_filter(new QLineEdit)
    , m_tree(new QTreeView)
    , m_empty(new PlainLabel)
    , m_more(new PlainLabel)
{
    buildFilter();
    buildTree();
    m_empty->setTone(Theme::Tone::Muted);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setMargin(12);
    m_empty->hide();
    m_more->setObjectName(QStringLiteral("treeMore"));
    m_more->setTone(Theme::Tone::Muted);
    m_more->setWordWrap(true);
    m_more->setMargin(4);
    m_more->hide();

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->setSpacing(6);
    layout->addWidget(m_filter);
    layout->addWidget(m_empty);
    layout->addWidget(m_tree, 1);
    layout->addWidget(m_more);
    m_tree->expand(m_proxy->mapFromSource(m_model.group(BrokerTreeModel::Queues)));
    m_tree->expand(m_proxy->mapFromSource(m_model.group(BrokerTreeModel::Exchanges)));

    m_typing.setSingleShot(true);
    m_typing.setInterval(300);
    connect(&m_typing, &QTimer::timeout, this,
            [this] { m_session->setNameFilter(m_filter->text()); });
    connect(m_filter, &QLineEdit::textChanged, this, &BrokerPanel::applyFilter);
    connect(m_tree, &QTreeView::activated, this, &BrokerPanel::openIndex);
    connect(m_tree, &QTreeView::clicked, this, &BrokerPanel::openIndex);
    connect(m_tree, &QTreeView::customContextMenuRequested, this, [this](const QPoint &position) {
        const QModelIndex index = m_tree->indexAt(position);
        if (index.data(KindRole).toInt() == BrokerTreeModel::Queues && index.parent().isValid())
            Q_EMIT contextMenuRequested(index.data(NameRole).toString(),
                                        m_tree->viewport()->mapToGlobal(position));
    });
    connectSession();
    takeInventory();
}

void BrokerPanel::buildFilter()
{
    m_filter->setObjectName(QStringLiteral("treeFilter"));
    m_filter->setPlaceholderText(tr("Filter names"));
    m_filter->setAccessibleName(tr("Filter of the broker tree"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(Theme::icon("filter"), QLineEdit::LeadingPosition);
}

void BrokerPanel::buildTree()
{
    m_tree->setObjectName(QStringLiteral("brokerTree"));
    m_tree->setAccessibleName(tr("Broker"));
    m_tree->setModel(m_proxy);
    m_tree->setItemDelegate(new CellDelegate(m_tree));
    m_tree->setUniformRowHeights(true);
    m_tree->setIndentation(14);
    m_tree->setAnimated(false);
    m_tree->setTextElideMode(Qt::ElideMiddle); // names of one family differ at their ends
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    m_tree->setExpandsOnDoubleClick(false);
    QHeaderView *header = m_tree->header();
    header->setStretchLastSection(false);
    header->setSectionResizeMode(BrokerTreeModel::NameColumn, QHeaderView::Stretch);
    for (int column : {BrokerTreeModel::ReadyColumn, BrokerTreeModel::UnackedColumn})
        header->resizeSection(column, fontMetrics().horizontalAdvance(tr("Unacked")) + 14);
}

void BrokerPanel::connectSession()
{
    connect(m_session, &BrokerSession::refreshed, this, &BrokerPanel::takeInventory);
    connect(m_session, &BrokerSession::reset, this, [this] { m_model.clear(); });
    connect(m_session, &BrokerSession::errorChanged, this,
            [this] { m_model.setStale(m_session->isStale()); });
    connect(m_session, &BrokerSession::queueNoticed, this, [this](const QString &queue) {
        m_model.setNotices(queue, m_session->isContended(queue), m_session->putAside(queue));
    });
}

QString BrokerPanel::selectedQueue() const
{
    const QModelIndex index = m_tree->currentIndex();
    return index.parent().isValid() && index.data(KindRole).toInt() == BrokerTreeModel::Queues
        ? index.siblingAtColumn(0).data(NameRole).toString()
        : QString();
}

void BrokerPanel::takeInventory()
{
    // A moment without answers changes no groups.
    m_proxy->setPaged(
        m_session->hasPages()
        && (!m_session->cannotList().isError() || m_session->inventory().takenAt.isValid()));
    m_model.setInventory(m_session->inventory());
    m_model.setStale(m_session->isStale());
    showPaging();
    updateEmptyText();
}

void BrokerPanel::showPaging()
{
    const Inventory &inventory = m_session->inventory();
    const QLocale locale;
    const qint64 shown = inventory.queues.size();
    const bool isPart = m_session->hasPages() && !inventory.cursor.isEmpty();
    m_more->setVisible(isPart);
    if (isPart)
        m_more->setText(
            inventory.queueCount > shown
                ? tr("The first %1 of %2 queues. The filter finds the others.")
                      .arg(locale.toString(shown), locale.toString(inventory.queueCount))
                : tr("There are more than these. The filter finds the others."));
}

void BrokerPanel::applyFilter(const QString &text)
{
    m_proxy->setFilterFixedString(text); // names are never read as patterns
    if (!text.isEmpty())
        m_tree->expandAll();
    m_typing.start();
    updateEmptyText();
}

void BrokerPanel::updateEmptyText()
{
    int rows = 0;
    for (int group = 0; group < m_proxy->rowCount(); ++group) // places have none
        rows += m_proxy->rowCount(m_proxy->index(group, 0));
    m_empty->setVisible(rows == 0 && !m_filter->text().isEmpty());
    m_empty->setText(tr("Nothing is called “%1”.").arg(m_filter->text()));
}

void BrokerPanel::openIndex(const QModelIndex &index)
{
    const QString place = index.siblingAtColumn(0).data(PlaceRole).toString();
    if (!place.isEmpty())
        Q_EMIT placeRequested(place);
}

} // namespace Qombu::Inspector
