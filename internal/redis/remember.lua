#!lua
-- Puts durable wins on record. KEYS as in draw.lua. ARGV[1] the rebuild's token;
-- then two for each win: user key(12) request key(12), and mark(4) order; the wins
-- of a user by order.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'token')
if meta[1] ~= '0' or meta[2] ~= ARGV[1] then
  return redis.error_reply('OVERTAKEN another rebuild began, or Redis lost this one')
end
local NOMARK = '\0\0\0\0'
local users, records = 0, 0 -- added
for i = 2, #ARGV, 2 do
  local user, key = string.sub(ARGV[i], 1, 12), string.sub(ARGV[i], 13, 24)
  local mark, order = string.sub(ARGV[i + 1], 1, 4), tonumber(string.sub(ARGV[i + 1], 5))
  local outcome = 'W' .. (mark == NOMARK and '' or mark)
  local state = redis.call('HGET', KEYS[2], user)
  local draws, wins, first = 0, 0, ''
  if state then
    draws, wins = struct.unpack('>I4I2', state)
    first = string.sub(state, 7)
  end
  if first == '' and redis.call('HEXISTS', KEYS[3], key) == 0 then
    first, draws = key .. outcome, draws + 1
  elseif string.sub(first, 1, 12) == key then
    first = key .. outcome
  elseif redis.call('HSET', KEYS[3], key, outcome) == 1 then
    draws, records = draws + 1, records + 1
  end
  if order > wins then wins = order end
  if wins > draws then draws = wins end -- of a user whose state was lost and records were not
  users = users + redis.call('HSET', KEYS[2], user, struct.pack('>I4I2', draws, wins) .. first)
end
redis.call('HINCRBY', KEYS[1], 'users', users)
redis.call('HINCRBY', KEYS[1], 'records', records)
return redis.status_reply('OK')
