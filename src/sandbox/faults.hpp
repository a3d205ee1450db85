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

namespace boost::json {
class object;
}

namespace llmapikey::sandbox {

// Makes faults on demand for a look-alike, and counts its calls. Thread-safe. It is controlled by
// JSON: POST /sandbox/faults {"method":"POST","path":"/keys","times":1, ...}, GET and DELETE
// /sandbox/faults. The fields of a fault are:
//  - "request_has": only calls with this text in their body meet it
//  - "delay_ms" (at most 60000)
//  - "status" with "body", "content_type" and "headers": sent in place of the answer
//  - "after_effect": true: the call takes effect nevertheless
//  - "drop": "before" or "after": closes the connection before or after the effect
//  - "truncate_after" (bytes); "drip_bytes_per_second": sends the body a few bytes at a time
//  - "duplicate_hash": true: the answer names another key than the one that was made
//  - "probability" (0 to 1): drawn anew for each call from "seed", so that the same calls meet the
//    same faults; a call that is spared does not count in "times".
class Faults {
public:
    // Returns the answer to a control request; nullopt if the request is none.
    std::optional<net::Response> control(const net::Request& request);

    // What faults are chosen by. `path` is without the base path.
    struct Call {
        std::string_view method, path, body;
    };
    // Counts the call, and runs it with the first fault that matches it, if any. `misname` puts
    // another key's hash into an answer; it is null for a look-alike without keys.
    net::Response apply(const Call& asked, const std::function<net::Response()>& call,
                        const std::function<void(net::Response&)>& misname = nullptr);
    // Counts a call that never reaches apply().
    void count(std::string_view method, std::string_view path);

    std::map<std::string, int> call_counts() const;  // by call, such as "POST /keys"; {} replaces ids in paths

private:
    struct Fault {
        std::string method, path;  // `path` is a prefix
        std::string request_has;
        int times = 1;
        int delay_ms = 0;
        std::optional<int> status;
        std::optional<std::string> body;
        std::string content_type = "application/json";
        std::vector<net::Header> headers;
        bool is_after_effect = false;
        std::string drop;  // "", "before", "after"
        std::size_t truncate_after = 0;
        std::size_t drip_bytes_per_second = 0;
        bool has_duplicate_hash = false;
        double probability = 1;
        std::uint64_t random_state = 0;
    };
    static Fault parse(const boost::json::object& wish);
    static bool draw(Fault& fault);
    net::Response add(std::string_view body);
    std::optional<Fault> take(const Call& asked);

    mutable std::mutex mutex_;
    std::deque<Fault> faults_;
    std::map<std::string, int> calls_;
};

net::Response json_answer(int status, std::string body);

}  // namespace llmapikey::sandbox
