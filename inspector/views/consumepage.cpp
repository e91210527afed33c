// SPDX-License-Identifier: BSD-3-Clause
#include "views/consumepage.h"

#include "views/celldelegate.h"
#include "views/confirmdialog.h"
#include "views/inlinebanner.h"

#include <QtCore/qitemselectionmodel.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qradiobutton.h>
#include <QtWidgets/qspinbox.h>
#include <QtWidgets/qtableview.h>

namespace Qombu::Inspector {

ConsumePage::ConsumePage(BrokerSession *session, const QString &queue, QWidget *parent)
    : Page(session, QStringLiteral("consume/") + queue, parent)
    , m_queue(queue)
    , m_run(session, queue)
    , m_danger(new InlineBanner)
    , m_banner(new InlineBanner)
    , m_hold(new QRadioButton(tr("&Hold and give back")))
    , m_take(new QRadioButton(tr("&Take away")))
    , m_limit(new QSpinBox)
    , m_start(new QPushButton)
    , m_giveBack(new QPushButton(tr("Give back")))
    , m_acknowledge(new QPushButton(tr("Acknowledge…")))
    , m_status(new PlainLabel)
    , m_table(new QTableView)
{
    m_danger->showNotice(Theme::Tone::Danger,
                         session->looksSilently()
                             ? tr("Consuming takes messages from the workers of “%1”. To look "
                                  "without taking, use Messages or Watch.")
                                   .arg(queue)
                             : tr("Consuming takes messages from the workers of “%1”. What is "
                                  "given back is marked as redelivered, and in a quorum queue "
                                  "counts towards the delivery limit.")
                                   .arg(queue));
    m_table->setObjectName(QStringLiteral("consumeTable"));
    m_table->setAccessibleName(tr("Consumed messages"));
    m_table->setModel(&m_model);
    m_table->setFrameShape(QFrame::NoFrame);
    setUpMessageTable(m_table, {QStringLiteral("0000")});
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 6);
    layout->addWidget(m_danger);
    auto *inner = new QVBoxLayout;
    inner->setContentsMargins(16, 8, 16, 0);
    inner->addWidget(makeChoices());
    inner->addWidget(m_banner);
    inner->addWidget(m_table, 1);
    inner->addWidget(makeFooter());
    layout->addLayout(inner, 1);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &current) {
                Q_EMIT messageSelected(current.isValid() ? &m_model.message(current.row())
                                                         : nullptr);
            });
    connect(&m_run, &ConsumeRun::received, &m_model, &MessageTableModel::append);
    connect(&m_run, &ConsumeRun::changed, this, &ConsumePage::updateState);
    connect(&m_run, &ConsumeRun::failed, this, [this](const Error &error) {
        m_banner->showError(describeError(error, this->session()->url()));
    });
    connect(&m_run, &ConsumeRun::notSettled, this, [this](const QString &why) {
        m_banner->showNotice(Theme::Tone::Danger,
                             tr("%n message(s) could not be settled: the broker still has them as "
                                "unacked, and may deliver them again. %1",
                                nullptr, m_run.unsettled())
                                 .arg(why));
    });
    connect(gate(), &WriteGate::readOnlyChanged, this, &ConsumePage::updateState);
    updateState();
}

QWidget *ConsumePage::makeChoices()
{
    m_hold->setChecked(true);
    m_limit->setObjectName(QStringLiteral("consumeLimit"));
    m_limit->setRange(1, 10'000);
    m_limit->setValue(10);
    m_limit->setPrefix(tr("stop after "));
    m_limit->setAccessibleName(tr("Stop after this many messages"));
    m_start->setObjectName(QStringLiteral("consumeStart"));
    m_start->setAutoDefault(false);
    connect(m_start, &QPushButton::clicked, this,
            [this] { m_run.state() == ConsumeRun::Running ? m_run.stop() : ask(); });
    auto *choices = new QWidget;
    auto *layout = new QVBoxLayout(choices);
    layout->setContentsMargins(0, 0, 0, 0);
    const auto add = [layout](QRadioButton *choice, const QString &text) {
        auto *label = new PlainLabel(text); // a button's own text would be cut
        label->setTone(Theme::Tone::Muted);
        label->setWordWrap(true);
        label->setIndent(choice->sizeHint().height() + 4);
        choice->setAccessibleDescription(text);
        layout->addWidget(choice);
        layout->addWidget(label);
    };
    add(m_hold, tr("Messages are out of the queue while this tab has them."));
    add(m_take, tr("Each message is acknowledged and gone for good."));
    auto *line = new QHBoxLayout;
    line->addWidget(m_limit);
    line->addWidget(m_start);
    line->addStretch(1);
    layout->addLayout(line);
    return choices;
}

QWidget *ConsumePage::makeFooter()
{
    m_giveBack->setToolTip(tr("Puts the held messages back into the queue, marked as redelivered"));
    m_acknowledge->setAutoDefault(false);
    connect(m_giveBack, &QPushButton::clicked, &m_run, &ConsumeRun::giveBack);
    connect(m_acknowledge, &QPushButton::clicked, this, [this] {
        auto *dialog =
            new ConfirmDialog({tr("Acknowledge held messages of %1").arg(m_queue),
                               tr("They are gone for good after this. No worker will see them."),
                               tr("Acknowledge %n message(s)", nullptr, m_run.held()),
                               {},
                               gate()->environment()},
                              this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &QDialog::accepted, &m_run, &ConsumeRun::acknowledgeHeld);
        dialog->open();
    });
    auto *footer = new QWidget;
    auto *layout = new QHBoxLayout(footer);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_status, 1);
    layout->addWidget(m_giveBack);
    layout->addWidget(m_acknowledge);
    return footer;
}

QString ConsumePage::title() const
{
    return tr("Consume %1").arg(m_queue);
}

QIcon ConsumePage::icon() const
{
    return Theme::icon("consume");
}

qint64 ConsumePage::bufferBytes() const
{
    qint64 sum = 0;
    for (int row = 0; row < m_model.rowCount(); ++row)
        sum += m_model.message(row).cost();
    return sum;
}

void ConsumePage::ask()
{
    const int limit = m_limit->value();
    const bool production = gate()->environment() == Environment::Production;
    const QString text = m_take->isChecked()
        ? tr("Up to %n message(s) are taken from “%1” and acknowledged: they are gone for good.",
             nullptr, limit)
              .arg(m_queue)
        : tr("Up to %n message(s) are taken from “%1” and held here until you give them back. They "
             "return marked as redelivered.",
             nullptr, limit)
              .arg(m_queue);
    auto *dialog = new ConfirmDialog(
        {tr("Consume from %1").arg(m_queue), text, tr("Consume %n message(s)", nullptr, limit),
         m_take->isChecked() || production ? m_queue : QString(), gate()->environment()},
        this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, &ConsumePage::start);
    dialog->open();
}

void ConsumePage::start()
{
    m_banner->dismiss();
    m_model.clear();
    const Error refusal = m_run.start(
        m_take->isChecked() ? ConsumeRun::TakeAway : ConsumeRun::HoldAndGiveBack, m_limit->value());
    if (refusal.isError())
        m_banner->showNotice(Theme::Tone::Danger, refusal.text());
}

void ConsumePage::updateState()
{
    const bool running = m_run.state() == ConsumeRun::Running;
    const bool idle = m_run.state() == ConsumeRun::Idle;
    m_start->setText(running ? tr("Stop") : tr("Consume…"));
    m_start->setIcon(Theme::icon(running ? "stop" : "consume"));
    m_start->setEnabled(running || (idle && !gate()->isReadOnly()));
    m_start->setToolTip(gate()->isReadOnly() ? tr("Read-only mode is on") : QString());
    for (QWidget *choice : {static_cast<QWidget *>(m_hold), static_cast<QWidget *>(m_take),
                            static_cast<QWidget *>(m_limit)})
        choice->setEnabled(idle && !gate()->isReadOnly());
    m_giveBack->setEnabled(m_run.held() > 0);
    m_acknowledge->setEnabled(m_run.held() > 0 && !gate()->isReadOnly());
    QStringList parts{tr("%n taken", nullptr, m_run.taken()), tr("%n held", nullptr, m_run.held())};
    if (m_run.undecodable() > 0)
        parts.append(tr("%n could not be read and are held", nullptr, m_run.undecodable()));
    if (m_run.unsettled() > 0)
        parts.append(tr("%n could not be settled", nullptr, m_run.unsettled()));
    if (gate()->isReadOnly())
        parts = {tr("Read-only mode is on: consuming is refused.")};
    m_status->setText(parts.join(QStringLiteral("  \u00b7  ")));
}

} // namespace Qombu::Inspector
