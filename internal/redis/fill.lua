#!lua
-- Sets counters and free units in a rebuild. KEYS: meta, a hash of counters, a
-- sorted set of units. ARGV: the rebuild's token; then three for each:
-- "counter", field, value, or "unit", score, member.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'token')
if meta[1] ~= '0' or meta[2] ~= ARGV[1] then
  return redis.error_reply('OVERTAKEN another rebuild began, or Redis lost this one')
end
for i = 2, #ARGV, 3 do
  if ARGV[i] == 'counter' then
    redis.call('HSET', KEYS[2], ARGV[i + 1], ARGV[i + 2])
  else
    redis.call('ZADD', KEYS[3], ARGV[i + 1], ARGV[i + 2])
  end
end
return redis.status_reply('OK')
