// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/result.h>

#include <QtCore/qvariant.h>

namespace Qombu::Amqp {

// A page of a list that the management API pages: queues and exchanges of a virtual host,
// connections and channels of all. A plain value.
struct ManagementPage
{
    static constexpr int MostRows = 500; // RabbitMQ refuses more

    // Which is asked for.
    struct Place
    {
        int page = 1;
        int rows = 100;
    };
    // list: "queues/%2F"; more: "&sort=name".
    static QByteArray path(const QByteArray &list, const Place &place, const QString &nameFilter,
                           const QByteArray &more = {});
    // Of an answer of ManagementApi::ask(). Behind the end of a list that grew shorter is an empty
    // last page.
    static Result<ManagementPage> read(const Result<QVariant> &answer);

    QVariantList items;
    qint64 count = -1; // on all pages
    bool isLast = true;
};

} // namespace Qombu::Amqp
