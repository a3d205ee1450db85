// The part of MemoryKeyStore that organizers use.
#include <algorithm>
#include <limits>

#include "support/memory_key_store.hpp"

namespace llmapikey::test {
namespace {

tl::unexpected<base::Error> no_such_key() {
    return base::fail(base::Errc::not_found, "there is no such key");
}

bool is_among(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_stricter(const Hold& hold, const Hold& known) {
    return known.until && (!hold.until || *known.until < *hold.until);
}

}  // namespace

bool MemoryKeyStore::is_on_hold(GithubUserId id, base::Timestamp now) const {
    const auto hold = holds_.find(id);
    return hold != holds_.end() && is_in_force(hold->second, now);
}

LedgerEntry* MemoryKeyStore::open_entry(const std::string& grant_id) {
    for (LedgerEntry& entry : ledger_)
        if (entry.grant.id == grant_id && !entry.ended_at) return &entry;
    return nullptr;
}

void MemoryKeyStore::open_ledger(const Grant& grant, const Ending& ending) {
    LedgerEntry* entry = open_entry(grant.id);
    if (entry == nullptr) {
        entry = &ledger_.emplace_back();
        entry->grant = grant;
        entry->grant.sealed_key.clear();
        entry->begun_at = ending.now;
    }
    entry->actor = ending.actor;
    entry->reason = ending.reason;
    entry->bulk_id = ending.bulk_id;
}

// The order is by id, as in the lists of the databases.
std::vector<Grant> MemoryKeyStore::those(const std::function<bool(const Grant&)>& fits, const std::string& after_id,
                                         int limit) const {
    std::vector<Grant> found;
    for (const auto& [id, grant] : grants_)
        if (grant.id > after_id && fits(grant)) found.push_back(grant);
    std::sort(found.begin(), found.end(), [](const auto& left, const auto& right) { return left.id < right.id; });
    if (found.size() > static_cast<std::size_t>(limit)) found.resize(static_cast<std::size_t>(limit));
    return found;
}

bool MemoryKeyStore::has_replaced(const Grant& grant, const std::vector<std::string>& ids,
                                  base::Timestamp since) const {
    return grant.keeps_place && std::any_of(ledger_.begin(), ledger_.end(), [&](const LedgerEntry& entry) {
               return entry.grant.github_user_id == grant.github_user_id && is_among(ids, entry.grant.id) &&
                      entry.ended_at && *entry.ended_at >= since;
           });
}

base::Result<GrantPage> MemoryKeyStore::list(const GrantQuery& query) {
    const std::lock_guard lock(mutex_);
    const auto fits = [&](const Grant& grant) {
        if (query.status && grant.status != *query.status) return false;
        if (query.is_disabled && grant.is_disabled != *query.is_disabled) return false;
        if (!query.ids.empty() && !is_among(query.ids, grant.id)) return false;
        if (query.without_revoking && grant.status == GrantStatus::revoking) return false;
        if (!query.successors_of.empty() && !has_replaced(grant, query.successors_of, query.replaced_from))
            return false;
        return !query.created_before || grant.created_at < *query.created_before;
    };
    GrantPage page{those(fits, query.cursor, query.limit), ""};
    if (page.grants.size() == static_cast<std::size_t>(query.limit)) page.next_cursor = page.grants.back().id;
    return page;
}

base::Result<std::int64_t> MemoryKeyStore::count(const GrantQuery& query, std::int64_t most) {
    GrantQuery all = query;
    all.limit = static_cast<int>(most);
    return static_cast<std::int64_t>(list(all)->grants.size());
}

base::Result<std::optional<Grant>> MemoryKeyStore::find_grant(const std::string& grant_id) {
    const std::lock_guard lock(mutex_);
    const Grant* grant = of_id(grant_id);
    return grant == nullptr ? std::nullopt : std::optional(*grant);
}

base::Result<std::vector<LedgerEntry>> MemoryKeyStore::ledger_of(GithubUserId id) {
    const std::lock_guard lock(mutex_);
    std::vector<LedgerEntry> entries;
    for (auto entry = ledger_.rbegin(); entry != ledger_.rend(); ++entry)
        if (entry->grant.github_user_id == id) entries.push_back(*entry);
    return entries;
}

base::Result<int> MemoryKeyStore::begin_revocations(const std::vector<std::string>& grant_ids, const Ending& ending) {
    const std::lock_guard lock(mutex_);
    int begun = 0;
    for (const std::string& id : grant_ids) {
        Grant* grant = of_id(id);
        const bool is_meant =
            grant != nullptr && (ending.what == EndsWhat::any_row || grant->status == GrantStatus::active);
        if (!is_meant) continue;
        const auto known = holds_.find(grant->github_user_id);
        if (ending.hold && (known == holds_.end() || is_stricter(*ending.hold, known->second)))
            holds_[grant->github_user_id] = *ending.hold;
        if (grant->status == GrantStatus::revoking) continue;
        open_ledger(*grant, ending);
        if (grant->status == GrantStatus::waiting) grant->nonce.clear();
        grant->status = GrantStatus::revoking;
        grant->sealed_key.clear();
        grant->unsynced.clear();
        ++begun;
    }
    return begun;
}

base::Result<void> MemoryKeyStore::finish_revocation(const Grant& grant, base::Timestamp now) {
    const std::lock_guard lock(mutex_);
    const Grant* row = of_id(grant.id);
    if (row == nullptr || row->status != GrantStatus::revoking || is_ending_attempt(*row)) return {};
    if (LedgerEntry* entry = open_entry(grant.id)) entry->ended_at = now;
    grants_.erase(row->seat());
    return {};
}

base::Result<std::vector<LedgerEntry>> MemoryKeyStore::list_revoking(const std::string& after_id, int limit,
                                                                     const std::optional<std::string>& bulk_id) {
    const std::lock_guard lock(mutex_);
    std::vector<LedgerEntry> entries;
    const auto fits = [&](const Grant& grant) {
        const LedgerEntry* entry = open_entry(grant.id);
        const bool is_known = grant.status == GrantStatus::revoking && !is_ending_attempt(grant);
        return is_known && entry != nullptr && (!bulk_id || entry->bulk_id == *bulk_id);
    };
    for (const Grant& grant : those(fits, after_id, limit)) {
        entries.push_back(*open_entry(grant.id));
        entries.back().grant = grant;
    }
    return entries;
}

base::Result<LedgerPage> MemoryKeyStore::list_ended(const GrantQuery&) {
    const std::lock_guard lock(mutex_);
    return LedgerPage{ledger_, ""};
}

base::Result<std::vector<GithubUserId>> MemoryKeyStore::find_accounts(const std::string& search, int limit) {
    const std::lock_guard lock(mutex_);
    std::vector<GithubUserId> found;
    for (const auto& [seat, grant] : grants_)
        if (grant.github_username == search && found.size() < static_cast<std::size_t>(limit))
            found.push_back(seat.github_user_id);
    return found;
}

// The audit log is in another fake.
base::Result<std::vector<ChainedEntry>> MemoryKeyStore::find_audit_entries(const AuditQuery&) {
    return std::vector<ChainedEntry>{};
}

base::Result<std::vector<LedgerEntry>> MemoryKeyStore::list_due_revocations(base::Timestamp now, int limit,
                                                                            const std::string& bulk_id) {
    auto entries = list_revoking("", std::numeric_limits<int>::max(), bulk_id);
    const auto time_of = [](const LedgerEntry& entry) { return entry.next_attempt_at.value_or(base::Timestamp{}); };
    std::erase_if(*entries, [&](const LedgerEntry& entry) { return time_of(entry) > now; });
    std::stable_sort(entries->begin(), entries->end(),
                     [&](const auto& left, const auto& right) { return time_of(left) < time_of(right); });
    if (entries->size() > static_cast<std::size_t>(limit)) entries->resize(static_cast<std::size_t>(limit));
    return entries;
}

base::Result<void> MemoryKeyStore::note_revocation_failure(const std::string& grant_id, const std::string& problem,
                                                           base::Timestamp next_attempt_at, bool is_counted) {
    const std::lock_guard lock(mutex_);
    LedgerEntry* entry = open_entry(grant_id);
    if (entry == nullptr) return {};
    entry->attempts += is_counted ? 1 : 0;
    entry->problem = problem;
    entry->next_attempt_at = next_attempt_at;
    return {};
}

base::Result<std::vector<LedgerEntry>> MemoryKeyStore::list_stuck(int limit, const std::string& bulk_id) {
    const std::lock_guard lock(mutex_);
    std::vector<LedgerEntry> stuck;
    for (const LedgerEntry& entry : ledger_) {
        const bool is_meant = is_stuck(entry) && (bulk_id.empty() || entry.bulk_id == bulk_id);
        if (is_meant && stuck.size() < static_cast<std::size_t>(limit)) stuck.push_back(entry);
    }
    return stuck;
}

base::Result<std::int64_t> MemoryKeyStore::count_stuck() {
    const std::lock_guard lock(mutex_);
    return std::count_if(ledger_.begin(), ledger_.end(), is_stuck);
}

base::Result<Grant> MemoryKeyStore::begin_change(const std::string& grant_id, const KeyChange& change,
                                                 const std::string& token) {
    const std::lock_guard lock(mutex_);
    Grant* grant = of_id(grant_id);
    if (grant == nullptr) return no_such_key();
    if (grant->status != GrantStatus::active) return base::fail(base::Errc::conflict, "the key is not active");
    grant->is_disabled = change.is_disabled.value_or(grant->is_disabled);
    grant->daily_limit = change.daily_limit.value_or(grant->daily_limit);
    grant->unsynced = token;
    return *grant;
}

base::Result<bool> MemoryKeyStore::finish_change(const std::string& grant_id, const std::string& token) {
    const std::lock_guard lock(mutex_);
    Grant* grant = of_id(grant_id);
    if (grant == nullptr || grant->unsynced.empty() || grant->unsynced != token) return false;
    grant->unsynced.clear();
    return true;
}

base::Result<std::vector<Grant>> MemoryKeyStore::list_unsynced(const std::string& after_id, int limit) {
    const std::lock_guard lock(mutex_);
    return those([](const Grant& grant) { return !grant.unsynced.empty(); }, after_id, limit);
}

base::Result<int> MemoryKeyStore::begin_raises(base::Timestamp now, int limit) {
    const std::lock_guard lock(mutex_);
    int begun = 0;
    for (auto& [id, grant] : grants_) {
        const bool is_due = grant.status == GrantStatus::active && grant.carried_until && *grant.carried_until <= now;
        if (!is_due || begun == limit) continue;
        grant.carried = {};
        grant.carried_until = std::nullopt;
        grant.unsynced = "raise of " + grant.id;
        ++begun;
    }
    return begun;
}

base::Result<void> MemoryKeyStore::set_missing(const std::vector<std::string>& grant_ids,
                                               std::optional<base::Timestamp> since) {
    const std::lock_guard lock(mutex_);
    for (auto& [id, grant] : grants_)
        if (is_among(grant_ids, grant.id) && grant.status == GrantStatus::active) grant.missing_since = since;
    return {};
}

base::Result<void> MemoryKeyStore::set_expiry(const std::string& grant_id, base::Timestamp expires_at) {
    const std::lock_guard lock(mutex_);
    if (Grant* grant = of_id(grant_id)) grant->expires_at = expires_at;
    return {};
}

base::Result<std::vector<Grant>> MemoryKeyStore::find_known(const std::vector<std::string>& delete_handles,
                                                            const std::vector<std::string>& nonces) {
    const std::lock_guard lock(mutex_);
    const auto is_known = [&](const Grant& grant) {
        if (!grant.delete_handle.empty()) return is_among(delete_handles, grant.delete_handle);
        return !grant.nonce.empty() && is_among(nonces, grant.nonce);
    };
    return those(is_known, "", static_cast<int>(grants_.size()));
}

base::Result<bool> MemoryKeyStore::has_ended(const std::string& delete_handle, base::Timestamp since) {
    const std::lock_guard lock(mutex_);
    return std::any_of(ledger_.begin(), ledger_.end(), [&](const LedgerEntry& entry) {
        return entry.grant.delete_handle == delete_handle && (!entry.ended_at || *entry.ended_at >= since);
    });
}

base::Result<std::vector<Grant>> MemoryKeyStore::list_active(const std::string& after_id, int limit) {
    const std::lock_guard lock(mutex_);
    return those([](const Grant& grant) { return grant.status == GrantStatus::active; }, after_id, limit);
}

base::Result<std::vector<Grant>> MemoryKeyStore::list_expired(base::Timestamp now, int limit) {
    const std::lock_guard lock(mutex_);
    auto found = those([&](const Grant& grant) { return is_expired(grant, now) && !grant.is_disabled; }, "",
                       std::numeric_limits<int>::max());
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& left, const auto& right) { return left.expires_at < right.expires_at; });
    if (found.size() > static_cast<std::size_t>(limit)) found.resize(static_cast<std::size_t>(limit));
    return found;
}

base::Result<void> MemoryKeyStore::note_reveal(const std::string& grant_id, const Reveal& reveal) {
    const std::lock_guard lock(mutex_);
    Grant* grant = of_id(grant_id);
    if (grant == nullptr) return no_such_key();
    grant->reveal = reveal;
    return {};
}

base::Result<void> MemoryKeyStore::set_hold(GithubUserId id, const std::optional<Hold>& hold, const std::string&,
                                            base::Timestamp) {
    const std::lock_guard lock(mutex_);
    if (hold) {
        holds_[id] = *hold;
    } else {
        holds_.erase(id);
    }
    return {};
}

}  // namespace llmapikey::test
