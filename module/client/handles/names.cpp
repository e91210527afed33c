// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/names.h"

#include <Qombu/hub.h>

#include <QtCore/quuid.h>

namespace Qombu {

QString generatedQueueName()
{
    const quint64 random[2] = {Hub::current()->random(), Hub::current()->random()};
    QUuid uuid = QUuid::fromRfc4122(QByteArrayView(reinterpret_cast<const char *>(random), 16));
    uuid.data3 = ushort((uuid.data3 & 0x0fff) | 0x4000); // RFC 4122 §4.4: version 4
    uuid.data4[0] = uchar((uuid.data4[0] & 0x3f) | 0x80);
    return QLatin1String("amq.gen-") + uuid.toString(QUuid::WithoutBraces);
}

} // namespace Qombu
