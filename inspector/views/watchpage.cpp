// SPDX-License-Identifier: BSD-3-Clause
#include "views/watchpage.h"

#include "models/messagecell.h"
#include "views/celldelegate.h"
#include "views/flowlayout.h"
#include "views/inlinebanner.h"

#include <QtCore/qitemselectionmodel.h>
#include <QtCore/qlocale.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qscrollbar.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtoolbutton.h>

namespace Qombu::Inspector {
namespace {

QToolButton *makeButton(const QString &text, const char *icon)
{
    auto *button = new QToolButton;
    button->setText(text);
    button->setIcon(Theme::icon(icon));
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    return button;
}

} // namespace

WatchPage::WatchPage(BrokerSession *session, LiveWatch::Source source, const QString &name,
                     QWidget *parent)
    : Page(session, (source == LiveWatch::QueueSource ? u"watch/" : u"subscribe/") + name, parent)
    , m_watch(session, source, name)
    , m_model(&m_watch.ring())
    , m_pause(makeButton(tr("Pause"), "pause"))
    , m_run(makeButton(tr("Stop"), "stop"))
    , m_clear(makeButton(tr("Clear"), "clear"))
    , m_follow(makeButton(tr("Follow"), "consume"))
    , m_rate(new PlainLabel)
    , m_status(new PlainLabel)
    , m_loss(new PlainLabel)
    , m_empty(new PlainLabel)
    , m_banner(new InlineBanner)
    , m_table(new QTableView)
{
    m_table->setObjectName(QStringLiteral("watchTable"));
    m_table->setAccessibleName(tr("Events"));
    m_table->setModel(&m_model);
    m_table->setFrameShape(QFrame::NoFrame);
    setUpMessageTable(m_table, {QStringLiteral("00:00:00.000"), QStringLiteral("+ arrived")});
    m_table->hideColumn(WatchModel::FirstMessageColumn + int(MessageColumn::Priority));
    m_table->setAlternatingRowColors(false); // stripes would run while rows move up
    m_loss->setTone(Theme::Tone::Muted);
    m_loss->setWordWrap(true);
    m_status->setTone(Theme::Tone::Muted);
    m_empty->setObjectName(QStringLiteral("watchEmpty"));
    m_empty->setTone(Theme::Tone::Muted);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 10, 16, 6);
    layout->setSpacing(6);
    layout->addWidget(makeBar());
    layout->addWidget(m_loss);
    layout->addWidget(m_banner);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_status);

    m_tick.setInterval(1000);
    connect(&m_tick, &QTimer::timeout, this, &WatchPage::updateTexts);
    connect(&m_watch, &LiveWatch::changed, this, &WatchPage::showChanges);
    connect(&m_watch, &LiveWatch::stateChanged, this, &WatchPage::showState);
    connect(m_banner, &InlineBanner::actionTriggered, this, [this] {
        m_watch.stop();
        m_watch.start();
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &current) {
                Q_EMIT messageSelected(current.isValid() ? &m_model.event(current.row()).message
                                                         : nullptr);
            });
    m_tick.start();
    m_watch.start();
    showState();
}

QWidget *WatchPage::makeBar()
{
    m_pause->setObjectName(QStringLiteral("watchPause"));
    m_pause->setCheckable(true);
    m_pause->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_P));
    m_pause->setToolTip(tr("Stop the display; recording goes on (Ctrl+P)"));
    m_follow->setCheckable(true);
    m_follow->setChecked(true);
    m_follow->setToolTip(tr("Keep the newest row in sight"));
    m_rate->setObjectName(QStringLiteral("watchRate"));
    m_rate->setFont(Theme::scaled(font(), 1.15, QFont::DemiBold));
    connect(m_pause, &QToolButton::toggled, this, &WatchPage::setPaused);
    connect(m_run, &QToolButton::clicked, this,
            [this] { m_watch.isRunning() ? m_watch.stop() : m_watch.start(); });
    connect(m_clear, &QToolButton::clicked, this, [this] {
        m_watch.clear();
        m_model.sync();
        updateTexts();
    });
    // Who scrolls up wants to read.
    connect(m_table->verticalScrollBar(), &QScrollBar::sliderMoved, this, [this](int value) {
        m_follow->setChecked(value == m_table->verticalScrollBar()->maximum());
    });
    auto *bar = new QWidget;
    auto *layout = new FlowLayout(6, bar);
    layout->addWidget(m_pause);
    layout->addWidget(m_run);
    layout->addWidget(m_clear);
    layout->addWidget(m_follow);
    layout->addWidget(m_rate);
    return bar;
}

QString WatchPage::title() const
{
    return tr("Watch %1").arg(m_watch.name());
}

QIcon WatchPage::icon() const
{
    return Theme::icon("watch");
}

void WatchPage::setPaused(bool paused)
{
    m_paused = paused;
    m_pause->setChecked(paused);
    m_pause->setIcon(Theme::icon(paused ? "play" : "pause"));
    m_pause->setText(paused ? tr("Resume") : tr("Pause"));
    showChanges();
}

// Nobody looks: recording goes on, painting does not.
void WatchPage::hideEvent(QHideEvent *event)
{
    Page::hideEvent(event);
    m_model.sync();
}

void WatchPage::showChanges()
{
    if (!m_paused) {
        m_model.sync();
        if (m_follow->isChecked())
            m_table->scrollToBottom();
    }
    if (m_watch.error().isError()) {
        m_banner->showError(describeError(m_watch.error(), session()->url()),
                            withoutPassword(m_watch.error().text(), session()->url()));
        m_banner->setAction(tr("Retry"));
    } else {
        m_banner->dismiss();
    }
    updateTexts();
}

void WatchPage::showState()
{
    m_run->setText(m_watch.isRunning() ? tr("Stop") : tr("Start"));
    m_run->setIcon(Theme::icon(m_watch.isRunning() ? "stop" : "play"));
    m_pause->setEnabled(m_watch.isRunning());
    m_run->setEnabled(m_watch.canWatch());
    m_loss->setVisible(m_watch.canWatch());
    m_rate->setVisible(m_watch.canWatch());
    showChanges();
}

void WatchPage::updateTexts()
{
    const QLocale locale;
    const MessageRing &ring = m_watch.ring();
    QString rate = tr("+%1/s").arg(locale.toString(m_watch.arrivalsPerSecond(), 'f', 1));
    if (m_watch.source() == LiveWatch::QueueSource)
        rate += u' ' + tr("\u2212%1/s").arg(locale.toString(m_watch.departuresPerSecond(), 'f', 1));
    m_rate->setText(rate);
    m_loss->setText(m_watch.source() == LiveWatch::FanoutSource
                        ? tr("Copies of what the exchange sends from now on; workers lose nothing.")
                        : tr("Looked at every 500 ms, up to %n message(s) at each end: what comes "
                             "and goes between two looks is not seen.",
                             nullptr, m_watch.windowSize()));
    QStringList parts{tr("%n event(s)", nullptr, int(ring.size())),
                      tr("%1 of %2").arg(sizeText(ring.bytes()), sizeText(ring.maximumBytes()))};
    if (ring.dropped() > 0)
        parts.append(tr("dropped %1 oldest").arg(locale.toString(ring.dropped())));
    if (m_watch.gaps() > 0)
        parts.append(
            tr("%1 times more went by than a look shows").arg(locale.toString(m_watch.gaps())));
    if (m_paused)
        parts.append(tr("paused, %1 new").arg(locale.toString(m_model.behind())));
    if (!m_watch.isRunning())
        parts.append(tr("stopped"));
    m_status->setText(parts.join(QStringLiteral("  \u00b7  ")));
    const bool empty = m_model.rowCount() == 0;
    if (!m_watch.canWatch())
        m_empty->setText(tr("This broker cannot be watched: each look at a queue changes it, and "
                            "watching looks twice a second.\n"
                            "The number of its waiting messages is on the page of the queue."));
    else
        m_empty->setText(m_watch.isRunning() ? tr("Nothing has come or gone yet. Watching…")
                                             : tr("Not watching."));
    m_empty->setVisible(empty);
    m_table->setVisible(!empty);
}

} // namespace Qombu::Inspector
