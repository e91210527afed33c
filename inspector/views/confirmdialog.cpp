// SPDX-License-Identifier: BSD-3-Clause
#include "views/confirmdialog.h"

#include <QtGui/qevent.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qdialogbuttonbox.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qpushbutton.h>

namespace Qombu::Inspector {

ConfirmDialog::ConfirmDialog(const Question &question, QWidget *parent)
    : QDialog(parent)
{
    setObjectName(QStringLiteral("confirmDialog"));
    setWindowTitle(question.title);
    auto *title = new PlainLabel(question.title);
    title->setFont(Theme::scaled(font(), 1.2, QFont::DemiBold));
    auto *text = new PlainLabel(question.text);
    text->setWordWrap(true);
    auto *layout = new QVBoxLayout(this);
    layout->setSpacing(10);
    layout->addWidget(title);
    layout->addWidget(text);
    if (question.environment != Environment::None) {
        auto *where =
            new PlainLabel(tr("Environment: %1").arg(Theme::environmentName(question.environment)));
        where->setTone(Theme::Tone::Danger);
        layout->addWidget(where);
    }
    auto *buttons = new QDialogButtonBox;
    auto *cancel = buttons->addButton(QDialogButtonBox::Cancel);
    m_confirm = buttons->addButton(question.verb, QDialogButtonBox::DestructiveRole);
    m_confirm->setObjectName(QStringLiteral("confirmButton"));
    m_confirm->setAutoDefault(false);
    cancel->setDefault(true);
    if (!question.typed.isEmpty()) {
        auto *hint = new PlainLabel(tr("Type “%1” to confirm:").arg(question.typed));
        m_typed = new QLineEdit;
        m_typed->setObjectName(QStringLiteral("confirmTyped"));
        m_typed->setAccessibleName(hint->text());
        m_confirm->setEnabled(false);
        layout->addWidget(hint);
        layout->addWidget(m_typed);
        connect(m_typed, &QLineEdit::textChanged, this,
                [this, name = question.typed](const QString &typed) {
                    m_confirm->setEnabled(typed == name);
                });
    }
    layout->addWidget(buttons);
    connect(m_confirm, &QPushButton::clicked, this, &QDialog::accept);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    setMinimumWidth(420);
    cancel->setFocus();
}

void ConfirmDialog::keyPressEvent(QKeyEvent *event)
{
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && focusWidget() == m_typed)
        return; // a hasty Enter neither confirms nor cancels
    QDialog::keyPressEvent(event);
}

} // namespace Qombu::Inspector
