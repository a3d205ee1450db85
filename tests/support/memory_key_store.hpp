#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "keys/admin_store.hpp"
#include "keys/key_store.hpp"
#include "keys/mint_queue.hpp"
#include "keys/replacement.hpp"
#include "keys/terms.hpp"
#include "spending/spending.hpp"

namespace llmapikey::test {

// KeyStore, MintQueue, ReplacementStore, AdminStore and SpendingStore in memory, with failures on
// demand. It passes the same contract suites as the databases: all of these interfaces in
// tests/contract/keys and tests/contract/spending except AdminListContract.
//
// It deliberately supports less of the organizers' lists. list() and count() know status,
// is_disabled, without_revoking, successors_of and created_before, and ignore every other filter;
// they are ordered by id, with the id as the cursor. list_ended() returns the whole ledger,
// find_accounts() the accounts with exactly this login that have a row, and find_audit_entries()
// nothing. It knows no bulk revocations: list_due_revocations("") never returns the entries of a
// finished one, and one that was never begun marks rows too. It reports no events. Thread-safe.
class MemoryKeyStore final : public KeyStore,
                             public MintQueue,
                             public ReplacementStore,
                             public AdminStore,
                             public SpendingStore {
public:
    enum class Operation { find, reserve, activate, mark_ambiguous, release, knows };
    enum class When { before_effect, after_effect };
    // Makes the next call of this operation answer store_unavailable.
    void fail_next(Operation operation, When when = When::before_effect);

    void hold(GithubUserId id, const Hold& hold);
    // Sets a term as organizers do (keys/terms.hpp); nullopt: the configuration's counts again.
    void set_term(std::string_view name, std::optional<std::int64_t> number);
    // Returns whether there has ever been an attempt with this nonce.
    bool remembers(const std::string& nonce);

    base::Result<Account> find_account(const Seat& seat) override;
    base::Result<std::optional<Grant>> find(const Seat& seat) override;
    base::Result<ReserveOutcome> reserve(const ReserveRequest& request) override;
    base::Result<void> activate(const Attempt& attempt, const Activation& activation) override;
    base::Result<void> mark_ambiguous(const Attempt& attempt, const std::string& delete_handle) override;
    using KeyStore::release;
    base::Result<void> release(const Attempt& attempt, MintProblem problem, base::Timestamp now) override;
    using KeyStore::abandon;
    base::Result<void> abandon(const Attempt& attempt, MintProblem problem, base::Timestamp now,
                               AbandonIf when) override;
    base::Result<void> update_username(const Recipient& recipient) override;
    base::Result<std::vector<Grant>> list_open_attempts(base::Timestamp attempted_by, const std::string& after_id,
                                                        int limit) override;
    base::Result<bool> knows(const std::string& delete_handle, const std::string& nonce) override;
    base::Result<GrantTotals> totals() override;
    base::Result<void> check() override { return {}; }

    base::Result<Grant> claim(const Claim& claim) override;
    base::Result<void> requeue(const Attempt& attempt, const Requeue& requeue) override;
    base::Result<std::vector<Grant>> list_due(base::Timestamp now, int limit) override;
    base::Result<std::optional<int>> place_of(const std::string& grant_id, int most) override;
    base::Result<AccountPast> past_of(const Seat& seat) override;

    base::Result<Grant> begin_replacement(const std::string& grant_id, const Ending& ending) override;
    base::Result<Grant> finish_replacement(const Grant& grant, const std::string& new_id, base::Timestamp now) override;
    base::Result<std::vector<Grant>> list_replacing(const std::string& after_id, int limit) override;

    base::Result<GrantPage> list(const GrantQuery& query) override;
    base::Result<std::int64_t> count(const GrantQuery& query, std::int64_t most) override;
    base::Result<std::optional<Grant>> find_grant(const std::string& grant_id) override;
    base::Result<LedgerPage> list_ended(const GrantQuery& query) override;
    base::Result<std::vector<GithubUserId>> find_accounts(const std::string& search, int limit) override;
    base::Result<std::vector<ChainedEntry>> find_audit_entries(const AuditQuery& query) override;
    base::Result<std::vector<LedgerEntry>> list_due_revocations(base::Timestamp now, int limit,
                                                                const std::string& bulk_id) override;
    base::Result<void> note_revocation_failure(const std::string& grant_id, const std::string& problem,
                                               base::Timestamp next_attempt_at, bool is_counted) override;
    base::Result<std::vector<LedgerEntry>> list_stuck(int limit, const std::string& bulk_id) override;
    base::Result<std::int64_t> count_stuck() override;
    base::Result<std::vector<LedgerEntry>> ledger_of(GithubUserId id) override;
    base::Result<int> begin_revocations(const std::vector<std::string>& grant_ids, const Ending& ending) override;
    base::Result<void> finish_revocation(const Grant& grant, base::Timestamp now) override;
    base::Result<std::vector<LedgerEntry>> list_revoking(const std::string& after_id, int limit,
                                                         const std::optional<std::string>& bulk_id) override;
    base::Result<Grant> begin_change(const std::string& grant_id, const KeyChange& change,
                                     const std::string& token) override;
    base::Result<bool> finish_change(const std::string& grant_id, const std::string& token) override;
    base::Result<std::vector<Grant>> list_unsynced(const std::string& after_id, int limit) override;
    base::Result<int> begin_raises(base::Timestamp now, int limit) override;
    base::Result<void> set_missing(const std::vector<std::string>& grant_ids,
                                   std::optional<base::Timestamp> since) override;
    base::Result<void> set_expiry(const std::string& grant_id, base::Timestamp expires_at) override;
    base::Result<std::vector<Grant>> find_known(const std::vector<std::string>& delete_handles,
                                                const std::vector<std::string>& nonces) override;
    base::Result<bool> has_ended(const std::string& delete_handle, base::Timestamp since) override;
    base::Result<std::vector<Grant>> list_active(const std::string& after_id, int limit) override;
    base::Result<std::vector<Grant>> list_expired(base::Timestamp now, int limit) override;
    base::Result<void> note_reveal(const std::string& grant_id, const Reveal& reveal) override;
    base::Result<void> set_hold(GithubUserId id, const std::optional<Hold>& hold, const std::string& actor,
                                base::Timestamp now) override;

    base::Result<void> note(const std::vector<SpendingReading>& readings) override;
    base::Result<void> note_all_read(base::Timestamp since) override;
    base::Result<std::vector<SpendingDay>> days(const Seat& seat, base::Timestamp since) override;
    base::Result<void> prune_days(base::Timestamp before) override;

private:
    bool fails(Operation operation, When when);
    Grant* unsettled(const Attempt& attempt);
    Grant* of_id(const std::string& grant_id);
    base::MicroUsd spent_on(const Seat& seat, const std::string& day) const;
    void carry(Grant& grant, base::Timestamp now) const;
    bool is_on_hold(GithubUserId id, base::Timestamp now) const;
    std::int64_t term(std::string_view name, std::int64_t configured) const;
    bool is_paused() const { return term(term_names::minting_paused, 0) == 1; }
    base::Timestamp expiry(base::Timestamp now, base::Timestamp configured) const;
    bool has_replaced(const Grant& grant, const std::vector<std::string>& ids, base::Timestamp since) const;
    LedgerEntry* open_entry(const std::string& grant_id);
    void open_ledger(const Grant& grant, const Ending& ending);
    std::vector<Grant> those(const std::function<bool(const Grant&)>& fits, const std::string& after_id,
                             int limit) const;

    std::mutex mutex_;
    std::map<Seat, Grant> grants_;
    std::set<std::string> attempts_;  // nonces of all attempts so far
    std::map<GithubUserId, Hold> holds_;
    std::map<std::string, std::int64_t, std::less<>> terms_;  // that are set, by name
    std::map<Operation, When> failures_;
    std::map<Seat, std::pair<MintProblem, base::Timestamp>> notes_;
    std::map<std::string, int> queued_;  // order of arrival, by id of the grant
    int next_place_ = 0;
    struct Spent {
        Seat seat;
        std::string handle;
        BookedDay booked;
    };
    std::vector<Spent> spent_;
    std::optional<base::Timestamp> all_spending_read_at_;
    std::vector<LedgerEntry> ledger_;
};

}  // namespace llmapikey::test
