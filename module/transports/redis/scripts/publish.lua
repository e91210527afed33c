-- SPDX-License-Identifier: BSD-3-Clause
-- What a route was made from is looked at, and nothing else: with many bindings, reading them all
-- would keep the server from others at every publish.
--
-- KEYS: binding set, lists. ARGV: how many members the set must have ('?' any number, '' there is
-- no set), the envelopes, the members that it must have, then in one text each: for each run of
-- envelopes to one list ":<number of the list>,<how many>", for each list that is to expire
-- ";<number>,<ms>", and how many members. Returns how many were pushed; -1: the set is another one,
-- and nothing was pushed.
local last = #ARGV - 3
local members = last - tonumber(ARGV[#ARGV]) + 1
if ARGV[1] ~= '' then
  if ARGV[1] ~= '?' and redis.call('SCARD', KEYS[1]) ~= tonumber(ARGV[1]) then return -1 end
  for first = members, last, 1000 do
    local found = redis.call('SMISMEMBER', KEYS[1], unpack(ARGV, first, math.min(first + 999, last)))
    for i = 1, #found do
      if found[i] == 0 then return -1 end
    end
  end
end
local wrong = refusal(2, #KEYS, 'list')
if wrong then return wrong end
local function expire()
  for list, life in string.gmatch(ARGV[#ARGV - 1], ';(%d+),(%d+)') do
    redis.call('PEXPIRE', KEYS[tonumber(list) + 1], life)
  end
end
expire() -- shows whether it is allowed before anything was pushed
local at = 2
for list, count in string.gmatch(ARGV[#ARGV - 2], ':(%d+),(%d+)') do
  redis.call('LPUSH', KEYS[tonumber(list) + 1], unpack(ARGV, at, at + count - 1))
  at = at + count
end
expire()
return at - 2
