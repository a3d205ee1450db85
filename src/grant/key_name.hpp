#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "identity/github_user_id.hpp"

// Names of upstream keys. A key's name is all that tells whose it is once every row about it is
// lost.
namespace llmapikey {

// "llmapikey/gh-<id>/<nonce>". Without a nonce the form of older deployments, "llmapikey/gh-<id>".
std::string upstream_key_name(GithubUserId id, std::string_view nonce);

struct UpstreamKeyName {
    GithubUserId github_user_id;
    std::string nonce;  // empty: the older form "llmapikey/gh-<id>"
};
// What a name says if it is of our form, the older one included; nullopt for everybody else's keys.
std::optional<UpstreamKeyName> parse_upstream_key_name(std::string_view name);

// Makes nonces that show who made them: half of each is random, the other half authenticates it and
// the account under a key derived from KEY_ENCRYPTION_SECRET. So a deployment knows its own keys by
// name alone, also with an empty database, and never takes another deployment's on the same
// upstream account for them. Thread-safe.
class NonceMaker {
public:
    // Those that were made with `other` are its own, too; empty: there is none.
    explicit NonceMaker(const base::Secret& key_encryption_secret, const base::Secret& other = base::Secret());

    // 22 characters, unguessable, of one attempt.
    std::string make(GithubUserId id) const;
    bool has_made(GithubUserId id, std::string_view nonce) const;

private:
    base::Secret key_, other_key_;
};

}  // namespace llmapikey
