-- One exchange of health: writes what one process tells, returns what has changed since it last asked.
--
-- KEYS  1 pages: a hash, page -> JSON; "#era" names this life of the data, "#version" counts changes
--       2 order: a sorted set, page -> the version at which it last changed
-- ARGV  1 the version that the process has seen, 2 the era in which, 3 the process, 4 a name for a new era,
--       5 window (attempts), 6 lease, 7 keep (both in seconds), 8 the most pages, 9 changes as JSON
--
-- A page's s, f, h and c count successes, failures, hard failures and clearings for ever; rs and rf are what
-- a newcomer is told of the last `window` attempts. Times are the server's own, so that no clocks need agree.

local pages, order = KEYS[1], KEYS[2]
local since, me = tonumber(ARGV[1]), ARGV[3]
local window, lease = tonumber(ARGV[5]), tonumber(ARGV[6])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000

local touched = false
local head = redis.call('HMGET', pages, '#era', '#version')
local era, version = head[1], tonumber(head[2])
if not era or not version then
  redis.call('DEL', pages, order)
  era, version, touched = ARGV[4], 0, true
end
if era ~= ARGV[2] then
  since = 0
end

local granted = {}

local function apply(change)
  local raw = redis.call('HGET', pages, change.n)
  local page = raw and cjson.decode(raw)
    or {s = 0, f = 0, h = 0, c = 0, rs = 0, rf = 0, cause = '', till = 0, by = '', lease = 0}
  local told = false
  if change.closed then
    page.c, page.rs, page.rf = page.c + 1, 0, 0
    page.cause, page.till, page.by, page.lease = '', 0, '', 0
    told = true
  end
  if change.s > 0 or change.f > 0 then
    page.s, page.f, page.h = page.s + change.s, page.f + change.f, page.h + change.h
    page.rs, page.rf = page.rs + change.s, page.rf + change.f
    local excess = (page.rs + page.rf) / window
    if excess > 1 then
      page.rs, page.rf = page.rs / excess, page.rf / excess
    end
    told = true
  end
  if change.cause ~= '' then
    if page.cause == '' or now + change.seconds > page.till then
      page.cause, page.till = change.cause, now + change.seconds
    end
    page.by, page.lease = '', 0
    told = true
  end
  if change.probe then
    if page.by ~= me and page.lease <= now or change.probing then
      page.by, page.lease = me, now + lease
    end
    if page.by == me then
      granted[#granted + 1] = change.n
    end
  end
  if told then
    version = version + 1
    redis.call('ZADD', order, version, change.n)
  end
  if told or change.probe then
    redis.call('HSET', pages, change.n, cjson.encode(page))
    touched = true
  end
end

for _, change in ipairs(cjson.decode(ARGV[9])) do
  apply(change)
end

if touched then
  local excess = redis.call('ZCARD', order) - tonumber(ARGV[8])
  if excess > 0 then
    local oldest = redis.call('ZPOPMIN', order, excess)
    for place = 1, #oldest, 2 do
      redis.call('HDEL', pages, oldest[place])
    end
  end
  redis.call('HSET', pages, '#era', era, '#version', version)
  redis.call('EXPIRE', pages, ARGV[7])
  redis.call('EXPIRE', order, ARGV[7])
end

local news = {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', order, '(' .. since, '+inf')) do
  local raw = redis.call('HGET', pages, name)
  if raw then
    local page = cjson.decode(raw)
    local left = page.till - now
    news[#news + 1] = {
      n = name, s = page.s, f = page.f, h = page.h, c = page.c, rs = page.rs, rf = page.rf,
      cause = left > 0 and page.cause or '', seconds = left > 0 and left or 0,
    }
  end
end

return {era, version, cjson.encode({news = news, granted = granted})}
