-- SPDX-License-Identifier: BSD-3-Clause
-- A large record without the text of its body: where it belongs shows in the rest.
--
-- KEYS: unacked. ARGV: tag, how many bytes to tell at most. Returns nothing: there is no such record;
-- its size; or its size, the place of the quote before its body, the bytes of the body, and what stands
-- before and behind them, quotes included.
local record = redis.call('HGET', KEYS[1], ARGV[1])
if not record then return {} end
local _, open = string.find(record, '^%[ ?{ ?"body": ?"')
local close, steps = open, 20000
while close and steps > 0 do
  close = string.find(record, '"', close + 1, true)
  local at = close and close - 1
  while at and string.byte(record, at) == 92 and steps > 0 do
    at = at - 1
    steps = steps - 1
  end
  steps = steps - 1
  if at and steps > 0 and (close - at) % 2 == 1 then
    if #record - (close - open) > tonumber(ARGV[2]) then break end
    return {#record, open, close - open - 1, string.sub(record, 1, open), string.sub(record, close)}
  end
end
return {#record}
