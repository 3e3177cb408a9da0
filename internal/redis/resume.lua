#!lua
-- Ends a rebuild. KEYS as in draw.lua. ARGV: the rebuild's token, epoch, version, run_id
-- seen when it began, how many units are gone ('' if that was not set). Refuses if
-- another rebuild began, or if Redis lost this one or a key that it has written:
-- what was published from the rest would be taken as complete.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'token', 'run_id', 'users', 'records')
if meta[1] ~= '0' or meta[2] ~= ARGV[1] or meta[3] ~= ARGV[4] then
  return redis.error_reply('OVERTAKEN another rebuild began, or Redis lost this one')
end
local out = -redis.call('ZCARD', KEYS[5])
for _, next in ipairs(redis.call('HVALS', KEYS[4])) do out = out + next end
if redis.call('HLEN', KEYS[2]) ~= tonumber(meta[4]) or redis.call('HLEN', KEYS[3]) ~= tonumber(meta[5])
  or ARGV[5] ~= '' and out ~= tonumber(ARGV[5]) then
  return redis.error_reply('OVERTAKEN another rebuild began, or Redis lost this one')
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'version', ARGV[3], 'out', out, 'published', ARGV[2])
redis.call('HDEL', KEYS[1], 'token', 'alive')
return redis.status_reply('OK')
