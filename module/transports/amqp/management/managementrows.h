// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/hub.h>
#include <Qombu/inventory.h>

// What the management API's JSON says of one thing. What is missing in it is unknown, never 0: of a
// queue that was just declared there is nothing to count yet.
namespace Qombu::Amqp::ManagementRows {

// What is wanted of each, for queries.
QByteArray queueColumns();
QByteArray exchangeColumns();
// Rates of the last ten seconds, with the times at which they were counted: as dear as without.
QByteArray rateSamples();
QDateTime timeNow(const Hub &hub); // when rows were taken

QueueRow queueRow(const QVariantMap &json);
ExchangeRow exchangeRow(const QVariantMap &json);
BindingRow bindingRow(const QVariantMap &json);
ConsumerRow consumerRow(const QVariantMap &json);
// stats: "message_stats"; the counters that were published and delivered differ between things.
MessageRates messageRates(const QVariantMap &stats, const char *published = "publish",
                          const char *delivered = "deliver_get");

qint64 number(const QVariantMap &json, const char *key); // -1: there is none
QString text(const QVariantMap &json, const char *key);
bool flag(const QVariantMap &json, const char *key);
QVariantMap object(const QVariantMap &json, const char *key); // an empty list is one, too

} // namespace Qombu::Amqp::ManagementRows
