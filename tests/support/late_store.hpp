#pragma once

#include <functional>
#include <string>

#include "audit/audit_log.hpp"
#include "keys/admin_store.hpp"
#include "keys/key_store.hpp"
#include "keys/mint_queue.hpp"
#include "keys/replacement.hpp"
#include "providers/key_provider.hpp"
#include "spending/spending.hpp"

namespace llmapikey::test {

// Numbers the steps of a protocol from 1: each statement and each call upstream is a step. One
// write can be told to fail although its effect is still under way, or to take effect twice. The
// late effect comes before a later step, or when land() is called. Not thread-safe.
class LateSteps {
public:
    enum class Kind {
        failed,    // the write reports failure; if `landing` is not a later step, only the answer is lost
        repeated,  // done and answered; a first try whose connection was lost takes effect once more
    };
    // The write at step `failing` takes effect before step `landing`. Counting starts again at 1.
    void arm(int failing, int landing, Kind kind = Kind::failed);
    // Makes the pending effect happen now.
    void land();
    int steps() const { return step_; }
    // Returns the name of the late write; empty if that step was not a write or never came.
    const std::string& failed() const { return failed_; }
    bool is_under_way() const { return late_ != nullptr; }

    template <class Call>
    auto read(Call call) {
        begin_step();
        return call();
    }
    template <class Call>
    auto write(const char* name, Call call) -> decltype(call()) {
        begin_step();
        if (step_ != failing_) return call();
        failed_ = name;
        late_ = [call] { (void)call(); };
        if (kind_ == Kind::repeated) return call();
        if (landing_ <= failing_) land();
        return base::fail(base::Errc::store_unavailable, std::string(name) + ": the answer is lost");
    }

private:
    void begin_step();

    int step_ = 0, failing_ = 0, landing_ = 0;
    Kind kind_ = Kind::failed;
    std::string failed_;
    std::function<void()> late_;
};

// The stores that a protocol works with. All must outlive their wrappers.
struct LateParts {
    KeyStore& keys;
    MintQueue& queue;
    ReplacementStore& replacements;
    AdminStore& admin;
    SpendingStore& spending;
    AuditLog& audit;
};

// Wraps the stores of a protocol: each operation is a step.
class LateStore final : public KeyStore,
                        public MintQueue,
                        public ReplacementStore,
                        public AdminStore,
                        public SpendingStore,
                        public AuditLog {
public:
    LateStore(LateParts parts, LateSteps& steps) : in_(parts), steps_(steps) {}

    base::Result<Account> find_account(const Seat& seat) override {
        return steps_.read([&] { return in_.keys.find_account(seat); });
    }
    base::Result<std::optional<Grant>> find(const Seat& seat) override {
        return steps_.read([&] { return in_.keys.find(seat); });
    }
    base::Result<ReserveOutcome> reserve(const ReserveRequest& request) override {
        return steps_.write("reserve", [this, request] { return in_.keys.reserve(request); });
    }
    base::Result<void> activate(const Attempt& attempt, const Activation& activation) override {
        return steps_.write("activate", [this, attempt, activation] { return in_.keys.activate(attempt, activation); });
    }
    base::Result<void> mark_ambiguous(const Attempt& attempt, const std::string& delete_handle) override {
        return steps_.write("mark_ambiguous",
                            [this, attempt, delete_handle] { return in_.keys.mark_ambiguous(attempt, delete_handle); });
    }
    using KeyStore::release;
    base::Result<void> release(const Attempt& attempt, MintProblem problem, base::Timestamp now) override {
        return steps_.write("release",
                            [this, attempt, problem, now] { return in_.keys.release(attempt, problem, now); });
    }
    using KeyStore::abandon;
    base::Result<void> abandon(const Attempt& attempt, MintProblem problem, base::Timestamp now,
                               AbandonIf when) override {
        return steps_.write(
            "abandon", [this, attempt, problem, now, when] { return in_.keys.abandon(attempt, problem, now, when); });
    }
    base::Result<void> update_username(const Recipient& recipient) override {
        return steps_.write("update_username", [this, recipient] { return in_.keys.update_username(recipient); });
    }
    base::Result<std::vector<Grant>> list_open_attempts(base::Timestamp attempted_by, const std::string& after_id,
                                                        int limit) override {
        return steps_.read([&] { return in_.keys.list_open_attempts(attempted_by, after_id, limit); });
    }
    base::Result<bool> knows(const std::string& delete_handle, const std::string& nonce) override {
        return steps_.read([&] { return in_.keys.knows(delete_handle, nonce); });
    }
    base::Result<GrantTotals> totals() override {
        return steps_.read([&] { return in_.keys.totals(); });
    }
    base::Result<void> check() override { return in_.keys.check(); }

    base::Result<Grant> claim(const Claim& claim) override {
        return steps_.write("claim", [this, claim] { return in_.queue.claim(claim); });
    }
    base::Result<void> requeue(const Attempt& attempt, const Requeue& requeue) override {
        return steps_.write("requeue", [this, attempt, requeue] { return in_.queue.requeue(attempt, requeue); });
    }
    base::Result<std::vector<Grant>> list_due(base::Timestamp now, int limit) override {
        return steps_.read([&] { return in_.queue.list_due(now, limit); });
    }
    base::Result<std::optional<int>> place_of(const std::string& grant_id, int most) override {
        return steps_.read([&] { return in_.queue.place_of(grant_id, most); });
    }
    base::Result<AccountPast> past_of(const Seat& seat) override {
        return steps_.read([&] { return in_.queue.past_of(seat); });
    }

    base::Result<Grant> begin_replacement(const std::string& grant_id, const Ending& ending) override {
        return steps_.write("begin_replacement",
                            [this, grant_id, ending] { return in_.replacements.begin_replacement(grant_id, ending); });
    }
    base::Result<Grant> finish_replacement(const Grant& grant, const std::string& new_id,
                                           base::Timestamp now) override {
        return steps_.write("finish_replacement", [this, grant, new_id, now] {
            return in_.replacements.finish_replacement(grant, new_id, now);
        });
    }
    base::Result<std::vector<Grant>> list_replacing(const std::string& after_id, int limit) override {
        return steps_.read([&] { return in_.replacements.list_replacing(after_id, limit); });
    }

    base::Result<GrantPage> list(const GrantQuery& query) override {
        return steps_.read([&] { return in_.admin.list(query); });
    }
    base::Result<std::int64_t> count(const GrantQuery& query, std::int64_t most) override {
        return steps_.read([&] { return in_.admin.count(query, most); });
    }
    base::Result<std::optional<Grant>> find_grant(const std::string& grant_id) override {
        return steps_.read([&] { return in_.admin.find_grant(grant_id); });
    }
    base::Result<LedgerPage> list_ended(const GrantQuery& query) override {
        return steps_.read([&] { return in_.admin.list_ended(query); });
    }
    base::Result<std::vector<GithubUserId>> find_accounts(const std::string& search, int limit) override {
        return steps_.read([&] { return in_.admin.find_accounts(search, limit); });
    }
    base::Result<std::vector<ChainedEntry>> find_audit_entries(const AuditQuery& query) override {
        return steps_.read([&] { return in_.admin.find_audit_entries(query); });
    }
    base::Result<std::vector<LedgerEntry>> list_due_revocations(base::Timestamp now, int limit,
                                                                const std::string& bulk_id) override {
        return steps_.read([&] { return in_.admin.list_due_revocations(now, limit, bulk_id); });
    }
    base::Result<void> note_revocation_failure(const std::string& grant_id, const std::string& problem,
                                               base::Timestamp next_attempt_at, bool is_counted) override {
        return steps_.write("note_revocation_failure", [this, grant_id, problem, next_attempt_at, is_counted] {
            return in_.admin.note_revocation_failure(grant_id, problem, next_attempt_at, is_counted);
        });
    }
    base::Result<std::vector<LedgerEntry>> list_stuck(int limit, const std::string& bulk_id) override {
        return steps_.read([&] { return in_.admin.list_stuck(limit, bulk_id); });
    }
    base::Result<std::int64_t> count_stuck() override { return in_.admin.count_stuck(); }
    base::Result<std::vector<LedgerEntry>> ledger_of(GithubUserId id) override {
        return steps_.read([&] { return in_.admin.ledger_of(id); });
    }
    base::Result<int> begin_revocations(const std::vector<std::string>& grant_ids, const Ending& ending) override {
        return steps_.write("begin_revocations",
                            [this, grant_ids, ending] { return in_.admin.begin_revocations(grant_ids, ending); });
    }
    base::Result<void> finish_revocation(const Grant& grant, base::Timestamp now) override {
        return steps_.write("finish_revocation",
                            [this, grant, now] { return in_.admin.finish_revocation(grant, now); });
    }
    base::Result<std::vector<LedgerEntry>> list_revoking(const std::string& after_id, int limit,
                                                         const std::optional<std::string>& bulk_id) override {
        return steps_.read([&] { return in_.admin.list_revoking(after_id, limit, bulk_id); });
    }
    base::Result<Grant> begin_change(const std::string& grant_id, const KeyChange& change,
                                     const std::string& token) override {
        return steps_.write("begin_change", [this, grant_id, change, token] {
            return in_.admin.begin_change(grant_id, change, token);
        });
    }
    base::Result<bool> finish_change(const std::string& grant_id, const std::string& token) override {
        return steps_.write("finish_change",
                            [this, grant_id, token] { return in_.admin.finish_change(grant_id, token); });
    }
    base::Result<std::vector<Grant>> list_unsynced(const std::string& after_id, int limit) override {
        return steps_.read([&] { return in_.admin.list_unsynced(after_id, limit); });
    }
    base::Result<int> begin_raises(base::Timestamp now, int limit) override {
        return steps_.write("begin_raises", [this, now, limit] { return in_.admin.begin_raises(now, limit); });
    }
    base::Result<void> set_missing(const std::vector<std::string>& grant_ids,
                                   std::optional<base::Timestamp> since) override {
        return steps_.write("set_missing",
                            [this, grant_ids, since] { return in_.admin.set_missing(grant_ids, since); });
    }
    base::Result<void> set_expiry(const std::string& grant_id, base::Timestamp expires_at) override {
        return steps_.write("set_expiry",
                            [this, grant_id, expires_at] { return in_.admin.set_expiry(grant_id, expires_at); });
    }
    base::Result<std::vector<Grant>> find_known(const std::vector<std::string>& delete_handles,
                                                const std::vector<std::string>& nonces) override {
        return steps_.read([&] { return in_.admin.find_known(delete_handles, nonces); });
    }
    base::Result<bool> has_ended(const std::string& delete_handle, base::Timestamp since) override {
        return steps_.read([&] { return in_.admin.has_ended(delete_handle, since); });
    }
    base::Result<std::vector<Grant>> list_active(const std::string& after_id, int limit) override {
        return steps_.read([&] { return in_.admin.list_active(after_id, limit); });
    }
    base::Result<std::vector<Grant>> list_expired(base::Timestamp now, int limit) override {
        return steps_.read([&] { return in_.admin.list_expired(now, limit); });
    }
    base::Result<void> note_reveal(const std::string& grant_id, const Reveal& reveal) override {
        return steps_.write("note_reveal",
                            [this, grant_id, reveal] { return in_.admin.note_reveal(grant_id, reveal); });
    }
    base::Result<void> set_hold(GithubUserId id, const std::optional<Hold>& hold, const std::string& actor,
                                base::Timestamp now) override {
        return steps_.write("set_hold",
                            [this, id, hold, actor, now] { return in_.admin.set_hold(id, hold, actor, now); });
    }

    base::Result<void> note(const std::vector<SpendingReading>& readings) override {
        return steps_.write("note", [this, readings] { return in_.spending.note(readings); });
    }
    base::Result<void> note_all_read(base::Timestamp since) override { return in_.spending.note_all_read(since); }
    base::Result<std::vector<SpendingDay>> days(const Seat& seat, base::Timestamp since) override {
        return steps_.read([&] { return in_.spending.days(seat, since); });
    }
    base::Result<void> prune_days(base::Timestamp before) override { return in_.spending.prune_days(before); }

    base::Result<void> append(const AuditEntry& entry) override {
        return steps_.write("append", [this, entry] { return in_.audit.append(entry); });
    }
    base::Result<std::vector<ChainedEntry>> read(std::int64_t after, int limit) override {
        return in_.audit.read(after, limit);
    }
    base::Result<ChainedEntry> head() override { return in_.audit.head(); }

private:
    const LateParts in_;
    LateSteps& steps_;
};

// Wraps the upstream: each call is a step, so a late effect can happen before it.
class LateProvider final : public KeyProvider {
public:
    LateProvider(KeyProvider& provider, LateSteps& steps) : in_(provider), steps_(steps) {}

    MintOutcome mint(const MintRequest& request, base::Deadline deadline) override {
        return steps_.read([&] { return in_.mint(request, deadline); });
    }
    base::Result<UpstreamKey> get(const std::string& delete_handle, base::Deadline deadline) override {
        return steps_.read([&] { return in_.get(delete_handle, deadline); });
    }
    const ProviderTraits& traits() const override { return in_.traits(); }
    base::Result<KeyPage> list(ListCursorPtr after, base::Deadline deadline) override {
        return steps_.read([&] { return in_.list(std::move(after), deadline); });
    }
    base::Result<UpstreamKey> update(const std::string& delete_handle, const KeyUpdate& change,
                                     base::Deadline deadline) override {
        return steps_.read([&] { return in_.update(delete_handle, change, deadline); });
    }
    base::Result<void> revoke(const std::string& delete_handle, base::Deadline deadline) override {
        return steps_.read([&] { return in_.revoke(delete_handle, deadline); });
    }
    CreditsReader* credits_reader() override { return in_.credits_reader(); }
    ActivityReader* activity_reader() override { return in_.activity_reader(); }
    Guardrails* guardrails() override { return in_.guardrails(); }

private:
    KeyProvider& in_;
    LateSteps& steps_;
};

}  // namespace llmapikey::test
