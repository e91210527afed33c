// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/messagerecord.h"

#include <QtCore/qvariant.h>

namespace Qombu::Inspector {

// The columns that every list of messages shares, and their texts: built when a cell is painted.
enum class MessageColumn { Name, RoutingKey, Preview, Priority, Size, ContentType };
constexpr int MessageColumnCount = 6;

QString messageColumnTitle(MessageColumn column);
QVariant messageCell(const MessageRecord &record, MessageColumn column, int role);
QString sizeText(qint64 bytes);

} // namespace Qombu::Inspector
