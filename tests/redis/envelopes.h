// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QByteArray>

namespace QombuTest {

// An envelope as Kombu writes it, for queue q.
inline QByteArray envelope(const QByteArray &tag, const QByteArray &body = "x",
                           const QByteArray &priority = "\"priority\": 0, ")
{
    QByteArray text = R"({"body": "BODY", "content-encoding": "utf-8", "content-type": )"
                      R"("text/plain", "headers": {}, "properties": {"delivery_mode": 2, )"
                      R"("delivery_info": {"exchange": "", "routing_key": "q"}, )"
                      R"(PRIORITY"body_encoding": "base64", "delivery_tag": "TAG"}})";
    text.replace("TAG", tag).replace("PRIORITY", priority);
    return text.replace("BODY", body.toBase64());
}

// The same after it was put back.
inline QByteArray redelivered(QByteArray text)
{
    text.replace("\"headers\": {}", "\"headers\": {\"redelivered\": true}");
    return text.replace("\"routing_key\": \"q\"}",
                        "\"routing_key\": \"q\", \"redelivered\": true}");
}

} // namespace QombuTest
