// SPDX-License-Identifier: BSD-3-Clause
#include "policiesverb.h"

#include "cellvalues.h"
#include "text.h"

QString PoliciesVerb::summary() const
{
    return Text::tr("List policies, and the operators' policies that limit them.");
}

void PoliciesVerb::ask(Session &session, Qombu::Browser &browser)
{
    browser.policies().then(
        &session, [this, &session](const Qombu::Result<QList<Qombu::PolicyRow>> &policies) {
            if (!policies)
                return session.fail(policies.error());
            std::vector<Row> rows;
            for (const Qombu::PolicyRow &policy : *policies)
                rows.push_back(rowOf(policy));
            print(session,
                  {{Text::tr("POLICY")},
                   {Text::tr("PATTERN")},
                   {Text::tr("APPLIES TO")},
                   {Text::tr("PRIORITY")},
                   {Text::tr("DEFINITION")},
                   {QString(), Column::IfKnown}},
                  rows);
        });
}

ListVerb::Row PoliciesVerb::rowOf(const Qombu::PolicyRow &policy)
{
    return {{{QStringLiteral("policy"), policy.name},
             {QStringLiteral("pattern"), policy.pattern},
             {QStringLiteral("applies_to"), policy.appliesTo},
             {QStringLiteral("priority"), policy.priority},
             {QStringLiteral("definition"), policy.definition},
             {QStringLiteral("operator"), policy.isOperators}},
            {policy.name, policy.pattern, policy.appliesTo, QString::number(policy.priority),
             jsonCell(policy.definition),
             policy.isOperators ? Text::tr("operator policy") : QString()}};
}
