-- SPDX-License-Identifier: BSD-3-Clause
-- Tells elements of lists one after the other, and of those that are too large only how large they are.
-- How much is looked at is bounded: the server does not know how large an element is before it has read it.
--
-- KEYS: the lists. ARGV: 1: each from its right end, where the next message is; the number of the list to
-- begin with; how many of its elements were told already; how many to tell; the bytes of the largest that is
-- told as a whole; how many bytes to tell at most, but one element; after how many bytes to stop.
-- Returns the number of the list to go on with (0: there is no more; -1: it would be too many bytes), how many
-- of its elements were told; for each list that cannot be read its number and why; for each element its size,
-- and its bytes or nothing.
local list, told, left = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local largest, room, work = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local refused, out, n = {}, {}, 0
while list <= #KEYS and left > 0 and work > 0 do
  local index = ARGV[1] == '1' and -1 - told or told
  local found = redis.pcall('LRANGE', KEYS[list], index, index)
  if found.err then
    local kind = redis.pcall('TYPE', KEYS[list])
    local isForeign = kind.ok and kind.ok ~= 'list' and kind.ok ~= 'none'
    refused[#refused + 1] = list
    refused[#refused + 1] = isForeign and 'WRONGTYPE ' .. KEYS[list] .. ' is a ' .. kind.ok .. ', not a list'
      or found.err
  end
  local item = found[1]
  if item then
    local size, isWhole = #item, #item <= largest
    if isWhole and size > room and (n > 0 or room < largest) then return {-1, 0, refused, out} end
    n, told, left, work = n + 1, told + 1, left - 1, work - size
    out[2 * n - 1], out[2 * n] = size, isWhole and item
    if isWhole then room = room - size end
  else
    list, told = list + 1, 0
  end
end
return {list <= #KEYS and list or 0, told, refused, out}
