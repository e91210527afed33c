// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/publishing/redispublishscript.h"

namespace Qombu::Redis {

const Script &publishScript()
{
    static const Script script("publish", R"lua(
local members = redis.call('SMEMBERS', KEYS[1])
local a, b = 0, 0
for i = 1, #members do
  local hash = redis.sha1hex(members[i])
  a = bit.bxor(a, tonumber(string.sub(hash, 1, 8), 16))
  b = bit.bxor(b, tonumber(string.sub(hash, 9, 16), 16))
end
if #members .. ':' .. bit.tohex(a) .. bit.tohex(b) ~= ARGV[1] then
  return members
end
for i = 2, #KEYS do
  local kind = redis.call('TYPE', KEYS[i]).ok
  if kind ~= 'list' and kind ~= 'none' then
    return redis.error_reply('WRONGTYPE ' .. KEYS[i] .. ' is a ' .. kind .. ', not a queue')
  end
end
local at, pushed = 2, 0
while at <= #ARGV do
  local count = tonumber(ARGV[at + 1])
  redis.call('LPUSH', KEYS[tonumber(ARGV[at]) + 1], unpack(ARGV, at + 2, at + 1 + count))
  at = at + 2 + count
  pushed = pushed + count
end
return pushed
)lua");
    return script;
}

void ScriptCall::add(const QByteArray &list, QByteArrayView envelope)
{
    auto known = std::find(m_lists.begin(), m_lists.end(), list);
    const int number = int(known - m_lists.begin()) + 1;
    if (known == m_lists.end())
        m_lists.push_back(list);
    if (number != m_groupList || m_groupCount == copiesPerCommand)
        endGroup();
    m_groupList = number;
    if (m_groupCount == 0)
        m_group.reserve(std::min(bytesPerCommand, (envelope.size() + 16) * m_expected));
    m_group.add(envelope);
    ++m_groupCount;
    ++m_copies;
}

RespCommand ScriptCall::take(const QByteArray &bindingSet, const QByteArray &fingerprint)
{
    endGroup();
    RespCommand command;
    command.reserve(m_groups.size() + 256);
    command.add(bindingSet);
    for (const QByteArray &list : m_lists)
        command.add(list);
    command.add(fingerprint);
    command.addAll(m_groups);
    return command;
}

void ScriptCall::endGroup()
{
    if (m_groupCount == 0)
        return;
    if (m_groups.count() == 0)
        m_groups.reserve(m_group.size() + 64);
    m_groups.add(m_groupList).add(m_groupCount).addAll(m_group);
    m_group = RespCommand();
    m_groupCount = 0;
}

} // namespace Qombu::Redis
