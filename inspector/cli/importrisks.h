// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QStringList>
#include <QVariantMap>

bool hasRules(const QVariantMap &definitions); // policies, parameters

// Which policies and parameters of a file would replace others, or hold for queues that are there:
// a length or a time to live removes messages at once. Both are documents of RabbitMQ.
QStringList importRisks(const QVariantMap &file, const QVariantMap &there);
