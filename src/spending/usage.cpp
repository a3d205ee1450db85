#include "spending/usage.hpp"

#include <algorithm>

namespace llmapikey {
namespace {

constexpr base::Seconds fresh_for{20};
constexpr base::Seconds retry_after_failure{3};
constexpr std::size_t entries_max = 20'000;
// What nobody has asked for in so long is forgotten: memory follows those who look, not all who
// have looked.
constexpr std::chrono::minutes kept_for{10};
constexpr std::chrono::minutes between_cleanings{1};

bool is_same_utc_day(base::Timestamp left, base::Timestamp right) {
    return std::chrono::floor<std::chrono::days>(left) == std::chrono::floor<std::chrono::days>(right);
}

base::MicroUsd sum_from(const std::vector<SpendingDay>& days, base::Timestamp first) {
    base::MicroUsd sum;
    const std::string first_text = day_text(first);
    for (const SpendingDay& day : days)
        if (day.day >= first_text) sum.value += day.spent.value;
    return sum;
}

base::Timestamp week_of(base::Timestamp now) {
    const auto today = std::chrono::floor<std::chrono::days>(now);
    return today - (std::chrono::weekday{today} - std::chrono::Monday);
}

base::Timestamp month_of(base::Timestamp now) {
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(now)};
    return std::chrono::sys_days{date.year() / date.month() / 1};
}

// The first day that any figure needs.
base::Timestamp first_day(base::Timestamp now) {
    return std::min({now - UsageCache::days_shown, week_of(now), month_of(now)});
}

// `days`: from first_day() on; nullopt: the database could not be asked, and the key's own figures
// have to do. Nullopt: the provider does not tell those.
std::optional<UsageSnapshot> snapshot_of(const UpstreamKey& key, std::optional<std::vector<SpendingDay>> days,
                                         base::Timestamp now) {
    UsageSnapshot snapshot;
    snapshot.as_of = now;
    snapshot.limit = key.limit;
    // Spending is settled after each request, so what is left may dip below zero.
    if (key.limit) snapshot.remaining = std::max(key.limit_remaining.value_or(*key.limit), base::MicroUsd{});
    if (!days) {
        const auto spent = spent_today(key);
        if (!spent) return std::nullopt;
        snapshot.spent = *spent;
        if (key.usage_weekly) snapshot.this_week = not_negative(*key.usage_weekly);
        if (key.usage_monthly) snapshot.this_month = not_negative(*key.usage_monthly);
        return snapshot;
    }
    snapshot.spent = sum_from(*days, now);
    // A provider that tells neither what is left nor what was spent today tells only the total: the
    // books say the rest.
    const bool is_left_told = key.limit_remaining || key.usage_daily;
    if (key.limit && !is_left_told) snapshot.remaining = not_negative({key.limit->value - snapshot.spent.value});
    snapshot.this_week = sum_from(*days, week_of(now));
    snapshot.this_month = sum_from(*days, month_of(now));
    // Of a key that is older than what is booked, upstream knows more; but around 00:00 it may
    // speak of another week.
    if (!is_near_border(now)) {
        snapshot.this_week = std::max(*snapshot.this_week, key.usage_weekly.value_or(base::MicroUsd{}));
        snapshot.this_month = std::max(*snapshot.this_month, key.usage_monthly.value_or(base::MicroUsd{}));
    }
    snapshot.days = std::move(*days);
    std::erase_if(snapshot.days,
                  [&](const SpendingDay& day) { return day.day < day_text(now - UsageCache::days_shown); });
    return snapshot;
}

}  // namespace

std::optional<int> UsageSnapshot::percent_spent() const {
    if (!remaining) return std::nullopt;
    const std::int64_t all = std::max<std::int64_t>(spent.value + remaining->value, 1);
    return static_cast<int>(std::clamp<std::int64_t>(spent.value * 100 / all, 0, 100));
}

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

void UsageCache::refresh(const Grant& grant) {
    std::uint64_t uses = 0;
    {
        const std::lock_guard lock(mutex_);
        uses = entries_[grant.delete_handle].uses;
    }
    const auto key = provider_.get(grant.delete_handle, base::Deadline::after(call_timeout_));
    const base::Timestamp now = clock_.now();
    std::optional<std::vector<SpendingDay>> days;
    if (key) {
        const auto noted = spending_.note({reading_of(*key, now)});
        auto known = noted ? spending_.days(grant.seat(), first_day(now))
                           : base::Result<std::vector<SpendingDay>>(tl::unexpected(noted.error()));
        if (known) days = std::move(*known);
    }
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[grant.delete_handle];
    entry.is_refreshing = false;
    if (entry.uses != uses) return;  // the key has been used since: whoever looks next asks again
    entry.asked_at = now;
    entry.is_gone = !key && key.error().code == base::Errc::not_found;
    entry.has_failed = !key && !entry.is_gone;
    if (entry.is_gone) entry.snapshot.reset();
    if (!key) return;
    auto snapshot = snapshot_of(*key, std::move(days), now);
    entry.has_failed = !snapshot;
    if (snapshot) entry.snapshot = std::move(snapshot);
}

void UsageCache::abandon_refresh(const std::string& delete_handle) {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(delete_handle);
    if (entry != entries_.end()) entry->second.is_refreshing = false;
}

void UsageCache::remember_unused(const Grant& grant, base::MicroUsd limit) {
    if (grant.carried.value > 0) return;
    const base::Timestamp now = clock_.now();
    const std::lock_guard lock(mutex_);
    forget_old(now);
    Entry entry;
    entry.snapshot = UsageSnapshot{{}, limit, limit, {}, {}, {}, now};
    entry.asked_at = now;
    entries_[grant.delete_handle] = std::move(entry);
}

std::optional<UsageSnapshot> UsageCache::peek(const std::string& delete_handle) const {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(delete_handle);
    const bool is_known = entry != entries_.end() && entry->second.snapshot &&
                          is_same_utc_day(entry->second.snapshot->as_of, clock_.now());
    return is_known ? entry->second.snapshot : std::nullopt;
}

void UsageCache::forget(const std::string& delete_handle) {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(delete_handle);
    if (entry == entries_.end()) return;
    entry->second.snapshot.reset();
    entry->second.asked_at = {};
    entry->second.has_failed = false;
    ++entry->second.uses;
}

// With the lock held.
void UsageCache::forget_old(base::Timestamp now) {
    const bool is_full = entries_.size() >= entries_max;
    if (!is_full && cleaned_at_ + between_cleanings > now) return;
    cleaned_at_ = now;
    const base::Seconds keep = is_full ? fresh_for : base::Seconds{kept_for};
    std::erase_if(entries_, [&](const auto& named) {
        const Entry& entry = named.second;
        return !entry.is_refreshing && entry.asked_at + keep < now;
    });
}

}  // namespace llmapikey
