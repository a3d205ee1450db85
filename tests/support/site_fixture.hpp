#pragma once

#include <gtest/gtest.h>

#include <boost/json/value.hpp>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/session_token.hpp"
#include "keys/key_parts.hpp"
#include "net/http_types.hpp"
#include "setup/setup_link.hpp"
#include "site/rate_limits.hpp"
#include "sql/sql_database.hpp"
#include "support/fake_identity_provider.hpp"
#include "support/fake_key_provider.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"
#include "support/memory_key_store.hpp"
#include "support/memory_settings.hpp"
#include "tokens/api_tokens.hpp"

namespace llmapikey::test {

// Shared rate limits without counting: they refuse only when the test says so.
class FakeRateLimits final : public RateLimits {
public:
    base::Result<std::optional<base::Seconds>> take(const std::string&, int) override {
        ++asked;
        return next;
    }
    base::Result<std::optional<base::Seconds>> next = std::nullopt;
    int asked = 0;
};

// A whole answer of the site.
struct SiteAnswer {
    int status = 0;
    std::vector<net::Header> headers;
    std::string body;

    // Returns the value of the first header of that name; empty: there is none.
    std::string header(std::string_view name) const;
    // Returns the body as JSON; null if it is not JSON.
    boost::json::value json() const;
    // Returns the text of a member of the JSON body; empty: there is none.
    std::string json_text(std::string_view member) const;
    bool has(std::string_view text) const { return body.find(text) != std::string::npos; }
};

// The sender of a request, and the headers that a browser or program sends.
struct Sender {
    std::string session = {};            // the cookie; empty: none
    std::string bearer = {};             // an API token; empty: none
    std::string site = "same-origin";    // Sec-Fetch-Site of POST requests; empty: not a browser
    std::string accept = "text/html";    // programs ask for "application/json"
    std::vector<net::Header> more = {};  // further headers
};

using FormFields = std::vector<std::pair<std::string, std::string>>;

// The site as it is composed for service (src/app/composition.cpp): the route table with every
// handler, sessions, limits, tokens and stored answers, without a socket. A request runs on the
// test's thread until it is answered.
//
// Keys, the queue, replacements, spending and the audit log are in memory, the upstream and GitHub
// are fakes, and the clock stands still. Stores without a fake (bulk revocations, API tokens,
// stored answers, statistics, webhooks, people) are in a SQLite database in a temporary file. No
// background job runs.
class SiteFixture : public testing::Test {
protected:
    SiteFixture();
    ~SiteFixture() override;

    static constexpr std::string_view origin = "https://keys.example.org";
    static inline const Recipient ada{{1001}, "ada"}, grace{{1003}, "grace"};  // grace is an admin, ada is not

    // Simulates a restart of the program with another configuration; stored data stays.
    static Terms usual_terms();
    void restart(const Terms& terms, int rate_limit_per_minute = 0);

    std::string session_of(const Recipient& recipient) const;
    std::string csrf_token_of(const std::string& session) const;
    // Returns the text of a new API token of grace.
    std::string token_with(const std::set<Scope>& scopes);

    // A program that has a token with these scopes.
    test::Sender program_with(const std::set<Scope>& scopes) {
        return {.bearer = token_with(scopes), .site = "", .accept = "application/json"};
    }

    SiteAnswer get(const std::string& target, const Sender& sender = {});
    SiteAnswer post_form(const std::string& target, const FormFields& fields, const Sender& sender);
    SiteAnswer post_json(const std::string& target, const std::string& json, const Sender& sender);
    SiteAnswer send(const std::string& method, const std::string& target, std::vector<net::Header> headers,
                    const std::string& body);

    IssueAnswer issue_key(const Recipient& recipient);
    Issuance& issuance();
    // The database of the stores that have no fake. The list of people is read from it, and so is
    // the organizer's list: a test that looks at them puts rows there.
    SqlDatabase& sql();
    Grant row_of(const Recipient& recipient) { return store_.find({recipient.id}).value().value(); }

    ManualClock clock_;
    MemoryKeyStore store_;
    MemorySettings settings_{store_};
    MemoryAuditLog audit_;
    FakeKeyProvider provider_{clock_};
    FakeIdentityProvider identity_;
    FakeRateLimits rate_limits_;
    std::set<std::int64_t> configured_admins_{grace.id.value};  // counts from the next restart()
    SetupLink setup_link_{clock_};

private:
    std::vector<net::Header> headers_of(const Sender& sender, bool is_post) const;

    struct Database;
    struct Process;
    std::unique_ptr<Database> database_;
    std::unique_ptr<Process> process_;
};

}  // namespace llmapikey::test
