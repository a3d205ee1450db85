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

// What is answered alike to everybody, and stands in memory as it goes out: assets, the pages for
// those who are not signed in, and the refusals when there is too much to do. Thread-safe.
class CachedResponses {
public:
    // Both must outlive it.
    CachedResponses(const Handlers& handlers, const SharedContext& shared);

    struct Standing {
        const CachedResponse* answer = nullptr;
        std::size_t route = 0;                        // its number
        std::shared_ptr<const CachedResponse> owner;  // where the answer may be replaced meanwhile
    };
    std::optional<Standing> find(const net::Request& request) const;
    // Status 503. `is_json`: a problem rather than a page.
    net::ReadyResponse busy(bool is_json, bool is_head, bool is_https, std::string_view request_id) const;
    // Makes the pages anew that depend on what was learned since the start: /docs on the guardrail.
    // From one thread at a time.
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
    std::map<std::string, Page, std::less<>> anonymous_pages_;   // likewise: for those who are not signed in
    std::atomic<std::shared_ptr<const CachedResponse>> docs_;    // likewise, shared with answers under way
    std::size_t docs_route_;
    CachedRefusal busy_page_, busy_problem_;
};

}  // namespace llmapikey
