// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qbytearrayview.h>

#include <rapidjson/rapidjson.h>

#include <cstdint>
#include <vector>

namespace Qombu::Json {

// RapidJSON refuses numbers beyond a double, which Python reads. They are made short for it, and
// handed on as they were. Plain class, for one text.
class LargeNumbers
{
public:
    // Overwrites what may be too large in a copy of the text, which ends with a NUL.
    void shorten(char *text);
    // What was at this offset; size: of what is there now. Ask in rising order.
    QByteArrayView original(QByteArrayView text, std::size_t offset, std::size_t size);

private:
    struct Number
    {
        std::size_t offset;
        std::size_t size;
    };
    std::vector<Number> m_numbers;
    std::size_t m_next = 0; // to be asked for
};

// Infinity, or zero, for a JSON number that is not within a double's range.
double beyondDouble(QByteArrayView number);

// Passes all events on to a handler, and large numbers as they were.
template<typename Handler>
struct LargeNumberHandler
{
    Handler &handler;
    LargeNumbers &numbers;
    QByteArrayView text; // as it was
    const char *copy; // as it is read

    using SizeType = rapidjson::SizeType;
    bool Null() { return handler.Null(); }
    bool Bool(bool value) { return handler.Bool(value); }
    bool Int(int value) { return handler.Int(value); }
    bool Uint(unsigned value) { return handler.Uint(value); }
    bool Int64(std::int64_t value) { return handler.Int64(value); }
    bool Uint64(std::uint64_t value) { return handler.Uint64(value); }
    bool Double(double value) { return handler.Double(value); }
    bool RawNumber(const char *number, SizeType size, bool copies)
    {
        const auto was = numbers.original(text, std::size_t(number - copy), size);
        return handler.RawNumber(was.data(), SizeType(was.size()), copies);
    }
    bool String(const char *string, SizeType size, bool copies)
    {
        return handler.String(string, size, copies);
    }
    bool Key(const char *key, SizeType size, bool copies) { return handler.Key(key, size, copies); }
    bool StartObject() { return handler.StartObject(); }
    bool EndObject(SizeType count) { return handler.EndObject(count); }
    bool StartArray() { return handler.StartArray(); }
    bool EndArray(SizeType count) { return handler.EndArray(count); }
};

} // namespace Qombu::Json
