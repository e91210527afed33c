-- SPDX-License-Identifier: BSD-3-Clause
-- Before the first write, for each key: what it is, if it is not what it should be.
local function refusal(first, last, wanted)
  for i = first, last do
    local kind = redis.call('TYPE', KEYS[i]).ok
    if kind ~= wanted and kind ~= 'none' then
      return redis.error_reply('WRONGTYPE ' .. KEYS[i] .. ' is a ' .. kind .. ', not a ' .. wanted)
    end
  end
end
