-- Section of draw.lua that mirrors what was decided into plain strings, for the
-- clients that look before they ask. They are a cache: nothing is decided by
-- them but that a stored loss is a loss.
-- KEYS  9… three for each ticket: the user's draws, the user's wins, the request's outcome
do
  local place = 6 -- of the ticket's keys, less three
  local expiry = string.format('%.0f', tonumber(ARGV[5]) + 3600000)
  local decide = draw
  draw = function(keys, ticket)
    place = place + 3
    local answer = decide(keys, ticket)
    local kind = string.sub(answer, 1, 1)
    if kind == 'L' or kind == 'W' then -- recorded now, by this very call
      local mark = string.sub(ticket, 2, 5)
      local draws, wins = struct.unpack('>I4I2', redis.call('HGET', KEYS[2], string.sub(keys, 1, 12)))
      redis.call('SET', KEYS[place], draws, 'PXAT', expiry)
      redis.call('SET', KEYS[place + 1], wins, 'PXAT', expiry)
      redis.call('SET', KEYS[place + 2], kind .. (mark == NOMARK and '' or mark), 'PXAT', expiry)
    end
    return answer
  end
end
