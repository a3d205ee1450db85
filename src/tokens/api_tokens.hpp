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

// Says what a token may do in its owner's name. No scope includes another.
enum class Scope {
    read,    // read keys, accounts, statistics and the audit log
    write,   // make, revoke, switch off and change keys; holds; webhooks
    reveal,  // read raw keys
};
std::string_view to_text(Scope scope);
std::optional<Scope> parse_scope(std::string_view text);

struct ApiToken {
    std::string id;
    std::string name;  // the name that its owner gave it
    std::string hint;  // last four characters
    GithubUserId owner;
    std::set<Scope> scopes;
    base::Timestamp created_at, expires_at;
    std::optional<base::Timestamp> revoked_at, used_at;
};
bool is_valid(const ApiToken& token, base::Timestamp now);

// Stores API tokens. Blocking; thread-safe; every function can fail with Errc::store_unavailable.
class TokenStore {
public:
    virtual ~TokenStore() = default;
    virtual base::Result<void> insert(const ApiToken& token, const std::string& hash) = 0;
    virtual base::Result<std::optional<ApiToken>> find_by_hash(const std::string& hash) = 0;
    // Returns at most 200 tokens, newest first.
    virtual base::Result<std::vector<ApiToken>> list(GithubUserId owner) = 0;
    // Fails with not_found if the owner has no such token that is not revoked.
    virtual base::Result<void> revoke(GithubUserId owner, const std::string& id, base::Timestamp now) = 0;
    virtual base::Result<void> note_use(const std::string& id, base::Timestamp now) = 0;
};

struct NewToken {
    ApiToken token;
    base::Secret text;  // shown once and stored nowhere
};

// Manages API tokens, by which programs act for an admin. A token is random, stored as a hash, and
// has scopes and an expiry. Blocking; thread-safe.
class ApiTokens {
public:
    static constexpr std::string_view prefix = "llmk_";
    static constexpr int days_max = 366;

    ApiTokens(TokenStore& store, AuditLog& audit, const base::Clock& clock)
        : store_(store), audit_(audit), clock_(clock) {}

    // `days` is 1 to days_max. Fails with invalid_input for an invalid name (token_name_rule), no
    // scope, or invalid `days`.
    base::Result<NewToken> create(GithubUserId owner, const std::string& name, const std::set<Scope>& scopes,
                                  std::int64_t days, const Initiator& by);
    base::Result<void> revoke(GithubUserId owner, const std::string& id, const Initiator& by);
    // Records that a token is shown to its owner again; call it before. Returns false if the token
    // is not the owner's, expired or revoked.
    base::Result<bool> may_show_again(GithubUserId owner, const base::Secret& text, const Initiator& by);
    // Returns nullopt if the token is unknown, expired or revoked. The caller must check that its
    // owner is still an admin.
    base::Result<std::optional<ApiToken>> find(std::string_view text);

private:
    TokenStore& store_;
    AuditLog& audit_;
    const base::Clock& clock_;
};

}  // namespace llmapikey
