#!lua
-- Ends a rebuild. KEYS as in draw.lua. ARGV: the rebuild's token, epoch, version, run_id
-- seen when it began. Refuses if Redis lost the suspension, and with it the
-- rebuild, or if another rebuild began.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'token', 'run_id')
if meta[1] ~= '0' or meta[2] ~= ARGV[1] or meta[3] ~= ARGV[4] then
  return redis.error_reply('OVERTAKEN another rebuild began, or Redis lost this one')
end
local out = -redis.call('ZCARD', KEYS[5])
for _, next in ipairs(redis.call('HVALS', KEYS[4])) do out = out + next end
redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'version', ARGV[3], 'out', out, 'published', ARGV[2],
  'users', redis.call('HLEN', KEYS[2]), 'records', redis.call('HLEN', KEYS[3]))
redis.call('HDEL', KEYS[1], 'token', 'alive')
return redis.status_reply('OK')
