// SPDX-License-Identifier: BSD-3-Clause
#include "views/publishpage.h"

#include "broker/errortext.h"
#include "broker/routing.h"
#include "decoders/jsonformat.h"
#include "models/entitytexts.h"
#include "models/messagecell.h"
#include "views/confirmdialog.h"
#include "views/jsonhighlighter.h"
#include "views/routingline.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qset.h>
#include <QtCore/qstringlistmodel.h>
#include <QtGui/qshortcut.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qcompleter.h>
#include <QtWidgets/qformlayout.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qspinbox.h>

namespace Qombu::Inspector {
namespace {

enum Format { JsonFormat, TextFormat };

QPlainTextEdit *makeEditor(const QString &objectName, const QString &name)
{
    auto *editor = new QPlainTextEdit;
    editor->setObjectName(objectName);
    editor->setAccessibleName(name);
    editor->setFont(Theme::fixedFont());
    editor->setTabChangesFocus(true);
    return editor;
}

} // namespace

PublishPage::PublishPage(BrokerSession *session, QWidget *parent)
    : Page(session, QStringLiteral("publish"), parent)
    , m_exchange(new QComboBox)
    , m_type(new QComboBox)
    , m_key(new QLineEdit)
    , m_keys(new QStringListModel(this))
    , m_preview(new RoutingLine)
    , m_format(new QComboBox)
    , m_contentType(new QLineEdit)
    , m_priority(new QSpinBox)
    , m_priorityHint(new PlainLabel)
    , m_headers(makeEditor(QStringLiteral("headersTable"), tr("Headers as JSON")))
    , m_body(makeEditor(QStringLiteral("publishBody"), tr("Body")))
    , m_highlighter(new JsonHighlighter(m_body->document()))
    , m_bodyState(new PlainLabel)
    , m_result(new PlainLabel)
    , m_send(new QPushButton(tr("Send")))
{
    m_body->setPlainText(QStringLiteral("{\n  \"id\": 7\n}"));
    m_headers->setPlaceholderText(QStringLiteral("{\"tenant\": \"north\"}"));
    m_headers->setMaximumHeight(m_headers->fontMetrics().lineSpacing() * 4 + 12);
    m_highlighter->setActive(true);
    m_highlighter->updateColours(palette());
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 10);
    layout->setSpacing(8);
    layout->addWidget(makeTarget());
    auto *caption = new PlainLabel(tr("Body"));
    caption->setFont(Theme::scaled(font(), 1.0, QFont::DemiBold));
    auto *bodyLine = new QHBoxLayout;
    bodyLine->addWidget(caption);
    bodyLine->addWidget(m_format);
    bodyLine->addWidget(m_bodyState, 1);
    layout->addLayout(bodyLine);
    layout->addWidget(m_body, 1);
    layout->addWidget(makeProperties());
    layout->addWidget(makeFooter());

    auto *shortcut =
        new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return), this, this, &PublishPage::send);
    shortcut->setContext(Qt::WidgetWithChildrenShortcut);
    connect(m_body, &QPlainTextEdit::textChanged, this, &PublishPage::updateBodyState);
    connect(session, &BrokerSession::refreshed, this, &PublishPage::takeInventory);
    connect(gate(), &WriteGate::readOnlyChanged, this, &PublishPage::updateBodyState);
    connect(m_send, &QPushButton::clicked, this, &PublishPage::send);
    takeInventory();
    updateBodyState();
}

QWidget *PublishPage::makeTarget()
{
    m_exchange->setObjectName(QStringLiteral("publishExchange"));
    m_exchange->setEditable(true);
    m_exchange->setInsertPolicy(QComboBox::NoInsert);
    m_exchange->lineEdit()->setPlaceholderText(
        tr("default exchange: the routing key names the queue"));
    m_exchange->setAccessibleName(tr("Exchange"));
    m_type->setAccessibleName(tr("Type of the exchange"));
    for (const auto type : {ExchangeType::Direct, ExchangeType::Topic, ExchangeType::Fanout})
        m_type->addItem(exchangeTypeName(type), int(type));
    m_key->setObjectName(QStringLiteral("publishKey"));
    m_key->setAccessibleName(tr("Routing key or queue"));
    m_key->setPlaceholderText(tr("Routing key, or the name of a queue"));
    auto *completer = new QCompleter(m_keys, this);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setFilterMode(Qt::MatchContains);
    m_key->setCompleter(completer);

    auto *target = new QWidget;
    auto *form = new QFormLayout(target);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    auto *line = new QHBoxLayout;
    line->addWidget(m_exchange, 1);
    line->addWidget(m_type);
    form->addRow(tr("E&xchange"), line);
    form->addRow(tr("Routing &key"), m_key);
    form->addRow(QString(), m_preview);
    qobject_cast<QLabel *>(form->labelForField(line))->setBuddy(m_exchange);
    connect(m_exchange, &QComboBox::editTextChanged, this, [this] {
        updateCompletions();
        updatePreview();
    });
    connect(m_type, &QComboBox::currentIndexChanged, this, &PublishPage::updatePreview);
    connect(m_key, &QLineEdit::textChanged, this, &PublishPage::updatePreview);
    return target;
}

QWidget *PublishPage::makeProperties()
{
    m_format->addItem(QStringLiteral("JSON"), JsonFormat);
    m_format->addItem(tr("Text"), TextFormat);
    m_format->setAccessibleName(tr("Format of the body"));
    m_contentType->setText(QStringLiteral("application/json"));
    m_priority->setRange(0, 9);
    m_priorityHint->setTone(Theme::Tone::Muted);
    auto *properties = new QWidget;
    auto *form = new QFormLayout(properties);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    auto *priority = new QHBoxLayout;
    priority->addWidget(m_priority);
    priority->addWidget(m_priorityHint, 1);
    form->addRow(tr("Content &type"), m_contentType);
    form->addRow(tr("&Priority"), priority);
    form->addRow(tr("&Headers"), m_headers);
    qobject_cast<QLabel *>(form->labelForField(priority))->setBuddy(m_priority);
    connect(m_format, &QComboBox::currentIndexChanged, this, [this] {
        const bool json = m_format->currentData() == JsonFormat;
        m_contentType->setText(json ? QStringLiteral("application/json")
                                    : QStringLiteral("text/plain"));
        m_highlighter->setActive(json);
        m_highlighter->rehighlight();
        updateBodyState();
    });
    return properties;
}

QWidget *PublishPage::makeFooter()
{
    m_send->setObjectName(QStringLiteral("sendButton"));
    m_send->setIcon(Theme::icon("publish"));
    m_send->setToolTip(tr("Send the message (Ctrl+Enter)"));
    m_result->setObjectName(QStringLiteral("publishResult"));
    m_result->setWordWrap(true);
    m_result->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *footer = new QWidget;
    auto *layout = new QHBoxLayout(footer);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_result, 1);
    layout->addWidget(m_send);
    return footer;
}

QString PublishPage::title() const
{
    return tr("Publish");
}

QIcon PublishPage::icon() const
{
    return Theme::icon("publish");
}

void PublishPage::setQueue(const QString &queue)
{
    m_exchange->setEditText(QString());
    m_key->setText(queue);
    m_body->setFocus();
}

void PublishPage::setExchange(const QString &exchange)
{
    m_exchange->setEditText(exchange);
    m_key->clear();
    m_key->setFocus();
}

Exchange PublishPage::exchange() const
{
    const QString name = m_exchange->currentText().trimmed();
    return name.isEmpty() ? Exchange()
                          : Exchange(name, ExchangeType(m_type->currentData().toInt()));
}

void PublishPage::takeInventory()
{
    QStringList names;
    for (const ExchangeRow &row : session()->inventory().exchanges) {
        if (!row.name.isEmpty())
            names.append(row.name);
    }
    QStringList shown;
    for (int i = 0; i < m_exchange->count(); ++i)
        shown.append(m_exchange->itemText(i));
    if (names != shown) { // what is being typed stays
        const QSignalBlocker blocker(m_exchange);
        const QString text = m_exchange->currentText();
        m_exchange->clear();
        m_exchange->addItems(names);
        m_exchange->setEditText(text);
    }
    const bool higherFirst = session()->capabilities().testFlag(Capability::HigherPriorityFirst);
    m_priorityHint->setText(higherFirst
                                ? tr("higher numbers are delivered first")
                                : tr("lower numbers are delivered first, 0 before all others"));
    updateCompletions();
    updatePreview();
}

void PublishPage::updateCompletions()
{
    const QString exchange = m_exchange->currentText().trimmed();
    QSet<QString> keys;
    if (exchange.isEmpty()) {
        for (const QueueRow &row : session()->inventory().queues)
            keys.insert(row.name);
    }
    for (const BindingRow &row : session()->inventory().bindings) {
        if (row.exchange == exchange)
            keys.insert(row.routingKey);
    }
    QStringList list(keys.cbegin(), keys.cend());
    list.sort();
    if (list != m_keys->stringList())
        m_keys->setStringList(list);
    for (const ExchangeRow &row : session()->inventory().exchanges) {
        if (row.name == exchange && m_type->findData(int(row.type)) >= 0 && !row.inferred
            && row.typeName.isEmpty())
            m_type->setCurrentIndex(m_type->findData(int(row.type)));
    }
    m_type->setEnabled(!exchange.isEmpty());
}

void PublishPage::updatePreview()
{
    // What lists in pages has not listed all its bindings.
    m_preview->showRouting(session()->hasPages() ? Inventory() : session()->inventory(), exchange(),
                           m_key->text());
}

void PublishPage::updateBodyState()
{
    const QByteArray bytes = m_body->toPlainText().toUtf8();
    QString text = sizeText(bytes.size());
    bool good = true;
    if (m_format->currentData() == JsonFormat) {
        const FormattedJson json = formatJson(bytes);
        good = json.isOk();
        if (!good)
            text = json.error;
    }
    m_bodyState->setTone(good ? Theme::Tone::Muted : Theme::Tone::Danger);
    m_bodyState->setText(text);
    const bool readOnly = gate()->isReadOnly();
    m_send->setEnabled(good && !m_sending && !readOnly);
    if (readOnly)
        showResult(Theme::Tone::Warning, tr("Read-only mode is on: nothing can be sent."));
}

void PublishPage::showResult(Theme::Tone tone, const QString &text)
{
    m_result->setTone(tone);
    m_result->setText(text);
}

bool PublishPage::collect(PublishRequest *request)
{
    request->exchange = exchange();
    request->routingKey = m_key->text();
    if (request->exchange.isDefault() && request->routingKey.isEmpty()) {
        showResult(Theme::Tone::Danger, tr("Name a queue, or an exchange and a routing key."));
        return false;
    }
    request->body = m_body->toPlainText().toUtf8();
    if (m_format->currentData() == JsonFormat && !formatJson(request->body).isOk()) {
        showResult(Theme::Tone::Danger, tr("The body is not JSON."));
        return false;
    }
    const QByteArray headers = m_headers->toPlainText().trimmed().toUtf8();
    if (!headers.isEmpty()) {
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(headers, &error);
        if (!document.isObject()) {
            showResult(Theme::Tone::Danger, tr("The headers are not a JSON object."));
            return false;
        }
        request->headers = document.object().toVariantMap();
    }
    request->contentType = m_contentType->text().trimmed();
    request->contentEncoding = QStringLiteral("utf-8");
    request->priority = m_priority->value();
    return true;
}

void PublishPage::send()
{
    PublishRequest request;
    if (m_sending || !collect(&request))
        return;
    if (gate()->environment() == Environment::Production && !gate()->isReadOnly())
        confirmThenSend(request);
    else
        sendNow(request);
}

void PublishPage::confirmThenSend(const PublishRequest &request)
{
    const QString target =
        request.exchange.isDefault() ? request.routingKey : request.exchange.name();
    auto *dialog = new ConfirmDialog({tr("Publish to %1").arg(target),
                                      tr("One message is sent, and workers may act on it."),
                                      tr("Send"),
                                      {},
                                      Environment::Production},
                                     this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, request] { sendNow(request); });
    dialog->open();
}

void PublishPage::sendNow(const PublishRequest &request)
{
    m_sending = true;
    updateBodyState();
    showResult(Theme::Tone::Muted, tr("Sending…"));
    const auto queues = int(previewRouting(session()->inventory(), request.exchange.name(),
                                           request.exchange.type(), request.routingKey)
                                .queues.size());
    QElapsedTimer clock;
    clock.start();
    gate()->publish(request).then(this, [this, clock, queues](const Result<void> &result) {
        m_sending = false;
        updateBodyState();
        if (!result) {
            const ErrorText text = describeError(result.error(), session()->url());
            showResult(Theme::Tone::Danger,
                       text.sentence + u' '
                           + withoutPassword(result.error().text(), session()->url()));
            return;
        }
        const QString took = tr("%1 ms").arg(clock.elapsed());
        showResult(Theme::Tone::Good,
                   queues > 0
                       ? tr("Confirmed in %1: %n queue(s) have it.", nullptr, queues).arg(took)
                       : tr("Confirmed in %1.").arg(took));
        session()->refresh();
    });
}

} // namespace Qombu::Inspector
