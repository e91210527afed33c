// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/utf8text.h"

#include <QByteArray>

namespace Qombu::Amqp {

// The text that came last: most messages of a queue have the same exchange, key and type.
class TextCache
{
public:
    const QString &text(QByteArrayView utf8)
    {
        if (utf8 != QByteArrayView(m_utf8)) {
            m_utf8 = utf8.toByteArray();
            m_text = utf8Text(utf8);
        }
        return m_text;
    }

private:
    QByteArray m_utf8;
    QString m_text;
};

} // namespace Qombu::Amqp
