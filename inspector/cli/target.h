// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "arguments.h"

#include <Qombu/exchange.h>

// --exchange, --routing-key (or --binding-key) and --type, which several verbs share.
struct ExchangeArguments
{
    std::optional<Qombu::Exchange> exchange; // none given
    QString key;

    static QList<QCommandLineOption> options(const QString &keyOption);
    UsageError read(const QCommandLineParser &parser, const QString &keyOption);
};

UsageError readExchangeType(const QString &text, Qombu::ExchangeType &type);
QString exchangeTypeName(Qombu::ExchangeType type); // as on the wire: "direct"
