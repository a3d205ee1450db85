-- Sends the requests of a file, a line each: method, path, cookie and origin, separated by tabs.
-- wrk ... -s requests.lua URL -- FILE cycle|once
local prepared, at, cycles = {}, 0, true
local fallback

function init(args)
  cycles = args[2] ~= "once"
  for line in io.lines(args[1]) do
    local method, path, cookie, origin = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)$")
    local headers = {}
    if cookie ~= "" then headers["Cookie"] = cookie end
    if origin ~= "" then
      headers["Origin"] = origin
      headers["Accept"] = "application/json"
      headers["Content-Length"] = "0"
    end
    prepared[#prepared + 1] = wrk.format(method, path, headers)
  end
  fallback = wrk.format("GET", "/healthz")
end

-- Once all of them are sent something harmless follows; how many had an effect is counted at the server.
function request()
  at = at + 1
  if at > #prepared then
    if not cycles then return fallback end
    at = 1
  end
  return prepared[at]
end
