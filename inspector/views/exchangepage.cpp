// SPDX-License-Identifier: BSD-3-Clause
#include "views/exchangepage.h"

#include "models/entitytexts.h"
#include "models/field.h"
#include "views/celldelegate.h"
#include "views/inlinebanner.h"
#include "views/theme.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtoolbutton.h>

#include <algorithm>

namespace Qombu::Inspector {
namespace {

constexpr qsizetype MostIncoming = 8; // named; the rest is counted
constexpr int MostRowsOfExchange = 500;

const ExchangeRow *exchangeIn(const QList<ExchangeRow> &rows, const QString &name)
{
    const auto found = std::find_if(rows.cbegin(), rows.cend(),
                                    [&name](const ExchangeRow &row) { return row.name == name; });
    return found == rows.cend() ? nullptr : &*found;
}

} // namespace

ExchangePage::ExchangePage(BrokerSession *session, const QString &exchange, QWidget *parent)
    : Page(session, QStringLiteral("exchanges/") + exchange, parent)
    , m_exchange(exchange)
    , m_rowQuestion([this](const Question::Done &done) { askForRow(done); })
    , m_bindingQuestion([this](const Question::Done &done) { askForBindings(done); })
    , m_banner(new InlineBanner)
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
    m_type->setWordWrap(true);
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
    buildTable();

    auto *line = new QHBoxLayout;
    line->addWidget(name, 1);
    line->addWidget(m_subscribe);
    line->addWidget(publish);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 6);
    layout->addLayout(line);
    layout->addWidget(m_type);
    layout->addWidget(m_banner);
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
    session->poller()->add(&m_rowQuestion);
    session->poller()->add(&m_bindingQuestion);
    takeInventory();
}

void ExchangePage::buildTable()
{
    m_table->setObjectName(QStringLiteral("bindingTable"));
    m_table->setAccessibleName(tr("Bindings of this exchange"));
    m_table->setModel(&m_model);
    m_table->setFrameShape(QFrame::NoFrame);
    setUpTable(m_table,
               {QString(14, u'n'), QString(18, u'n'), QString(18, u'n'), QString(16, u'n'),
                QString(30, u'n')},
               BindingTableModel::ArgumentsColumn);
    m_table->hideColumn(BindingTableModel::ExchangeColumn);
}

void ExchangePage::showEvent(QShowEvent *event)
{
    Page::showEvent(event);
    m_rowQuestion.setWanted(true);
    m_bindingQuestion.setWanted(true);
}

void ExchangePage::hideEvent(QHideEvent *event)
{
    Page::hideEvent(event);
    m_rowQuestion.setWanted(false);
    m_bindingQuestion.setWanted(false);
}

void ExchangePage::refresh()
{
    session()->refresh();
}

void ExchangePage::askForRow(const Question::Done &done)
{
    if (!session()->hasPages() || session()->cannotList().isError())
        return done();
    InventoryQuery query;
    query.parts = InventoryQuery::Exchanges;
    query.nameFilter = m_exchange;
    query.maximumRows = MostRowsOfExchange;
    session()->inventory(query).then(this, [this, done](const Result<Inventory> &result) {
        if (result) {
            const ExchangeRow *found = exchangeIn(result->exchanges, m_exchange);
            m_row = found ? std::optional(*found) : std::nullopt;
            m_isGone = !found && result->cursor.isEmpty();
            takeInventory();
        }
        done();
    });
}

void ExchangePage::askForBindings(const Question::Done &done)
{
    if (!session()->hasPages() || m_exchange.isEmpty())
        return done();
    BindingQuery query;
    query.exchange = m_exchange;
    query.maximumRows = MostRowsOfExchange;
    session()->bindings(query).then(this, [this, done](const Result<RowPage<BindingRow>> &result) {
        if (result) {
            m_bindingsKnown = true;
            showBindings(result->rows);
        }
        QStringList gaps = result ? result->gaps : QStringList();
        if (result && (result->truncated || !result->cursor.isEmpty()))
            gaps.append(
                tr("Only the first %n binding(s) are shown.", nullptr, int(result->rows.size())));
        showProblem(result.error(), gaps);
        done();
    });
}

void ExchangePage::showProblem(const Error &error, const QStringList &gaps)
{
    m_banner->setVisible(error.isError() || !gaps.isEmpty());
    if (error.isError())
        m_banner->showNotice(Theme::Tone::Warning, withoutPassword(error.text(), session()->url()));
    else if (!gaps.isEmpty())
        m_banner->showNotice(Theme::Tone::Notice, gaps.join(u'\n'));
}

const ExchangeRow *ExchangePage::row() const
{
    return m_row ? &*m_row : exchangeIn(session()->inventory().exchanges, m_exchange);
}

void ExchangePage::takeInventory()
{
    if (session()->hasPages())
        return showState();
    showBindings(session()->inventory().bindings);
}

void ExchangePage::showBindings(const QList<BindingRow> &bindings)
{
    QList<BindingRow> outgoing;
    QList<BindingRow> incoming;
    for (const BindingRow &binding : bindings) {
        const bool isSeen = binding.destinationExchange == m_exchange
            && outgoing.contains(binding); // bound to itself: told in both directions
        if (binding.exchange == m_exchange && !isSeen)
            outgoing.append(binding);
        if (!m_exchange.isEmpty() && !isSeen && binding.destinationExchange == m_exchange)
            incoming.append(binding);
    }
    m_model.setBindings(outgoing);
    m_table->setColumnHidden(BindingTableModel::PatternColumn, session()->hasPages());
    m_hasIncoming = !incoming.isEmpty();
    showIncoming(incoming);
    showState();
}

void ExchangePage::showState()
{
    showType(row());
    const bool isEmpty = m_model.rows().isEmpty();
    m_empty->setText(emptyText(row() || m_hasIncoming));
    m_empty->setVisible(isEmpty);
    m_table->setVisible(!isEmpty);
}

QString ExchangePage::emptyText(bool exists) const
{
    const Inventory &inventory = session()->inventory();
    if (m_exchange.isEmpty())
        return tr("The default exchange sends each message to the queue that its routing key "
                  "names.");
    if (session()->hasPages() && !session()->cannotList().isError() && m_isGone)
        return tr("There is no exchange of this name.");
    if (session()->hasPages() && !session()->cannotList().isError() && !m_bindingsKnown)
        return tr("Asking the broker…");
    if (!inventory.takenAt.isValid() && session()->state() == BrokerSession::Open
        && (session()->error().isError() || session()->cannotList().isError()))
        return tr("The bindings are not known");
    if (!inventory.takenAt.isValid())
        return session()->error().isError() ? tr("Not connected") : tr("Connecting…");
    if (inventory.truncated && !session()->hasPages())
        return tr("This broker has more than can be shown: nothing is known of bindings of this "
                  "exchange.");
    return exists || session()->hasPages()
        ? tr("Nothing is bound to this exchange: what is sent to it is lost.")
        : tr("There is no exchange of this name.");
}

void ExchangePage::showType(const ExchangeRow *row)
{
    m_subscribe->setVisible(row
                            && (row->type == ExchangeType::Fanout
                                || (row->inferred && row->type == ExchangeType::Direct)));
    if (!row)
        return m_type->setText({});
    QStringList parts{row->inferred
                          ? tr("%1, as far as its bindings tell: this broker does not store types")
                                .arg(exchangeTypeName(row->type))
                          : exchangeTypeText(*row)};
    parts += exchangeFacts(*row);
    if (row->rates.published >= 0)
        parts.append(tr("in %1/s", "rate of messages").arg(rateText(row->rates.published)));
    if (row->rates.delivered >= 0)
        parts.append(tr("to queues %1/s", "rate of messages").arg(rateText(row->rates.delivered)));
    if (row->rates.isKnown() && row->rates.over.count() > 0)
        parts.append(tr("over the last %1 s").arg((row->rates.over.count() + 999) / 1000));
    if (!row->arguments.isEmpty())
        parts.append(tableText(row->arguments));
    m_type->setText(parts.join(QStringLiteral("  \u00b7  ")));
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
