// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "views/theme.h"

#include <Qombu/browser.h>

namespace Qombu::Inspector {

// Says where a message would go if it were sent now.
class RoutingLine : public PlainLabel
{
    Q_OBJECT
public:
    explicit RoutingLine(QWidget *parent = nullptr);

    void showRouting(const Inventory &inventory, const Exchange &exchange,
                     const QString &routingKey);

private:
    void say(Theme::Tone tone, const QString &text);
};

} // namespace Qombu::Inspector
