// SPDX-License-Identifier: BSD-3-Clause
#include "importrisks.h"

#include "text.h"

#include <algorithm>

namespace {

const QString Policies = QStringLiteral("policies");
const QString Parameters = QStringLiteral("parameters");
const QString NameKey = QStringLiteral("name");
const QString ComponentKey = QStringLiteral("component");

// What the broker makes of what a file leaves out.
QVariantMap ruleOf(const QString &list, const QVariant &entry)
{
    const QVariantMap map = entry.toMap();
    QVariantMap rule{{NameKey, map.value(NameKey)}};
    const auto take = [&](const QString &key, const QVariant &otherwise = {}) {
        rule.insert(key, map.value(key, otherwise));
    };
    if (list == Parameters) {
        take(ComponentKey);
        take(QStringLiteral("value"));
    } else {
        take(QStringLiteral("pattern"));
        take(QStringLiteral("apply-to"), QStringLiteral("all"));
        take(QStringLiteral("priority"), 0);
        take(QStringLiteral("definition"));
    }
    return rule;
}

bool isSameName(const QVariantMap &a, const QVariantMap &b)
{
    return a.value(NameKey) == b.value(NameKey) && a.value(ComponentKey) == b.value(ComponentKey);
}

QString titleOf(const QString &list, const QVariantMap &rule)
{
    const QString name = rule.value(NameKey).toString();
    return list == Policies
        ? Text::tr("policy \"%1\"").arg(name)
        : Text::tr("parameter \"%1\" of %2").arg(name, rule.value(ComponentKey).toString());
}

} // namespace

bool hasRules(const QVariantMap &definitions)
{
    return !definitions.value(Policies).toList().isEmpty()
        || !definitions.value(Parameters).toList().isEmpty();
}

QStringList importRisks(const QVariantMap &file, const QVariantMap &there)
{
    QStringList risks;
    const bool hasQueues = !there.value(QStringLiteral("queues")).toList().isEmpty();
    for (const QString &list : {Policies, Parameters}) {
        QList<QVariantMap> rules;
        for (const QVariant &entry : there.value(list).toList())
            rules << ruleOf(list, entry);
        for (const QVariant &entry : file.value(list).toList()) {
            const QVariantMap wanted = ruleOf(list, entry);
            const auto isIt = [&](const QVariantMap &rule) { return isSameName(rule, wanted); };
            const auto found = std::find_if(rules.cbegin(), rules.cend(), isIt);
            const bool isNew = found == rules.cend();
            if (isNew && hasQueues)
                risks << Text::tr("%1 (new)").arg(titleOf(list, wanted));
            else if (!isNew && *found != wanted)
                risks << Text::tr("%1 (differs)").arg(titleOf(list, wanted));
        }
    }
    return risks;
}
