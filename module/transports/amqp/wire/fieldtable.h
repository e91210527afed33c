// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/amqppool.h"

#include <Qombu/result.h>

#include <QVariantMap>

struct amqp_table_t_;

namespace Qombu::Amqp {

// Field tables, AMQP 0-9-1 §4.2.5.5 with RabbitMQ's errata. Written are the types S I L t d T V F A
// only, which every peer reads alike; what they cannot hold is Error::Encode and names the key.
Error makeTable(const QVariantMap &values, Pool &pool, amqp_table_t_ &table);
Error appendTable(QByteArray &out, const QVariantMap &values); // with its length

// Every type is read. Integers are qint64, but 'L' and 'l' alike; decimals ExactNumber; 'x' and
// text that is not UTF-8 QByteArray; timestamps QDateTime in UTC; void is nullptr.
QVariantMap tableValues(const amqp_table_t_ &table);
Result<QVariantMap> readTable(QByteArrayView bytes); // with its length; checked

} // namespace Qombu::Amqp
