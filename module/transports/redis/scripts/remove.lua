-- SPDX-License-Identifier: BSD-3-Clause
-- KEYS: lists of a queue, then sets of bindings. ARGV: how many lists, 1: only if they are empty,
-- then for each member that goes the number of its set and the member. Returns how many messages
-- there were; where the condition was not met nothing was done.
local lists, messages = tonumber(ARGV[1]), 0
local wrong = refusal(1, lists, 'list') or refusal(lists + 1, #KEYS, 'set')
if wrong then return wrong end
for i = 1, lists do messages = messages + redis.call('LLEN', KEYS[i]) end
if messages > 0 and ARGV[2] == '1' then return messages end
local gone = {}
for i = 3, #ARGV, 2 do
  if redis.call('SREM', KEYS[lists + tonumber(ARGV[i])], ARGV[i + 1]) == 1 then gone[#gone + 1] = i end
end
if messages > 0 then
  local deleted = redis.pcall('UNLINK', unpack(KEYS, 1, lists)) -- a long list does not keep others waiting
  if type(deleted) == 'table' then deleted = redis.pcall('DEL', unpack(KEYS, 1, lists)) end
  if type(deleted) == 'table' then -- may not be done: neither is the rest
    for _, i in ipairs(gone) do redis.call('SADD', KEYS[lists + tonumber(ARGV[i])], ARGV[i + 1]) end
    return deleted
  end
end
return messages
