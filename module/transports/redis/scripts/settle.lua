-- SPDX-License-Identifier: BSD-3-Clause
-- KEYS: unacked, its index. ARGV: tags. Returns the numbers of those that somebody else had taken back.
local lost = {}
redis.call('ZREM', KEYS[2], '')
for first = 1, #ARGV, 1000 do
  local last = math.min(first + 999, #ARGV)
  -- Many at once where the server knows ZMSCORE (6.2) and lets us use it.
  local scores = redis.pcall('ZMSCORE', KEYS[2], unpack(ARGV, first, last))
  if scores.err then
    for i = first, last do
      if redis.call('HDEL', KEYS[1], ARGV[i]) == 0 then -- first: an index entry alone does no harm
        lost[#lost + 1] = i
      end
      redis.call('ZREM', KEYS[2], ARGV[i])
    end
  else
    for i = first, last do
      if not scores[i - first + 1] and redis.call('HEXISTS', KEYS[1], ARGV[i]) == 0 then
        lost[#lost + 1] = i
      end
    end
    redis.call('HDEL', KEYS[1], unpack(ARGV, first, last))
    redis.call('ZREM', KEYS[2], unpack(ARGV, first, last))
  end
end
return lost
