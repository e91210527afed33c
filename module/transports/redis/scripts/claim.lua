-- SPDX-License-Identifier: BSD-3-Clause
-- Pops and registers a batch in one atomic step, and looks at a bounded number of elements and
-- bytes, whatever lies in the lists. What is no message goes to a quarantine and is never deleted:
-- where that is full it stays where it is, and so does what is behind it. Of each element only the
-- shape is looked at. Measured beside a variant that reads every element as JSON (cjson), server
-- time a message in batches of 16, Redis 7.0: 1 kB 15 instead of 25 µs, 10 kB 75 instead of 136 µs,
-- 100 kB 720 instead of 1130 µs; at 100 B no clear difference.
-- An error means that nothing was taken: what can raise one is done before the first pop, and what
-- may not be recorded goes back where it was.
--
-- KEYS: unacked, its index, the source lists in service order, one quarantine list a queue.
-- ARGV: maximum of messages, of bytes, tag prefix ('' = no record is kept), first number, maximum of
-- bytes of one element, maximum length of a quarantine, maximum of elements and of bytes that are no
-- messages, number of sources, then for each source the number of its queue, then for each queue its
-- name as JSON, then 'new' where nobody knows yet whether they are queues. Returns three or four things:
-- 1 (all was taken, and the next push is told), 0 (there may be more) or why it is not told;
-- what was put away: source, how many were taken before it, bytes;
-- what was taken: source, bytes; what is no message and had to stay: source, '' (full), why, or how many
-- elements show that the list is something else than a queue.
local max, maxBytes, prefix, number = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local maxElement, maxAway, sources = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[9])
local maxJunk, maxJunkBytes = tonumber(ARGV[7]), tonumber(ARGV[8])
local find, byte, pcall_ = string.find, string.byte, redis.pcall

-- Nothing is read before the last pop but where there is junk: the server would tell this very client of
-- its own pops.

-- The shape that Kombu and we write; where it does not fit, JSON is read; above 16 kB only the ends.
local function looksSound(item)
  if byte(item, 1) ~= 123 and not find(item, '^[ \t\r\n]+{') then return false end
  if byte(item, -1) ~= 125 and not find(item, '}[ \t\r\n]+$', -64) then return false end
  if #item > 16384 then return true end
  local _, p = find(item, '^{"body": ?"')
  p = p and find(item, '"', p + 1, true)
  if p and find(item, '^", ?"content%-encoding": ?"', p) and find(item, '"delivery_tag": ?"[^"\\]*"}}$', -80) then
    return true
  end
  local ok, d = pcall(cjson.decode, item)
  return ok and type(d) == 'table' and type(d.properties) == 'table' and type(d.properties.delivery_info) == 'table'
    and (d.headers == nil or d.headers == cjson.null or type(d.headers) == 'table')
end

-- Nothing: it is there; else '' (full) or why not.
local function putAway(list, item)
  local pushed = pcall_('LLEN', list)
  if type(pushed) == 'number' and pushed >= maxAway then return '' end
  if type(pushed) == 'number' then pushed = pcall_('LPUSH', list, item) end
  return type(pushed) == 'table' and pushed.err or nil
end

local function looksLikeAnObject(item) return byte(item, 1) == 123 or find(item, '^[ \t\r\n]*{') end

-- How many elements show that this is a list of something else: those that come next are two or more, none of
-- them is a JSON object, as all messages are, and nothing else speaks of a queue. Else nothing.
local function foreign(i, queue, item)
  local away = pcall_('LLEN', KEYS[2 + sources + queue])
  if looksLikeAnObject(item) or type(away) ~= 'number' or away > 0 then return end
  for j = 1, sources do
    if j ~= i and tonumber(ARGV[9 + j]) == queue and pcall_('LLEN', KEYS[2 + j]) ~= 0 then return end
  end
  local n, looked = 1, 0
  while n < maxJunk do
    local found = looked < maxJunkBytes and pcall_('LRANGE', KEYS[2 + i], -n, -n)
    if not found or found.err or found[1] and looksLikeAnObject(found[1]) then return end
    if not found[1] then break end
    n, looked = n + 1, looked + #found[1]
  end
  return n > 1 and n or nil
end

-- Back where it was popped.
local function back(source, item)
  return type(pcall_('RPUSH', source, item)) == 'number' or type(pcall_('LPUSH', source, item)) == 'number'
end

local out, bad, stuck, isStuck, records, scores = {}, {}, {}, {}, {}, {}
local time = redis.call('TIME')
local now = string.format('%d.%06d', time[1], time[2])
local taken, bytes, junk, junkBytes, record = 0, 0, 0, 0, prefix ~= ''
local refusal, isOver, count
local isKnown, isNew = {}, ARGV[#ARGV] == 'new'
local function mayTake()
  return not isOver and taken < max and bytes < maxBytes and junk < maxJunk and junkBytes < maxJunkBytes
end
-- Records what was taken and has no record yet; an error: the index has what remains, if anything.
local function hold()
  local added = pcall_('ZADD', KEYS[2], unpack(scores))
  local set = type(added) == 'table' and added or pcall_('HSET', KEYS[1], unpack(records))
  records, scores = {}, {}
  return type(set) == 'table' and set or nil
end
for i = 1, sources do
  local source, queue = KEYS[2 + i], tonumber(ARGV[9 + i])
  while mayTake() and not isStuck[queue] do
    local item = pcall_('RPOP', source)
    if type(item) == 'table' then -- refused: what other sources gave is recorded all the same
      refusal = item
      break
    end
    if not item then break end
    local isMessage, why = #item <= maxElement and looksSound(item), nil
    if not isMessage then
      junk, junkBytes = junk + 1, junkBytes + #item
      why = isNew and not isKnown[queue] and foreign(i, queue, item) or putAway(KEYS[2 + sources + queue], item)
      isKnown[queue] = true
      if why and back(source, item) then
        stuck[#stuck + 1] = i
        stuck[#stuck + 1] = why
        isStuck[queue] = true
      elseif why then
        isMessage = true -- the client has it rather than nobody
      else
        count = #bad
        bad[count + 1], bad[count + 2], bad[count + 3] = i, taken, #item
      end
    end
    if isMessage then
      if record then
        local tag, n = prefix .. string.format('%028d', number + taken), #scores
        records[n + 1], records[n + 2] = tag, '[' .. item .. ',"",' .. ARGV[9 + sources + queue] .. ']'
        scores[n + 1], scores[n + 2] = now, tag
        if taken == 0 then -- alone: whether records may be written shows before more is popped
          local why = hold()
          if why and back(source, item) then return why end
          isOver = why -- the client has it rather than nobody
        end
      end
      taken, isKnown[queue] = taken + 1, true
      bytes = bytes + #item
      out[2 * taken - 1] = i
      out[2 * taken] = item
    end
  end
end
if refusal and taken == 0 and #bad == 0 and #stuck == 0 then return refusal end
if #scores > 0 then
  local why = hold()
  for t = why and taken or 1, 2, -1 do
    if not back(KEYS[2 + out[2 * t - 1]], out[2 * t]) then break end
    out[2 * t - 1], out[2 * t], taken = nil, nil, t - 1
  end
end
-- Everything that was there is taken: reading the lists lets CLIENT TRACKING tell of the next push.
local armed = mayTake() and not refusal and 1 or 0
for first = 3, armed == 1 and 2 + sources or 0, 1000 do -- unpack() takes no more than some thousand
  local read = pcall_('EXISTS', unpack(KEYS, first, math.min(first + 999, 2 + sources)))
  if type(read) == 'table' then
    armed = read.err
    break
  end
end
return {armed, bad, out, #stuck > 0 and stuck or nil}
