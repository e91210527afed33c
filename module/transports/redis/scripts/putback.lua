-- SPDX-License-Identifier: BSD-3-Clause
-- KEYS: unacked, its index, target lists. ARGV: LPUSH (last to be served) or RPUSH (next), then for each
-- delivery its tag, the number of its target, its bytes. Returns the numbers of those that somebody
-- else had taken back, then number and error of those that could not be pushed and stay held.
local push, lost, refused = ARGV[1] == 'LPUSH' and 'LPUSH' or 'RPUSH', {}, {}
redis.call('ZREM', KEYS[2], '')
redis.call('HDEL', KEYS[1], '')
for i = 2, #ARGV, 3 do
  local tag, n, pushed = ARGV[i], (i + 1) / 3, nil
  if redis.call('HEXISTS', KEYS[1], tag) == 1 then
    pushed = redis.pcall(push, KEYS[2 + tonumber(ARGV[i + 1])], ARGV[i + 2])
  else
    lost[#lost + 1] = n
  end
  if type(pushed) == 'table' then
    refused[#refused + 1] = n
    refused[#refused + 1] = pushed.err
  else
    redis.call('HDEL', KEYS[1], tag)
    redis.call('ZREM', KEYS[2], tag)
  end
end
return {lost, refused}
