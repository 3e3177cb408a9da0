#!lua
-- One call draws for any number of tickets of one activity.
--
-- KEYS  1 meta     hash   epoch, version, run_id, and how much there must be elsewhere:
--                        users, records, out (units handed out)
--       2 users    hash   user key -> draws(4) wins(2) [request key(12) outcome]
--       3 records  hash   request key -> outcome, for all but a user's first request
--       4 units    hash   prize index -> highest unit handed out
--       5 free     zset   score prize index, member "index:unit": units below that to hand out first
--       6 journal  zset   score milliseconds, member request key: holds not known to be committed
--       7 holds    hash   request key -> the hold in words
-- ARGV  1 epoch  2 version  3 run_id  4 starts  5 ends  6 draws a user  7 wins a user
--       8 "draw" or "peek"; then two for each ticket:
--       user key(12) request key(12), and
--       kind(1) mark(4) [chain ';' about]
--           kind   'L' the dice say loss, 'W' a prize, 'B' the user is blocked
--           mark   the condensed proof, 0 without
--           chain  "index:stock,index:stock,…": what to try, in order
--           about  what to journal of the ticket
--
-- An outcome is 'L' or 'W', with mark(4) behind it if that is not 0.
--
-- Reply: one word a ticket, blank between:
--   L l        loss, now or before      W… w…   hold, now or before
--   c          win confirmed before     n       nothing stored (peek)
--   E V        stale epoch, version     S X     not started, ended
--   B D M      blocked, draw limit reached, same request with another proof
--
-- A key that was lost (deleted, evicted) has another size than meta says. Then
-- nobody can tell a first draw from a replay, and all tickets get E.
--
-- Every check of a ticket comes before its first write: Redis does not roll
-- back. Whether it fails or dies between tickets, each ticket is whole.

local meta = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'run_id', 'users', 'records', 'out')
local users, records, out = redis.call('HLEN', KEYS[2]), redis.call('HLEN', KEYS[3]), tonumber(meta[6])
local tickets = (#ARGV - 8) / 2
local reply = {}
if meta[1] ~= ARGV[1] or meta[3] ~= ARGV[3] or users ~= tonumber(meta[4]) or records ~= tonumber(meta[5]) then
  for i = 1, tickets do reply[i] = 'E' end
  return table.concat(reply, ' ')
end
local stale = meta[2] ~= ARGV[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local early, late = now < tonumber(ARGV[4]), now >= tonumber(ARGV[5])
local max_draws, max_wins = tonumber(ARGV[6]), tonumber(ARGV[7])
local peek = ARGV[8] == 'peek'
local NOMARK = '\0\0\0\0'

-- stored answers a ticket whose request has an outcome.
local function stored(outcome, mark, key)
  local old = string.sub(outcome, 2)
  if not peek and (old == '' and NOMARK or old) ~= mark then return 'M' end
  if string.byte(outcome) == 76 then return 'l' end
  local hold = redis.call('HGET', KEYS[7], key)
  if hold then return 'w' .. string.match(hold, '^[^;]*') end
  return 'c'
end

-- take finds a unit along the chain: returned ones first, then the next new one.
local function take(chain)
  for index, stock in string.gmatch(chain, '(%d+):(%d+)') do
    local free = redis.call('ZRANGE', KEYS[5], index, index, 'BYSCORE', 'LIMIT', 0, 1)[1]
    if free then
      redis.call('ZREM', KEYS[5], free)
      out = out + 1
      return index, string.match(free, ':(%d+)')
    end
    local next = tonumber(redis.call('HGET', KEYS[4], index) or 0) + 1
    if next <= tonumber(stock) then
      redis.call('HSET', KEYS[4], index, next)
      out = out + 1
      return index, next
    end
  end
end

local function draw(keys, ticket)
  local user, key = string.sub(keys, 1, 12), string.sub(keys, 13, 24)
  local mark = string.sub(ticket, 2, 5)
  local state = redis.call('HGET', KEYS[2], user)
  local draws, wins, first = 0, 0, ''
  if state then
    draws, wins = struct.unpack('>I4I2', state)
    first = string.sub(state, 7)
    local outcome
    if string.sub(first, 1, 12) == key then
      outcome = string.sub(first, 13)
    elseif draws > 1 or first == '' then
      outcome = redis.call('HGET', KEYS[3], key)
    end
    if outcome then return stored(outcome, mark, key) end
  end
  if peek then return 'n' end
  if stale then return 'V' end
  if early then return 'S' end
  if late then return 'X' end
  local kind = string.byte(ticket)
  if kind == 66 then return 'B' end
  if max_draws > 0 and draws >= max_draws then return 'D' end

  local answer, outcome = 'L', 'L'
  if kind == 87 and (max_wins == 0 or wins < max_wins) then
    local cut = string.find(ticket, ';', 6, true)
    local index, unit = take(string.sub(ticket, 6, cut - 1))
    if index then
      wins = wins + 1
      local hold = index .. ',' .. unit .. ',' .. wins
      local about = string.sub(ticket, cut + 1)
      redis.call('HSET', KEYS[7], key, hold .. ',' .. about)
      redis.call('ZADD', KEYS[6], now, key)
      answer, outcome = 'W' .. hold, 'W'
    end
  end
  if mark ~= NOMARK then outcome = outcome .. mark end
  if first == '' then
    first = key .. outcome
  else
    records = records + redis.call('HSET', KEYS[3], key, outcome)
  end
  users = users + redis.call('HSET', KEYS[2], user, struct.pack('>I4I2', draws + 1, wins) .. first)
  return answer
end

--@ variants
-- (What variants of the tuning switches add stands in the line above; see
-- script.go. Without them it is a comment.)

for i = 1, tickets do
  reply[i] = draw(ARGV[7 + 2 * i], ARGV[8 + 2 * i])
end
if users ~= tonumber(meta[4]) or records ~= tonumber(meta[5]) or out ~= tonumber(meta[6]) then
  redis.call('HSET', KEYS[1], 'users', users, 'records', records, 'out', out)
end
return table.concat(reply, ' ')
