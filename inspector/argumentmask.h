// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

// Every user of the machine can read the arguments of every program. This keeps a copy for Qt and
// overwrites the secrets in the original: passwords of URLs, and values of options that are named
// so. Made first of all in main(), and kept as long as Qt's application.
class ArgumentMask
{
public:
    ArgumentMask(int argc, char **argv);
    ArgumentMask(const ArgumentMask &) = delete;
    ArgumentMask &operator=(const ArgumentMask &) = delete;

    int &count() { return m_count; }
    char **arguments() { return m_pointers.data(); }

private:
    int m_count;
    std::vector<std::string> m_copies;
    std::vector<char *> m_pointers; // null behind the last
};
