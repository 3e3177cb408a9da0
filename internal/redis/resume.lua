#!lua
-- Ends a rebuild. KEYS[1] meta. ARGV: epoch, version, run_id seen when the
-- rebuild began. Refuses if Redis lost the suspension, and with it the rebuild.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'run_id')
if meta[1] ~= '0' or meta[2] ~= ARGV[3] then
  return redis.error_reply('ERR redis changed under the rebuild')
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'version', ARGV[2])
return redis.status_reply('OK')
