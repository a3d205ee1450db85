#include "service/usage.hpp"

#include <algorithm>

namespace llmapikey::service {
namespace {

constexpr base::Seconds fresh_for{20};
constexpr base::Seconds retry_after_failure{3};
constexpr std::size_t max_entries = 20'000;
// What nobody has asked for in so long is forgotten: memory follows those who look, not all who have looked.
constexpr std::chrono::minutes kept_for{10};
constexpr std::chrono::minutes between_cleanings{1};

bool is_same_utc_day(base::Timestamp left, base::Timestamp right) {
    return std::chrono::floor<std::chrono::days>(left) == std::chrono::floor<std::chrono::days>(right);
}

UsageSnapshot snapshot_of(const UpstreamKey& key, base::Timestamp now) {
    UsageSnapshot snapshot;
    snapshot.as_of = now;
    snapshot.limit = key.limit.value_or(base::MicroUsd{});
    // Spending is settled after each request, so what is left may dip below zero (openrouter-provisioning, quirk 2).
    snapshot.remaining = std::max(key.limit_remaining.value_or(snapshot.limit), base::MicroUsd{});
    snapshot.spent = std::max(base::MicroUsd{snapshot.limit.value - snapshot.remaining.value}, base::MicroUsd{});
    snapshot.this_week = key.usage_weekly;
    snapshot.this_month = key.usage_monthly;
    return snapshot;
}

}  // namespace

UsageCache::Known UsageCache::look(const std::string& delete_handle) {
    const base::Timestamp now = clock_.now();
    const std::lock_guard lock(mutex_);
    forget_old(now);
    Entry& entry = entries_[delete_handle];
    const base::Seconds keep = entry.has_failed ? retry_after_failure : fresh_for;
    // A window that has been reset since makes yesterday's figure wrong, not only old.
    if (entry.snapshot && !is_same_utc_day(entry.snapshot->as_of, now)) entry.snapshot.reset();
    const bool is_recent = entry.asked_at + keep > now && (entry.snapshot || entry.has_failed || entry.is_gone);
    Known known{entry.snapshot, is_recent && !entry.has_failed, entry.has_failed, entry.is_gone, false};
    if (!is_recent && !entry.is_refreshing) {
        entry.is_refreshing = true;
        known.should_refresh = true;
    }
    return known;
}

void UsageCache::refresh(const domain::Grant& grant) {
    const auto key = provider_.get(grant.delete_handle, base::Deadline::after(call_timeout_));
    const base::Timestamp now = clock_.now();
    std::vector<SpendingDay> days;
    if (key) {
        // The chart is an extra: without the database the figures are shown without it.
        const auto noted = spending_.note({{grant.delete_handle, spent_today(*key), now}});
        auto known = noted ? spending_.days(grant.github_user_id, now - days_shown)
                           : base::Result<std::vector<SpendingDay>>(tl::unexpected(noted.error()));
        if (known) days = std::move(*known);
    }
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[grant.delete_handle];
    entry.is_refreshing = false;
    entry.asked_at = now;
    entry.is_gone = !key && key.error().code == base::Errc::not_found;
    entry.has_failed = !key && !entry.is_gone;
    if (entry.is_gone) entry.snapshot.reset();
    if (!key) return;
    entry.snapshot = snapshot_of(*key, now);
    entry.snapshot->days = std::move(days);
}

void UsageCache::abandon_refresh(const std::string& delete_handle) {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(delete_handle);
    if (entry != entries_.end()) entry->second.is_refreshing = false;
}

void UsageCache::remember_unused(const std::string& delete_handle, base::MicroUsd limit) {
    const base::Timestamp now = clock_.now();
    const std::lock_guard lock(mutex_);
    forget_old(now);
    Entry entry;
    entry.snapshot = UsageSnapshot{{}, limit, limit, {}, {}, {}, now};
    entry.asked_at = now;
    entries_[delete_handle] = std::move(entry);
}

// With the lock held.
void UsageCache::forget_old(base::Timestamp now) {
    const bool is_full = entries_.size() >= max_entries;
    if (!is_full && cleaned_at_ + between_cleanings > now) return;
    cleaned_at_ = now;
    const base::Seconds keep = is_full ? fresh_for : base::Seconds{kept_for};
    std::erase_if(entries_, [&](const auto& named) {
        const Entry& entry = named.second;
        return !entry.is_refreshing && entry.asked_at + keep < now;
    });
}

}  // namespace llmapikey::service
