// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/fuzz/fuzztarget.h"

#include <cstdint>

// libFuzzer's main() calls this. GCC does not tell libFuzzer where the program was, only us: its
// calls are led here by the linker (--wrap) and counted where libFuzzer looks.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    QombuTest::fuzz(QByteArrayView(data, qsizetype(size)));
    return 0;
}

namespace {

constexpr std::size_t Places = 1 << 16;

} // namespace

[[gnu::section("__libfuzzer_extra_counters"), gnu::used]] std::uint8_t qombuFuzzCounters[Places];

extern "C" void __wrap___sanitizer_cov_trace_pc()
{
    const auto place = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
    ++qombuFuzzCounters[(place ^ place >> 16) % Places];
}
