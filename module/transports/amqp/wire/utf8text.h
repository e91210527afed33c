// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QString>
#include <QStringDecoder>

namespace Qombu::Amqp {

// All of it: Qt alone takes a byte order mark at the beginning for no part of the text, but two
// names may differ in nothing else.
inline QString utf8Text(QByteArrayView utf8)
{
    if (!utf8.startsWith("\xEF\xBB\xBF"))
        return QString::fromUtf8(utf8);
    return QStringDecoder(QStringConverter::Utf8,
                          QStringConverter::Flag::Stateless
                              | QStringConverter::Flag::ConvertInitialBom)(utf8);
}

} // namespace Qombu::Amqp
