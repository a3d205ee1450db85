#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/answers/cached_refusal.hpp"
#include "http/answers/cached_response.hpp"
#include "http/context.hpp"

namespace llmapikey {

// The cached responses: assets, the pages for people who are not signed in, and the refusals under
// overload. Thread-safe.
class CachedResponses {
public:
    // Both arguments must outlive this object.
    CachedResponses(const Handlers& handlers, const SharedContext& shared);

    struct Standing {
        const CachedResponse* answer = nullptr;
        std::size_t route = 0;                        // number of the route
        std::shared_ptr<const CachedResponse> owner;  // set if refresh() may replace the response meanwhile
    };
    std::optional<Standing> find(const net::Request& request) const;
    // Returns the refusal with status 503. `is_json`: a problem instead of a page.
    net::ReadyResponse busy(bool is_json, bool is_head, bool is_https, std::string_view request_id) const;
    // Makes /docs again, which depends on the guardrail that was read since the start. Only one
    // thread at a time may call this.
    void refresh();

private:
    struct Page {
        CachedResponse answer;
        std::size_t route;
    };
    CachedResponse prepare(std::string_view path) const;

    const Handlers& handlers_;
    const SharedContext& shared_;
    std::map<std::string, CachedResponse, std::less<>> assets_;  // by path
    std::map<std::string, Page, std::less<>> anonymous_pages_;   // by path, for people who are not signed in
    std::atomic<std::shared_ptr<const CachedResponse>> docs_;    // shared with responses that are being sent
    std::size_t docs_route_;
    CachedRefusal busy_page_, busy_problem_;
};

}  // namespace llmapikey
