-- Section of draw.lua for tickets that bring their unit: where the best variant
-- has a chain, they have "index:unit", which the client has taken, or nothing.
-- KEYS[8] spare  zset  score prize index, member "epoch:index:unit": the clients' own copy of free
--
-- A unit that its ticket does not use goes back in the same call, on the free
-- list and never by counting down: a later number may be somebody's already.
do
  local used
  local function handed(index, unit)
    if tonumber(unit) > tonumber(redis.call('HGET', KEYS[4], index) or 0) then
      redis.call('HSET', KEYS[4], index, unit)
    end
  end

  take = function(chain)
    local index, unit = string.match(chain, '^(%d+):(%d+)$')
    if not index then return nil end
    used = true
    redis.call('ZREM', KEYS[5], chain)
    handed(index, unit)
    return index, unit
  end

  local decide = draw
  draw = function(keys, ticket)
    used = false
    local answer = decide(keys, ticket)
    local chain, index, unit = string.match(string.sub(ticket, 6), '^((%d+):(%d+));')
    if index and not used then
      redis.call('ZADD', KEYS[5], index, chain)
      redis.call('ZADD', KEYS[8], index, ARGV[1] .. ':' .. chain)
      handed(index, unit)
    end
    return answer
  end
end
