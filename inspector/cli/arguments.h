// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/brokerurl.h>

#include <QCommandLineParser>
#include <QStringList>
#include <QVariantMap>

#include <algorithm>
#include <chrono>
#include <optional>

// What was asked for before the verb, or beside its own options.
struct GlobalArguments
{
    Qombu::BrokerUrl url;
    QVariantMap transportOptions;
    bool json = false;
    bool readOnly = false;
    std::optional<std::chrono::milliseconds> timeout; // none given

    // Of verbs that do not wait for ever.
    std::chrono::milliseconds deadline() const
    {
        return timeout.value_or(std::chrono::seconds(10));
    }
    // What of it is kept for closing.
    static std::chrono::milliseconds closingPart(std::chrono::milliseconds deadline)
    {
        return std::clamp<std::chrono::milliseconds>(deadline / 10, std::chrono::milliseconds(1),
                                                     std::chrono::milliseconds(500));
    }
};

// A sentence about wrong usage; thrown nowhere, returned everywhere: empty is good.
using UsageError = QString;

// The options every verb understands, before or behind the verb.
QList<QCommandLineOption> globalOptions();
UsageError readGlobals(const QCommandLineParser &early, const QCommandLineParser &late,
                       GlobalArguments &globals);

// "KEY=VALUE" pairs; a value is JSON where it parses as JSON, else text.
UsageError readPairs(const QStringList &pairs, const QString &option, bool jsonValues,
                     QVariantMap &into);
// One of these names, or nothing.
UsageError checkName(const QString &option, const QString &text, const QStringList &names);
// A whole number within bounds; into keeps its value where the option is absent.
UsageError readNumber(const QCommandLineParser &parser, const QString &option, qint64 minimum,
                      qint64 maximum, qint64 &into);
// "90", "1.5" or "90s". By default at most 23 days: what a millisecond timer can hold.
UsageError readSeconds(const QString &text, const QString &option, std::chrono::milliseconds &into,
                       qint64 longest = 2'000'000);
