#!lua
-- Begins a rebuild, if the state is still the one seen and nobody else rebuilds.
-- What is in users and records is counted from here on: resume.lua compares.
-- KEYS: meta, users, records. ARGV: seen (as state.lua tells it), the new rebuild's token, run_id,
-- milliseconds for which a rebuild may give no sign of life.
-- Reply: 1 if it began.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'run_id', 'token', 'alive')
if table.concat({meta[1] or '', meta[2] or '', meta[3] or '', meta[4] or ''}, ' ') ~= ARGV[1] then
  return 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- A clock that was set back shows a sign of life in the future.
if meta[4] and meta[5] and math.abs(now - meta[5]) < tonumber(ARGV[4]) then
  return 0
end
redis.call('HSET', KEYS[1], 'epoch', 0, 'token', ARGV[2], 'run_id', ARGV[3], 'alive', string.format('%.0f', now),
  'users', redis.call('HLEN', KEYS[2]), 'records', redis.call('HLEN', KEYS[3]))
return 1
