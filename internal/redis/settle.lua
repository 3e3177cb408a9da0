#!lua
-- Ends holds. KEYS as in draw.lua, and behind them recent. ARGV: "won" if they are
-- committed, else "dropped"; then request keys.
--
-- Committed ones are counted, and the last ten thousand of them are kept: should the
-- ledger be brought back from an older copy, their rows can be written again.
local won = 0
for i = 2, #ARGV do
  if ARGV[1] == 'won' then
    local hold = redis.call('HGET', KEYS[7], ARGV[i])
    if hold then
      redis.call('RPUSH', KEYS[8], hold)
      won = won + 1
    end
  end
  redis.call('HDEL', KEYS[7], ARGV[i])
  redis.call('ZREM', KEYS[6], ARGV[i])
end
if won > 0 then
  redis.call('LTRIM', KEYS[8], -10000, -1)
  if redis.call('HEXISTS', KEYS[1], 'won') == 1 then redis.call('HINCRBY', KEYS[1], 'won', won) end
end
return redis.status_reply('OK')
