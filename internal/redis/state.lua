#!lua
-- Tells what a rebuild would have to know. KEYS as in draw.lua.
-- Reply: epoch, version, run_id, stock (false if the script counts units); 1 if all
-- keys have the sizes that they must have: what meta says; a hold for each entry of
-- the journal; as many units gone as were handed out; what suspend.lua compares;
-- holds in the journal, and the age of the oldest in milliseconds; committed wins,
-- newest epoch published.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'run_id', 'stock', 'users', 'records', 'out', 'token', 'won', 'published')
local out = -redis.call('ZCARD', KEYS[5])
for _, next in ipairs(redis.call('HVALS', KEYS[4])) do out = out + next end
local whole = tonumber(meta[5]) == redis.call('HLEN', KEYS[2]) and tonumber(meta[6]) == redis.call('HLEN', KEYS[3])
  and redis.call('ZCARD', KEYS[6]) == redis.call('HLEN', KEYS[7])
  and (meta[4] or tonumber(meta[7]) == out) -- where clients count, they take before they tell
local oldest, time = redis.call('ZRANGE', KEYS[6], 0, 0, 'WITHSCORES')[2], redis.call('TIME')
return {meta[1], meta[2], meta[3], meta[4], whole and 1 or 0,
  table.concat({meta[1] or '', meta[2] or '', meta[3] or '', meta[8] or ''}, ' '),
  redis.call('ZCARD', KEYS[6]), oldest and time[1] * 1000 + math.floor(time[2] / 1000) - oldest or 0,
  tonumber(meta[9] or 0), tonumber(meta[10] or 0)}
