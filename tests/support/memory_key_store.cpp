#include "support/memory_key_store.hpp"

#include <algorithm>

namespace llmapikey::test {
namespace {

using domain::GrantStatus;

tl::unexpected<base::Error> unavailable() {
    return base::fail(base::Errc::store_unavailable, "the memory store fails on demand");
}
tl::unexpected<base::Error> conflict() {
    return base::fail(base::Errc::conflict, "not in that state");
}

}  // namespace

void MemoryKeyStore::fail_next(Operation operation, When when) {
    const std::lock_guard lock(mutex_);
    failures_[operation] = when;
}

bool MemoryKeyStore::fails(Operation operation, When when) {
    const auto failure = failures_.find(operation);
    if (failure == failures_.end() || failure->second != when) return false;
    failures_.erase(failure);
    return true;
}

domain::Grant* MemoryKeyStore::unsettled(const service::Attempt& attempt) {
    for (auto& [id, grant] : grants_) {
        if (grant.id != attempt.grant_id || grant.nonce != attempt.nonce) continue;
        return grant.status == GrantStatus::active ? nullptr : &grant;
    }
    return nullptr;
}

void MemoryKeyStore::hold(domain::GithubUserId id, const domain::Hold& hold) {
    const std::lock_guard lock(mutex_);
    holds_[id] = hold;
}

base::Result<service::Account> MemoryKeyStore::find_account(domain::GithubUserId id) {
    const auto grant = find(id);
    if (!grant) return tl::unexpected(grant.error());
    const std::lock_guard lock(mutex_);
    const auto held = holds_.find(id);
    return service::Account{*grant, held == holds_.end() ? std::nullopt : std::optional(held->second)};
}

base::Result<std::optional<domain::Grant>> MemoryKeyStore::find(domain::GithubUserId id) {
    const std::lock_guard lock(mutex_);
    if (fails(Operation::find, When::before_effect)) return unavailable();
    const auto found = grants_.find(id);
    return found == grants_.end() ? std::nullopt : std::optional(found->second);
}

base::Result<service::ReserveOutcome> MemoryKeyStore::reserve(const service::ReserveRequest& request) {
    const std::lock_guard lock(mutex_);
    if (fails(Operation::reserve, When::before_effect)) return unavailable();
    const auto held = grants_.find(request.recipient.id);
    if (held != grants_.end()) return service::ReserveOutcome{service::AlreadyHeld{held->second}};
    const auto hold = holds_.find(request.recipient.id);
    if (hold != holds_.end() && domain::is_in_force(hold->second, request.now)) {
        return service::ReserveOutcome{service::OnHold{hold->second}};
    }
    const bool is_full =
        request.max_total_keys != 0 && grants_.size() >= static_cast<std::size_t>(request.max_total_keys);
    if (is_full) return service::ReserveOutcome{service::QuotaFull{}};
    domain::Grant grant;
    grant.id = request.grant_id;
    grant.github_user_id = request.recipient.id;
    grant.github_username = request.recipient.login;
    grant.nonce = request.nonce;
    grant.daily_limit = request.daily_limit;
    grant.created_at = grant.attempted_at = request.now;
    grant.expires_at = request.expires_at;
    grants_[request.recipient.id] = grant;
    if (fails(Operation::reserve, When::after_effect)) return unavailable();
    return service::ReserveOutcome{service::Reserved{grant}};
}

base::Result<void> MemoryKeyStore::activate(const service::Attempt& attempt, const service::Activation& activation) {
    const std::lock_guard lock(mutex_);
    if (fails(Operation::activate, When::before_effect)) return unavailable();
    domain::Grant* grant = unsettled(attempt);
    if (grant == nullptr || grant->status != GrantStatus::pending) return conflict();
    grant->status = GrantStatus::active;
    grant->delete_handle = activation.delete_handle;
    grant->sealed_key = activation.sealed_key;
    grant->key_hint = activation.key_hint;
    if (fails(Operation::activate, When::after_effect)) return unavailable();
    return {};
}

base::Result<void> MemoryKeyStore::mark_ambiguous(const service::Attempt& attempt, const std::string& delete_handle) {
    const std::lock_guard lock(mutex_);
    if (fails(Operation::mark_ambiguous, When::before_effect)) return unavailable();
    domain::Grant* grant = unsettled(attempt);
    if (grant == nullptr) return conflict();
    grant->status = GrantStatus::ambiguous;
    if (grant->delete_handle.empty()) grant->delete_handle = delete_handle;
    return {};
}

base::Result<void> MemoryKeyStore::release(const service::Attempt& attempt) {
    const std::lock_guard lock(mutex_);
    if (fails(Operation::release, When::before_effect)) return unavailable();
    const domain::Grant* grant = unsettled(attempt);
    if (grant == nullptr) return conflict();
    grants_.erase(grant->github_user_id);
    return {};
}

base::Result<void> MemoryKeyStore::update_username(const domain::Recipient& recipient) {
    const std::lock_guard lock(mutex_);
    const auto held = grants_.find(recipient.id);
    if (held != grants_.end()) held->second.github_username = recipient.login;
    return {};
}

base::Result<std::vector<domain::Grant>> MemoryKeyStore::list_unsettled(base::Timestamp attempted_by,
                                                                        const std::string& after_id, int limit) {
    const std::lock_guard lock(mutex_);
    std::vector<domain::Grant> found;
    for (const auto& [id, grant] : grants_) {
        const bool is_open = grant.status != GrantStatus::active && grant.attempted_at <= attempted_by;
        if (is_open && grant.id > after_id) found.push_back(grant);
    }
    std::sort(found.begin(), found.end(), [](const auto& left, const auto& right) { return left.id < right.id; });
    if (found.size() > static_cast<std::size_t>(limit)) found.resize(static_cast<std::size_t>(limit));
    return found;
}

base::Result<bool> MemoryKeyStore::knows(const std::string& delete_handle, const std::string& nonce) {
    const std::lock_guard lock(mutex_);
    return std::any_of(grants_.begin(), grants_.end(), [&](const auto& entry) {
        const domain::Grant& grant = entry.second;
        return (!delete_handle.empty() && grant.delete_handle == delete_handle) ||
               (!nonce.empty() && grant.nonce == nonce);
    });
}

base::Result<service::GrantTotals> MemoryKeyStore::totals() {
    const std::lock_guard lock(mutex_);
    return service::GrantTotals{static_cast<std::int64_t>(grants_.size())};
}

}  // namespace llmapikey::test
