#include "support/memory_key_store.hpp"

#include <algorithm>
#include <tuple>

namespace llmapikey::test {
namespace {

tl::unexpected<base::Error> unavailable() {
    return base::fail(base::Errc::store_unavailable, "the memory store fails on demand");
}
tl::unexpected<base::Error> conflict() {
    return base::fail(base::Errc::conflict, "not in that state");
}

bool is_unsettled(const Grant& grant) {
    return grant.status == GrantStatus::pending || grant.status == GrantStatus::ambiguous || is_ending_attempt(grant);
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

Grant* MemoryKeyStore::unsettled(const Attempt& attempt) {
    for (auto& [id, grant] : grants_) {
        if (grant.id != attempt.grant_id || grant.nonce != attempt.nonce) continue;
        return is_unsettled(grant) ? &grant : nullptr;
    }
    return nullptr;
}

void MemoryKeyStore::hold(GithubUserId id, const Hold& hold) {
    const std::lock_guard lock(mutex_);
    holds_[id] = hold;
}

base::Result<Account> MemoryKeyStore::find_account(const Seat& seat) {
    const auto grant = find(seat);
    if (!grant) return tl::unexpected(grant.error());
    const std::lock_guard lock(mutex_);
    const auto held = holds_.find(seat.github_user_id);
    return Account{*grant, held == holds_.end() ? std::nullopt : std::optional(held->second)};
}

bool MemoryKeyStore::remembers(const std::string& nonce) {
    const std::lock_guard lock(mutex_);
    return attempts_.contains(nonce);
}

base::Result<std::optional<Grant>> MemoryKeyStore::find(const Seat& seat) {
    const std::lock_guard lock(mutex_);
    if (fails(Operation::find, When::before_effect)) return unavailable();
    const auto found = grants_.find(seat);
    return found == grants_.end() ? std::nullopt : std::optional(found->second);
}

base::Result<ReserveOutcome> MemoryKeyStore::reserve(const ReserveRequest& request) {
    const std::lock_guard lock(mutex_);
    if (fails(Operation::reserve, When::before_effect)) return unavailable();
    const auto held = grants_.find(request.seat);
    if (held != grants_.end()) return ReserveOutcome{AlreadyHeld{held->second, is_paused()}};
    const auto hold = holds_.find(request.seat.github_user_id);
    if (hold != holds_.end() && is_in_force(hold->second, request.now)) {
        return ReserveOutcome{OnHold{hold->second}};
    }
    if (is_paused()) return ReserveOutcome{MintingPaused{}};
    const auto seats = static_cast<std::size_t>(term(term_names::seats, request.max_total_keys));
    const bool is_full = seats != 0 && grants_.size() >= seats;
    if (is_full) return ReserveOutcome{QuotaFull{}};
    Grant grant;
    grant.id = request.grant_id;
    grant.github_user_id = request.seat.github_user_id;
    grant.github_username = request.login;
    grant.nonce = request.nonce;
    attempts_.insert(request.nonce);
    grant.daily_limit.value = term(term_names::daily_limit, request.daily_limit.value);
    grant.created_at = grant.attempted_at = request.now;
    grant.expires_at = expiry(request.now, request.expires_at);
    carry(grant, request.now);
    if (request.is_queued) {
        grant.status = GrantStatus::waiting;
        grant.queued_at = grant.next_attempt_at = request.now;
        queued_[grant.id] = ++next_place_;
    }
    grants_[request.seat] = grant;
    if (fails(Operation::reserve, When::after_effect)) return unavailable();
    return ReserveOutcome{Reserved{grant}};
}

base::Result<void> MemoryKeyStore::activate(const Attempt& attempt, const Activation& activation) {
    const std::lock_guard lock(mutex_);
    if (fails(Operation::activate, When::before_effect)) return unavailable();
    Grant* grant = unsettled(attempt);
    if (grant == nullptr || grant->status != GrantStatus::pending) return conflict();
    if (is_on_hold(attempt.seat.github_user_id, activation.now)) return conflict();
    for (const auto& [id, other] : grants_)
        if (other.delete_handle == activation.delete_handle) return conflict();
    grant->status = GrantStatus::active;
    grant->delete_handle = activation.delete_handle;
    grant->sealed_key = activation.sealed_key;
    grant->key_hint = activation.key_hint;
    grant->queued_at = grant->next_attempt_at = std::nullopt;
    grant->attempts = 0;
    grant->problem = MintProblem::none;
    if (fails(Operation::activate, When::after_effect)) return unavailable();
    return {};
}

base::Result<void> MemoryKeyStore::mark_ambiguous(const Attempt& attempt, const std::string& delete_handle) {
    const std::lock_guard lock(mutex_);
    if (fails(Operation::mark_ambiguous, When::before_effect)) return unavailable();
    Grant* grant = unsettled(attempt);
    if (grant == nullptr) return conflict();
    if (grant->status != GrantStatus::revoking) grant->status = GrantStatus::ambiguous;
    if (grant->delete_handle.empty()) grant->delete_handle = delete_handle;
    return {};
}

base::Result<void> MemoryKeyStore::release(const Attempt& attempt, MintProblem problem, base::Timestamp now) {
    const std::lock_guard lock(mutex_);
    if (fails(Operation::release, When::before_effect)) return unavailable();
    Grant* grant = unsettled(attempt);
    if (grant == nullptr) return conflict();
    if (grant->status == GrantStatus::revoking) {
        grant->nonce.clear();
        return {};
    }
    if (problem != MintProblem::none) notes_[grant->seat()] = {problem, now};
    grants_.erase(grant->seat());
    return {};
}

base::Result<void> MemoryKeyStore::update_username(const Recipient& recipient) {
    const std::lock_guard lock(mutex_);
    const auto held = grants_.find({recipient.id});
    if (held != grants_.end()) held->second.github_username = recipient.login;
    return {};
}

base::Result<std::vector<Grant>> MemoryKeyStore::list_open_attempts(base::Timestamp attempted_by,
                                                                    const std::string& after_id, int limit) {
    const std::lock_guard lock(mutex_);
    std::vector<Grant> found;
    for (const auto& [id, grant] : grants_) {
        const bool is_open = is_unsettled(grant) && grant.attempted_at <= attempted_by;
        if (is_open && grant.id > after_id) found.push_back(grant);
    }
    std::sort(found.begin(), found.end(), [](const auto& left, const auto& right) { return left.id < right.id; });
    if (found.size() > static_cast<std::size_t>(limit)) found.resize(static_cast<std::size_t>(limit));
    return found;
}

base::Result<bool> MemoryKeyStore::knows(const std::string& delete_handle, const std::string& nonce) {
    const std::lock_guard lock(mutex_);
    if (fails(Operation::knows, When::before_effect)) return unavailable();
    return std::any_of(grants_.begin(), grants_.end(), [&](const auto& entry) {
        const Grant& grant = entry.second;
        return (!delete_handle.empty() && grant.delete_handle == delete_handle) ||
               (!nonce.empty() && grant.nonce == nonce);
    });
}

base::Result<GrantTotals> MemoryKeyStore::totals() {
    const std::lock_guard lock(mutex_);
    return GrantTotals{static_cast<std::int64_t>(grants_.size()), is_paused()};
}

void MemoryKeyStore::set_term(std::string_view name, std::optional<std::int64_t> number) {
    const std::lock_guard lock(mutex_);
    terms_.erase(std::string(name));
    if (number) terms_.emplace(name, *number);
}

std::int64_t MemoryKeyStore::term(std::string_view name, std::int64_t configured) const {
    const auto found = terms_.find(name);
    return found == terms_.end() ? configured : found->second;
}

base::Timestamp MemoryKeyStore::expiry(base::Timestamp now, base::Timestamp configured) const {
    const std::int64_t days = term(term_names::key_lifetime, 0);
    return days == 0 ? configured : now + std::chrono::days{days};
}

Grant* MemoryKeyStore::of_id(const std::string& grant_id) {
    for (auto& [id, grant] : grants_)
        if (grant.id == grant_id) return &grant;
    return nullptr;
}

base::MicroUsd MemoryKeyStore::spent_on(const Seat& seat, const std::string& day) const {
    base::MicroUsd sum;
    for (const Spent& each : spent_)
        if (each.seat == seat && day_text(each.booked.day) == day) sum.value += each.booked.spent.value;
    return sum;
}

void MemoryKeyStore::carry(Grant& grant, base::Timestamp now) const {
    grant.carried = spent_on(grant.seat(), day_text(now));
    grant.carried_until = grant.carried.value > 0 ? std::optional(next_reset(now)) : std::nullopt;
}

base::Result<void> MemoryKeyStore::abandon(const Attempt& attempt, MintProblem problem, base::Timestamp now,
                                           AbandonIf when) {
    const std::lock_guard lock(mutex_);
    if (when == AbandonIf::paused && !is_paused()) return conflict();
    const Grant* grant = of_id(attempt.grant_id);
    if (grant == nullptr || grant->nonce != attempt.nonce || grant->status != GrantStatus::waiting) return conflict();
    const auto seat = grant->seat();
    notes_[seat] = {problem, now};
    grants_.erase(seat);
    return {};
}

base::Result<Grant> MemoryKeyStore::claim(const Claim& claim) {
    const std::lock_guard lock(mutex_);
    Grant* grant = of_id(claim.waiting.grant_id);
    const bool is_there =
        grant != nullptr && grant->nonce == claim.waiting.nonce && grant->status == GrantStatus::waiting;
    if (!is_there || is_on_hold(grant->github_user_id, claim.now) || is_paused()) return conflict();
    grant->status = GrantStatus::pending;
    grant->nonce = claim.nonce;
    attempts_.insert(claim.nonce);
    grant->attempted_at = claim.now;
    grant->expires_at = expiry(claim.now, claim.expires_at);
    grant->delete_handle.clear();
    if (claim.daily_limit) grant->daily_limit.value = term(term_names::daily_limit, claim.daily_limit->value);
    carry(*grant, claim.now);
    return *grant;
}

base::Result<void> MemoryKeyStore::requeue(const Attempt& attempt, const Requeue& requeue) {
    const std::lock_guard lock(mutex_);
    Grant* grant = unsettled(attempt);
    if (grant == nullptr) return conflict();
    if (grant->status == GrantStatus::revoking) {
        grant->nonce.clear();
        return {};
    }
    grant->status = GrantStatus::waiting;
    grant->delete_handle.clear();
    if (!grant->queued_at) {
        grant->queued_at = requeue.next_attempt_at;
        queued_[grant->id] = ++next_place_;
    }
    grant->next_attempt_at = requeue.next_attempt_at;
    grant->attempts += requeue.counts ? 1 : 0;
    grant->problem = requeue.problem;
    return {};
}

base::Result<std::vector<Grant>> MemoryKeyStore::list_due(base::Timestamp now, int limit) {
    const std::lock_guard lock(mutex_);
    std::vector<Grant> due;
    for (const auto& [id, grant] : grants_)
        if (grant.status == GrantStatus::waiting && *grant.next_attempt_at <= now) due.push_back(grant);
    std::sort(due.begin(), due.end(),
              [this](const auto& left, const auto& right) { return queued_.at(left.id) < queued_.at(right.id); });
    if (due.size() > static_cast<std::size_t>(limit)) due.resize(static_cast<std::size_t>(limit));
    return due;
}

base::Result<std::optional<int>> MemoryKeyStore::place_of(const std::string& grant_id, int most) {
    const std::lock_guard lock(mutex_);
    const Grant* own = of_id(grant_id);
    if (own == nullptr || own->status != GrantStatus::waiting) return std::nullopt;
    int place = 0;
    for (const auto& [id, grant] : grants_)
        if (grant.status == GrantStatus::waiting && queued_.at(grant.id) <= queued_.at(grant_id)) ++place;
    return std::min(place, most);
}

base::Result<AccountPast> MemoryKeyStore::past_of(const Seat& seat) {
    const std::lock_guard lock(mutex_);
    AccountPast past;
    const auto note = notes_.find(seat);
    if (note != notes_.end()) std::tie(past.problem, past.problem_at) = note->second;
    for (const LedgerEntry& entry : ledger_)
        if (entry.grant.seat() == seat)
            past.latest = PastKey{entry.grant.key_hint, entry.actor, entry.reason, entry.begun_at};
    return past;
}

base::Result<Grant> MemoryKeyStore::begin_replacement(const std::string& grant_id, const Ending& ending) {
    const std::lock_guard lock(mutex_);
    Grant* grant = of_id(grant_id);
    if (grant == nullptr) return conflict();
    // An earlier try whose answer was lost may have begun the replacement, so the row's present
    // state counts.
    if (grant->status == GrantStatus::replacing) return *grant;
    if (grant->status != GrantStatus::active || grant->is_disabled) return conflict();
    if (is_on_hold(grant->github_user_id, ending.now)) return conflict();
    if (is_paused() && (is_recipient(ending.actor) || !ending.bulk_id.empty())) return conflict();
    open_ledger(*grant, ending);
    grant->status = GrantStatus::replacing;
    grant->sealed_key.clear();
    grant->unsynced.clear();
    return *grant;
}

base::Result<Grant> MemoryKeyStore::finish_replacement(const Grant& old, const std::string& new_id,
                                                       base::Timestamp now) {
    const std::lock_guard lock(mutex_);
    Grant* grant = of_id(old.id);
    if (grant == nullptr || grant->status != GrantStatus::replacing) return conflict();
    if (LedgerEntry* entry = open_entry(old.id)) entry->ended_at = now;
    grant->id = new_id;
    grant->status = GrantStatus::waiting;
    grant->delete_handle.clear();
    grant->key_hint.clear();
    grant->created_at = grant->attempted_at = now;
    grant->queued_at = grant->next_attempt_at = now;
    grant->keeps_place = true;
    grant->attempts = 0;
    grant->problem = MintProblem::none;
    grant->spent = {};
    grant->spent_as_of = std::nullopt;
    grant->reveal = std::nullopt;
    grant->missing_since = grant->last_used_at = std::nullopt;
    queued_[new_id] = ++next_place_;
    return *grant;
}

base::Result<std::vector<Grant>> MemoryKeyStore::list_replacing(const std::string& after_id, int limit) {
    const std::lock_guard lock(mutex_);
    return those([](const Grant& grant) { return grant.status == GrantStatus::replacing; }, after_id, limit);
}

base::Result<void> MemoryKeyStore::note(const std::vector<SpendingReading>& readings) {
    const std::lock_guard lock(mutex_);
    for (const SpendingReading& reading : readings) {
        for (auto& [seat, grant] : grants_) {
            if (grant.delete_handle != reading.delete_handle) continue;
            const auto today = std::chrono::floor<std::chrono::days>(reading.at);
            KeyBooks books{{}, {}, grant.attempted_at, all_spending_read_at_};
            for (const Spent& each : spent_) {
                if (each.handle != reading.delete_handle || each.booked.day > today) continue;
                if (each.booked.day == today) books.today = each.booked;
                const bool is_later = each.booked.day < today && (!books.before || books.before->day < each.booked.day);
                if (is_later) books.before = each.booked;
            }
            for (const Booking& booking : book(reading, books)) {
                std::erase_if(spent_, [&](const Spent& each) {
                    return each.handle == reading.delete_handle && each.booked.day == booking.becomes.day;
                });
                spent_.push_back({seat, reading.delete_handle, booking.becomes});
            }
            if (reading.last_used_at && grant.last_used_at.value_or(base::Timestamp{}) < *reading.last_used_at)
                grant.last_used_at = reading.last_used_at;
        }
    }
    return {};
}

base::Result<void> MemoryKeyStore::note_all_read(base::Timestamp since) {
    const std::lock_guard lock(mutex_);
    all_spending_read_at_ = since;
    return {};
}

base::Result<std::vector<SpendingDay>> MemoryKeyStore::days(const Seat& seat, base::Timestamp since) {
    const std::lock_guard lock(mutex_);
    std::map<std::string, base::MicroUsd> sums;
    for (const Spent& each : spent_) {
        const bool is_meant = each.seat == seat && each.booked.day >= std::chrono::floor<std::chrono::days>(since);
        if (is_meant) sums[day_text(each.booked.day)].value += each.booked.spent.value;
    }
    std::vector<SpendingDay> days;
    for (const auto& [day, spent] : sums)
        if (spent.value > 0) days.push_back({day, spent});
    return days;
}

base::Result<void> MemoryKeyStore::prune_days(base::Timestamp before) {
    const std::lock_guard lock(mutex_);
    std::erase_if(spent_,
                  [&](const Spent& each) { return each.booked.day < std::chrono::floor<std::chrono::days>(before); });
    return {};
}

}  // namespace llmapikey::test
