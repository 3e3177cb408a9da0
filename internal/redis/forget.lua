#!lua
-- Forgets a win on record that has neither a hold nor a row in the ledger, as if
-- the request had not come. KEYS as in draw.lua. ARGV: epoch, user key(12) request key(12).
-- Does nothing under another epoch, for a loss, or for a hold.
local user, key = string.sub(ARGV[2], 1, 12), string.sub(ARGV[2], 13, 24)
local state = redis.call('HGET', KEYS[2], user)
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] or not state or redis.call('HEXISTS', KEYS[7], key) == 1 then
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
if redis.call('HDEL', KEYS[3], key) == 1 then redis.call('HINCRBY', KEYS[1], 'records', -1) end
redis.call('HSET', KEYS[2], user,
  struct.pack('>I4I2', math.max(draws - 1, 0), math.max(wins - 1, 0)) .. first)
return 1
