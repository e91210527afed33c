// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QByteArray>

namespace Qombu::Redis {

// One Lua script that runs inside the server. Constant text: no user data is ever part of it.
class Script
{
public:
    Script(const char *name, const QByteArray &text); // computes the SHA1
    QByteArray name() const { return m_name; } // for error texts
    QByteArray text() const { return m_text; }
    QByteArray sha1() const { return m_sha1; } // 40 hexadecimal digits

private:
    QByteArray m_name;
    QByteArray m_text;
    QByteArray m_sha1;
};

// Every script there is; keys, arguments and replies are said at the top of each text.
struct Scripts
{
    static const Scripts &all();
    Script claim, quarantine, settle, putBack, renew, expired, outline, restore, remove;
    Script removeExchange, bind, publish, expire;
};

} // namespace Qombu::Redis
