// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/brokeroverview.h>

// What the management API's JSON says of who uses a broker. As in ManagementRows: what is missing
// is unknown.
namespace Qombu::Amqp::ClientRows {

QByteArray connectionColumns();
ConnectionRow connection(const QVariantMap &json);
QByteArray channelColumns();
ChannelRow channel(const QVariantMap &json); // its consumers are not in it
// Of a queue, or of a channel: its "consumer_details".
QList<ConsumerRow> consumers(const QVariantMap &json);

} // namespace Qombu::Amqp::ClientRows
