// SPDX-License-Identifier: BSD-3-Clause
#include "views/messageview.h"

#include "decoders/celerytask.h"
#include "decoders/delayedkey.h"
#include "decoders/hexdump.h"
#include "models/messagecell.h"
#include "views/bodyview.h"
#include "views/celldelegate.h"
#include "views/theme.h"

#include <QtCore/qlocale.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qstackedwidget.h>
#include <QtWidgets/qtabwidget.h>
#include <QtWidgets/qtreeview.h>

namespace Qombu::Inspector {
namespace {

constexpr qsizetype RawBytes = 64 * 1024;

QPlainTextEdit *makeText(const QString &name)
{
    auto *text = new QPlainTextEdit;
    text->setReadOnly(true);
    text->setFont(Theme::fixedFont());
    text->setTabChangesFocus(true);
    text->setFrameShape(QFrame::NoFrame);
    text->setAccessibleName(name);
    return text;
}

} // namespace

MessageView::MessageView(QWidget *parent)
    : QWidget(parent)
    , m_stack(new QStackedWidget)
    , m_tabs(new QTabWidget)
    , m_title(new PlainLabel)
    , m_subtitle(new PlainLabel)
    , m_body(new BodyView)
    , m_properties(makeTree(&m_propertyModel, tr("Properties")))
    , m_headers(makeTree(&m_headerModel, tr("Headers")))
    , m_celery(new QWidget)
    , m_celeryFacts(makeTree(&m_celeryModel, tr("Celery task")))
    , m_celeryArguments(makeText(tr("Arguments")))
    , m_rawNote(new PlainLabel)
    , m_raw(makeText(tr("Bytes")))
{
    setObjectName(QStringLiteral("messageInspector"));
    m_title->setFont(Theme::scaled(font(), 1.15, QFont::DemiBold));
    m_title->setElided(true);
    m_subtitle->setTone(Theme::Tone::Muted);
    m_subtitle->setElided(true);
    m_rawNote->setTone(Theme::Tone::Muted);
    m_raw->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_celeryFacts->hideColumn(PropertyModel::TypeColumn);

    auto *celeryLayout = new QVBoxLayout(m_celery);
    celeryLayout->setContentsMargins(0, 0, 0, 0);
    celeryLayout->addWidget(m_celeryFacts, 3);
    celeryLayout->addWidget(m_celeryArguments, 2);
    auto *raw = new QWidget;
    auto *rawLayout = new QVBoxLayout(raw);
    rawLayout->setContentsMargins(0, 6, 0, 0);
    rawLayout->addWidget(m_rawNote);
    rawLayout->addWidget(m_raw, 1);

    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_body, tr("Body"));
    m_tabs->addTab(m_properties, tr("Properties"));
    m_tabs->addTab(m_headers, tr("Headers"));
    m_tabs->addTab(m_celery, tr("Celery"));
    m_tabs->addTab(raw, tr("Raw"));

    auto *page = new QWidget;
    auto *pageLayout = new QVBoxLayout(page);
    pageLayout->setContentsMargins(10, 8, 6, 6);
    pageLayout->setSpacing(2);
    pageLayout->addWidget(m_title);
    pageLayout->addWidget(m_subtitle);
    pageLayout->addSpacing(4);
    pageLayout->addWidget(m_tabs, 1);

    auto *none = new PlainLabel(tr("Select a message to read it.\nReading changes nothing."));
    none->setTone(Theme::Tone::Muted);
    none->setAlignment(Qt::AlignCenter);
    m_stack->addWidget(none);
    m_stack->addWidget(page);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
}

QTreeView *MessageView::makeTree(PropertyModel *model, const QString &name)
{
    auto *tree = new QTreeView;
    tree->setModel(model);
    tree->setItemDelegate(new CellDelegate(tree));
    tree->setUniformRowHeights(true);
    tree->setAlternatingRowColors(true);
    tree->setIndentation(14);
    tree->setFrameShape(QFrame::NoFrame);
    tree->setAccessibleName(name);
    tree->header()->setStretchLastSection(false);
    tree->header()->setSectionResizeMode(PropertyModel::ValueColumn, QHeaderView::Stretch);
    tree->header()->resizeSection(PropertyModel::NameColumn,
                                  fontMetrics().horizontalAdvance(u'm') * 13);
    tree->header()->resizeSection(PropertyModel::TypeColumn,
                                  fontMetrics().horizontalAdvance(u'm') * 5);
    return tree;
}

void MessageView::setMessage(const MessageRecord &record)
{
    const QString name = record.name();
    m_title->setText(name.isEmpty() ? tr("Message in %1").arg(record.queue) : name);
    QStringList from{record.queue};
    const auto delayed = delayedKey(record.routingKey);
    const QString key = delayed ? delayed->routingKey : record.routingKey;
    if (!key.isEmpty() && key != record.queue)
        from.append(key);
    if (!record.deliveryTag.isEmpty())
        from.append(record.deliveryTag);
    m_subtitle->setText(from.join(QStringLiteral("  \u00b7  ")));
    m_body->setSource(record.bodySource());
    fillProperties(record);
    m_headerModel.setMap(record.headers);
    m_headers->expandToDepth(0);
    m_tabs->setTabText(m_tabs->indexOf(m_headers), tr("Headers (%1)").arg(record.headers.size()));
    fillCelery(record);
    fillRaw(record);
    m_stack->setCurrentIndex(1);
}

void MessageView::clear()
{
    m_body->clear();
    m_raw->clear();
    m_stack->setCurrentIndex(0);
}

void MessageView::fillProperties(const MessageRecord &record)
{
    const auto delayed = delayedKey(record.routingKey);
    PropertyModel::Entries entries{
        {tr("Queue"), record.queue},
        {tr("Exchange"), record.exchange.isEmpty() ? tr("(default exchange)") : record.exchange},
        {tr("Routing key"), delayed ? delayed->routingKey : record.routingKey},
        {tr("Priority"), record.priority},
        {tr("Redelivered"), record.redelivered},
        {tr("Content type"), record.contentType},
        {tr("Content encoding"), record.contentEncoding},
        {tr("First seen here"), QLocale().toString(record.firstSeen, QLocale::ShortFormat)},
    };
    if (delayed) {
        entries.append({tr("Delayed by"), tr("%1 s").arg(delayed->seconds)});
        entries.append({tr("Routing key with the delay"), record.routingKey});
    }
    for (auto it = record.properties.cbegin(); it != record.properties.cend(); ++it)
        entries.append({it.key(), it.value()});
    m_propertyModel.setEntries(entries);
    m_properties->expandToDepth(0);
}

void MessageView::fillCelery(const MessageRecord &record)
{
    const auto task = celeryTask(record.headers, record.body, record.contentType);
    m_tabs->setTabVisible(m_tabs->indexOf(m_celery), task.has_value());
    if (!task)
        return;
    PropertyModel::Entries entries{{tr("Task"), task->name}, {tr("Id"), task->id}};
    for (const auto &[label, value] : task->facts)
        entries.append({label, value});
    m_celeryModel.setEntries(entries);
    m_celeryArguments->setPlainText(
        tr("args = %1\n\nkwargs = %2").arg(task->arguments, task->keywordArguments));
}

void MessageView::fillRaw(const MessageRecord &record)
{
    const QByteArray &bytes = record.wireBody.isEmpty() ? record.body : record.wireBody;
    m_rawNote->setText(bytes.size() > RawBytes
                           ? tr("The body as it travelled: first %1 of %2")
                                 .arg(sizeText(RawBytes), sizeText(bytes.size()))
                           : tr("The body as it travelled: %1").arg(sizeText(bytes.size())));
    m_raw->setPlainText(hexDump(bytes, RawBytes));
}

} // namespace Qombu::Inspector
