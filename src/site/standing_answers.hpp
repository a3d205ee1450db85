#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/answers/prepared_answer.hpp"
#include "http/answers/prepared_refusal.hpp"
#include "http/context.hpp"

namespace llmapikey {

// What is answered alike to everybody, and stands in memory as it goes out: assets, the pages for those who are not
// signed in, and the refusals when there is too much to do. Thread-safe.
class StandingAnswers {
public:
    // Both must outlive it.
    StandingAnswers(const Handlers& handlers, const SharedContext& shared);

    struct Standing {
        const PreparedAnswer* answer = nullptr;
        std::size_t route = 0;                        // its number
        std::shared_ptr<const PreparedAnswer> owner;  // where the answer may be replaced meanwhile
    };
    std::optional<Standing> find(const net::Request& request) const;
    // Status 503. `is_json`: a problem rather than a page.
    net::ReadyAnswer busy(bool is_json, bool is_head, bool is_https, std::string_view request_id) const;
    // Makes the pages anew that depend on what was learned since the start: /docs on the guardrail. From one thread at
    // a time.
    void refresh();

private:
    struct Page {
        PreparedAnswer answer;
        std::size_t route;
    };
    PreparedAnswer prepare(std::string_view path) const;

    const Handlers& handlers_;
    const SharedContext& shared_;
    std::map<std::string, PreparedAnswer, std::less<>> assets_;  // by path
    std::map<std::string, Page, std::less<>> anonymous_pages_;   // likewise: for those who are not signed in
    std::atomic<std::shared_ptr<const PreparedAnswer>> docs_;    // likewise, shared with answers under way
    std::size_t docs_route_;
    PreparedRefusal busy_page_, busy_problem_;
};

}  // namespace llmapikey
