// SPDX-License-Identifier: BSD-3-Clause
#include "views/exchangepage.h"

#include "models/brokertreemodel.h"
#include "views/celldelegate.h"
#include "views/theme.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtoolbutton.h>

#include <algorithm>

namespace Qombu::Inspector {
namespace {

constexpr qsizetype MostIncoming = 8; // named; the rest is counted

} // namespace

ExchangePage::ExchangePage(BrokerSession *session, const QString &exchange, QWidget *parent)
    : Page(session, QStringLiteral("exchanges/") + exchange, parent)
    , m_exchange(exchange)
    , m_type(new PlainLabel)
    , m_incoming(new PlainLabel)
    , m_empty(new PlainLabel)
    , m_subscribe(new QToolButton)
    , m_table(new QTableView)
{
    auto *name = new PlainLabel(title());
    name->setFont(Theme::scaled(font(), 1.35, QFont::DemiBold));
    name->setElided(true);
    m_type->setTone(Theme::Tone::Muted);
    m_incoming->setObjectName(QStringLiteral("incomingBindings"));
    m_incoming->setTone(Theme::Tone::Muted);
    m_incoming->setWordWrap(true);
    m_incoming->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_empty->setObjectName(QStringLiteral("emptyText"));
    m_empty->setTone(Theme::Tone::Muted);
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    m_subscribe->setText(tr("Subscribe"));
    m_subscribe->setToolTip(
        tr("See copies of what this exchange sends, by a queue of its own that goes away again"));
    m_subscribe->setIcon(Theme::icon("watch"));
    m_subscribe->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    auto *publish = new QToolButton;
    publish->setText(tr("Publish…"));
    publish->setIcon(Theme::icon("publish"));
    publish->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_table->setObjectName(QStringLiteral("bindingTable"));
    m_table->setAccessibleName(tr("Bindings of this exchange"));
    m_table->setModel(&m_model);
    m_table->setFrameShape(QFrame::NoFrame);
    setUpTable(m_table,
               {QString(14, u'n'), QString(18, u'n'), QString(18, u'n'), QString(30, u'n')},
               BindingTableModel::PatternColumn);
    m_table->hideColumn(BindingTableModel::ExchangeColumn);

    auto *line = new QHBoxLayout;
    line->addWidget(name, 1);
    line->addWidget(m_subscribe);
    line->addWidget(publish);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 6);
    layout->addLayout(line);
    layout->addWidget(m_type);
    layout->addWidget(m_incoming);
    layout->addSpacing(8);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_table, 1);
    connect(m_subscribe, &QToolButton::clicked, this,
            [this] { Q_EMIT subscribeRequested(m_exchange); });
    connect(publish, &QToolButton::clicked, this, [this] { Q_EMIT publishRequested(m_exchange); });
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex &index) {
        Q_EMIT placeRequested(index.data(PlaceRole).toString());
    });
    connect(session, &BrokerSession::refreshed, this, &ExchangePage::takeInventory);
    connect(session, &BrokerSession::reset, this, &ExchangePage::takeInventory);
    connect(session, &BrokerSession::errorChanged, this, &ExchangePage::takeInventory);
    takeInventory();
}

void ExchangePage::takeInventory()
{
    QList<BindingRow> outgoing;
    QList<BindingRow> incoming;
    for (const BindingRow &binding : session()->inventory().bindings) {
        if (binding.exchange == m_exchange)
            outgoing.append(binding);
        if (!m_exchange.isEmpty() && binding.destinationExchange == m_exchange)
            incoming.append(binding);
    }
    m_model.setBindings(outgoing);
    showType();
    showIncoming(incoming);
    const QList<ExchangeRow> &exchanges = session()->inventory().exchanges;
    const bool isListed =
        std::any_of(exchanges.cbegin(), exchanges.cend(),
                    [this](const ExchangeRow &row) { return row.name == m_exchange; });
    m_empty->setText(emptyText(isListed || !incoming.isEmpty()));
    m_empty->setVisible(outgoing.isEmpty());
    m_table->setVisible(!outgoing.isEmpty());
}

QString ExchangePage::emptyText(bool exists) const
{
    const Inventory &inventory = session()->inventory();
    if (m_exchange.isEmpty())
        return tr("The default exchange sends each message to the queue that its routing key "
                  "names.");
    if (!inventory.takenAt.isValid() && session()->state() == BrokerSession::Open
        && (session()->error().isError() || session()->cannotList().isError()))
        return tr("The bindings are not known");
    if (!inventory.takenAt.isValid())
        return session()->error().isError() ? tr("Not connected") : tr("Connecting…");
    if (inventory.truncated)
        return tr("This broker has more than can be shown: nothing is known of bindings of this "
                  "exchange.");
    return exists ? tr("Nothing is bound to this exchange: what is sent to it is lost.")
                  : tr("There is no exchange of this name.");
}

void ExchangePage::showType()
{
    m_type->setText({});
    m_subscribe->hide();
    for (const ExchangeRow &row : session()->inventory().exchanges) {
        if (row.name != m_exchange)
            continue;
        m_type->setText(
            row.inferred ? tr("%1, as far as its bindings tell: this broker does not store types")
                               .arg(exchangeTypeName(row.type))
                         : exchangeTypeName(row.type));
        m_subscribe->setVisible(row.type == ExchangeType::Fanout
                                || (row.inferred && row.type == ExchangeType::Direct));
    }
}

void ExchangePage::showIncoming(const QList<BindingRow> &bindings)
{
    QStringList lines;
    for (const BindingRow &binding : bindings.mid(0, MostIncoming))
        lines.append(binding.routingKey.isEmpty()
                         ? tr("Gets messages from exchange %1").arg(binding.exchange)
                         : tr("Gets messages from exchange %1, routing key “%2”")
                               .arg(binding.exchange, binding.routingKey));
    if (const auto rest = int(bindings.size() - lines.size()); rest > 0)
        lines.append(tr("and by %n more binding(s)", nullptr, rest));
    m_incoming->setText(lines.join(u'\n'));
    m_incoming->setVisible(!lines.isEmpty());
}

QString ExchangePage::title() const
{
    return m_exchange.isEmpty() ? tr("(default exchange)") : m_exchange;
}

QIcon ExchangePage::icon() const
{
    return Theme::icon("exchange");
}

} // namespace Qombu::Inspector
