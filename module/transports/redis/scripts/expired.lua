-- SPDX-License-Identifier: BSD-3-Clause
-- One reply of many large records would be more than a link believes: its bytes are bounded too.
--
-- KEYS: unacked, its index, a mark where only the time is asked. ARGV: the highest score that is due ('': only the time is asked), how many
-- entries to skip, how many to look at, how many records to tell, after how many bytes to stop, the
-- bytes of a large record, 1: those of other programs, too; where only the time is asked: how old in seconds is
-- overdue, how long in seconds everybody needs to renew. Returns the server's time, whether there is
-- more, the score of the last entry that was looked at, how many of that score were passed over, how
-- many were looked at, and tag, score, size, record (nil: large) of each, the newest first. What has no
-- record any more is dropped from the index. Where only the time is asked and something is overdue, also the
-- time that somebody marked before, or nothing; a mark that was good for use is replaced by the time now.
-- Where no write is possible no lease can be renewed: this one changes nothing and is refused then.
redis.call('ZREM', KEYS[2], '')
local time = redis.call('TIME')
local now = string.format('%d.%06d', time[1], time[2])
local out, bytes, looked, last, passed, more = {}, 0, 0, '', 0, 0
local found = {}
local mark = false
if ARGV[1] == '' then
  local oldest = string.format('%.6f', time[1] - ARGV[8])
  if redis.pcall('ZRANGEBYSCORE', KEYS[2], '-inf', oldest, 'LIMIT', 0, 1)[1] then
    mark = redis.pcall('HGET', KEYS[3], 'time')
    mark = type(mark) == 'string' and mark
    if not mark or time[1] - mark >= tonumber(ARGV[9]) then
      redis.pcall('HSET', KEYS[3], 'time', now)
      redis.pcall('PEXPIRE', KEYS[3], 86400000)
    end
  end
else
  found = redis.call('ZREVRANGEBYSCORE', KEYS[2], ARGV[1], '-inf', 'WITHSCORES', 'LIMIT', ARGV[2], ARGV[3])
  more = #found == 2 * ARGV[3] and 1 or 0
end
for i = 1, #found, 2 do
  local tag, score, size, record = found[i], found[i + 1], 0, false
  local isTold = ARGV[7] == '1' or string.find(tag, '^%x+%-%x+%-%x+%-%x+%-%x+%.%d+$')
  if isTold then
    size = redis.pcall('HSTRLEN', KEYS[1], tag)
    if type(size) ~= 'number' or size <= tonumber(ARGV[6]) then
      record = redis.call('HGET', KEYS[1], tag)
      size = record and #record or 0
    end
    if #out >= 4 * ARGV[4] or (#out > 0 and record and bytes + size > tonumber(ARGV[5])) then
      more = 1
      break
    end
  end
  if score ~= last then
    last, passed = score, 0
  end
  looked = looked + 1
  if not isTold then
    passed = passed + 1
  elseif record or size > 0 then
    bytes = bytes + (record and size or 0)
    out[#out + 1] = tag
    out[#out + 1] = score
    out[#out + 1] = size
    out[#out + 1] = record
  else
    redis.call('ZREM', KEYS[2], tag)
  end
end
return {now, more, last, passed, looked, out, mark}
