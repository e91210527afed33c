// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <initializer_list>
#include <utility>

// Measures one piece of work, and prints it as the object that measure.py reads.
class Stopwatch
{
public:
    void start()
    {
        m_cpu = cpuMicroseconds();
        m_start = Clock::now();
    }
    void report(long messages, std::initializer_list<std::pair<const char *, double>> more = {})
    {
        const double cpu = cpuMicroseconds() - m_cpu;
        const double seconds = std::chrono::duration<double>(Clock::now() - m_start).count();
        printf("{\"messages\": %ld, \"seconds\": %.6f, \"messages_per_second\": %.1f, "
               "\"cpu_us_per_message\": %.4f",
               messages, seconds, double(messages) / seconds, cpu / double(messages));
        for (const auto &[name, value] : more)
            printf(", \"%s\": %.4f", name, value);
        printf("}\n");
        fflush(stdout);
    }

private:
    using Clock = std::chrono::steady_clock;

    static double cpuMicroseconds()
    {
        rusage usage = {};
        getrusage(RUSAGE_SELF, &usage);
        const auto of = [](const timeval &time) {
            return double(time.tv_sec) * 1e6 + double(time.tv_usec);
        };
        return of(usage.ru_utime) + of(usage.ru_stime);
    }

    double m_cpu = 0;
    Clock::time_point m_start;
};
