// SPDX-License-Identifier: BSD-3-Clause
// usage: ROOM_tests [tst_name [OPTION-OF-QTEST]...]: runs the tests of one file, or all of them.
#include "support/testmain.h"

#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

namespace {

auto &tests()
{
    static std::map<std::string, QombuTest::TestFunction> table;
    return table;
}

} // namespace

bool QombuTest::addTest(const char *file, TestFunction function)
{
    return tests().emplace(std::filesystem::path(file).stem(), function).second;
}

// A test sees its own name in place of the program's.
int main(int argc, char **argv)
{
    if (argc == 1) {
        int failed = 0;
        for (const auto &[test, function] : tests()) {
            std::string name = test;
            char *arguments[] = {name.data(), nullptr};
            failed += function(1, arguments);
        }
        return failed;
    }
    const auto test = tests().find(argv[1]);
    if (test != tests().end())
        return test->second(argc - 1, argv + 1);
    std::fprintf(stderr, "usage: %s [TEST [OPTION]...]    TEST is one of:", argv[0]);
    for (const auto &[name, function] : tests())
        std::fprintf(stderr, " %s", name.c_str());
    std::fprintf(stderr, "\n");
    return 2;
}
