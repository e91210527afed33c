// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace QombuTest {

// Keys that were tried on Kombu itself; bit i of a row stands for key i.
inline constexpr const char16_t *TopicKeys[] = {
    u"",         u"a",      u"b",         u"a.b",          u"a.b.c",        u"a.c",
    u"a.b.b.c",  u"a.",     u"usd.stock", u"eur.stock.db", u"stock.nasdaq", u"a-b.c",
    u"user@x.y", u"aaa",    u"a.x.",      u"a..b",         u"b.a",          u"x.y.a",
    u"a_b.é",    u"a b.c$",
};

// What Kombu 5.2.4 stores for a binding key, the expression of 5.7, and which keys Python's
// re.match finds with them.
struct TopicRow
{
    const char16_t *bindingKey;
    const char16_t *stored56;
    const char16_t *stored57;
    unsigned matches56;
    unsigned matches57;
};

// clang-format off
inline constexpr TopicRow TopicTable[] = {
    {u"#", u"^.*?$", u"^.*?$", 0xfffff, 0xfffff},
    {u"*", u"^.*?[^\\.]$", u"^[^\\.]+$", 0xfbf7e, 0x02006},
    {u"a.#", u"^a\\..*?$", u"^a\\..*?$", 0x0c0f8, 0x0c0f8},
    {u"#.a", u"^.*?\\.a$", u"^.*?\\.a$", 0x30000, 0x30000},
    {u"a.*", u"^a\\..*?[^\\.]$", u"^a\\.[^\\.]+$", 0x08078, 0x00028},
    {u"a.*.c", u"^a\\..*?[^\\.]\\.c$", u"^a\\.[^\\.]+\\.c$", 0x00050, 0x00010},
    {u"a.#.c", u"^a\\..*?\\.c$", u"^a\\..*?\\.c$", 0x00050, 0x00050},
    {u"*.stock.#", u"^.*?[^\\.]\\.stock\\..*?$", u"^[^\\.]+\\.stock\\..*?$", 0x00200, 0x00200},
    {u"user@x.y", u"^user\\@x\\.y$", u"^user\\@x\\.y$", 0x01000, 0x01000},
    {u"*.*", u"^.*?[^\\.]\\..*?[^\\.]$", u"^[^\\.]+\\.[^\\.]+$", 0xf9f78, 0xd1d28},
    {u"a.#.#", u"^a\\..*?\\..*?$", u"^a\\..*?\\..*?$", 0x0c050, 0x0c050},
    {u"a", u"^a$", u"^a$", 0x00002, 0x00002},
    {u"", u"^$", u"^$", 0x00001, 0x00001},
    {u"a_b.é", u"^a\\_b\\.é$", u"^a\\_b\\.é$", 0x40000, 0x40000},
    {u"a b.c$", u"^a\\ b\\.c\\$$", u"^a\\ b\\.c\\$$", 0x80000, 0x80000},
    {u"*.#", u"^.*?[^\\.]\\..*?$", u"^[^\\.]+\\..*?$", 0xfdff8, 0xfdff8},
    {u"#.*", u"^.*?\\..*?[^\\.]$", u"^.*?\\.[^\\.]+$", 0xf9f78, 0xf9f78},
    {u"a.*.#", u"^a\\..*?[^\\.]\\..*?$", u"^a\\.[^\\.]+\\..*?$", 0x04050, 0x04050},
    {u"a-b.*", u"^a\\-b\\..*?[^\\.]$", u"^a\\-b\\.[^\\.]+$", 0x00800, 0x00800},
    {u"stock.nasdaq", u"^stock\\.nasdaq$", u"^stock\\.nasdaq$", 0x00400, 0x00400},
};
// clang-format on

} // namespace QombuTest
