// SPDX-License-Identifier: BSD-3-Clause
#include "views/unackedview.h"

#include "views/celldelegate.h"
#include "views/inlinebanner.h"
#include "views/listpages.h"
#include "views/pagedtable.h"

#include <QtCore/qitemselectionmodel.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qstackedwidget.h>
#include <QtWidgets/qtableview.h>

namespace Qombu::Inspector {
namespace {

constexpr int Limit = 500;

} // namespace

UnackedView::UnackedView(BrokerSession *session, const QString &queue, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_queue(queue)
    , m_hint(new PlainLabel)
    , m_banner(new InlineBanner)
    , m_table(new QTableView)
    , m_stack(new QStackedWidget)
    , m_empty(new PlainLabel)
    , m_holders(makeHoldersView(session, queue))
{
    m_table->setObjectName(QStringLiteral("unackedTable"));
    m_table->setAccessibleName(tr("Unacknowledged messages"));
    m_table->setModel(&m_model);
    m_table->setFrameShape(QFrame::NoFrame);
    setUpTable(m_table,
               {QStringLiteral("Delivered at"), QStringLiteral("00 min 00 s"),
                QStringLiteral("00 min 00 s"), QString(10, u'n'), QString(14, u'n'),
                QString(30, u'n'), QString(20, u'0')},
               UnackedTableModel::PreviewColumn);
    m_table->setColumnHidden(UnackedTableModel::QueueColumn, !queue.isEmpty());
    m_table->hideColumn(UnackedTableModel::TagColumn); // the message view names it
    m_hint->setTone(Theme::Tone::Muted);
    m_hint->setWordWrap(true);
    m_empty->setObjectName(QStringLiteral("unackedEmpty"));
    m_empty->setTone(Theme::Tone::Muted);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_holders);
    m_stack->setCurrentIndex(1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_hint);
    layout->addWidget(m_banner);
    layout->addWidget(m_stack, 1);
    m_tick.setInterval(1000);
    connect(&m_tick, &QTimer::timeout, this,
            [this] { m_model.setNow(QDateTime::currentDateTime()); });
    connect(m_banner, &InlineBanner::actionTriggered, this, &UnackedView::refresh);
    connect(m_holders, &PagedTable::placeRequested, this, &UnackedView::placeRequested);
    connect(session, &BrokerSession::refreshed, this, [this] {
        if (isVisible())
            refresh();
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &current) {
                Q_EMIT messageSelected(current.isValid() ? &m_model.row(current.row()).message
                                                         : nullptr);
            });
}

void UnackedView::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_tick.start();
    refresh();
}

void UnackedView::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_tick.stop();
}

// RabbitMQ.
bool UnackedView::countsOnly()
{
    const bool only = m_session->hasPages() && !m_session->cannotList().isError();
    if (only) {
        m_hint->hide();
        m_banner->dismiss();
        m_stack->setCurrentWidget(m_holders);
    } else if (m_stack->currentWidget() == m_holders) {
        m_stack->setCurrentWidget(m_empty);
    }
    return only;
}

// m_holders asks by itself.
void UnackedView::refresh()
{
    if (countsOnly() || m_asking)
        return;
    m_asking = true;
    m_session->unacked(Limit).then(this, [this](const Result<QList<UnackedRow>> &result) {
        m_asking = false;
        take(result);
    });
}

void UnackedView::take(const Result<QList<UnackedRow>> &result)
{
    if (result.error().kind() == Error::Unsupported) { // nothing is wrong
        m_empty->setText(result.error().text());
        m_banner->dismiss();
        return;
    }
    if (!result) {
        m_banner->showError(describeError(result.error(), m_session->url()));
        m_banner->setAction(tr("Retry"));
        return;
    }
    m_banner->dismiss();
    m_model.setRows(*result, m_queue);
    const int count = m_model.rowCount();
    m_empty->setText(m_queue.isEmpty() ? tr("No worker holds a message.")
                                       : tr("No worker holds a message of this queue."));
    m_stack->setCurrentIndex(count == 0 ? 1 : 0);
    const bool timed = count > 0 && m_model.row(0).returnsAt.isValid();
    m_hint->setText(
        timed ? tr("No worker has acknowledged these. They are delivered again when their time is "
                   "over (the workers’ visibility timeout is assumed).")
              : tr("No worker has acknowledged these. They return when their worker goes away."));
    m_hint->setVisible(count > 0);
}

UnackedPage::UnackedPage(BrokerSession *session, QWidget *parent)
    : Page(session, QStringLiteral("unacked"), parent)
    , m_view(new UnackedView(session, {}))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 8, 16, 8);
    layout->addWidget(m_view);
    connect(m_view, &UnackedView::messageSelected, this, &Page::messageSelected);
    connect(m_view, &UnackedView::placeRequested, this, &Page::placeRequested);
}

QString UnackedPage::title() const
{
    return tr("Unacked");
}

QIcon UnackedPage::icon() const
{
    return Theme::icon("unacked");
}

} // namespace Qombu::Inspector
