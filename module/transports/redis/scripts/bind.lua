-- SPDX-License-Identifier: BSD-3-Clause
-- Kombu since 5.7 deletes whole sets: those that have a deadline, which is over, and no member in
-- the permanent set. What is there already is not written again, which a server without memory
-- allows.
--
-- KEYS: binding set, permanent set, deadlines. ARGV: the exchange, then for each binding its life in
-- ms ('' = for ever), its member, the other text for the same wish or ''. Returns how many members
-- were missing.
local wrong = refusal(1, 2, 'set') or refusal(3, 3, 'zset') or refusal(4, #KEYS, 'list')
if wrong then return wrong end
local call, added, span = redis.call, {}, 0
local function has(set, member) return member ~= '' and call('SISMEMBER', set, member) == 1 end
-- An error, unless the server is full: then what is missing is written later.
local function refused(reply)
  return type(reply) == 'table' and not string.find(reply.err, 'OOM ') and not string.find(reply.err, 'MISCONF ')
end
for i = 2, #ARGV, 3 do
  local life, member, other = tonumber(ARGV[i]), ARGV[i + 1], ARGV[i + 2]
  if not has(KEYS[1], member) then
    if has(KEYS[1], other) then
      member, other = other, member
    else
      call('SADD', KEYS[1], member)
      added[#added + 1] = member
    end
  end
  if life then
    span = math.max(span, life)
    for _, text in ipairs({member, other}) do
      if has(KEYS[2], text) then call('SREM', KEYS[2], text) end
    end
  elseif not has(KEYS[2], member) then
    local kept = redis.pcall('SADD', KEYS[2], member)
    if refused(kept) then return kept end
  end
end
if span > 0 then
  local time = call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local known = call('ZSCORE', KEYS[3], ARGV[1])
  if not known or tonumber(known) < now + span * 2 / 3 then
    local set = redis.pcall('ZADD', KEYS[3], 'GT', string.format('%.0f', now + span), ARGV[1])
    if refused(set) then
      for _, member in ipairs(added) do call('SREM', KEYS[1], member) end
      return set
    end
  end
end
return #added
