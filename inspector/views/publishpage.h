// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "views/page.h"
#include "views/theme.h"

class QComboBox;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QStringListModel;

namespace Qombu::Inspector {
class JsonHighlighter;
class RoutingLine;

// Writes one message and sends it through the WriteGate. Says beforehand where it will go, and
// afterwards what became of it; keeps its contents.
class PublishPage : public Page
{
    Q_OBJECT
public:
    explicit PublishPage(BrokerSession *session, QWidget *parent = nullptr);

    QString title() const override;
    QIcon icon() const override;

    void setQueue(const QString &queue); // to this queue, by the default exchange
    void setExchange(const QString &exchange);
    void send();

private:
    QWidget *makeTarget();
    QWidget *makeProperties();
    QWidget *makeFooter();
    void takeInventory();
    void updateCompletions();
    void updatePreview();
    void updateBodyState();
    void showResult(Theme::Tone tone, const QString &text);
    void confirmThenSend(const PublishRequest &request);
    void sendNow(const PublishRequest &request);
    bool collect(PublishRequest *request); // false: showResult() says why
    Exchange exchange() const;

    QComboBox *m_exchange;
    QComboBox *m_type;
    QLineEdit *m_key;
    QStringListModel *m_keys;
    RoutingLine *m_preview;
    QComboBox *m_format;
    QLineEdit *m_contentType;
    QSpinBox *m_priority;
    PlainLabel *m_priorityHint;
    QPlainTextEdit *m_headers;
    QPlainTextEdit *m_body;
    JsonHighlighter *m_highlighter;
    PlainLabel *m_bodyState;
    PlainLabel *m_result;
    QPushButton *m_send;
    bool m_sending = false;
};

} // namespace Qombu::Inspector
