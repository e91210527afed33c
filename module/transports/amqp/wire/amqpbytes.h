// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/rabbitmqc.h"

#include <QByteArrayView>

namespace Qombu::Amqp {

// Between rabbitmq-c's strings and ours; neither owns anything.
inline amqp_bytes_t rawBytes(QByteArrayView view)
{
    return {std::size_t(view.size()), const_cast<char *>(view.data())};
}

inline QByteArrayView viewOf(const amqp_bytes_t &bytes)
{
    return QByteArrayView(static_cast<const char *>(bytes.bytes), qsizetype(bytes.len));
}

} // namespace Qombu::Amqp
