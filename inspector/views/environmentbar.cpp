// SPDX-License-Identifier: BSD-3-Clause
#include "views/environmentbar.h"

#include "views/theme.h"

#include <QtGui/qpainter.h>

namespace Qombu::Inspector {

EnvironmentBar::EnvironmentBar(WriteGate *gate, QWidget *parent)
    : QWidget(parent)
    , m_gate(gate)
{
    setFixedHeight(4);
    const auto show = [this] {
        setVisible(m_gate->environment() != Environment::None);
        update();
    };
    connect(gate, &WriteGate::environmentChanged, this, show);
    show();
}

void EnvironmentBar::paintEvent(QPaintEvent *)
{
    QPainter(this).fillRect(rect(), Theme::environmentColor(m_gate->environment(), palette()));
}

} // namespace Qombu::Inspector
