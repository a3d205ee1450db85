#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "identity/github_user_id.hpp"

// Names of upstream keys. If every row about a key is lost, only its name tells whose key it is.
namespace llmapikey {

// Returns "llmapikey/gh-<id>/<nonce>"; with an empty nonce the name that older deployments gave,
// "llmapikey/gh-<id>".
std::string upstream_key_name(GithubUserId id, std::string_view nonce);

struct UpstreamKeyName {
    GithubUserId github_user_id;
    std::string nonce;  // empty: the older form "llmapikey/gh-<id>"
};
// Parses a name of either form; returns nullopt for any other name, which is the name of somebody
// else's key.
std::optional<UpstreamKeyName> parse_upstream_key_name(std::string_view name);

// Makes nonces that prove who made them. The first half is random; the second half is an HMAC of it
// and of the account, under a key derived from KEY_ENCRYPTION_SECRET. So a deployment recognizes
// its own keys by name alone, even with an empty database, and never mistakes another deployment's
// keys on the same upstream account for its own. Thread-safe.
class NonceMaker {
public:
    // `other` is the previous or the next secret during a rotation; has_made() also accepts nonces
    // that were made with it. Empty: there is none.
    explicit NonceMaker(const base::Secret& key_encryption_secret, const base::Secret& other = base::Secret());

    // Returns a new unguessable nonce of 22 characters, for one attempt.
    std::string make(GithubUserId id) const;
    // Returns whether this deployment made the nonce for this account.
    bool has_made(GithubUserId id, std::string_view nonce) const;

private:
    base::Secret key_, other_key_;
};

}  // namespace llmapikey
