// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/methodids.h"

#include "transports/amqp/wire/rabbitmqc.h"

namespace Qombu::Amqp {

// From rabbitmq-c's AMQP_QUEUE_DECLARE_METHOD.
QString methodName(quint32 id)
{
    if (id == MethodId::ConnectionUpdateSecret)
        return QStringLiteral("connection.update-secret");
    QString name = QString::fromLatin1(amqp_method_name(id)).toLower();
    if (name.isEmpty())
        return QStringLiteral("%1.%2").arg(id >> 16).arg(id & 0xFFFF);
    name = name.sliced(5).chopped(7);
    name.replace(name.indexOf(u'_'), 1, u'.');
    return name.replace(u'_', u'-');
}

} // namespace Qombu::Amqp
