// SPDX-License-Identifier: BSD-3-Clause
#include "decoders/celerytask.h"

#include "decoders/bodydecoder.h"
#include "decoders/jsonformat.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu::Inspector {
namespace {

struct Fact
{
    const char *header;
    const char *label;
};
constexpr Fact Facts[] = {
    {"eta", QT_TRANSLATE_NOOP("CeleryTask", "Not before (ETA)")},
    {"expires", QT_TRANSLATE_NOOP("CeleryTask", "Expires")},
    {"retries", QT_TRANSLATE_NOOP("CeleryTask", "Retries")},
    {"timelimit", QT_TRANSLATE_NOOP("CeleryTask", "Time limits (hard, soft)")},
    {"root_id", QT_TRANSLATE_NOOP("CeleryTask", "Root task")},
    {"parent_id", QT_TRANSLATE_NOOP("CeleryTask", "Parent task")},
    {"group", QT_TRANSLATE_NOOP("CeleryTask", "Group")},
    {"group_index", QT_TRANSLATE_NOOP("CeleryTask", "Place in the group")},
    {"origin", QT_TRANSLATE_NOOP("CeleryTask", "Sent by")},
    {"lang", QT_TRANSLATE_NOOP("CeleryTask", "Language")},
    {"shadow", QT_TRANSLATE_NOOP("CeleryTask", "Shown as")},
};

QString factText(const QVariant &value)
{
    if (!value.isValid() || value.isNull())
        return {};
    if (value.typeId() != QMetaType::QVariantList)
        return value.toString();
    QStringList parts;
    for (const QVariant &part : value.toList())
        parts.append(part.isNull() ? QString(QChar(0x2014)) : part.toString());
    return parts.join(u", ");
}

} // namespace

QString celeryTaskName(const QVariantMap &headers)
{
    return headers.contains(QStringLiteral("id")) ? headers.value(QStringLiteral("task")).toString()
                                                  : QString();
}

std::optional<CeleryTask> celeryTask(const QVariantMap &headers, const QByteArray &body,
                                     const QString &contentType)
{
    CeleryTask task;
    task.name = celeryTaskName(headers);
    if (task.name.isEmpty())
        return std::nullopt;
    task.id = headers.value(QStringLiteral("id")).toString();
    task.arguments = headers.value(QStringLiteral("argsrepr")).toString();
    task.keywordArguments = headers.value(QStringLiteral("kwargsrepr")).toString();
    for (const Fact &fact : Facts) {
        const QString text = factText(headers.value(QLatin1String(fact.header)));
        const bool isNoLimit = qstrcmp(fact.header, "timelimit") == 0
            && std::none_of(text.cbegin(), text.cend(), [](QChar c) { return c.isDigit(); });
        if (!text.isEmpty() && !isNoLimit)
            task.facts.append({QCoreApplication::translate("CeleryTask", fact.label), text});
    }
    // The body is [args, kwargs, embed].
    if (contentType.contains(u"json") && body.size() <= DefaultBodyLimit) {
        const auto parts = jsonArrayElements(body);
        if (parts.size() == 3) {
            const auto arguments = formatJson(parts[0]);
            const auto keywords = formatJson(parts[1]);
            if (arguments.isOk())
                task.arguments = arguments.text;
            if (keywords.isOk())
                task.keywordArguments = keywords.text;
        }
    }
    return task;
}

} // namespace Qombu::Inspector
