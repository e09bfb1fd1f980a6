-- One exchange with the ledger: takes steps in their order, returns the holds that were refused and how the
-- accounts stand. Times are the server's own.
--
-- KEYS  the accounts, in the order in which the steps number them, then the holds, likewise
-- ARGV  1 how many of the keys are accounts; 2 the steps and the accounts' limits, as JSON
--
-- An account is a hash: start and end of its window; r(equests); t(okens) and ht, those that are held; m and p,
-- money in whole microdollars and what is left over in picodollars; hm and hp, the money that is held. Lua
-- counts in doubles, which are exact up to 2^53: in picodollars alone that would be 9,007 dollars.
-- A hold is a hash: its r, t, m and p, and by the number of each of its accounts the start of the window it is in.
-- One that was settled before it came is a hash with `gone`.

local MILLION = 1000000
local MARGIN = 60 -- seconds for which what is over is still known

local count = tonumber(ARGV[1])
local asked = cjson.decode(ARGV[2])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / MILLION

local function whole(number)
  return string.format('%.0f', number)
end

-- Days since 1970 of the first of a month in the proleptic Gregorian calendar.
local function first_of(year, month)
  if month <= 2 then year = year - 1 end
  local era = math.floor(year / 400)
  local of_era = year - era * 400
  local of_year = math.floor((153 * ((month + 9) % 12) + 2) / 5)
  return era * 146097 + of_era * 365 + math.floor(of_era / 4) - math.floor(of_era / 100) + of_year - 719468
end

local function month_of(days)
  local z = days + 719468
  local era = math.floor(z / 146097)
  local of_era = z - era * 146097
  local year = math.floor((of_era - math.floor(of_era / 1460) + math.floor(of_era / 36524)
    - math.floor(of_era / 146096)) / 365)
  local of_year = of_era - (365 * year + math.floor(year / 4) - math.floor(year / 100))
  local month = (math.floor((5 * of_year + 2) / 153) + 2) % 12 + 1
  year = year + era * 400
  if month <= 2 then year = year + 1 end
  return year, month
end

local LENGTHS = {minute = 60, hour = 3600, day = 86400}

local function window(per)
  local length = LENGTHS[per]
  if length then
    local start = math.floor(now / length) * length
    return start, start + length
  end
  local year, month = month_of(math.floor(now / 86400))
  local start = first_of(year, month) * 86400
  if month == 12 then year, month = year + 1, 0 end
  return start, first_of(year, month + 1) * 86400
end

-- Sums of money are m and p, with p in 0 .. MILLION - 1.
local function add(m, p, m2, p2, sign)
  p = p + sign * p2
  m = m + sign * m2
  local carry = math.floor(p / MILLION)
  return m + carry, p - carry * MILLION
end

local accounts = {}

local function account(number)
  local found = accounts[number]
  if found then return found end
  local raw = redis.call('HMGET', KEYS[number], 'start', 'end', 'r', 't', 'ht', 'm', 'p', 'hm', 'hp')
  found = {start = tonumber(raw[1]), stop = tonumber(raw[2])}
  for place, name in ipairs({'r', 't', 'ht', 'm', 'p', 'hm', 'hp'}) do
    found[name] = tonumber(raw[place + 2]) or 0
  end
  -- A clock that was set back leaves the window as it is: nothing is forgotten.
  if not found.stop or now >= found.stop then
    found = {r = 0, t = 0, ht = 0, m = 0, p = 0, hm = 0, hp = 0}
    found.start, found.stop = window(asked.accounts[number].per)
  end
  accounts[number] = found
  return found
end

local function fits(number, step)
  local limit, found = asked.accounts[number], account(number)
  if limit.r and found.r + step.r > limit.r then return false end
  if limit.t and found.t + step.t > limit.t then return false end
  if limit.m then
    local m, p = add(found.m, found.p, step.m, step.p, 1)
    if m > limit.m or (m == limit.m and p > limit.p) then return false end
  end
  return true
end

local function expire(key, stop)
  redis.call('EXPIREAT', key, whole(math.ceil(stop) + MARGIN))
end

-- Whether the hold is held.
local function hold(step)
  local key = KEYS[count + step.hold]
  if redis.call('EXISTS', key) == 1 then
    return redis.call('HEXISTS', key, 'gone') == 0
  end
  if not step.forced then
    for _, number in ipairs(step.accounts) do
      if not fits(number, step) then return false end
    end
  end
  local written, last = {'r', whole(step.r), 't', whole(step.t), 'm', whole(step.m), 'p', whole(step.p)}, now
  for _, number in ipairs(step.accounts) do
    local found = account(number)
    local start = step.of and redis.call('HGET', KEYS[count + step.of], KEYS[number]) or whole(found.start)
    if start == whole(found.start) then
      found.r, found.t, found.ht = found.r + step.r, found.t + step.t, found.ht + step.t
      found.m, found.p = add(found.m, found.p, step.m, step.p, 1)
      found.hm, found.hp = add(found.hm, found.hp, step.m, step.p, 1)
      found.changed = true
    end
    written[#written + 1] = KEYS[number]
    written[#written + 1] = start
    last = math.max(last, found.stop)
  end
  redis.call('HSET', key, unpack(written))
  expire(key, last)
  return true
end

local function settle(step)
  local key = KEYS[count + step.hold]
  local raw = redis.call('HMGET', key, 't', 'm', 'p', 'r')
  if not raw[1] then
    redis.call('HSET', key, 'gone', 1)
    redis.call('EXPIRE', key, MARGIN)
    return
  end
  local t, m, p, r = tonumber(raw[1]), tonumber(raw[2]), tonumber(raw[3]), tonumber(raw[4] or 1)
  for _, number in ipairs(step.accounts) do
    local found = account(number)
    if redis.call('HGET', key, KEYS[number]) == whole(found.start) then
      found.r = found.r + step.r - r
      found.t, found.ht = found.t + step.t - t, found.ht - t
      found.m, found.p = add(found.m, found.p, m, p, -1)
      found.m, found.p = add(found.m, found.p, step.m, step.p, 1)
      found.hm, found.hp = add(found.hm, found.hp, m, p, -1)
      found.changed = true
    end
  end
  -- A hold that is asked for again after it was settled is not held again.
  redis.call('DEL', key)
  redis.call('HSET', key, 'gone', 1)
  redis.call('EXPIRE', key, MARGIN)
end

local refused = {}
for _, step in ipairs(asked.steps) do
  if step.kind == 'hold' then
    if not hold(step) then refused[#refused + 1] = step.hold end
  elseif step.kind == 'settle' then
    settle(step)
  end
end

local standings = {}
for number = 1, count do
  local found = account(number)
  if found.changed then
    redis.call('HSET', KEYS[number], 'start', whole(found.start), 'end', whole(found.stop),
      'r', whole(found.r), 't', whole(found.t), 'ht', whole(found.ht),
      'm', whole(found.m), 'p', whole(found.p), 'hm', whole(found.hm), 'hp', whole(found.hp))
    expire(KEYS[number], found.stop)
  end
  standings[number] = {
    whole(found.start), whole(found.stop), whole(found.r), whole(found.t), whole(found.ht),
    whole(found.m), whole(found.p), whole(found.hm), whole(found.hp),
  }
end
return {refused, standings}
