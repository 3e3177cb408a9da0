#!lua
-- Forgets a win on record that has neither a hold nor a row in the ledger, as if
-- the request had not come. KEYS as in draw.lua. ARGV: epoch, user key(12) request key(12),
-- how often this script had forgotten a win when the caller began to look. Does nothing
-- under another epoch, for a loss, for a hold, or if another caller was faster: the win
-- may have been drawn again and be in the ledger now.
local user, key = string.sub(ARGV[2], 1, 12), string.sub(ARGV[2], 13, 24)
local state = redis.call('HGET', KEYS[2], user)
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'forgotten')
if meta[1] ~= ARGV[1] or (meta[2] or '0') ~= ARGV[3] or not state or redis.call('HEXISTS', KEYS[7], key) == 1 then
  return 0
end
local draws, wins = struct.unpack('>I4I2', state)
local first, outcome = string.sub(state, 7), nil
if string.sub(first, 1, 12) == key then
  outcome, first = string.sub(first, 13), ''
else
  outcome = redis.call('HGET', KEYS[3], key)
end
if not outcome or string.byte(outcome) ~= 87 then
  return 0
end
redis.call('HINCRBY', KEYS[1], 'forgotten', 1)
if redis.call('HDEL', KEYS[3], key) == 1 then redis.call('HINCRBY', KEYS[1], 'records', -1) end
redis.call('HSET', KEYS[2], user,
  struct.pack('>I4I2', math.max(draws - 1, 0), math.max(wins - 1, 0)) .. first)
return 1
