-- SPDX-License-Identifier: BSD-3-Clause
-- KEYS: lists of a queue. ARGV: how long they live from now on, in ms.
local wrong = refusal(1, #KEYS, 'list')
if wrong then return wrong end
for i = 1, #KEYS do redis.call('PEXPIRE', KEYS[i], ARGV[1]) end
return #KEYS
