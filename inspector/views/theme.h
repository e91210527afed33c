// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/writegate.h"

#include <QtGui/qcolor.h>
#include <QtGui/qfont.h>
#include <QtGui/qicon.h>
#include <QtGui/qpalette.h>
#include <QtWidgets/qlabel.h>

namespace Qombu::Inspector {

// Colours, fonts and icons that do not come from the style. All follow the palette, in light and
// dark.
namespace Theme {

enum class Tone { Good, Notice, Warning, Danger, Muted };

bool isDark(const QPalette &palette);
QColor color(Tone tone, const QPalette &palette); // for text and icons on the window's background
QColor background(Tone tone, const QPalette &palette); // a tint to stand text on
QColor environmentColor(Environment environment, const QPalette &palette);
QString environmentName(Environment environment); // "PROD"; empty for None

QFont fixedFont();
QFont scaled(QFont font, double factor, QFont::Weight weight = QFont::Normal);

// The desktop's icon if it has a fitting one, else the bundled drawing in the colour of the text.
QIcon icon(const char *name);

} // namespace Theme

// A label whose text is never rich text: it may come from a broker.
class PlainLabel : public QLabel
{
    Q_OBJECT
public:
    explicit PlainLabel(const QString &text = {}, QWidget *parent = nullptr);

    void setTone(Theme::Tone tone); // follows changes of the palette
    void setElided(bool elided); // shortens in the middle instead of making its window wider

    QSize minimumSizeHint() const override;

protected:
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void applyTone();

    std::optional<Theme::Tone> m_tone;
    bool m_elided = false;
    bool m_applying = false;
};

// For tool tips that Qt would otherwise take for rich text where they look like it.
QString plainToolTip(const QString &text);
// For tabs, buttons and menus, where "&" underlines the next letter.
QString withoutMnemonic(QString text);

} // namespace Qombu::Inspector
