// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/conformance/brokerundertest.h"

namespace QombuTest {

// The broker inside this process: another one after each reset().
class MemoryUnderTest final : public BrokerUnderTest
{
public:
    QString name() const override { return QStringLiteral("memory"); }
    int quirks() const override { return LinksCannotBreak; }
    void reset() override;
    Qombu::BrokerUrl url() const override;

private:
    QString m_name;
};

} // namespace QombuTest
