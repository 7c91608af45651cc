-- For wrk: asks for random ones of the paths in a file, and prints one line of JSON at the end.
-- Arguments: the file, and how many milliseconds a client pauses before each request on average.

local requests = {}
local count = 0
local pause_ms = 0

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  local only_path
  for path in io.lines(args[1]) do
    only_path = path
    count = count + 1
    requests[count] = wrk.format("GET", path)
  end
  if count > 1 then
    request = function() return requests[math.random(count)] end
  else
    wrk.path = only_path  -- wrk makes this request once, and takes less of the machine
  end
  others = 0
  pause_ms = tonumber(args[2])
  if pause_ms > 0 then
    delay = function() return math.random(0, 2 * pause_ms) end
    -- Too dear where clients ask without a pause; wrk itself counts from 400 on.
    response = function(status) if status ~= 200 then others = others + 1 end end
  end
end

function done(summary, latency, _)
  local errors, other_statuses = summary.errors, 0
  for _, thread in ipairs(threads) do
    other_statuses = other_statuses + (thread:get("others") or 0)
  end
  io.write(string.format(
    '{"requests": %d, "duration_us": %d, "refused": %d, "timeouts": %d, "unconnected": %d, '
      .. '"p50_us": %d, "p99_us": %d}\n',
    summary.requests, summary.duration, math.max(errors.status, other_statuses), errors.timeout,
    errors.connect, latency:percentile(50), latency:percentile(99)))
end
