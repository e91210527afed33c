// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>

#include <array>

namespace Qombu {

// The text of a random UUID (RFC 9562, version 4), made of two random numbers of the Hub. A value.
class RandomId
{
public:
    RandomId(quint64 first, quint64 second);
    QByteArrayView text() const { return {m_text.data(), qsizetype(m_text.size())}; }
    // For a queue that was declared without a name, where the broker gives it none.
    QString queueName() const;

private:
    std::array<char, 36> m_text;
};

} // namespace Qombu
