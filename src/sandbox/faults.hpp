#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "net/http_types.hpp"

namespace llmapikey::sandbox {

// Faults on demand for a look-alike, and counters of its calls. Thread-safe.
// Control (JSON):  POST /sandbox/faults {"method":"POST","path":"/keys","times":1, ...}, GET and DELETE
// /sandbox/faults. What can be asked for: "delay_ms" (at most 60000), "status" with "body", "content_type" and
// "headers" (answered instead), "after_effect": true (the call takes effect all the same), "drop": "before" or "after"
// (its effect), "truncate_after" (bytes).
class Faults {
public:
    // The answer to a control request; nullopt if it is none.
    std::optional<net::Response> control(const net::Request& request);

    // Runs the call with the first fault that is meant for it, if any. `path` is without the base path.
    net::Response apply(const std::string& method, const std::string& path, const std::function<net::Response()>& call);

    std::map<std::string, int> call_counts() const;  // "POST /keys" -> how often; ids in paths are replaced by {}

private:
    struct Fault {
        std::string method, path;  // path: prefix
        int times = 1;
        int delay_ms = 0;
        std::optional<int> status;
        std::optional<std::string> body;
        std::string content_type = "application/json";
        std::vector<net::Header> headers;
        bool is_after_effect = false;
        std::string drop;  // "", "before", "after"
        std::size_t truncate_after = 0;
    };
    net::Response add(const std::string& body);
    std::optional<Fault> take(const std::string& method, const std::string& path);

    mutable std::mutex mutex_;
    std::deque<Fault> faults_;
    std::map<std::string, int> calls_;
};

net::Response json_answer(int status, std::string body);

}  // namespace llmapikey::sandbox
