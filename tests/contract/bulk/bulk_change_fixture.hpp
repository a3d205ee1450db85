#pragma once

#include <gtest/gtest.h>

#include "bulk/changes/bulk_changer.hpp"
#include "bulk/changes/store_bulk_change.hpp"
#include "keys/key_parts.hpp"
#include "support/doubtful_sql.hpp"
#include "support/fake_identity_provider.hpp"
#include "support/fake_key_provider.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {

inline const Initiator organizer{"github:1003", "127.0.0.1"};
inline const Initiator another{"github:1004", "127.0.0.1"};
inline const std::string reason = "the event is over";

// Does what another process does between the two steps of a replacement.
class MeddledReplacements final : public ReplacementStore {
public:
    explicit MeddledReplacements(ReplacementStore& store) : store_(store) {}
    base::Result<Grant> begin_replacement(const std::string& grant_id, const Ending& ending) override {
        auto begun = store_.begin_replacement(grant_id, ending);
        if (begun && after_begin) std::exchange(after_begin, nullptr)(*begun);
        return begun;
    }
    base::Result<Grant> finish_replacement(const Grant& grant, const std::string& new_id,
                                           base::Timestamp now) override {
        return store_.finish_replacement(grant, new_id, now);
    }
    base::Result<std::vector<Grant>> list_replacing(const std::string& after_id, int limit) override {
        return store_.list_replacing(after_id, limit);
    }
    std::function<void(const Grant&)> after_begin;

private:
    ReplacementStore& store_;
};

// Does what another process does just before an entry is appended.
class MeddledAudit final : public AuditLog {
public:
    explicit MeddledAudit(AuditLog& log) : log_(log) {}
    base::Result<void> append(const AuditEntry& entry) override {
        const bool is_step = entry.action.starts_with("key.") && entry.outcome == "begun";
        if (is_step && entry.actor == organizer.actor && times_ > 0) {
            --times_;
            action_();
        }
        return log_.append(entry);
    }
    base::Result<std::vector<ChainedEntry>> read(std::int64_t after, int limit) override {
        return log_.read(after, limit);
    }
    base::Result<ChainedEntry> head() override { return log_.head(); }
    // Runs `action` before the organizer's next steps: between the look at a key and the step.
    void meddle(std::function<void()> action, int times = 1) { action_ = std::move(action), times_ = times; }

private:
    AuditLog& log_;
    std::function<void()> action_;
    int times_ = 0;
};

// Bulk changes over a real database and an upstream in memory.
class BulkChangeFixture : public StoresUnderTest {
protected:
    std::vector<Grant> issue_many(std::int64_t first, int count) {
        std::vector<Grant> grants;
        for (std::int64_t account = first; account < first + count; ++account) {
            const std::string handle = provider_.add_key("name-" + std::to_string(account), clock_.now());
            const auto grant = reserve(account, "crowd-" + std::to_string(account));
            const std::string hint = std::to_string(account).substr(0, 4);
            EXPECT_TRUE(keys_->activate({{account}, grant.id, grant.nonce}, {handle, "v1.sealed", hint}));
            grants.push_back(keys_->find({account})->value());
        }
        return grants;
    }
    static BulkChange wanted(ChangeAct act, const std::string& selection) {
        BulkChange change;
        change.act = act;
        if (act == ChangeAct::cap) change.cap = base::MicroUsd{5'000'000};
        change.by = organizer;
        change.reason = reason;
        change.selection = selection;
        return change;
    }
    BulkChange begin(ChangeAct act, const std::string& selection) {
        const auto count = changer_.count(selection, 1000);
        auto change = changer_.begin(wanted(act, selection), count ? count.value() : 0);
        EXPECT_TRUE(change) << (change ? "" : change.error().detail);
        return change.value_or(BulkChange{});
    }
    static std::string ids_of(const std::vector<Grant>& grants) {
        std::vector<std::string> ids;
        for (const Grant& grant : grants)
            ids.push_back(grant.id);
        return selection_of_ids(ids);
    }
    // Several runs, with the pauses that follow trouble.
    void run(int runs, base::Seconds pause = base::Seconds{6}) {
        for (int i = 0; i < runs; ++i) {
            changer_.run_once({});
            clock_.advance(pause);
        }
    }
    BulkChange state_of(const BulkChange& change) { return changes_.find(change.id).value().value(); }
    // Why a key was not done.
    std::string why(const BulkChange& change, const Grant& grant) {
        for (const auto& list : {changes_.list_left(change.id, 1000), changes_.list_tried(change.id, 1000)})
            for (const ChangeTarget& target : list.value())
                if (target.grant_id == grant.id) return std::string(to_text(target.state)) + ": " + target.why;
        return "";
    }
    Grant row(const Grant& grant) { return admin_->find_grant(grant.id).value().value(); }
    std::optional<Grant> row_of_account(const Grant& grant) { return keys_->find(grant.seat()).value(); }
    UpstreamKey upstream(const Grant& grant) {
        return provider_.get(grant.delete_handle, base::Deadline::after(base::Seconds{1})).value();
    }
    void claim_all(const BulkChange& change) {
        const auto due = changes_.due_targets(change.id, clock_.now(), 10);
        for (const ChangeTarget& target : *due)
            ASSERT_TRUE(changes_.claim(change.id, target, clock_.now(), clock_.now() + base::Seconds{48}).value());
    }
    void set_paused(bool is_paused) {
        ASSERT_TRUE(sql_->run("DELETE FROM llmapikey.settings WHERE name = 'minting_paused'", {}));
        if (!is_paused) return;
        ASSERT_TRUE(
            sql_->run("INSERT INTO llmapikey.settings (name, number, set_at, set_by, set_by_login) VALUES "
                      "('minting_paused', 1, 0, '', '')",
                      {}));
    }
    int begun_entries(const Grant& grant) {
        AuditQuery query;
        query.accounts = {grant.github_user_id};
        int count = 0;
        const auto entries = admin_->find_audit_entries(query);
        for (const ChainedEntry& each : entries.value())
            count += each.entry.outcome == "begun" ? 1 : 0;
        return count;
    }
    std::int64_t targets() {
        return sql_->run("SELECT count(*) FROM llmapikey.bulk_change_targets", {})->rows.at(0).number(0);
    }
    static Terms usual_terms() {
        Terms terms;
        terms.is_enabled = true;
        return terms;
    }

    std::shared_ptr<DoubtfulSql> doubtful_ = std::make_shared<DoubtfulSql>(sql_);
    SqlBulkChangeStore changes_{doubtful_};
    FakeKeyProvider provider_{clock_};
    FakeIdentityProvider identity_;
    const base::Secret secret_{"0123456789abcdef0123456789abcdef"};
    const base::Sealer sealer_{secret_, "raw keys"};
    const NonceMaker nonces_{secret_};
    ConcurrencyLimiter limiter_{4, 50};
    MeddledReplacements meddled_{*replacements_};
    MeddledAudit meddled_audit_{*audit_};
    const Terms terms_ = usual_terms();
    KeyParts parts_{{.keys = *keys_,
                     .queue = *queue_,
                     .admin = *admin_,
                     .replacements = meddled_,
                     .spending = *spending_,
                     .audit = meddled_audit_,
                     .history = *history_,
                     .provider = provider_,
                     .background_provider = provider_,
                     .identity = identity_,
                     .sealer = sealer_,
                     .nonces = nonces_,
                     .limiter = limiter_,
                     .clock = clock_,
                     .call_timeout = base::Seconds{15},
                     .log = [](const std::string&) {}}};
    const BulkChangeParts change_parts_{.changes = changes_,
                                        .grants = *admin_,
                                        .keys = *keys_,
                                        .replacement = parts_.background_replacement,
                                        .provider = provider_,
                                        .audit = meddled_audit_,
                                        .clock = clock_,
                                        .terms = terms_,
                                        .call_timeout = base::Seconds{15}};
    BulkChanger changer_{change_parts_};
};

}  // namespace llmapikey::test
