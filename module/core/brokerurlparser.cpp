// SPDX-License-Identifier: BSD-3-Clause
#include "core/brokerurlparser_p.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>
#include <array>

namespace Qombu {

namespace {

const QLatin1String SchemeEnd("://");

Error badUrl(const QString &text)
{
    return Error(Error::Configuration, text);
}

struct BrokerUrlText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::BrokerUrl)
};

int hexValue(QChar c)
{
    const char16_t u = c.unicode();
    if (u >= '0' && u <= '9')
        return u - '0';
    if (u >= 'a' && u <= 'f')
        return u - 'a' + 10;
    if (u >= 'A' && u <= 'F')
        return u - 'A' + 10;
    return -1;
}

// As Python's unquote: an escape that is none stays as it is. Empty becomes null ("absent").
QString decoded(QStringView text)
{
    if (text.isEmpty())
        return {};
    if (!text.contains(u'%'))
        return text.toString();
    QByteArray bytes;
    bytes.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        const int high = text[i] == u'%' && i + 2 < text.size() ? hexValue(text[i + 1]) : -1;
        const int low = high >= 0 ? hexValue(text[i + 2]) : -1;
        if (low >= 0) {
            bytes += char(high * 16 + low);
            i += 2;
            continue;
        }
        const qsizetype length = text[i].isHighSurrogate() && i + 1 < text.size() ? 2 : 1;
        bytes += text.mid(i, length).toUtf8();
        i += length - 1;
    }
    return QString::fromUtf8(bytes);
}

QString encoded(const QString &text, const char *keep = "")
{
    return QString::fromLatin1(text.toUtf8().toPercentEncoding(keep));
}

bool isControl(QChar c)
{
    return c.unicode() < 0x20 || c.unicode() == 0x7f;
}

bool isSecretKey(const QString &key)
{
    static constexpr std::array Words{"password", "passwd", "secret", "token"};
    return std::any_of(Words.begin(), Words.end(), [&key](const char *word) {
        return key.contains(QLatin1String(word), Qt::CaseInsensitive);
    });
}

// "http://user:password@host".
bool holdsPassword(const QString &value)
{
    const qsizetype user = value.indexOf(SchemeEnd);
    return user >= 0 && value.indexOf(u'@', user) > 0;
}

// Reads one URL or, after the first, a host that inherits the rest of the URL before it.
class PartParser
{
public:
    explicit PartParser(const BrokerUrlPart *previous)
        : m_previous(previous)
    {
    }

    Result<BrokerUrlPart> parse(QStringView text)
    {
        const qsizetype end = text.indexOf(SchemeEnd);
        if (end < 0 && m_previous) {
            if (const Error error = parseHostOnly(text); error.isError())
                return error;
            return m_part;
        }
        if (const Error error = parseScheme(end < 0 ? u"amqp" : text.left(end)); error.isError())
            return error;
        if (const Error error = parseRest(end < 0 ? text : text.mid(end + SchemeEnd.size()));
            error.isError())
            return error;
        inherit();
        return m_part;
    }

private:
    // Kombu takes an alternate without a scheme for the host of the URL before.
    Error parseHostOnly(QStringView text)
    {
        for (const QChar c : text) {
            if (QLatin1String("/?#@").contains(c)) {
                return badUrl(BrokerUrlText::tr(
                    "An alternate without \"://\" can only be a host, or host and port. "
                    "Write this URL of the list in full, such as redis://host:6379/0."));
            }
        }
        m_part = *m_previous;
        return parseHostAndPort(text);
    }

    Error parseScheme(QStringView text)
    {
        const QString scheme = text.toString().toLower();
        const auto fits = [](QChar c) {
            return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') || c == u'+' || c == u'-'
                || c == u'.';
        };
        if (scheme.isEmpty()) {
            return badUrl(
                BrokerUrlText::tr("The URL has no transport before \"://\". Write one, such as "
                                  "redis://localhost."));
        }
        if (scheme.front() < u'a' || scheme.front() > u'z'
            || !std::all_of(scheme.cbegin(), scheme.cend(), fits)) {
            return badUrl(BrokerUrlText::tr(
                "The part before \"://\" is not the name of a transport. Names have "
                "letters, digits, '+', '-' and '.', such as redis or amqps."));
        }
        const qsizetype plus = scheme.indexOf(u'+');
        if (plus < 0 || scheme == QLatin1String("mongodb+srv")) {
            m_part.scheme = scheme;
            return {};
        }
        m_part.scheme = scheme.left(plus);
        m_part.inner = scheme.mid(plus + 1);
        if (m_part.inner == QLatin1String("unix"))
            m_part.inner = QStringLiteral("socket"); // an alias of Kombu's
        return {};
    }

    Error parseRest(QStringView text)
    {
        if (text.contains(u'#')) {
            return badUrl(BrokerUrlText::tr(
                "The URL has a '#'. Write it as %23; if it is part of the password, "
                "write every one of # / ? @ : ; % there as % and two hex digits."));
        }
        const qsizetype question = text.indexOf(u'?');
        const QStringView beforeQuery = question < 0 ? text : text.left(question);
        const qsizetype slash = beforeQuery.indexOf(u'/');
        const QStringView authority = slash < 0 ? beforeQuery : beforeQuery.left(slash);
        m_hasLateAt = text.mid(authority.size()).contains(u'@');
        if (const Error error = parseAuthority(authority); error.isError())
            return error;
        if (const Error error = parsePath(slash < 0 ? QStringView() : beforeQuery.mid(slash));
            error.isError())
            return error;
        return question < 0 ? Error() : parseQuery(text.mid(question + 1));
    }

    Error parseAuthority(QStringView text)
    {
        const qsizetype at = text.lastIndexOf(u'@'); // as Python: the last one ends the user part
        if (at >= 0) {
            const QStringView user = text.left(at);
            const qsizetype colon = user.indexOf(u':');
            m_part.userName = decoded(colon < 0 ? user : user.left(colon));
            m_part.password = colon < 0 ? QString() : decoded(user.mid(colon + 1));
        }
        if (!m_part.isSocket())
            return parseHostAndPort(text.mid(at + 1));
        if (at + 1 == text.size())
            return {};
        return badUrl(BrokerUrlText::tr(
            "A unix socket has no host. Write three slashes before its path, such as "
            "redis+socket:///run/redis.sock."));
    }

    Error parseHostAndPort(QStringView text)
    {
        // MongoDB's own lists are handed through.
        if (text.contains(u',') && m_part.scheme.startsWith(QLatin1String("mongodb"))) {
            m_part.host = text.toString().toLower();
            return {};
        }
        if (text.startsWith(u'[')) {
            const qsizetype end = text.indexOf(u']');
            if (end < 0)
                return badUrl(BrokerUrlText::tr("The IPv6 address has no closing ']'."));
            const QStringView after = text.mid(end + 1);
            if (!after.isEmpty() && after.front() != u':')
                return badUrl(BrokerUrlText::tr(
                    "After the ']' of an IPv6 address only \":port\" may follow."));
            if (const Error error = setHost(text.mid(1, end - 1)); error.isError())
                return error;
            if (!m_part.host.contains(u':'))
                return badUrl(
                    BrokerUrlText::tr("Between '[' and ']' there must be an IPv6 address."));
            return after.isEmpty() ? Error() : parsePort(after.mid(1));
        }
        const qsizetype colon = text.indexOf(u':');
        if (colon >= 0 && text.lastIndexOf(u':') != colon) {
            return badUrl(BrokerUrlText::tr(
                "The host has more than one ':'. Put an IPv6 address in brackets, such "
                "as redis://[::1]:6379; write a ':' of a password as %3A."));
        }
        if (const Error error = setHost(colon < 0 ? text : text.left(colon)); error.isError())
            return error;
        return colon < 0 ? Error() : parsePort(text.mid(colon + 1));
    }

    Error setHost(QStringView text)
    {
        const QString host = decoded(text).toLower();
        for (const QChar c : host) {
            if (isControl(c) || c.isSpace() || QLatin1String("/?#@[]\\\"<>").contains(c)) {
                return badUrl(BrokerUrlText::tr(
                    "The host has a character that no host name has. If it belongs to "
                    "the password, write it as % and two hex digits."));
            }
        }
        if (!host.isEmpty() || !m_previous)
            m_part.host = host;
        return {};
    }

    Error parsePort(QStringView text)
    {
        if (text.isEmpty())
            return {};
        const auto isDigit = [](QChar c) { return c >= u'0' && c <= u'9'; };
        const bool digits = std::all_of(text.begin(), text.end(), isDigit);
        if (!digits && m_hasLateAt) {
            return badUrl(BrokerUrlText::tr(
                "What follows the ':' is no port. If it is a password with '/' or '?' in "
                "it, write them as %2F and %3F."));
        }
        const int port = digits && text.size() <= 5 ? text.toInt() : 0;
        if (port < 1 || port > 65535)
            return badUrl(BrokerUrlText::tr("The port is not a number from 1 to 65535."));
        m_part.port = port;
        return {};
    }

    // As in Kombu one leading slash is dropped, an empty path is no vhost.
    Error parsePath(QStringView text)
    {
        const QString path = decoded(text.mid(1));
        if (!m_part.isSocket()) {
            m_part.virtualHost = path;
            return {};
        }
        if (path.isEmpty()) {
            return badUrl(
                BrokerUrlText::tr("The URL of a unix socket needs the path of its file, such as "
                                  "redis+socket:///run/redis.sock."));
        }
        if (std::any_of(path.cbegin(), path.cend(), isControl))
            return badUrl(
                BrokerUrlText::tr("The path of the unix socket has a control character."));
        m_part.socketPath = u'/' + path;
        return {};
    }

    Error parseQuery(QStringView text)
    {
        for (const QStringView pair : text.tokenize(u'&')) {
            const qsizetype equals = pair.indexOf(u'=');
            if (equals < 0)
                continue; // as Python's parse_qsl
            const QString key = decodedQuery(pair.left(equals));
            const QString value = decodedQuery(pair.mid(equals + 1));
            if (key.isEmpty() || value.isEmpty())
                continue;
            if (const Error error = addQueryItem(key, value); error.isError())
                return error;
        }
        return {};
    }

    static QString decodedQuery(QStringView text)
    {
        return decoded(text.toString().replace(u'+', u' '));
    }

    Error addQueryItem(const QString &key, const QString &value)
    {
        static constexpr std::array Parts{"virtual_host", "hostname", "port",
                                          "userid",       "password", "transport"};
        if (m_part.isSocket() && key == QLatin1String("virtual_host")) {
            m_part.virtualHost = value;
            return {};
        }
        for (const char *part : Parts) {
            if (key == QLatin1String(part)) {
                return badUrl(BrokerUrlText::tr(
                                  "The query key \"%1\" repeats a part of the URL. Write it in its "
                                  "place: transport://user:password@host:port/vhost.")
                                  .arg(key));
            }
        }
        if (key == QLatin1String("ssl_cert_reqs")) {
            QString mode = value.toLower();
            if (mode.startsWith(QLatin1String("cert_")))
                mode.remove(0, 5);
            if (mode != QLatin1String("required") && mode != QLatin1String("optional")
                && mode != QLatin1String("none")) {
                return badUrl(BrokerUrlText::tr(
                                  "ssl_cert_reqs is \"%1\". It must be required, optional or none.")
                                  .arg(value));
            }
        }
        m_part.query.insert(key, value);
        return {};
    }

    // Of an alternate: port and vhost stay those of the URL before unless named.
    void inherit()
    {
        if (!m_previous)
            return;
        const bool listsSentinels = m_part.scheme == QLatin1String("sentinel");
        if (m_part.port < 0 && !listsSentinels && !m_part.isSocket())
            m_part.port = m_previous->port;
        if (m_part.virtualHost.isNull())
            m_part.virtualHost = m_previous->virtualHost;
    }

    const BrokerUrlPart *m_previous;
    BrokerUrlPart m_part;
    bool m_hasLateAt = false;
};

void appendUserInfo(QString &out, const BrokerUrlPart &part, PasswordForm form)
{
    if (part.userName.isNull() && part.password.isNull())
        return;
    out += encoded(part.userName);
    if (!part.password.isNull()) {
        out +=
            u':' + (form == PasswordForm::Masked ? QStringLiteral("**") : encoded(part.password));
    }
    out += u'@';
}

void appendHost(QString &out, const BrokerUrlPart &part)
{
    const bool passedThrough = part.host.contains(u',');
    if (passedThrough)
        out += part.host;
    else if (part.host.contains(u':'))
        out += u'[' + encoded(part.host, ":") + u']';
    else
        out += encoded(part.host);
    if (part.port >= 0)
        out += u':' + QString::number(part.port);
}

void appendQuery(QString &out, const BrokerUrlPart &part, PasswordForm form)
{
    QMap<QString, QString> query = part.query;
    if (part.isSocket() && !part.virtualHost.isNull())
        query.insert(QStringLiteral("virtual_host"), part.virtualHost);
    QChar separator = u'?';
    for (auto item = query.cbegin(); item != query.cend(); ++item) {
        const bool masked = form == PasswordForm::Masked
            && (isSecretKey(item.key()) || holdsPassword(item.value()));
        out += separator + encoded(item.key()) + u'='
            + (masked ? QStringLiteral("**") : encoded(item.value(), "/:"));
        separator = u'&';
    }
}

} // namespace

Result<QList<BrokerUrlPart>> parseBrokerUrls(const QString &text)
{
    QList<BrokerUrlPart> parts;
    for (const QStringView entry : QStringView(text).tokenize(u';')) {
        const QStringView trimmed = entry.trimmed();
        if (trimmed.isEmpty())
            continue;
        auto part = PartParser(parts.isEmpty() ? nullptr : &parts.last()).parse(trimmed);
        if (!part)
            return part.error().withWhere(maskedInvalidUrl(trimmed.toString()));
        parts.append(*part);
    }
    if (parts.isEmpty())
        return badUrl(
            BrokerUrlText::tr("There is no broker URL. Write one, such as redis://localhost."));
    return parts;
}

QString printBrokerUrl(const BrokerUrlPart &part, PasswordForm form)
{
    QString out = part.scheme;
    if (!part.inner.isEmpty())
        out += u'+' + part.inner;
    out += SchemeEnd;
    appendUserInfo(out, part, form);
    if (part.isSocket()) {
        out += encoded(part.socketPath, "/");
    } else {
        appendHost(out, part);
        if (!part.virtualHost.isNull())
            out += u'/' + encoded(part.virtualHost, "/");
    }
    appendQuery(out, part, form);
    return out;
}

QString maskedInvalidUrl(const QString &text)
{
    const qsizetype end = text.indexOf(SchemeEnd);
    return end < 0 ? QString() : text.left(end + SchemeEnd.size()) + QStringLiteral("**");
}

} // namespace Qombu
