// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/linkdefinitions.h"
#include "transports/amqp/management/managementapi.h"

namespace Qombu::Amqp {

// The definitions of one virtual host: never those of the whole broker, which hold users and the
// hashes of their passwords. Hub's thread; its link owns it.
class ManagementDefinitions final : public LinkDefinitions
{
public:
    static constexpr qint64 MostBytes = 256 << 20; // of a file, either way

    explicit ManagementDefinitions(ManagementApi *api)
        : m_api(api)
    {
    }

    void exportAll(Done<QByteArray> done) override; // byte for byte as the broker writes them
    void importAll(const QByteArray &json, Done<void> done) override;

private:
    ManagementQuestion question() const;

    ManagementApi *const m_api;
};

} // namespace Qombu::Amqp
