// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "listverb.h"

// The policies of a virtual host, and those of the broker's operators.
class PoliciesVerb : public ListVerb
{
public:
    QString name() const override { return QStringLiteral("policies"); }
    QString example() const override { return QStringLiteral("policies --json"); }
    QString summary() const override;
    QString jsonKeys() const override { return keysOf(rowOf(Qombu::PolicyRow())); }
    QString synopsis() const override { return {}; }

protected:
    void ask(Session &session, Qombu::Browser &browser) override;

private:
    static Row rowOf(const Qombu::PolicyRow &policy);
};
