// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "verb.h"

#include <Qombu/brokeroverview.h>

// Shows who uses a broker: its consumers, connections and channels.
std::vector<std::unique_ptr<Verb>> clientVerbs();

// The consumers of a channel: their tags, and the queues they take from.
QVariantList consumersList(const Qombu::ChannelRow &channel);
QString consumersCell(const Qombu::ChannelRow &channel);
QString prefetchCell(int count); // of a consumer or channel; 0: a word
