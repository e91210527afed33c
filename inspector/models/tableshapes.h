// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/field.h"

#include <Qombu/browser.h>

namespace Qombu::Inspector {

// What the tables of a broker show of their records.
TableShape<QueueRow> queueShape(); // in the order of QueueTableModel::Column
TableShape<ExchangeRow> exchangeShape();
TableShape<ConsumerRow> consumerShape();
TableShape<ConnectionRow> connectionShape();
TableShape<ChannelRow> channelShape();
TableShape<ChannelRow> holderShape(); // channels that hold messages, with their consumers
TableShape<PolicyRow> policyShape();
TableShape<NodeRow> nodeShape();

} // namespace Qombu::Inspector
