// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "views/theme.h"

#include <QtWidgets/qdialog.h>

class QLineEdit;
class QPushButton;

namespace Qombu::Inspector {

// Asks before something that cannot be undone. Names verb and object, starts with the focus on
// Cancel, never confirms by Enter; may want a name to be typed.
class ConfirmDialog : public QDialog
{
    Q_OBJECT
public:
    struct Question
    {
        QString title; // "Purge orders"
        QString text;
        QString verb; // on the button: "Purge 12 340 messages"
        QString typed; // to be typed first; empty: nothing
        Environment environment = Environment::None;
    };

    explicit ConfirmDialog(const Question &question, QWidget *parent = nullptr);

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    QLineEdit *m_typed = nullptr;
    QPushButton *m_confirm;
};

} // namespace Qombu::Inspector
