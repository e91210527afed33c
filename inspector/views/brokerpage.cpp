// SPDX-License-Identifier: BSD-3-Clause
#include "views/brokerpage.h"

#include "models/entitytexts.h"
#include "models/tableshapes.h"
#include "views/celldelegate.h"
#include "views/inlinebanner.h"
#include "views/kpistrip.h"

#include <QtCore/qlocale.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qtableview.h>

namespace Qombu::Inspector {

BrokerPage::BrokerPage(BrokerSession *session, QWidget *parent)
    : Page(session, QStringLiteral("overview"), parent)
    , m_question([this](const Question::Done &done) {
        this->session()->overview().then(this, [this, done](const Result<BrokerOverview> &result) {
            take(result);
            done();
        });
    })
    , m_nodes(nodeShape())
    , m_name(new PlainLabel)
    , m_alarms(new InlineBanner)
    , m_gaps(new InlineBanner)
    , m_totals(new KpiStrip({tr("Ready"), tr("Unacked"), tr("Queues"), tr("Exchanges"),
                             tr("Connections"), tr("Channels"), tr("Consumers")}))
    , m_rates(new KpiStrip(
          {tr("Published/s"), tr("Delivered/s"), tr("Acknowledged/s"), tr("Redelivered/s")}))
    , m_table(new QTableView)
    , m_footer(new PlainLabel)
{
    m_name->setFont(Theme::scaled(font(), 1.35, QFont::DemiBold));
    m_name->setElided(true);
    m_name->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_table->setObjectName(QStringLiteral("nodeTable"));
    m_table->setAccessibleName(tr("Servers of the broker"));
    m_table->setModel(&m_nodes);
    m_table->setFrameShape(QFrame::NoFrame);
    QStringList samples;
    for (const Field<NodeRow> &field : m_nodes.fields())
        samples.append(field.sample);
    setUpTable(m_table, samples, -1);
    m_footer->setTone(Theme::Tone::Muted);
    m_footer->setWordWrap(true);
    for (KpiStrip *numbers : {m_totals, m_rates}) // until they are known
        numbers->hide();
    m_table->hide();
    m_gaps->setObjectName(QStringLiteral("gapBanner"));
    m_alarms->setObjectName(QStringLiteral("alarmBanner"));
    connect(m_gaps, &InlineBanner::actionTriggered, this, &BrokerPage::refresh);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 6);
    layout->setSpacing(10);
    layout->addWidget(m_name);
    layout->addWidget(m_alarms);
    layout->addWidget(m_gaps);
    layout->addWidget(m_totals);
    layout->addWidget(m_rates);
    layout->addWidget(m_table, 1);
    layout->addStretch();
    layout->addWidget(m_footer);
    session->poller()->add(&m_question);
    connect(session, &BrokerSession::stateChanged, this, &BrokerPage::refresh);
    // A question waits for the link: its error comes long after the link's.
    connect(session, &BrokerSession::errorChanged, this, [this] {
        if (this->session()->error().isError())
            setStale(true);
    });
}

QString BrokerPage::title() const
{
    return tr("Overview");
}

QIcon BrokerPage::icon() const
{
    return Theme::icon("overview");
}

void BrokerPage::showEvent(QShowEvent *event)
{
    Page::showEvent(event);
    m_question.setWanted(true);
}

void BrokerPage::hideEvent(QHideEvent *event)
{
    Page::hideEvent(event);
    m_question.setWanted(false);
}

void BrokerPage::setStale(bool stale)
{
    m_totals->setStale(stale);
    m_rates->setStale(stale);
    m_table->setEnabled(!stale);
}

// What was shown stays when a question fails, greyer.
void BrokerPage::take(const Result<BrokerOverview> &result)
{
    setStale(!result);
    const bool isUnsupported = result.error().kind() == Error::Unsupported;
    for (QWidget *numbers : {static_cast<QWidget *>(m_totals), static_cast<QWidget *>(m_rates),
                             static_cast<QWidget *>(m_table)})
        numbers->setVisible(!isUnsupported);
    if (!result) {
        m_gaps->showNotice(isUnsupported ? Theme::Tone::Notice : Theme::Tone::Warning,
                           withoutPassword(result.error().text(), session()->url()));
        m_gaps->setAction(isUnsupported ? QString() : tr("Retry"));
        return;
    }
    QStringList names{result->product + u' ' + result->version};
    if (!result->cluster.isEmpty())
        names.append(result->cluster);
    m_name->setText(names.join(QStringLiteral("  \u00b7  ")).trimmed());
    m_gaps->setAction({});
    m_gaps->setVisible(!result->gaps.isEmpty());
    if (!result->gaps.isEmpty())
        m_gaps->showNotice(Theme::Tone::Notice, result->gaps.join(u'\n'));
    m_nodes.setWhyUnknown(result->gaps.join(u'\n'));
    m_nodes.setRows(result->nodes);
    m_table->setVisible(!result->nodes.isEmpty());
    showTotals(*result);
    showAlarms(*result);
    showFooter(*result);
}

void BrokerPage::showTotals(const BrokerOverview &overview)
{
    const QString why = overview.gaps.join(u'\n');
    const qint64 totals[] = {overview.ready,     overview.unacked,     overview.queues,
                             overview.exchanges, overview.connections, overview.channels,
                             overview.consumers};
    for (int i = 0; i < int(std::size(totals)); ++i)
        m_totals->setCount(i, totals[i], why);
    const double rates[] = {overview.rates.published, overview.rates.delivered,
                            overview.rates.acknowledged, overview.rates.redelivered};
    for (int i = 0; i < int(std::size(rates)); ++i) {
        if (rates[i] < 0)
            m_rates->setCount(i, -1, why);
        else
            m_rates->setValue(i, rateText(rates[i]));
    }
}

void BrokerPage::showAlarms(const BrokerOverview &overview)
{
    QStringList sentences;
    for (const NodeRow &node : overview.nodes) {
        const QStringList alarms = nodeAlarms(node);
        if (!alarms.isEmpty())
            sentences.append(node.name + QStringLiteral(": ") + alarms.join(u' '));
    }
    m_alarms->setVisible(!sentences.isEmpty());
    if (!sentences.isEmpty())
        m_alarms->showNotice(Theme::Tone::Danger, sentences.join(u'\n'));
}

void BrokerPage::showFooter(const BrokerOverview &overview)
{
    QStringList parts{
        tr("as of %1").arg(QLocale().toString(overview.takenAt.toLocalTime().time(), u"HH:mm:ss"))};
    parts.append(tr("all virtual hosts that this user may see"));
    if (overview.rates.over.count() > 0)
        parts.append(
            tr("rates over the last %1 s").arg((overview.rates.over.count() + 999) / 1000));
    m_footer->setText(parts.join(QStringLiteral("  \u00b7  ")));
}

} // namespace Qombu::Inspector
