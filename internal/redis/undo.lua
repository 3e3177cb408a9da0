#!lua
-- Forgets requests whose hold can never be committed. KEYS as in draw.lua.
-- ARGV[1] the rebuild's token; then one for each: user key(12) request key(12).
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'token')
if meta[1] ~= '0' or meta[2] ~= ARGV[1] then
  return redis.error_reply('OVERTAKEN another rebuild began, or Redis lost this one')
end
local records = 0 -- added: fewer than none
for i = 2, #ARGV do
  local user, key = string.sub(ARGV[i], 1, 12), string.sub(ARGV[i], 13, 24)
  local state = redis.call('HGET', KEYS[2], user)
  if state and redis.call('HDEL', KEYS[7], key) == 1 then
    local draws, wins = struct.unpack('>I4I2', state)
    local first = string.sub(state, 7)
    if string.sub(first, 1, 12) == key then
      first = ''
    else
      records = records - redis.call('HDEL', KEYS[3], key)
    end
    redis.call('HSET', KEYS[2], user,
      struct.pack('>I4I2', math.max(draws - 1, 0), math.max(wins - 1, 0)) .. first)
  end
  redis.call('ZREM', KEYS[6], key)
end
redis.call('HINCRBY', KEYS[1], 'records', records)
return redis.status_reply('OK')
