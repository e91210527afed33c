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
local at = 2
for list, count in string.gmatch(ARGV[#ARGV], ':(%d+),(%d+)') do
  redis.call('LPUSH', KEYS[tonumber(list) + 1], unpack(ARGV, at, at + count - 1))
  at = at + count
end
return at - 2
)lua");
    return script;
}

void ScriptCall::count(const QByteArray &list)
{
    const auto known = std::find(m_lists.begin(), m_lists.end(), list);
    const std::size_t number = std::size_t(known - m_lists.begin()) + 1;
    if (known == m_lists.end()) {
        m_lists.push_back(list);
        m_keys.add(list);
    }
    if (number != m_list || m_length == copiesPerCommand)
        endRun();
    m_list = number;
    ++m_length;
    ++m_copies;
}

RespCommand ScriptCall::takeArguments()
{
    endRun();
    m_arguments.add(m_runs);
    return std::move(m_arguments);
}

void ScriptCall::endRun()
{
    if (m_length == 0)
        return;
    m_runs += ':';
    m_runs += QByteArray::number(qulonglong(m_list));
    m_runs += ',';
    m_runs += QByteArray::number(m_length);
    m_length = 0;
}

} // namespace Qombu::Redis
