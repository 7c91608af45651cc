-- For wrk: asks for random ones of the paths in a file, and prints one line of JSON at the end.
-- Arguments: the file, and how many milliseconds a client pauses before each request on average.

local requests = {}
local count = 0
local pause_ms = 0

function init(args)
  for path in io.lines(args[1]) do
    count = count + 1
    requests[count] = wrk.format("GET", path)
  end
  pause_ms = tonumber(args[2])
  if pause_ms > 0 then
    delay = function() return math.random(0, 2 * pause_ms) end
  end
end

function request()
  return requests[math.random(count)]
end

function done(summary, latency, _)
  io.write(string.format(
    '{"requests": %d, "duration_us": %d, "refused": %d, "timeouts": %d, "unconnected": %d, '
      .. '"p50_us": %d, "p99_us": %d}\n',
    summary.requests, summary.duration, summary.errors.status, summary.errors.timeout,
    summary.errors.connect, latency:percentile(50), latency:percentile(99)))
end
