// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <optional>

namespace Qombu::Inspector {

// A Celery task call as protocol 2 puts it into a message. A value.
struct CeleryTask
{
    QString name;
    QString id;
    QString arguments; // JSON, indented; the sender's short form where the body is not JSON
    QString keywordArguments;
    QList<QPair<QString, QString>> facts; // label (translated) and value; only those that were sent
};

// Nothing if the headers are not those of a Celery task.
std::optional<CeleryTask> celeryTask(const QVariantMap &headers, const QByteArray &body,
                                     const QString &contentType);

// The name of the task, or empty: for lists.
QString celeryTaskName(const QVariantMap &headers);

} // namespace Qombu::Inspector
