// SPDX-License-Identifier: BSD-3-Clause
#include "views/peekview.h"

#include "views/celldelegate.h"
#include "views/inlinebanner.h"

#include <QtCore/qitemselectionmodel.h>
#include <QtCore/qlocale.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qstackedwidget.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtoolbutton.h>

namespace Qombu::Inspector {

PeekView::PeekView(BrokerSession *session, const QString &queue, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_queue(queue)
    , m_end(new QComboBox)
    , m_limit(new QComboBox)
    , m_again(new QToolButton)
    , m_snapshot(new PlainLabel)
    , m_mechanism(new PlainLabel)
    , m_banner(new InlineBanner)
    , m_table(new QTableView)
    , m_stack(new QStackedWidget)
{
    m_table->setObjectName(QStringLiteral("messageTable"));
    m_table->setAccessibleName(tr("Messages"));
    m_table->setModel(&m_model);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    setUpMessageTable(m_table, {QStringLiteral("0000")});
    auto *empty = new PlainLabel(tr("This queue is empty."));
    empty->setTone(Theme::Tone::Muted);
    empty->setAlignment(Qt::AlignCenter);
    auto *unasked = new PlainLabel(tr("A look changes this queue: its messages are fetched and "
                                      "given back, marked as redelivered.\n"
                                      "“Peek again” looks."));
    unasked->setTone(Theme::Tone::Muted);
    unasked->setAlignment(Qt::AlignCenter);
    unasked->setWordWrap(true);
    m_stack->addWidget(m_table);
    m_stack->addWidget(empty);
    m_stack->addWidget(unasked);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(makeBar());
    layout->addWidget(m_banner);
    layout->addWidget(m_stack, 1);
    connect(m_banner, &InlineBanner::actionTriggered, this, &PeekView::peek);
    // "Empty" must not stay on the screen beside a number that says otherwise, nor an error.
    connect(session, &BrokerSession::refreshed, this, [this] {
        const QueueRow *row = m_session->queue(m_queue);
        const bool emptyNoMore = m_model.rowCount() == 0 && row && row->ready > 0;
        if (isVisible() && (emptyNoMore || m_banner->isVisible()))
            peekIfSilent();
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &current) {
                Q_EMIT messageSelected(current.isValid() ? &m_model.message(current.row())
                                                         : nullptr);
            });
}

QWidget *PeekView::makeBar()
{
    m_end->setObjectName(QStringLiteral("peekEnd"));
    m_end->setAccessibleName(tr("End of the queue"));
    m_end->addItem(tr("Next to be delivered"), int(QueueEnd::Head));
    m_end->addItem(tr("Newest first"), int(QueueEnd::Tail));
    m_limit->setObjectName(QStringLiteral("peekLimit"));
    m_limit->setAccessibleName(tr("Number of messages"));
    for (int limit : {10, 50, 100, 500, 1000})
        m_limit->addItem(tr("%n message(s)", nullptr, limit), limit);
    m_limit->setCurrentIndex(1);
    m_again->setObjectName(QStringLiteral("peekAgain"));
    m_again->setText(tr("Peek again"));
    m_again->setIcon(Theme::icon("refresh"));
    m_again->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_mechanism->setTone(Theme::Tone::Good);
    m_mechanism->setElided(true);
    connect(m_end, &QComboBox::currentIndexChanged, this, &PeekView::peekIfSilent);
    connect(m_limit, &QComboBox::currentIndexChanged, this, &PeekView::peekIfSilent);
    connect(m_again, &QToolButton::clicked, this, &PeekView::peek);

    auto *bar = new QWidget;
    auto *choices = new QHBoxLayout;
    choices->addWidget(m_end);
    choices->addWidget(m_limit);
    choices->addStretch(1);
    choices->addWidget(m_again);
    auto *texts = new QHBoxLayout;
    texts->addWidget(m_snapshot);
    texts->addWidget(m_mechanism, 1);
    auto *layout = new QVBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(choices);
    layout->addLayout(texts);
    return bar;
}

QueueEnd PeekView::end() const
{
    return QueueEnd(m_end->currentData().toInt());
}

int PeekView::limit() const
{
    return m_limit->currentData().toInt();
}

qint64 PeekView::bytes() const
{
    qint64 sum = 0;
    for (int row = 0; row < m_model.rowCount(); ++row)
        sum += m_model.message(row).cost();
    return sum;
}

void PeekView::peekIfSilent()
{
    if (m_session->capabilities().testFlag(Capability::PeekIsSilent))
        peek();
    else if (!m_takenAt.isValid())
        m_stack->setCurrentIndex(2);
}

void PeekView::peek()
{
    if (m_asking)
        return;
    m_asking = true;
    m_again->setEnabled(false);
    const QueueEnd asked = end();
    const int askedLimit = limit();
    m_session->peek(m_queue, askedLimit, asked)
        .then(this, [=, this](const Result<QList<Message>> &result) {
            m_asking = false;
            m_again->setEnabled(true);
            if (asked != end() || askedLimit != limit())
                return peek(); // another choice meanwhile
            take(result);
        });
}

void PeekView::take(const Result<QList<Message>> &result)
{
    if (!result) {
        const QString time =
            m_takenAt.isValid() ? QLocale().toString(m_takenAt.time(), u"HH:mm:ss") : QString();
        m_banner->showError(describeError(result.error(), m_session->url()),
                            time.isEmpty() ? QString()
                                           : tr("Showing the messages of %1.").arg(time));
        m_banner->setAction(tr("Retry"));
        m_model.setStale(true);
        return;
    }
    m_banner->dismiss();
    m_model.setStale(false);
    m_takenAt = QDateTime::currentDateTime();
    const QueueRow *row = m_session->queue(m_queue);
    m_ready = CountSum();
    m_ready.add(qMax<qint64>(row ? row->ready : 0, result->size()));
    if (row && row->ready < 0)
        m_ready.setMore();
    const QList<MessageRecord> records = toRecords(*result, m_takenAt);
    // Where nobody sends tasks the body gets the place of their names.
    m_table->setColumnHidden(MessageTableModel::FirstMessageColumn + int(MessageColumn::Name),
                             std::all_of(records.cbegin(), records.cend(), [](const auto &record) {
                                 return record.name().isEmpty();
                             }));
    m_model.setMessages(records);
    showSnapshot();
}

void PeekView::showSnapshot()
{
    const QLocale locale;
    m_snapshot->setText(tr("Snapshot %1  ·  %2 of %3")
                            .arg(locale.toString(m_takenAt.time(), u"HH:mm:ss"),
                                 locale.toString(m_model.rowCount()), m_ready.text()));
    m_mechanism->setText(QStringLiteral("\u00b7  ") + m_session->peekMechanism());
    m_stack->setCurrentIndex(m_model.rowCount() == 0 ? 1 : 0);
    if (m_model.rowCount() > 0 && !m_table->currentIndex().isValid())
        m_table->setCurrentIndex(m_model.index(0, 0));
    else if (m_model.rowCount() == 0)
        Q_EMIT messageSelected(nullptr);
}

} // namespace Qombu::Inspector
