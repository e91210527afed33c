// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/writegate.h"

#include <QtWidgets/qwidget.h>

namespace Qombu::Inspector {

// Four pixels over the whole window in the colour of the environment. The word is in the status bar
// and in the title: colour never stands alone.
class EnvironmentBar : public QWidget
{
    Q_OBJECT
public:
    explicit EnvironmentBar(WriteGate *gate, QWidget *parent = nullptr);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    WriteGate *m_gate;
};

} // namespace Qombu::Inspector
