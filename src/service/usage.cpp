#include "service/usage.hpp"

#include <algorithm>

namespace llmapikey::service {
namespace {

constexpr base::Seconds fresh_for{20};
constexpr base::Seconds retry_after_failure{10};
constexpr std::size_t max_entries = 20'000;

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
    return snapshot;
}

}  // namespace

UsageCache::Known UsageCache::look(const std::string& delete_handle) {
    const base::Timestamp now = clock_.now();
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= max_entries) forget_some();
    Entry& entry = entries_[delete_handle];
    const base::Seconds keep = entry.has_failed ? retry_after_failure : fresh_for;
    // A window that has been reset since makes yesterday's figure wrong, not only old.
    if (entry.snapshot && !is_same_utc_day(entry.snapshot->as_of, now)) entry.snapshot.reset();
    const bool is_recent = entry.asked_at + keep > now && (entry.snapshot || entry.has_failed);
    Known known{entry.snapshot, is_recent && !entry.has_failed, entry.has_failed, false};
    if (!is_recent && !entry.is_refreshing) {
        entry.is_refreshing = true;
        known.should_refresh = true;
    }
    return known;
}

void UsageCache::refresh(const std::string& delete_handle) {
    const auto key = provider_.get(delete_handle, base::Deadline::after(call_timeout_));
    const base::Timestamp now = clock_.now();
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[delete_handle];
    entry.is_refreshing = false;
    entry.asked_at = now;
    entry.has_failed = !key.has_value();
    if (key) entry.snapshot = snapshot_of(*key, now);
}

void UsageCache::abandon_refresh(const std::string& delete_handle) {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(delete_handle);
    if (entry != entries_.end()) entry->second.is_refreshing = false;
}

void UsageCache::remember_unused(const std::string& delete_handle, base::MicroUsd limit) {
    const base::Timestamp now = clock_.now();
    const std::lock_guard lock(mutex_);
    entries_[delete_handle] = Entry{UsageSnapshot{{}, limit, limit, now}, now, false, false};
}

void UsageCache::forget_some() {
    const base::Timestamp now = clock_.now();
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        const bool is_old = !entry->second.is_refreshing && entry->second.asked_at + fresh_for < now;
        entry = is_old ? entries_.erase(entry) : std::next(entry);
    }
}

}  // namespace llmapikey::service
