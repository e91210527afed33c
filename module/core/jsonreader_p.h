// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/jsonlargenumbers_p.h"

#include <Qombu/error.h>

#include <QtCore/qbytearrayview.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>

#if defined(__SSE2__) && !defined(RAPIDJSON_SSE2)
#define RAPIDJSON_SSE2 // the padding below is what makes it safe
#endif
#include <QtCore/qvarlengtharray.h>

#include <rapidjson/allocators.h>
#include <rapidjson/error/error.h>
#include <rapidjson/reader.h>

namespace Qombu::Json {

constexpr int MaximumDepth = 512;

Error notJson(rapidjson::ParseErrorCode code, size_t offset);
Error notUtf8();
Error tooDeep();
// Lone surrogates are what Python writes for undecodable names; as U+FFFD the rest can be read.
void replaceLoneSurrogates(char *text);

// Feeds the events of one JSON text in Kombu's dialect to handler: UTF-8, NaN and Infinity, numbers
// as text (RawNumber), iterative so that no text can exhaust the stack. Strings given to the
// handler stay valid until done() has returned, which is called if the text was read to its end. A
// handler that returns false says why with takeError().
template<typename Handler, typename Done>
Error read(QByteArrayView text, Handler &handler, Done &&done)
{
    constexpr unsigned Flags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag
        | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseNanAndInfFlag;
    constexpr qsizetype Padding = 32; // the reader looks at 16 bytes at a time
    if (text.isEmpty()) // and perhaps nowhere
        return notJson(rapidjson::kParseErrorDocumentEmpty, 0);
    // RapidJSON ends at the first NUL, which is no JSON anyway.
    if (const void *nul = std::memchr(text.data(), 0, size_t(text.size()))) {
        return notJson(rapidjson::kParseErrorValueInvalid,
                       size_t(static_cast<const char *>(nul) - text.data()));
    }
    if (!text.isValidUtf8())
        return notUtf8();

    using Utf8 = rapidjson::UTF8<>;
    using Pool = rapidjson::MemoryPoolAllocator<>;
    alignas(std::max_align_t) std::array<char, 1024> room; // for what is open; deep texts get more
    Pool pool(room.data(), room.size());
    QVarLengthArray<char, 4096> buffer(text.size() + Padding);
    std::memset(buffer.data() + text.size(), 0, size_t(Padding));
    bool isRepaired = false;
    std::optional<LargeNumbers> numbers;
    for (;;) {
        std::memcpy(buffer.data(), text.data(), size_t(text.size()));
        if (isRepaired)
            replaceLoneSurrogates(buffer.data());
        if (numbers)
            numbers->shorten(buffer.data());
        rapidjson::InsituStringStream stream(buffer.data());
        rapidjson::GenericReader<Utf8, Utf8, Pool> reader(&pool);
        if (numbers) {
            LargeNumberHandler<Handler> restoring{handler, *numbers, text, buffer.data()};
            reader.template Parse<Flags>(stream, restoring);
        } else {
            reader.template Parse<Flags>(stream, handler);
        }
        const rapidjson::ParseErrorCode code = reader.GetParseErrorCode();
        if (code == rapidjson::kParseErrorNone) {
            done();
            return {};
        }
        if (code == rapidjson::kParseErrorTermination)
            return handler.takeError();
        if (!isRepaired && code == rapidjson::kParseErrorStringUnicodeSurrogateInvalid)
            isRepaired = true;
        else if (!numbers && code == rapidjson::kParseErrorNumberTooBig)
            numbers.emplace();
        else
            return notJson(code, reader.GetErrorOffset());
        handler.reset();
    }
}

} // namespace Qombu::Json
