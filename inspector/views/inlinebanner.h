// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/errortext.h"
#include "views/theme.h"

#include <QtWidgets/qframe.h>

class QBoxLayout;
class QPushButton;
class QToolButton;

namespace Qombu::Inspector {

// A strip above data that says what is wrong with it, with one thing to do about it. Never covers
// the data, never takes the focus.
class InlineBanner : public QFrame
{
    Q_OBJECT
public:
    explicit InlineBanner(QWidget *parent = nullptr);

    void showError(const ErrorText &text, const QString &note = {}); // note: "Data from 10:42:07"
    void showNotice(Theme::Tone tone, const QString &text);
    void setAction(const QString &text); // empty: no button
    void dismiss() { hide(); }
    QString text() const;

Q_SIGNALS:
    void actionTriggered();

protected:
    void resizeEvent(QResizeEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void setTone(Theme::Tone tone);

    PlainLabel *m_icon;
    PlainLabel *m_text;
    PlainLabel *m_note;
    QPushButton *m_action;
    QToolButton *m_copy;
    QBoxLayout *m_layout;
    QString m_details;
    Theme::Tone m_tone = Theme::Tone::Danger;
};

} // namespace Qombu::Inspector
