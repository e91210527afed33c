// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "amqp/managementstub.h"

#include <QUrlQuery>

#include <algorithm>

namespace QombuTest {

// A management API whose user has one tag.
class OverviewStub : public ManagementStub
{
public:
    void answerAs(const char *tag, const HttpServer::Handler &rest)
    {
        const QByteArray caller = R"({"name":"anna","tags":[")" + QByteArray(tag) + R"("]})";
        answer = [caller, rest](const HttpHeard &heard) {
            return heard.target == "/api/whoami" ? HttpReply::of(200, caller) : rest(heard);
        };
    }
    // All that was asked for but who asks and who answers.
    QByteArrayList asked() const
    {
        QByteArrayList targets = server.targets();
        targets.removeIf([](const QByteArray &target) {
            return target == "/api/whoami"
                || target.startsWith("/api/overview?columns=product_name,rabbitmq_version,");
        });
        return targets;
    }
};

inline int valueIn(const QByteArray &target, const char *key)
{
    const QUrlQuery query(QString::fromLatin1(target.mid(target.indexOf('?') + 1)));
    return query.queryItemValue(QString::fromLatin1(key)).toInt();
}

// The page that a target asks for, of so many items, as RabbitMQ writes it.
inline HttpReply pagesOf(const QByteArray &target, int count,
                         const std::function<QByteArray(int)> &item)
{
    const int page = valueIn(target, "page");
    const int rows = valueIn(target, "page_size");
    const int pages = (count + rows - 1) / rows;
    if (page > std::max(1, pages))
        return HttpReply::of(400, R"({"error":"page_out_of_range","reason":"Page out of range"})");
    QByteArrayList items;
    for (int i = (page - 1) * rows; i < std::min(count, page * rows); ++i)
        items << item(i);
    return HttpReply::of(200,
                         "{\"filtered_count\":" + QByteArray::number(count)
                             + ",\"page\":" + QByteArray::number(page) + ",\"page_count\":"
                             + QByteArray::number(pages) + ",\"items\":[" + items.join(',') + "]}");
}

template<typename Row, typename Ask>
Qombu::Result<Row> waitFor(const Ask &ask)
{
    std::optional<Qombu::Result<Row>> told;
    ask([&told](Qombu::Result<Row> &&answer) { told = std::move(answer); });
    const bool isAnswered = QTest::qWaitFor([&told] { return told.has_value(); }, 20000);
    return isAnswered ? std::move(*told)
                      : Qombu::Error(Qombu::Error::Timeout, QStringLiteral("no answer"));
}

} // namespace QombuTest
