#!lua
-- Forgets units and holds, before a rebuild sets them anew. KEYS as in draw.lua,
-- and behind them spare and taken. ARGV: the rebuild's token; how units are
-- counted: "" by the script, else what meta has in "stock"; how many wins the ledger has.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'token')
if meta[1] ~= '0' or meta[2] ~= ARGV[1] then
  return redis.error_reply('OVERTAKEN another rebuild began, or Redis lost this one')
end
redis.call('UNLINK', KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9])
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], 'stock')
else
  redis.call('HSET', KEYS[1], 'stock', ARGV[2])
end
redis.call('HSET', KEYS[1], 'won', ARGV[3])
return redis.status_reply('OK')
