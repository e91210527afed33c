// SPDX-License-Identifier: BSD-3-Clause
#include "target.h"

#include "text.h"

#include <QMetaEnum>

QString exchangeTypeName(Qombu::ExchangeType type)
{
    return QString::fromLatin1(QMetaEnum::fromType<Qombu::ExchangeType>().valueToKey(int(type)))
        .toLower();
}

UsageError readExchangeType(const QString &text, Qombu::ExchangeType &type)
{
    const QMetaEnum types = QMetaEnum::fromType<Qombu::ExchangeType>();
    for (int i = 0; i < types.keyCount(); ++i) {
        const auto candidate = Qombu::ExchangeType(types.value(i));
        if (exchangeTypeName(candidate) == text) {
            type = candidate;
            return {};
        }
    }
    return Text::tr("--type wants direct, topic, fanout or headers, not \"%1\".").arg(text);
}

QList<QCommandLineOption> ExchangeArguments::options(const QString &keyOption)
{
    return {
        {QStringLiteral("exchange"), Text::tr("The exchange."), Text::tr("E")},
        {keyOption, Text::tr("The key that the exchange routes by."), Text::tr("K")},
        {QStringLiteral("type"),
         Text::tr("Type of the exchange: direct (default), topic, fanout, headers."),
         Text::tr("T")},
    };
}

UsageError ExchangeArguments::read(const QCommandLineParser &parser, const QString &keyOption)
{
    key = parser.value(keyOption);
    const QString type = QStringLiteral("type");
    const QString exchangeOption = QStringLiteral("exchange");
    if (!parser.isSet(exchangeOption)) {
        for (const QString &option : {keyOption, type}) {
            if (parser.isSet(option))
                return Text::tr("--%1 needs --exchange.").arg(option);
        }
        return {};
    }
    auto exchangeType = Qombu::ExchangeType::Direct;
    if (parser.isSet(type)) {
        if (const UsageError error = readExchangeType(parser.value(type), exchangeType);
            !error.isEmpty())
            return error;
    }
    exchange = Qombu::Exchange(parser.value(exchangeOption), exchangeType);
    // Without --type the broker knows better than our default what this exchange is.
    if (!parser.isSet(type))
        exchange->setDeclared(false);
    return {};
}
