#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "http/answers/cached_refusal.hpp"
#include "http/answers/cached_response.hpp"
#include "http/context.hpp"
#include "languages/language.hpp"

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
        std::shared_ptr<const CachedResponse> owner;  // of a page: refresh() may replace it meanwhile
    };
    std::optional<Standing> find(const net::Request& request) const;
    // Returns the refusal with status 503: a page or a problem, as the request asks for.
    net::ReadyResponse busy(const net::Request& request, bool is_https, std::string_view request_id) const;
    // Makes all pages again: they depend on the guardrail that was read since the start, and on
    // what organizers have set.
    void refresh();

private:
    struct Page {
        std::size_t route = 0;
        bool is_made_at_start = false;
        // Of each language. Shared with responses that are being sent. Null: not made yet.
        mutable std::array<std::atomic<std::shared_ptr<const CachedResponse>>, language_count> answers = {};
    };
    CachedResponse prepare(std::string_view path, Language language) const;
    // Returns the page, which is made now if nobody has asked for it since the last refresh().
    std::shared_ptr<const CachedResponse> made(std::string_view path, const Page& page, Language language) const;
    std::shared_ptr<const CachedRefusal> refusal(bool is_json, Language language) const;

    // Returns what stands in a place, or else what `make` makes, which stands there from then on.
    template <class Answer, class Make>
    std::shared_ptr<const Answer> kept(std::atomic<std::shared_ptr<const Answer>>& place, const Make& make) const {
        auto answer = place.load();
        if (answer != nullptr) return answer;
        const std::uint64_t before = refreshes_.load();
        answer = make();
        const std::lock_guard lock(keeping_);
        if (refreshes_.load() == before) place.store(answer);
        return answer;
    }

    const Handlers& handlers_;
    const SharedContext& shared_;
    std::map<std::string, CachedResponse, std::less<>> assets_;  // by path
    std::map<std::string, Page, std::less<>> anonymous_pages_;   // by path, for people who are not signed in
    // Whoever makes something holds no lock meanwhile, and keeps it only if there was no refresh().
    mutable std::mutex keeping_;
    std::atomic<std::uint64_t> refreshes_ = 0;
    mutable std::array<std::atomic<std::shared_ptr<const CachedRefusal>>, language_count> busy_pages_ = {};
    mutable std::array<std::atomic<std::shared_ptr<const CachedRefusal>>, language_count> busy_problems_ = {};
};

}  // namespace llmapikey
