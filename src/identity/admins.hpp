#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "identity/github_user_id.hpp"

namespace llmapikey {

// Who may open the console: the accounts that the environment names, and the one that has become
// the first admin by the link that `serve` prints. Thread-safe.
class Admins {
public:
    explicit Admins(std::set<std::int64_t> configured) : configured_(std::move(configured)) {}

    bool contains(GithubUserId account) const {
        return configured_.contains(account.value) || first_.load() == account.value;
    }
    bool is_any_configured() const { return !configured_.empty(); }
    void set_first(std::optional<GithubUserId> account) { first_ = account ? account->value : nobody; }

private:
    static constexpr std::int64_t nobody = -1;  // no account has this number

    const std::set<std::int64_t> configured_;
    std::atomic<std::int64_t> first_{nobody};
};

}  // namespace llmapikey
