// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/tlsoptions_p.h"
#include "port/optionvalues.h"

#include <Qombu/brokerurl.h>
#include <Qombu/connectionoptions.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace Qombu {

// Reads URL and transport options into the Options of one transport, which have the members tls and
// withoutEffect. Its static functions each put one value into a member, or into a member of that
// one, and return what would have been right, or null.
template<typename Options>
class OptionReader
{
public:
    using Read = QString (*)(Options &, const QVariant &);
    struct Option
    {
        std::string_view name;
        Read read;
    };
    template<typename E>
    struct Choice
    {
        const char *name;
        E value;
    };

    // withoutEffect: options of Kombu that mean nothing here.
    OptionReader(const QString &broker, std::span<const Option> options,
                 const QStringList &withoutEffect)
        : m_broker(broker)
        , m_options(options)
        , m_withoutEffect(withoutEffect)
    {
    }

    // What is in transportOptions wins over the query of the URL. Error::Configuration names the
    // option that is wrong and, of an unknown one, what it may have been meant to be.
    Error readAll(Options &into, const BrokerUrl &url, const ConnectionOptions &options) const
    {
        into.tls.enabled |= url.innerScheme() == u"ssl" || url.innerScheme() == u"tls";
        const QMap<QString, QString> query = url.query();
        for (auto it = query.begin(); it != query.end(); ++it) {
            if (options.transportOptions.contains(it.key()))
                continue;
            if (const Error error = read(into, it.key(), it.value()); error.isError())
                return error;
        }
        const QVariantMap &given = options.transportOptions;
        for (auto it = given.begin(); it != given.end(); ++it) {
            if (const Error error = read(into, it.key(), it.value()); error.isError())
                return error;
        }
        return {};
    }

    template<auto... Path>
    static QString boolean(Options &options, const QVariant &value)
    {
        return OptionValues::readBool(value, field<Path...>(options));
    }

    template<int LeastMilliseconds, auto... Path>
    static QString seconds(Options &options, const QVariant &value)
    {
        return OptionValues::readSeconds(value, std::chrono::milliseconds(LeastMilliseconds),
                                         field<Path...>(options));
    }

    template<int Least, int Most, auto... Path>
    static QString number(Options &options, const QVariant &value)
    {
        return OptionValues::readNumber(value, Least, Most, field<Path...>(options));
    }

    template<auto... Path>
    static QString count(Options &options, const QVariant &value)
    {
        return OptionValues::readCount(value, field<Path...>(options));
    }

    template<auto... Path>
    static QString bytes(Options &options, const QVariant &value)
    {
        field<Path...>(options) = OptionValues::toBytes(value);
        return {};
    }

    template<auto... Path>
    static QString someBytes(Options &options, const QVariant &value)
    {
        return OptionValues::readSomeBytes(value, field<Path...>(options));
    }

    template<auto... Path>
    static QString text(Options &options, const QVariant &value)
    {
        field<Path...>(options) = OptionValues::isNothing(value) ? QString() : value.toString();
        return {};
    }

    template<auto... Path>
    static QString file(Options &options, const QVariant &value)
    {
        return OptionValues::readFileName(value, field<Path...>(options));
    }

    template<const auto &Choices, auto... Path>
    static QString choice(Options &options, const QVariant &value)
    {
        QStringList names;
        for (const auto &choice : Choices) {
            names << QLatin1String(choice.name);
            if (value.toString() == names.last()) {
                field<Path...>(options) = choice.value;
                return {};
            }
        }
        return OptionValues::oneOf(names);
    }

private:
    using Tls = TlsOptions;
    using Table = std::span<const Option>;

    template<auto... Path>
    static auto &field(Options &options)
    {
        return (options.*....*Path);
    }

    // As Kombu: only the word false turns it off.
    static QString tlsCheckHostName(Options &options, const QVariant &value)
    {
        options.tls.checkHostName =
            value.toString().compare(QLatin1String("false"), Qt::CaseInsensitive) != 0;
        return {};
    }

    // Never plain text by accident: what something else asks for cannot be turned off.
    static QString tlsSwitch(Options &options, const QVariant &value)
    {
        bool isOn = false;
        const QString expected = OptionValues::readBool(value, isOn);
        if (!expected.isNull() || (options.tls.enabled && !isOn))
            return OptionValues::tlsSwitchText(!expected.isNull());
        options.tls.enabled = isOn;
        return {};
    }

    template<auto Member>
    static QString tlsFile(Options &options, const QVariant &value)
    {
        if (!OptionValues::isNothing(value))
            return file<&Options::tls, Member>(options, value);
        (options.tls.*Member).clear();
        return {};
    }

    static QString tlsVerify(Options &options, const QVariant &value)
    {
        return OptionValues::readVerify(value, options.tls.verify);
    }

    static QString tlsLeast(Options &options, const QVariant &value)
    {
        return OptionValues::readTlsVersion(value, options.tls.least);
    }

    static constexpr Option tlsOptions[] = {
        {"ssl", tlsSwitch},
        {"ssl_ca_certs", tlsFile<&Tls::caFile>},
        {"ssl_cert_reqs", tlsVerify},
        {"ssl_certfile", tlsFile<&Tls::certificateFile>},
        {"ssl_check_hostname", tlsCheckHostName},
        {"ssl_ciphers", text<&Options::tls, &Tls::ciphers>},
        {"ssl_keyfile", tlsFile<&Tls::keyFile>},
        {"ssl_keyfile_password", text<&Options::tls, &Tls::keyPassword>},
        {"ssl_min_version", tlsLeast},
        {"ssl_password", text<&Options::tls, &Tls::keyPassword>},
        {"ssl_server_hostname", text<&Options::tls, &Tls::serverHostName>},
        {"ssl_tls_minimum_version", tlsLeast},
    };

    std::array<Table, 2> tables() const { return {m_options, Table(tlsOptions)}; }

    const Option *find(const QString &name) const
    {
        const std::string key = name.toStdString();
        for (const Table table : tables()) {
            const auto found = std::ranges::find(table, key, &Option::name);
            if (found != table.end())
                return &*found;
        }
        return nullptr;
    }

    QStringList names() const
    {
        QStringList names;
        for (const Table table : tables()) {
            for (const Option &option : table)
                names << QString::fromUtf8(option.name.data(), qsizetype(option.name.size()));
        }
        names.sort();
        return names;
    }

    // Kombu's map of all that is about TLS, its keys with or without "ssl_".
    Error readTlsMap(Options &options, const QVariantMap &map) const
    {
        options.tls.enabled = true;
        const QString prefix = QStringLiteral("ssl_");
        for (auto it = map.begin(); it != map.end(); ++it) {
            const QString name = it.key().startsWith(prefix) ? it.key() : prefix + it.key();
            if (const Error error = read(options, name, it.value()); error.isError())
                return error;
        }
        return {};
    }

    Error read(Options &options, const QString &name, const QVariant &value) const
    {
        if (name == u"ssl" && value.typeId() == QMetaType::QVariantMap)
            return readTlsMap(options, value.toMap());
        if (const Option *const known = find(name)) {
            if (name.startsWith(QLatin1String("ssl_")))
                options.tls.enabled = true;
            const QString expected = known->read(options, value);
            return expected.isNull() ? Error() : OptionValues::wrongValue(name, expected, value);
        }
        if (!m_withoutEffect.contains(name))
            return OptionValues::unknownOption(m_broker, name, names(), m_withoutEffect);
        options.withoutEffect << name;
        return {};
    }

    const QString m_broker;
    const Table m_options;
    const QStringList m_withoutEffect;
};

} // namespace Qombu
