#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_log.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "identity/github_user_id.hpp"
#include "identity/initiator.hpp"

namespace llmapikey {

// What a token may do in its owner's name. None of them includes another.
enum class Scope {
    read,    // look at keys, accounts, figures and the audit log
    write,   // mint, revoke, switch off, change, hold; webhooks
    reveal,  // read raw keys
};
std::string_view to_text(Scope scope);
std::optional<Scope> parse_scope(std::string_view text);

struct ApiToken {
    std::string id;
    std::string name;  // by which its owner knows it
    std::string hint;  // its last four characters
    GithubUserId owner;
    std::set<Scope> scopes;
    base::Timestamp created_at, expires_at;
    std::optional<base::Timestamp> revoked_at, used_at;
};
bool is_valid(const ApiToken& token, base::Timestamp now);

// Blocking, thread-safe; can fail with Errc::store_unavailable.
class TokenStore {
public:
    virtual ~TokenStore() = default;
    virtual base::Result<void> insert(const ApiToken& token, const std::string& hash) = 0;
    virtual base::Result<std::optional<ApiToken>> find_by_hash(const std::string& hash) = 0;
    // The latest first, 200 at the most.
    virtual base::Result<std::vector<ApiToken>> list(GithubUserId owner) = 0;
    // not_found: the owner has no such token that is not revoked.
    virtual base::Result<void> revoke(GithubUserId owner, const std::string& id, base::Timestamp now) = 0;
    virtual base::Result<void> note_use(const std::string& id, base::Timestamp now) = 0;
};

struct NewToken {
    ApiToken token;
    base::Secret text;  // shown once and kept nowhere
};

// Tokens by which programs act for an admin: random, stored as a hash, with scopes and an end.
// Blocking, thread-safe.
class ApiTokens {
public:
    static constexpr std::string_view prefix = "llmk_";
    static constexpr int days_max = 366;

    ApiTokens(TokenStore& store, AuditLog& audit, const base::Clock& clock)
        : store_(store), audit_(audit), clock_(clock) {}

    // invalid_input: no name, no scope, or `days` not from 1 to days_max.
    base::Result<NewToken> create(GithubUserId owner, const std::string& name, const std::set<Scope>& scopes,
                                  std::int64_t days, const Initiator& by);
    base::Result<void> revoke(GithubUserId owner, const std::string& id, const Initiator& by);
    // Before a token is shown to its owner again: records it. False: it is not the owner's, expired
    // or revoked.
    base::Result<bool> may_show_again(GithubUserId owner, const base::Secret& text, const Initiator& by);
    // Nullopt: unknown, expired or revoked. Whether its owner is an admin still is for the caller
    // to check.
    base::Result<std::optional<ApiToken>> find(std::string_view text);

private:
    TokenStore& store_;
    AuditLog& audit_;
    const base::Clock& clock_;
};

}  // namespace llmapikey
