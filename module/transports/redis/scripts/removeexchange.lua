-- SPDX-License-Identifier: BSD-3-Clause
-- KEYS: binding set, permanent set, deadlines, lists of the queue. ARGV: the exchange, 1: only if nothing is bound.
-- Returns how many bindings there were; where the condition was not met nothing was done.
local wrong = refusal(1, 2, 'set') or refusal(3, 3, 'zset')
if wrong then return wrong end
local bindings = redis.call('SCARD', KEYS[1])
if bindings > 0 and ARGV[2] == '1' then return bindings end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[1])
return bindings
