-- SPDX-License-Identifier: BSD-3-Clause
-- KEYS: a quarantine. ARGV: how many of its oldest elements to skip, how many to tell, after how many bytes
-- to stop, up to how many bytes an element is told as a whole. Returns its length, then name, size and
-- bytes of each, the oldest first; of a larger one the first bytes. At least one, where there is one.
local wrong = refusal(1, 1, 'list')
if wrong then return wrong end
local out, bytes = {redis.call('LLEN', KEYS[1])}, 0
for i = ARGV[1] + 1, math.min(ARGV[1] + ARGV[2], out[1]) do
  local item, n = redis.call('LINDEX', KEYS[1], -i), #out
  out[n + 1], out[n + 2] = nameOf(item), #item
  out[n + 3] = #item > tonumber(ARGV[4]) and string.sub(item, 1, 1000) or item
  bytes = bytes + #item
  if bytes >= tonumber(ARGV[3]) then break end
end
return out
