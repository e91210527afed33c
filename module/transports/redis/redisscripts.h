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

// Every script there is: scripts/*.lua, each of which says at its top what its keys, arguments and
// replies are. What all of them keep to: a script that is refused in its middle (another type of
// key, a permission that is missing inside of scripts) must not have lost a message by then. So the
// first write is one that a server without memory allows, and every push that may fail can be
// undone or stands before what follows from it; what must not be refused then is tried before,
// without effect: ZREM of the member '', which no delivery has.
struct Scripts
{
    static const Scripts &all();
    Script claim, quarantine, settle, putBack, renew, expired, outline, restore, peek, remove;
    Script removeExchange, bind, publish, expire, quarantined, unquarantine;
};

} // namespace Qombu::Redis
