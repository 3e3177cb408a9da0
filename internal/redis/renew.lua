#!lua
-- A rebuild's sign of life, or its end without a result. KEYS[1] meta. ARGV: the
-- rebuild's token, "alive" or "gone".
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return redis.error_reply('OVERTAKEN another rebuild began, or Redis lost this one')
end
if ARGV[2] == 'gone' then
  redis.call('HDEL', KEYS[1], 'alive')
else
  local time = redis.call('TIME')
  redis.call('HSET', KEYS[1], 'alive', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
end
return redis.status_reply('OK')
