// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "listverb.h"

// A broker as a whole: its servers, their alarms, totals, rates, and what the caller may do.
class OverviewVerb : public ListVerb
{
public:
    QString name() const override { return QStringLiteral("overview"); }
    QString example() const override { return QStringLiteral("overview"); }
    QString summary() const override;
    QString jsonKeys() const override;
    QString synopsis() const override { return {}; }

protected:
    void ask(Session &session, Qombu::Browser &browser) override;

private:
    void show(Session &session, const Qombu::BrokerOverview &overview,
              const Qombu::Result<Qombu::Permissions> &permissions);
    void printText(Output &output, const Qombu::BrokerOverview &overview,
                   const Qombu::Result<Qombu::Permissions> &permissions) const;
    static Row rowOf(const Qombu::NodeRow &node);
};
