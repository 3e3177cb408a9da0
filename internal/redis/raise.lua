#!lua
-- Raises the version, never lowers it, never creates state. KEYS[1] meta, ARGV[1] version.
local version = redis.call('HGET', KEYS[1], 'version')
if version and tonumber(version) < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'version', ARGV[1])
end
return redis.status_reply('OK')
