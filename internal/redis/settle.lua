#!lua
-- Ends holds whose wins are committed. KEYS as in draw.lua. ARGV: request keys.
for i = 1, #ARGV do
  redis.call('HDEL', KEYS[7], ARGV[i])
  redis.call('ZREM', KEYS[6], ARGV[i])
end
return redis.status_reply('OK')
