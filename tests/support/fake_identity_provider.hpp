#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/encoding.hpp"
#include "identity/identity_provider.hpp"

namespace llmapikey::test {

// GitHub in memory: it knows the accounts that the test adds, and accepts any code. Thread-safe.
class FakeIdentityProvider final : public IdentityProvider {
public:
    void add(const Recipient& account) {
        const std::lock_guard lock(mutex_);
        accounts_[account.id] = account.login;
    }
    // Every call fails with `error` until this is called with nullopt.
    void refuse(std::optional<base::Error> error) {
        const std::lock_guard lock(mutex_);
        refusal_ = std::move(error);
    }

    std::string authorize_url(const AuthorizeRequest& request) const override {
        return "https://github.test/login/oauth/authorize?state=" + request.state;
    }
    base::Result<base::Secret> exchange(const ExchangeRequest& request, base::Deadline) override {
        if (const auto error = refusal()) return tl::unexpected(*error);
        return base::Secret("token of " + request.code);
    }
    // Returns the first account.
    base::Result<Recipient> read_user(const base::Secret&, base::Deadline) override {
        if (const auto error = refusal()) return tl::unexpected(*error);
        const std::lock_guard lock(mutex_);
        if (accounts_.empty()) return base::fail(base::Errc::forbidden, "nobody");
        return Recipient{accounts_.begin()->first, accounts_.begin()->second};
    }
    base::Result<void> revoke(const base::Secret&, base::Deadline) override { return {}; }
    base::Result<std::string> find_login(GithubUserId id, base::Deadline) override {
        if (const auto error = refusal()) return tl::unexpected(*error);
        const std::lock_guard lock(mutex_);
        const auto found = accounts_.find(id);
        if (found == accounts_.end()) return base::fail(base::Errc::not_found, "no such account");
        return found->second;
    }
    base::Result<Recipient> find_account(const std::string& login, base::Deadline) override {
        if (const auto error = refusal()) return tl::unexpected(*error);
        const std::lock_guard lock(mutex_);
        for (const auto& [id, known] : accounts_)
            if (base::equal_ignoring_case(known, login)) return Recipient{id, known};
        return base::fail(base::Errc::not_found, "no such account");
    }
    base::Result<void> check_credentials(base::Deadline) override { return {}; }

private:
    std::optional<base::Error> refusal() {
        const std::lock_guard lock(mutex_);
        return refusal_;
    }

    std::mutex mutex_;
    std::map<GithubUserId, std::string> accounts_;
    std::optional<base::Error> refusal_;
};

}  // namespace llmapikey::test
