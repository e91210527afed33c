// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/connection.h>

namespace Qombu {

// Brings back by hand what nobody works on: elements of a quarantine, and what dead consumers hold.
class QOMBU_EXPORT Recovery : public QObject
{
    Q_OBJECT
public:
    explicit Recovery(Connection *connection, QObject *parent = nullptr);
    ~Recovery() override;

    // How many elements went. name is QuarantinedRow::name.
    Pending<qint64> requeueQuarantined(const QString &queue, const QString &name);
    Pending<qint64> requeueAllQuarantined(const QString &queue);
    Pending<qint64> dropQuarantined(const QString &queue, const QString &name);
    Pending<qint64> dropAllQuarantined(const QString &queue);

    // AnyHolder: also from one that may live; then a message may be worked on twice.
    enum Holders { DeadHolders, AnyHolder };
    Q_ENUM(Holders)
    Pending<qint64> returnUnacked(const QString &tag, Holders from = DeadHolders);
    Pending<qint64> returnHeldBy(const QString &holder, Holders from = DeadHolders);

private:
    std::unique_ptr<class Asker> d;
};

} // namespace Qombu
