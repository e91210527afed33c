// SPDX-License-Identifier: BSD-3-Clause
#include "argumentmask.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string_view>

namespace {

constexpr std::string_view SecretWords[] = {"pass", "secret", "token"};

bool isSecret(std::string_view name)
{
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return char(std::tolower(c)); });
    return std::ranges::any_of(
        SecretWords, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

// Up to the last '@', also where a password has signs in it that no URL may have.
void maskLogins(char *argument)
{
    for (char *at = std::strstr(argument, "://"); at; at = std::strstr(at + 3, "://")) {
        char *const login = at + 3;
        char *const end = login + std::strcspn(login, ";");
        char *const colon = std::find(login, end, ':');
        const auto host = std::find(std::reverse_iterator(end), std::reverse_iterator(login), '@');
        if (colon < host.base())
            std::fill(colon + 1, host.base() - 1, '*');
    }
}

void maskValues(char *argument)
{
    for (char *equals = std::strchr(argument, '='); equals; equals = std::strchr(equals + 1, '=')) {
        char *name = equals;
        while (name > argument && !std::strchr("?&;=", name[-1]))
            --name;
        if (isSecret({name, size_t(equals - name)}))
            std::fill(equals + 1, equals + 1 + std::strcspn(equals + 1, "&;"), '*');
    }
}

} // namespace

ArgumentMask::ArgumentMask(int argc, char **argv)
    : m_count(argc)
    , m_copies(argv, argv + argc)
{
    for (std::string &copy : m_copies)
        m_pointers.push_back(copy.data());
    m_pointers.push_back(nullptr);
    for (int i = 1; i < argc; ++i) {
        maskLogins(argv[i]);
        maskValues(argv[i]);
    }
}
