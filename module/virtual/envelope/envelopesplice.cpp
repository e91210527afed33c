// SPDX-License-Identifier: BSD-3-Clause
#include "virtual/envelope/envelope.h"
#include "virtual/envelope/jsonscanner.h"

#include <algorithm>

namespace Qombu::Envelope {

namespace {

// One replacement of bytes: insertions have an empty span.
struct Edit
{
    JsonScanner::Span where;
    QByteArray text;
};

constexpr char Flag[] = "\"redelivered\": true";

// What makes the flag true in object; Python appends a new key at the end.
QList<Edit> setFlag(JsonScanner &scanner, JsonScanner::Span object)
{
    if (const auto flag = scanner.member(object, "redelivered"))
        return {{*flag, QByteArrayLiteral("true")}};
    const qsizetype end = object.end - 1;
    const QByteArray separator = scanner.isEmptyObject(object) ? QByteArray() : QByteArray(", ");
    return {{{end, end}, separator + Flag}};
}

QList<Edit> flagHeaders(JsonScanner &scanner, JsonScanner::Span envelope)
{
    const auto headers = scanner.member(envelope, "headers");
    if (headers && scanner.isObject(*headers))
        return setFlag(scanner, *headers);
    if (headers && scanner.bytes(*headers) == "null")
        return {{*headers, QByteArray("{") + Flag + '}'}};
    if (headers)
        return {}; // ill-typed: no reader takes it
    // Kombu's restore sets no flag here, but its reader takes absent headers for empty ones: with
    // them the next consumer learns that it sees the message again.
    const QByteArray separator = scanner.isEmptyObject(envelope) ? QByteArray() : QByteArray(", ");
    const qsizetype begin = envelope.begin + 1;
    return {{{begin, begin}, QByteArray("\"headers\": {") + Flag + '}' + separator}};
}

QList<Edit> flagDeliveryInfo(JsonScanner &scanner, JsonScanner::Span envelope)
{
    const auto properties = scanner.member(envelope, "properties");
    if (!properties || !scanner.isObject(*properties))
        return {};
    const auto info = scanner.member(*properties, "delivery_info");
    if (!info || !scanner.isObject(*info))
        return {};
    return setFlag(scanner, *info);
}

} // namespace

QByteArray markRedelivered(QByteArrayView text)
{
    JsonScanner scanner(text);
    const auto envelope = scanner.root();
    if (!envelope || !scanner.isObject(*envelope))
        return text.toByteArray();
    QList<Edit> edits = flagHeaders(scanner, *envelope) + flagDeliveryInfo(scanner, *envelope);
    std::sort(edits.begin(), edits.end(),
              [](const Edit &a, const Edit &b) { return a.where.begin < b.where.begin; });

    if (scanner.isBroken())
        return text.toByteArray();

    QByteArray result;
    result.reserve(text.size() + 64);
    qsizetype copied = 0;
    for (const Edit &edit : std::as_const(edits)) {
        result.append(text.sliced(copied, edit.where.begin - copied));
        result.append(edit.text);
        copied = edit.where.end;
    }
    return result.append(text.sliced(copied));
}

int priorityOf(QByteArrayView text)
{
    JsonScanner scanner(text);
    const auto envelope = scanner.root();
    if (!envelope || !scanner.isObject(*envelope))
        return 0;
    const auto properties = scanner.member(*envelope, "properties");
    if (!properties || !scanner.isObject(*properties))
        return 0;
    const auto priority = scanner.member(*properties, "priority");
    if (!priority)
        return 0;
    QByteArray number = scanner.bytes(*priority).toByteArray();
    if (number == "true")
        return 1;
    const bool isText = number.startsWith('"') && number.size() > 1;
    if (isText)
        number = number.mid(1, number.size() - 2).trimmed();
    bool ok = false;
    const qint64 integer = number.toLongLong(&ok);
    const double value = ok || isText ? double(integer) : number.toDouble(&ok);
    // Only 0 to 9 make a difference; what is beyond stays beyond.
    return ok ? int(std::clamp(value, -1e9, 1e9)) : 0;
}

} // namespace Qombu::Envelope
