// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/httpserver.h"
#include "transports/amqp/management/managementapi.h"

#include <Qombu/hub.h>

#include <QTest>

namespace QombuTest {

inline QByteArray introduction(const QByteArray &more = {})
{
    return R"({"product_name":"RabbitMQ","rabbitmq_version":"4.0.5","cluster_name":"rabbit@here",)"
           R"("rates_mode":"basic","disable_stats":false)"
        + more + '}';
}

// RabbitMQ's management API, as a test wants it to answer, and who asks it.
class ManagementStub
{
public:
    using Reply = HttpReply;

    ManagementStub()
    {
        server.setHandler([this](const HttpHeard &heard) {
            if (heard.target.startsWith("/api/overview?columns="))
                return overview;
            return answer ? answer(heard) : HttpReply::of(200, "[]");
        });
        settings.isOn = true;
        settings.user = QStringLiteral("anna");
        settings.password = QStringLiteral("s3cret");
    }

    [[nodiscard]] bool start()
    {
        if (!server.start())
            return false;
        settings.base = server.url();
        make();
        return true;
    }
    void make() // anew, by settings
    {
        api.reset();
        api = std::make_unique<Qombu::Amqp::ManagementApi>(Qombu::Hub::current(), settings);
        setBroker(QStringLiteral("RabbitMQ"));
    }
    void setBroker(const QString &product)
    {
        api->setBroker({{QStringLiteral("product"), product},
                        {QStringLiteral("cluster_name"), QStringLiteral("rabbit@here")}});
    }
    Qombu::Result<QVariant> ask(const QByteArray &path)
    {
        std::optional<Qombu::Result<QVariant>> result;
        api->ask({path}, [&result](Qombu::Result<QVariant> &&told) { result = std::move(told); });
        const bool isAnswered = QTest::qWaitFor([&result] { return result.has_value(); }, 20000);
        return isAnswered ? *result : Qombu::Error(Qombu::Error::None, QStringLiteral("no answer"));
    }

    HttpServer server;
    HttpReply overview = HttpReply::of(200, introduction());
    HttpServer::Handler answer; // to all else
    Qombu::Amqp::ManagementSettings settings;
    std::unique_ptr<Qombu::Amqp::ManagementApi> api;
};

} // namespace QombuTest
