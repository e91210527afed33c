-- SPDX-License-Identifier: BSD-3-Clause
-- KEYS: unacked, its index, targets. ARGV: tag, the score seen, bytes; of a record whose body stays
-- here also what stands behind the body, the place of the quote before it, its bytes, the size of the
-- record. Returns 1: moved to the front of every target; 0: somebody was faster; an error: it stays.
local score = redis.call('ZSCORE', KEYS[2], ARGV[1])
-- As numbers: Redis 8 has two notations for one, in ZSCAN and in ZSCORE.
if not score or tonumber(score) ~= tonumber(ARGV[2]) then return 0 end
-- Before the first push: half of a restore would be repeated at every sweep.
local wrong = refusal(3, #KEYS, 'list')
if wrong then return wrong end
local bytes = ARGV[3]
if ARGV[4] then
  local record = redis.call('HGET', KEYS[1], ARGV[1])
  if not record or #record ~= tonumber(ARGV[7]) then return 0 end
  bytes = bytes .. string.sub(record, ARGV[5] + 1, ARGV[5] + ARGV[6]) .. ARGV[4]
end
-- Of nothing: a missing right ends it before anything is changed, and the rest needs no memory.
redis.call('ZREM', KEYS[2], '')
redis.call('HDEL', KEYS[1], '')
local known = redis.call('HEXISTS', KEYS[1], ARGV[1])
for i = 3, known == 1 and #KEYS or 2 do
  local pushed = redis.pcall('RPUSH', KEYS[i], bytes)
  if type(pushed) == 'table' then
    for j = 3, i - 1 do redis.pcall('RPOP', KEYS[j]) end
    return pushed
  end
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return known
