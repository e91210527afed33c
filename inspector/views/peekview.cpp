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
    , m_strip(new InlineBanner)
    , m_table(new QTableView)
    , m_stack(new QStackedWidget)
    , m_unseen(new PlainLabel)
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
    m_unseen->setTone(Theme::Tone::Muted);
    m_unseen->setAlignment(Qt::AlignCenter);
    m_strip->setObjectName(QStringLiteral("peekPlan"));
    m_stack->addWidget(m_table);
    m_stack->addWidget(empty);
    m_stack->addWidget(m_unseen);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(makeBar());
    layout->addWidget(m_banner);
    layout->addWidget(m_strip);
    layout->addWidget(m_stack, 1);
    connect(m_banner, &InlineBanner::actionTriggered, this, &PeekView::peek);
    connect(m_strip, &InlineBanner::actionTriggered, this, &PeekView::look);
    connect(session->gate(), &WriteGate::readOnlyChanged, this, [this] {
        if (m_strip->isVisibleTo(this))
            showPlan();
    });
    // "Empty" must not stay on the screen beside a number that says otherwise, nor an error.
    connect(session, &BrokerSession::refreshed, this, [this] {
        const QueueRow *row = m_session->queue(m_queue);
        const bool emptyNoMore = m_model.rowCount() == 0 && row && row->ready > 0;
        if (!m_session->looksSilently())
            showNewCount(row ? row->ready : -1);
        else if (isVisible() && (emptyNoMore || m_banner->isVisible()))
            look();
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
    m_mechanism->setElided(true);
    connect(m_end, &QComboBox::currentIndexChanged, this, &PeekView::peekIfSilent);
    connect(m_limit, &QComboBox::currentIndexChanged, this, &PeekView::changeLimit);
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

void PeekView::changeLimit()
{
    if (m_session->looksSilently())
        look();
    else if (m_strip->isVisibleTo(this))
        showPlan();
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
    m_isWanted = false;
    m_session->looksSilently() ? look() : askPlan();
}

void PeekView::peek()
{
    m_isWanted = m_takenAt.isValid(); // who has seen what it marks is not asked each time
    m_session->looksSilently() ? look() : askPlan();
}

void PeekView::askPlan()
{
    if (m_asking)
        return;
    m_asking = true;
    m_again->setEnabled(false);
    m_end->setVisible(m_session->capabilities().testFlag(Capability::PeekTail));
    m_stack->setCurrentIndex(m_takenAt.isValid() ? m_stack->currentIndex() : 2);
    m_session->planPeek(m_queue).then(this,
                                      [this](const Result<PeekPlan> &result) { takePlan(result); });
}

void PeekView::takePlan(const Result<PeekPlan> &result)
{
    m_asking = false;
    m_again->setEnabled(true);
    const Error error = result ? result->refusal : result.error();
    const bool isThere = error.kind() != Error::NotFound; // else the page says so
    m_unseen->setText(isThere ? tr("The messages were not looked at yet.") : QString());
    if (error.isError())
        m_strip->dismiss();
    if (error.isError() && isThere)
        return showError(error);
    m_banner->dismiss();
    if (!isThere)
        return m_model.setStale(true);
    m_plan = *result;
    const bool asksNobody = m_plan.changes.isEmpty()
        || (m_isWanted && m_plan.risk == PeekRisk::None && !m_session->gate()->isReadOnly());
    asksNobody ? look() : showPlan();
}

void PeekView::showNewCount(qint64 ready)
{
    if (m_model.rowCount() == 0 && ready > 0)
        m_stack->setCurrentIndex(2);
    m_plan.waiting = ready;
    if (m_strip->isVisibleTo(this))
        showPlan();
}

void PeekView::showPlan()
{
    const bool isReadOnly = m_session->gate()->isReadOnly();
    QStringList sentences;
    if (m_plan.waiting >= 0)
        sentences.append(tr("Messages waiting: %1.").arg(QLocale().toString(m_plan.waiting)));
    sentences.append(m_plan.changes);
    if (isReadOnly)
        sentences.append(tr("Read-only mode is on: nothing is looked at."));
    m_strip->showNotice(m_plan.risk == PeekRisk::None ? Theme::Tone::Warning : Theme::Tone::Danger,
                        sentences.join(u' '));
    qint64 count = limit();
    for (const qint64 most : {qint64(m_plan.most), m_plan.waiting})
        count = most > 0 ? qMin(count, most) : count;
    m_strip->setAction(isReadOnly ? QString()
                           : m_plan.risk == PeekRisk::None
                           ? tr("Look at %n message(s)", nullptr, int(count))
                           : tr("Look all the same"));
}

void PeekView::look()
{
    if (m_asking)
        return;
    m_asking = true;
    m_again->setEnabled(false);
    PeekRequest request;
    request.queue = m_queue;
    request.limit = limit();
    request.from = end();
    request.accepted = m_plan.risk;
    auto answer =
        m_plan.changes.isEmpty() ? m_session->peek(request) : m_session->gate()->peek(request);
    answer.then(this, [=, this](const Result<QList<Message>> &result) {
        m_asking = false;
        m_again->setEnabled(true);
        const bool isAnother = request.from != end() || request.limit != limit();
        if (isAnother && m_plan.changes.isEmpty())
            return look(); // another choice meanwhile
        take(result);
    });
}

void PeekView::showError(const Error &error)
{
    const QString time =
        m_takenAt.isValid() ? QLocale().toString(m_takenAt.time(), u"HH:mm:ss") : QString();
    m_banner->showError(describeError(error, m_session->url()),
                        time.isEmpty() ? QString() : tr("Showing the messages of %1.").arg(time));
    m_banner->setAction(tr("Retry"));
    m_model.setStale(true);
}

void PeekView::take(const Result<QList<Message>> &result)
{
    if (!result)
        return showError(result.error());
    m_strip->dismiss();
    m_banner->dismiss();
    m_model.setStale(false);
    m_takenAt = QDateTime::currentDateTime();
    const QueueRow *row = m_session->queue(m_queue);
    const qint64 ready = m_plan.waiting >= 0 ? m_plan.waiting : row ? row->ready : 0;
    m_ready = CountSum();
    m_ready.add(qMax<qint64>(ready, result->size()));
    if (ready < 0)
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
    const bool isSilent = m_plan.changes.isEmpty();
    m_mechanism->setTone(isSilent ? Theme::Tone::Good : Theme::Tone::Warning);
    m_mechanism->setText(QStringLiteral("\u00b7  ")
                         + (isSilent ? tr("only read: nothing changed")
                                     : tr("fetched and given back: marked as redelivered")));
    m_stack->setCurrentIndex(m_model.rowCount() == 0 ? 1 : 0);
    if (m_model.rowCount() > 0 && !m_table->currentIndex().isValid())
        m_table->setCurrentIndex(m_model.index(0, 0));
    else if (m_model.rowCount() == 0)
        Q_EMIT messageSelected(nullptr);
}

} // namespace Qombu::Inspector
