"""What the queue does inside Redis, each in one step that nobody can see half done.

Keys share the hash tag of the prefix, so that a cluster keeps them together:

    <stream>     entries that wait or run: id, name, payload; removed when they end
    <job>        one hash an id: who put it (token), how often it was begun (attempts), how many of
                 those are forgiven, done
    <dead>       entries given up, the newest thousand

A worker holds a job while the entry is pending under its name in the consumer group; the entry's
idle time is the age of its lease. Redis keeps both, and hands an entry to one worker at a time.
"""

GROUP = "workers"

_STATE = """
-- 1: ours, 0: another's or done, 2: nobody's (Redis came back without its data)
local function state(stream, job, group, consumer, entry)
  local pending = redis.pcall('XPENDING', stream, group, entry, entry, 1)
  if pending.err or not pending[1] then
    return redis.call('HGET', job, 'done') and 0 or 2
  end
  return pending[1][2] == consumer and 1 or 0
end
"""

PUT = """
-- KEYS stream, job; ARGV id, name, payload, token, seconds
local token = redis.call('HGET', KEYS[2], 'token')
if token then return token == ARGV[4] and 1 or 0 end
redis.call('HSET', KEYS[2], 'token', ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[5])
redis.call('XADD', KEYS[1], '*', 'id', ARGV[1], 'name', ARGV[2], 'payload', ARGV[3])
return 1
"""

BEGIN = (
    _STATE
    + """
-- KEYS stream, job; ARGV group, consumer, entry, seconds. Gives the attempt (0 if it is not ours)
-- and how many of the attempts so far are forgiven.
if state(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]) ~= 1 then return {0, 0} end
redis.call('EXPIRE', KEYS[2], ARGV[4])
local attempt = redis.call('HINCRBY', KEYS[2], 'attempts', 1)
return {attempt, tonumber(redis.call('HGET', KEYS[2], 'forgiven') or 0)}
"""
)

RENEW = (
    _STATE
    + """
-- KEYS stream, job; ARGV group, consumer, entry. Gives the state; claiming resets the idle time.
local found = state(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3])
if found == 1 then redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[3], 'JUSTID') end
return found
"""
)

FINISH = """
-- KEYS stream, job; ARGV group, entry, seconds. Done is done, whoever holds the entry by now.
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[2], 'done', 1)
redis.call('EXPIRE', KEYS[2], ARGV[3])
"""

BURY = (
    _STATE
    + """
-- KEYS stream, job, dead; ARGV group, consumer, entry, seconds, id, name, payload, reason
if state(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]) ~= 1 then return end
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
redis.call('XDEL', KEYS[1], ARGV[3])
redis.call('HSET', KEYS[2], 'done', 1)
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000, '*',
  'id', ARGV[5], 'name', ARGV[6], 'payload', ARGV[7], 'reason', ARGV[8])
"""
)

RELEASE = (
    _STATE
    + """
-- KEYS stream, job; ARGV group, consumer, entry, idle milliseconds, attempts to forgive
if state(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]) ~= 1 then return end
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[3], 'IDLE', ARGV[4], 'JUSTID')
redis.call('HINCRBY', KEYS[2], 'forgiven', ARGV[5])
"""
)

LEAVE = """
-- KEYS stream; ARGV group, consumer, idle milliseconds. Free what was delivered but never begun;
-- a consumer with pending entries must stay, since they would go with it.
local pending = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1000, ARGV[2])
for _, entry in ipairs(pending) do
  redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, entry[1], 'IDLE', ARGV[3], 'JUSTID')
end
if #pending == 0 then redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2]) end
"""

SWEEP = """
-- KEYS stream; ARGV group, milliseconds. Forget workers that were killed, once they hold nothing.
for _, fields in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local of = {}
  for at = 1, #fields, 2 do of[fields[at]] = fields[at + 1] end
  if of.pending == 0 and of.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], of.name)
  end
end
"""
