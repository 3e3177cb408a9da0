#!lua
-- Keeps copies of holds. KEYS: meta, holds, aside. ARGV: the rebuild's token, then
-- request keys.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'token')
if meta[1] ~= '0' or meta[2] ~= ARGV[1] then
  return redis.error_reply('OVERTAKEN another rebuild began, or Redis lost this one')
end
for i = 2, #ARGV do
  local hold = redis.call('HGET', KEYS[2], ARGV[i])
  if hold then redis.call('HSET', KEYS[3], ARGV[i], hold) end
end
return redis.status_reply('OK')
