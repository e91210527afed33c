// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/messagerecord.h"
#include "models/propertymodel.h"

#include <QtWidgets/qwidget.h>

class QPlainTextEdit;
class QStackedWidget;
class QTabWidget;
class QTreeView;

namespace Qombu::Inspector {
class BodyView;
class PlainLabel;

// The contents of the Message dock: one message as body, properties, headers, Celery task and
// bytes.
class MessageView : public QWidget
{
    Q_OBJECT
public:
    explicit MessageView(QWidget *parent = nullptr);

    void setMessage(const MessageRecord &record);
    void clear();

    BodyView *bodyView() const { return m_body; }

private:
    QTreeView *makeTree(PropertyModel *model, const QString &name);
    void fillProperties(const MessageRecord &record);
    void fillCelery(const MessageRecord &record);
    void fillRaw(const MessageRecord &record);

    QStackedWidget *m_stack;
    QTabWidget *m_tabs;
    PlainLabel *m_title;
    PlainLabel *m_subtitle;
    BodyView *m_body;
    PropertyModel m_propertyModel;
    PropertyModel m_headerModel;
    PropertyModel m_celeryModel;
    QTreeView *m_properties;
    QTreeView *m_headers;
    QWidget *m_celery;
    QTreeView *m_celeryFacts;
    QPlainTextEdit *m_celeryArguments;
    PlainLabel *m_rawNote;
    QPlainTextEdit *m_raw;
};

} // namespace Qombu::Inspector
