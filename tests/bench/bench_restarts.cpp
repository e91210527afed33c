// SPDX-License-Identifier: BSD-3-Clause
// bench_restarts [COUNT [SEED]]: how long after a server is back a consumer consumes again, over
// 100 restarts with outages of many lengths.
#include "support/restarts.h"

#include <Qombu/hub.h>

#include <QCoreApplication>
#include <QRandomGenerator>

#include <algorithm>
#include <cstdio>

using namespace QombuTest;

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = app.arguments();
    const int count = std::max(1, arguments.value(1, QStringLiteral("100")).toInt());
    QRandomGenerator random(arguments.value(2, QStringLiteral("1")).toUInt());
    Restarts restarts(Qombu::Hub::background());
    if (!restarts.begin())
        return 1;
    std::vector<qint64> times;
    for (int i = 0; i < count; ++i) {
        const auto took = restarts.restart(random.bounded(8));
        if (!took) {
            std::fprintf(stderr, "restart %d: not back within a minute\n", i + 1);
            return 1;
        }
        times.push_back(took->count());
    }
    std::sort(times.begin(), times.end());
    const auto part = [&](double share) {
        return (long long)times[std::min(times.size() - 1, size_t(share * double(times.size())))];
    };
    std::printf("%d restarts: p50 %lld ms, p99 %lld ms, longest %lld ms\n", count, part(0.5),
                part(0.99), (long long)times.back());
    return 0;
}
