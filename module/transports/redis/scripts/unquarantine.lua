-- SPDX-License-Identifier: BSD-3-Clause
-- KEYS: a quarantine, lists of its queue. ARGV: how many of its oldest elements to skip, then of those that
-- follow the name and the number of the list that it goes to (0: none, it is dropped). Each goes behind all
-- that wait there. Returns how many went: it ends at the first that is another one by now.
local wrong = refusal(1, #KEYS, 'list')
if wrong then return wrong end
local call, went = redis.call, 0
for i = 2, #ARGV, 2 do
  local item = call('LINDEX', KEYS[1], -1 - ARGV[1])
  local list = ARGV[i + 1] ~= '0' and KEYS[1 + ARGV[i + 1]]
  if not item or nameOf(item) ~= ARGV[i] then break end
  if list then
    call('LPOP', list, 0) -- nothing: shows that a push can be undone, and the rest needs no memory
    call('LPUSH', list, item)
  end
  local gone = redis.pcall('LREM', KEYS[1], -1, item) -- of equal ones the oldest
  if type(gone) == 'table' then
    if list then call('LPOP', list) end
    return gone
  end
  went = went + 1
end
return went
