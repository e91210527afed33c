-- SPDX-License-Identifier: BSD-3-Clause
-- KEYS: unacked, its index, the quarantine, the list it was taken from. ARGV: tag ('' = no record is
-- kept), bytes, maximum length of the quarantine. Returns 1: it is there; 0: that is full, it is back in its
-- list; -1: somebody else had taken it back.
local tag, score = ARGV[1], false
-- Of nothing: a missing right ends it before anything is changed, and the rest needs no memory.
redis.call('HDEL', KEYS[1], '')
local length = redis.call('LLEN', KEYS[3])
if tag ~= '' then
  redis.call('ZREM', KEYS[2], '')
  score = redis.call('ZSCORE', KEYS[2], tag)
  if not score or redis.call('HEXISTS', KEYS[1], tag) == 0 then
    redis.call('HDEL', KEYS[1], tag)
    redis.call('ZREM', KEYS[2], tag)
    return -1
  end
end
local fits = length < tonumber(ARGV[3])
local pushed = redis.pcall(fits and 'LPUSH' or 'RPUSH', fits and KEYS[3] or KEYS[4], ARGV[2])
if type(pushed) == 'table' then return pushed end
if score then
  redis.call('HDEL', KEYS[1], tag)
  redis.call('ZREM', KEYS[2], tag)
end
return fits and 1 or 0
