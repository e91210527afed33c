// SPDX-License-Identifier: BSD-3-Clause
#include "transports/conformance/memoryundertest.h"

#include <QUuid>

namespace QombuTest {

void MemoryUnderTest::reset()
{
    m_name = QUuid::createUuid().toString(QUuid::Id128);
}

Qombu::BrokerUrl MemoryUnderTest::url() const
{
    return QString(QStringLiteral("memory://") + m_name);
}

} // namespace QombuTest
