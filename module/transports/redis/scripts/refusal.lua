-- SPDX-License-Identifier: BSD-3-Clause
-- Before the first write, for each key: what it is, if it is not what it should be. Up to Redis 7.0 each
-- command that only reads lets CLIENT TRACKING remember all keys of the script, so N of them cost N * N;
-- to take nothing from a list says the same and is a write.
local function refusal(first, last, wanted)
  local takes = wanted == 'list' and last - first > 8
  for i = first, last do
    local taken = takes and redis.pcall('RPOP', KEYS[i], 0)
    if not takes or taken and taken.err then -- it is none, or that is not granted
      takes = false
      local kind = redis.call('TYPE', KEYS[i]).ok
      if kind ~= wanted and kind ~= 'none' then
        return redis.error_reply('WRONGTYPE ' .. KEYS[i] .. ' is a ' .. kind .. ', not a ' .. wanted)
      end
    end
  end
end
