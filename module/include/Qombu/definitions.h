// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/connection.h>

namespace Qombu {

// What is declared at a broker, as one document: exported, and imported elsewhere.
class QOMBU_EXPORT Definitions : public QObject
{
    Q_OBJECT
public:
    explicit Definitions(Connection *connection, QObject *parent = nullptr);
    ~Definitions() override;

    Pending<QByteArray> exportAll(); // of the virtual host, as JSON
    Pending<void> importAll(const QByteArray &json); // into it; nothing is removed

private:
    std::unique_ptr<class Asker> d;
};

} // namespace Qombu
