// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "net/httpclient.h"
#include "support/httpserver.h"

#include <vector>

namespace QombuTest {

// What came of requests, in the order of coming.
struct HttpAnswers
{
    Qombu::HttpClient::Done note(int number = 0)
    {
        return [this, number](const Qombu::Result<Qombu::HttpAnswer> &answer) {
            numbers << number;
            all.push_back(answer);
        };
    }
    int count() const { return int(all.size()); }
    int status() const { return all.back().isOk() ? all.back()->status : 0; }
    QByteArray body() const { return all.back().isOk() ? all.back()->body : QByteArray(); }
    Qombu::Error error() const { return all.back().error(); }

    std::vector<Qombu::Result<Qombu::HttpAnswer>> all;
    QList<int> numbers;
};

inline Qombu::HttpSettings settingsFor(const HttpServer &server,
                                       Qombu::Hub::Duration timeout = std::chrono::seconds(20))
{
    Qombu::HttpSettings settings;
    settings.base = server.url();
    settings.timeout = timeout;
    settings.maximumBytes = 1 << 20;
    return settings;
}

} // namespace QombuTest
