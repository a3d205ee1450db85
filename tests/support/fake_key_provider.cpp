#include "support/fake_key_provider.hpp"

#include <algorithm>

#include "providers/offset_reading.hpp"

namespace llmapikey::test {
namespace {

tl::unexpected<base::Error> down() {
    return base::fail(base::Errc::upstream_down, "the fake upstream is down");
}

}  // namespace

void FakeKeyProvider::fail_next_mint(MintFault fault) {
    const std::lock_guard lock(mutex_);
    mint_faults_.push_back(fault);
}

void FakeKeyProvider::fail_next_revoke() {
    const std::lock_guard lock(mutex_);
    ++revoke_faults_;
}

void FakeKeyProvider::fail_next_list() {
    const std::lock_guard lock(mutex_);
    ++list_faults_;
}

void FakeKeyProvider::fail_next_guardrail() {
    const std::lock_guard lock(mutex_);
    ++guardrail_faults_;
}

void FakeKeyProvider::set_guardrail(std::optional<Guardrail> guardrail) {
    const std::lock_guard lock(mutex_);
    guardrail_ = std::move(guardrail);
}

void FakeKeyProvider::during_next_mint(std::function<void()> action) {
    const std::lock_guard lock(mutex_);
    during_mint_ = std::move(action);
}

void FakeKeyProvider::during_next_get(std::function<void()> action) {
    const std::lock_guard lock(mutex_);
    during_get_ = std::move(action);
}

void FakeKeyProvider::before_each_page(std::function<void()> action) {
    const std::lock_guard lock(mutex_);
    before_page_ = std::move(action);
}

std::string FakeKeyProvider::insert(const std::string& name, base::Timestamp created_at) {
    UpstreamKey key;
    key.delete_handle = "handle-" + std::to_string(++last_handle_);
    key.name = name;
    key.created_at = created_at;
    key.usage_daily = key.usage_weekly = key.usage_monthly = base::MicroUsd{};
    keys_.push_front(key);
    return key.delete_handle;
}

std::string FakeKeyProvider::add_key(const std::string& name, base::Timestamp created_at) {
    const std::lock_guard lock(mutex_);
    return insert(name, created_at);
}

void FakeKeyProvider::remove_key(const std::string& delete_handle) {
    const std::lock_guard lock(mutex_);
    std::erase_if(keys_, [&](const auto& key) { return key.delete_handle == delete_handle; });
}

void FakeKeyProvider::change_key(const std::string& delete_handle, const std::function<void(UpstreamKey&)>& change) {
    const std::lock_guard lock(mutex_);
    for (auto& key : keys_)
        if (key.delete_handle == delete_handle) change(key);
}

void FakeKeyProvider::refuse(const std::string& delete_handle, std::optional<base::Error> error) {
    const std::lock_guard lock(mutex_);
    refused_.erase(delete_handle);
    if (error) refused_.emplace(delete_handle, std::move(*error));
}

std::optional<base::Error> FakeKeyProvider::refusal_of(const std::string& delete_handle) const {
    const auto found = refused_.find(delete_handle);
    return found == refused_.end() ? std::nullopt : std::optional(found->second);
}

base::Result<std::string> FakeKeyProvider::look_up(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (list_faults_ > 0) {
        --list_faults_;
        return down();
    }
    const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const auto& key) { return key.name == name; });
    return found == keys_.end() ? std::string() : found->delete_handle;
}

int FakeKeyProvider::mint_calls() const {
    const std::lock_guard lock(mutex_);
    return mint_calls_;
}

int FakeKeyProvider::update_calls() const {
    const std::lock_guard lock(mutex_);
    return update_calls_;
}

int FakeKeyProvider::list_calls() const {
    const std::lock_guard lock(mutex_);
    return list_calls_;
}

std::vector<UpstreamKey> FakeKeyProvider::live_keys() const {
    const std::lock_guard lock(mutex_);
    return {keys_.begin(), keys_.end()};
}

MintOutcome FakeKeyProvider::mint(const MintRequest& request, base::Deadline) {
    std::unique_lock lock(mutex_);
    ++mint_calls_;
    std::optional<MintFault> fault;
    if (!mint_faults_.empty()) {
        fault = mint_faults_.front();
        mint_faults_.pop_front();
    }
    if (fault == MintFault::refused) {
        return NotMinted{{base::Errc::upstream_refused, "the fake upstream refuses", {}}};
    }
    if (fault == MintFault::lost_before_effect) return MintUnknown{"", "lost"};
    const std::string handle = insert(request.name, clock_.now());
    keys_.front().limit = request.daily_limit;
    keys_.front().limit_remaining = request.daily_limit;
    keys_.front().limit_reset = "daily";
    keys_.front().expires_at = request.expires_at;
    const auto action = std::exchange(during_mint_, nullptr);
    lock.unlock();
    if (action) action();
    if (fault == MintFault::lost_after_effect) return MintUnknown{"", "lost"};
    const auto oldest = [&] {
        const std::lock_guard relock(mutex_);
        return keys_.back().delete_handle;
    };
    if (fault == MintFault::foreign_handle) return MintUnknown{oldest(), "no key in the answer"};
    if (fault == MintFault::unguarded || fault == MintFault::unguarded_foreign) {
        return MintedInVain{fault == MintFault::unguarded ? handle : oldest(),
                            {base::Errc::misconfigured, "the guardrail could not be assigned", {}}};
    }
    if (fault == MintFault::handle_only) return MintUnknown{handle, "no key in the answer"};
    return Minted{base::Secret("sk-or-v1-raw-of-" + handle), handle};
}

base::Result<UpstreamKey> FakeKeyProvider::get(const std::string& delete_handle, base::Deadline) {
    std::unique_lock lock(mutex_);
    if (auto refusal = refusal_of(delete_handle)) return tl::unexpected(std::move(*refusal));
    const auto action = std::exchange(during_get_, nullptr);
    base::Result<UpstreamKey> found = base::fail(base::Errc::not_found, "no such key");
    for (const auto& key : keys_) {
        if (key.delete_handle == delete_handle) found = key;
    }
    lock.unlock();
    if (action) action();
    return found;
}

base::Result<KeyPage> FakeKeyProvider::list(ListCursorPtr after, base::Deadline) {
    return OffsetReading::list(std::move(after), [this](std::size_t offset) { return keys_at(offset); });
}

base::Result<std::vector<UpstreamKey>> FakeKeyProvider::keys_at(std::size_t offset) {
    std::unique_lock lock(mutex_);
    ++list_calls_;
    if (list_faults_ > 0) {
        --list_faults_;
        return down();
    }
    const auto action = before_page_;
    lock.unlock();
    if (action) action();
    lock.lock();
    std::vector<UpstreamKey> page;
    for (std::size_t i = passes_over_offsets_ ? 0 : offset; i < keys_.size() && page.size() < page_size_; ++i)
        page.push_back(keys_[i]);
    return page;
}

base::Result<UpstreamKey> FakeKeyProvider::update(const std::string& delete_handle, const KeyUpdate& change,
                                                  base::Deadline) {
    const std::lock_guard lock(mutex_);
    ++update_calls_;
    if (auto refusal = refusal_of(delete_handle)) return tl::unexpected(std::move(*refusal));
    for (auto& key : keys_) {
        if (key.delete_handle != delete_handle) continue;
        key.is_disabled = change.is_disabled.value_or(key.is_disabled);
        if (change.daily_limit) key.limit = change.daily_limit;
        if (change.daily_limit && !keeps_limit_reset_) key.limit_reset = daily_reset;
        return key;
    }
    return base::fail(base::Errc::not_found, "no such key");
}

void FakeKeyProvider::refuse_to_revoke(const std::string& delete_handle, std::optional<base::Error> refusal) {
    const std::lock_guard lock(mutex_);
    refusals_.erase(delete_handle);
    if (refusal) refusals_.emplace(delete_handle, std::move(*refusal));
}

int FakeKeyProvider::revoke_calls(const std::string& delete_handle) const {
    const std::lock_guard lock(mutex_);
    const auto calls = revoke_calls_.find(delete_handle);
    return calls == revoke_calls_.end() ? 0 : calls->second;
}

base::Result<void> FakeKeyProvider::revoke(const std::string& delete_handle, base::Deadline) {
    const std::lock_guard lock(mutex_);
    if (auto refusal = refusal_of(delete_handle)) return tl::unexpected(std::move(*refusal));
    if (revoke_faults_ > 0) {
        --revoke_faults_;
        return down();
    }
    ++revoke_calls_[delete_handle];
    const auto refusal = refusals_.find(delete_handle);
    if (refusal != refusals_.end()) return tl::unexpected(refusal->second);
    std::erase_if(keys_, [&](const auto& key) { return key.delete_handle == delete_handle; });
    return {};
}

void FakeKeyProvider::refuse_credits(bool is_refused) {
    const std::lock_guard lock(mutex_);
    are_credits_refused_ = is_refused;
}

base::Result<Credits> FakeKeyProvider::credits(base::Deadline) {
    const std::lock_guard lock(mutex_);
    if (are_credits_refused_) return base::fail(base::Errc::misconfigured, "answered 403");
    return Credits{base::MicroUsd{100'000'000}, base::MicroUsd{1'000'000}};
}

base::Result<GuardedKeys> FakeKeyProvider::guarded_page(std::size_t, base::Deadline) {
    GuardedKeys page;
    for (const UpstreamKey& key : live_keys())
        page.delete_handles.push_back(key.delete_handle);
    return page;
}

base::Result<std::optional<Guardrail>> FakeKeyProvider::guardrail(base::Deadline) {
    const std::lock_guard lock(mutex_);
    if (guardrail_faults_ == 0) return guardrail_;
    --guardrail_faults_;
    return down();
}

}  // namespace llmapikey::test
