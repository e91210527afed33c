-- SPDX-License-Identifier: BSD-3-Clause
-- How an element is called: by the beginning of the SHA1 of its bytes; a large one by that of its size and
-- its ends, so that naming it keeps nobody waiting.
local function nameOf(item)
  if #item > 131072 then
    item = #item .. ' ' .. string.sub(item, 1, 65536) .. string.sub(item, -65536)
  end
  return string.sub(redis.sha1hex(item), 1, 12)
end
