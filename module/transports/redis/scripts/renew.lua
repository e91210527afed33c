-- SPDX-License-Identifier: BSD-3-Clause
-- KEYS: the index, unacked. ARGV: tags. Returns the numbers of those that somebody else has taken back.
-- One that has lost its place in the index alone (evicted, deleted) gets it again.
-- A server without memory refuses ZADD, but no script that has begun to write: so the first write is
-- one that it allows, and changes nothing.
redis.call('ZREM', KEYS[1], '')
local time = redis.call('TIME')
local now = string.format('%d.%06d', time[1], time[2])
local lost = {}
for i, tag in ipairs(ARGV) do
  if redis.call('ZADD', KEYS[1], 'XX', 'CH', now, tag) == 0 and not redis.call('ZSCORE', KEYS[1], tag) then
    if redis.call('HEXISTS', KEYS[2], tag) == 1 then
      redis.call('ZADD', KEYS[1], now, tag)
    else
      lost[#lost + 1] = i
    end
  end
end
return lost
