-- One exchange about limits: the rules of interlock.limits, in the same order, over documents of JSON.
--
-- KEYS  the limits' documents, in the order in which the lines number them
-- ARGV  1 the exchange, as JSON: who (process), n (its number), lease, limits (places, rates), lines
--
-- A document has `at`, when it was last changed; `till`, before which nobody may go; `held`, "process line" ->
-- {under way, number of the exchange, believed until}; `line`, "process line" -> {believed until, {{since,
-- tokens}, ...}}; `used`, seconds of a rate -> {number of a slice -> {requests, tokens}}. Times are the server's.

local SETTLING, SILENCE, WAITS = 2.5, 5, 5
local TURN, LONGEST_TURN = 0.02, 1
local SLICES, SLACK, LONGEST_SLACK = 60, 0.06, 4
local KEPT = 60

local asked = cjson.decode(ARGV[1])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000

local function count_of(map)
  local count = 0
  for _ in pairs(map) do count = count + 1 end
  return count
end

local function slice(rate, at)
  return string.format('%.0f', math.floor(at * SLICES / rate.seconds))
end

-- When what was sent in a slice counts no more.
local function over(rate, number)
  local last = (tonumber(number) + 1) * rate.seconds / SLICES
  return last + rate.seconds + math.min(LONGEST_SLACK, SLACK * rate.seconds)
end

local function count(document, rate, at, requests, tokens)
  local slices = document.used[rate.name] or {}
  document.used[rate.name] = slices
  local number = slice(rate, at)
  local counts = slices[number] or {0, 0}
  slices[number] = {counts[1] + requests, counts[2] + tokens}
end

local documents, forgotten = {}, {}

local function open(place)
  if documents[place] then return documents[place] end
  local raw = redis.call('GET', KEYS[place])
  local document
  if raw then
    document = cjson.decode(raw)
    if now - document.at > SILENCE then
      -- Whoever is still there could not say so, and is believed until it can.
      for _, entry in pairs(document.held) do entry[3] = math.max(entry[3], now + SETTLING) end
    end
  else
    document = {till = 0, held = {}, line = {}, used = {}}
    forgotten[place] = true
  end
  document.at = now
  for who, entry in pairs(document.held) do
    if entry[3] <= now then document.held[who] = nil end
  end
  for who, entry in pairs(document.line) do
    if entry[1] <= now then document.line[who] = nil end
  end
  local kept = {}
  for _, rate in ipairs(asked.limits[place].rates) do
    local slices = {}
    for number, counts in pairs(document.used[rate.name] or {}) do
      if over(rate, number) > now then slices[number] = counts end
    end
    kept[rate.name] = slices
  end
  document.used = kept
  documents[place] = document
  return document
end

-- Write down how the process stands in a line. Whether it has said nothing later yet.
local function sit(line)
  local me, late, settles = asked.who .. ' ' .. line.name, false, false
  for _, place in ipairs(line.limits) do
    open(place)
    settles = settles or (line.known and forgotten[place])
  end
  for _, place in ipairs(line.limits) do
    local document = documents[place]
    if settles then document.till = math.max(document.till, now + SETTLING) end
    local entry = document.held[me]
    if entry and entry[2] >= asked.n then late = true end
  end
  if late then return false end
  for _, place in ipairs(line.limits) do
    local document = documents[place]
    document.held[me] = {line.held, asked.n, now + asked.lease}
    document.line[me] = nil
    for _, rate in ipairs(asked.limits[place].rates) do
      for _, sent in ipairs(line.sent) do
        local at = now - sent[1]
        if over(rate, slice(rate, at)) > now then count(document, rate, at, sent[2], sent[3]) end
      end
      local slices = document.used[rate.name] or {}
      for _, unused in ipairs(line.unused) do
        local counts = slices[slice(rate, unused[1])]
        if counts then
          counts[1] = math.max(0, counts[1] - unused[2])
          counts[2] = math.max(0, counts[2] - unused[3])
        end
      end
    end
  end
  return true
end

local function rate_wait(document, rate, before, tokens_of_one)
  local slices = document.used[rate.name] or {}
  local requests, tokens = #before + 1, 0
  if rate.tokens then
    tokens = math.min(tokens_of_one, rate.tokens)
    for _, each in ipairs(before) do tokens = tokens + math.min(each, rate.tokens) end
  end
  local numbers = {}
  for number, counts in pairs(slices) do
    numbers[#numbers + 1] = number
    requests = requests + counts[1]
    tokens = tokens + counts[2]
  end
  local function fits()
    return (not rate.requests or requests <= rate.requests) and (not rate.tokens or tokens <= rate.tokens)
  end
  if fits() then return nil end
  table.sort(numbers, function(one, other) return tonumber(one) < tonumber(other) end)
  local wait = TURN
  for _, number in ipairs(numbers) do
    wait = math.max(TURN, over(rate, number) - now)
    requests, tokens = requests - slices[number][1], tokens - slices[number][2]
    if fits() then break end
  end
  return wait
end

-- Seconds until it may be worth asking again; nil for one that may go.
local function wait_at(place, me, since, tokens)
  local document, limit = documents[place], asked.limits[place]
  local before = {}
  for who, entry in pairs(document.line) do
    if who ~= me then
      for _, waiting in ipairs(entry[2]) do
        if waiting[1] < since then before[#before + 1] = waiting[2] end
      end
    end
  end
  if now < document.till then return document.till - now end
  if limit.places then
    local held = 0
    for _, entry in pairs(document.held) do held = held + entry[1] end
    if held + #before + 1 > limit.places then
      return math.min(LONGEST_TURN, TURN * (1 + count_of(document.line)))
    end
  end
  local longest
  for _, rate in ipairs(limit.rates) do
    local wait = rate_wait(document, rate, before, tokens)
    if wait and (not longest or wait > longest) then longest = wait end
  end
  return longest
end

local function grant(line)
  local me, granted, wait = asked.who .. ' ' .. line.name, 0, 0
  for number, each in ipairs(line.wanted) do
    local stopped
    for _, place in ipairs(line.limits) do
      local seconds = wait_at(place, me, now - each[1], each[2])
      if seconds then
        stopped, wait = place, seconds
        break
      end
    end
    if stopped then
      local rest = {}
      for later = number, #line.wanted do
        rest[#rest + 1] = {now - line.wanted[later][1], line.wanted[later][2]}
      end
      documents[stopped].line[me] = {now + WAITS, rest}
      break
    end
    granted = granted + 1
    for _, place in ipairs(line.limits) do
      local document = documents[place]
      document.held[me][1] = document.held[me][1] + 1
      for _, rate in ipairs(asked.limits[place].rates) do count(document, rate, now, 1, each[2]) end
    end
  end
  return granted, wait
end

local function processes_at(line)
  local most = 1
  for _, place in ipairs(line.limits) do
    local seen = {}
    for who in pairs(documents[place].held) do seen[string.match(who, '^[^ ]*')] = true end
    most = math.max(most, count_of(seen))
  end
  return most
end

local sitting = {}
for number, line in ipairs(asked.lines) do sitting[number] = sit(line) end
local replies = {}
for number, line in ipairs(asked.lines) do
  local granted, wait, lost = 0, 0, false
  if sitting[number] then granted, wait = grant(line) end
  for _, place in ipairs(line.limits) do lost = lost or (line.known and forgotten[place] or false) end
  replies[number] = {granted, wait, processes_at(line), lost}
end
for place, document in pairs(documents) do
  local longest = asked.lease
  for _, rate in ipairs(asked.limits[place].rates) do longest = math.max(longest, rate.seconds) end
  redis.call('SET', KEYS[place], cjson.encode(document), 'EX', math.ceil(longest + KEPT))
end
return cjson.encode({at = now, lines = replies})
