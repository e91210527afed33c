// SPDX-License-Identifier: BSD-3-Clause
#include "views/kpistrip.h"

#include "views/flowlayout.h"

#include <QtCore/qlocale.h>
#include <QtWidgets/qboxlayout.h>

namespace Qombu::Inspector {

KpiStrip::KpiStrip(const QStringList &captions, QWidget *parent)
    : QWidget(parent)
    , m_captions(captions)
{
    constexpr int Gap = 24;
    auto *layout = new FlowLayout(Gap, this);
    for (const QString &caption : captions) {
        auto *value = new PlainLabel(QString(QChar(0x2014)));
        value->setFont(Theme::scaled(font(), 1.65, QFont::DemiBold));
        auto *label = new PlainLabel(caption);
        label->setTone(Theme::Tone::Muted);
        label->setFont(Theme::scaled(font(), 0.92));
        auto *item = new QWidget;
        auto *column = new QVBoxLayout(item);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(0);
        column->addWidget(value);
        column->addWidget(label);
        layout->addWidget(item);
        m_values.append(value);
    }
}

void KpiStrip::setValue(int index, const QString &value, const QString &toolTip)
{
    m_values[index]->setText(value);
    m_values[index]->parentWidget()->updateGeometry(); // its width is not remembered
    m_values[index]->setToolTip(plainToolTip(toolTip));
    m_values[index]->setAccessibleName(m_captions[index] + QStringLiteral(": ") + value);
}

void KpiStrip::setCount(int index, qint64 value, const QString &whyNot)
{
    if (value < 0)
        setValue(index, QString(QChar(0x2014)),
                 whyNot.isEmpty() ? tr("This broker does not tell") : whyNot);
    else
        setValue(index, QLocale().toString(value));
}

void KpiStrip::setSum(int index, const CountSum &sum)
{
    setValue(index, sum.text(), sum.isLess() ? tr("Not all of it is known") : QString());
}

void KpiStrip::setShown(int index, bool shown)
{
    m_values[index]->parentWidget()->setVisible(shown);
}

void KpiStrip::setStale(bool stale)
{
    for (PlainLabel *value : std::as_const(m_values))
        value->setEnabled(!stale);
}

} // namespace Qombu::Inspector
