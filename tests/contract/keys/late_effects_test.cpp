// Writes that were reported as failed and take effect later, at every place of every protocol: when
// recovery and reconciling have run, the guarantees hold all the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <climits>

#include "keys/key_synchronization.hpp"
#include "keys/own_key.hpp"
#include "keys/reconciliation.hpp"
#include "keys/recovery.hpp"
#include "support/fake_key_provider.hpp"
#include "support/late_store.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

constexpr base::Seconds call_timeout{15};
constexpr base::Seconds settle_wait{30};
// How far behind the protocol's end the late effect is tried at each step; and once more after
// everything.
constexpr int steps_behind_end = 12;
constexpr int protocol_max = 60;
constexpr int presses_max = 8;
const Initiator organizer{"github:1003", "test"};

// One run of a protocol: the services over stores whose every operation is a step.
struct Scene {
    Scene(LateParts parts, AttemptHistory& attempts, FakeKeyProvider& upstream, const base::Clock& time,
          Recipient person)
        : clock(time),
          provider(upstream, steps),
          store(parts, steps),
          history(attempts),
          recipient(std::move(person)) {}

    static Terms terms() {
        Terms terms;
        terms.is_enabled = true;
        terms.daily_limit = base::MicroUsd{10'000'000};
        return terms;
    }
    static base::Deadline soon() { return base::Deadline::after(base::Millis{20'000}); }

    LateSteps steps;
    bool has_revoked = false;  // an organizer was told so, with a hold without an end
    const base::Clock& clock;
    LateProvider provider;
    LateStore store;
    AttemptHistory& history;
    Recipient recipient;
    base::Sealer sealer{base::Secret(std::string(32, 'k')), "raw keys"};
    NonceMaker nonces{base::Secret(std::string(32, 'k'))};
    ConcurrencyLimiter limiter{4, 4};
    Replacement replacement{store, store, provider, store, clock};
    Issuance issuance{{store, store, provider, replacement, sealer, nonces, limiter, clock, [](const auto&) {}, {}},
                      call_timeout};
    Revocation revocation{store, store, provider, store, clock};
    OwnKey own{store, issuance, replacement, revocation, clock};
    Settlement settlement{store, store, provider, clock, call_timeout};
    Recovery recovery{{store, store, store, provider, settlement, revocation, replacement}, clock};
    Reconciler reconciler{{store, store, provider, revocation, store, history, nonces, clock},
                          {Repair::fix, false, settle_wait, call_timeout}};
};

// What a protocol starts from, and what it does. An answer that shows a key is a promise that it
// lives.
struct Protocol {
    std::string name;
    std::function<void(Scene&)> prepare;
    std::function<std::optional<IssueAnswer>(Scene&)> act;
};

class LateEffects : public StoresUnderTest {
protected:
    LateParts parts() { return {*keys_, *queue_, *replacements_, *admin_, *spending_, *audit_}; }

    std::vector<UpstreamKey> keys_of(const Recipient& recipient) const {
        std::vector<UpstreamKey> found;
        for (const UpstreamKey& key : provider_.live_keys())
            if (parse_upstream_key_name(key.name) && parse_upstream_key_name(key.name)->github_user_id == recipient.id)
                found.push_back(key);
        return found;
    }
    std::optional<Grant> row_of(const Recipient& recipient) {
        const auto row = keys_->find({recipient.id});
        return row ? *row : std::nullopt;
    }
    bool is_on_hold(const Recipient& recipient) {
        const auto account = keys_->find_account({recipient.id});
        return account && account->hold && is_in_force(*account->hold, clock_.now());
    }

    // At every moment: one key at most, and an active row's key lives. Empty: so it is.
    std::string fault_now(const Recipient& recipient) {
        const auto keys = keys_of(recipient);
        const auto row = row_of(recipient);
        if (keys.size() > 1) return std::to_string(keys.size()) + " keys upstream";
        if (!row || row->status != GrantStatus::active) return "";
        if (keys.empty()) return "an active row whose key is dead";
        return keys.front().delete_handle == row->delete_handle ? "" : "an active row of another key";
    }
    // When all has come to rest.
    std::string fault_at_rest(const Recipient& recipient) {
        const auto keys = keys_of(recipient);
        const auto row = row_of(recipient);
        if (!row && !keys.empty()) return "an orphan";
        if (row && row->status != GrantStatus::active) return "a row that stays " + std::string(to_text(row->status));
        if (row && !row->unsynced.empty()) return "a change that upstream never learns of";
        if (row && !keys.empty() && keys.front().limit != limit_at(*row, clock_.now()))
            return "another cap upstream than in the row";
        const auto ledger = admin_->ledger_of(recipient.id);
        for (const LedgerEntry& entry : *ledger)
            if (!entry.ended_at) return "an entry of the ledger that stays open";
        return fault_now(recipient);
    }

    std::string recover(Scene& scene) {
        clock_.advance(settle_wait + base::Seconds{1});
        scene.recovery.run_once(call_timeout, {});
        std::string fault = fault_now(scene.recipient);
        const auto due = scene.store.list_due(clock_.now(), 10);
        if (due)
            for (const Grant& grant : *due)
                scene.issuance.mint_waiting(Scene::terms(), grant);
        if (fault.empty()) fault = fault_now(scene.recipient);
        (void)scene.reconciler.run(Scene::soon(), {});
        return fault;
    }
    // Whoever presses the button gets a key, or is told of a hold.
    std::string press(Scene& scene) {
        for (int i = 0; i < presses_max; ++i) {
            const auto answer = scene.issuance.issue(Scene::terms(), scene.recipient);
            if (answer.status == KeyOutcome::created || answer.status == KeyOutcome::exists) return "";
            if (answer.status == KeyOutcome::on_hold && !row_of(scene.recipient))
                return is_on_hold(scene.recipient) ? "" : "told of a hold that there is not";
            const std::string fault = recover(scene);
            if (!fault.empty()) return fault;
        }
        return "locked out";
    }

    struct Run {
        int steps = 0;       // of the protocol itself
        std::string failed;  // the write that did, empty: none
        std::string fault;
    };
    Run run(const Protocol& protocol, int failing, int landing, LateSteps::Kind kind = LateSteps::Kind::failed) {
        Scene scene(parts(), *history_, provider_, clock_, {{++people_}, "login"});
        if (protocol.prepare) protocol.prepare(scene);
        scene.steps.arm(failing, landing, kind);
        const auto answer = protocol.act(scene);
        Run run{scene.steps.steps(), scene.steps.failed(), fault_now(scene.recipient)};
        const bool has_shown = answer && !answer->raw_key.empty();
        const auto note = [&run](const std::string& fault) {
            if (run.fault.empty()) run.fault = fault;
        };
        for (int round = 0; round < 2; ++round)
            note(recover(scene));
        scene.steps.land();
        note(fault_now(scene.recipient));
        note(recover(scene));
        const auto row = row_of(scene.recipient);
        if (has_shown && (!row || row->delete_handle != answer->grant->delete_handle)) note("a shown key has ended");
        note(press(scene));
        const bool is_ended = !row_of(scene.recipient) && is_on_hold(scene.recipient);
        if (scene.has_revoked && !is_ended) note("revoked for ever, and yet there is a key, or no hold");
        note(fault_at_rest(scene.recipient));
        forget(scene);
        if (keys_->totals()->live != 0) note("places that stay taken: " + std::to_string(keys_->totals()->live));
        return run;
    }
    void forget(Scene& scene) {
        const auto row = row_of(scene.recipient);
        if (row && admin_->begin_revocations({row->id}, ending())) (void)admin_->finish_revocation(*row, clock_.now());
        for (const UpstreamKey& key : keys_of(scene.recipient))
            provider_.remove_key(key.delete_handle);
    }

    // What try_all() has tried, and what broke.
    struct Trial {
        int tried = 0, writes = 0;
        std::vector<std::string> faults;
    };
    void try_write(const Protocol& protocol, int failing, int last, LateSteps::Kind kind, Trial& trial) {
        const bool is_failed = kind == LateSteps::Kind::failed;
        for (int landing = is_failed ? failing : failing + 1; landing <= last + 1; ++landing) {
            const Run each = run(protocol, failing, landing > last ? INT_MAX : landing, kind);
            ++trial.tried;
            if (each.fault.empty()) continue;
            trial.faults.push_back(each.failed + (is_failed ? "" : " (once more)") + ", step " +
                                   std::to_string(failing) + ", takes effect before step " +
                                   (landing > last ? "none" : std::to_string(landing)) + " of " +
                                   std::to_string(each.steps) + ": " + each.fault);
        }
    }

    // Every write of the protocol fails, or is done, and takes effect before every later step.
    void try_all(const Protocol& protocol) {
        Trial trial;
        const Run calm = run(protocol, 0, INT_MAX);
        EXPECT_EQ(calm.fault, "") << protocol.name << " without any failure";
        for (int failing = 1; failing <= protocol_max; ++failing) {
            const Run first = run(protocol, failing, failing);
            if (first.steps < failing) break;
            if (first.failed.empty()) continue;
            ++trial.writes;
            for (const auto kind : {LateSteps::Kind::failed, LateSteps::Kind::repeated})
                try_write(protocol, failing, first.steps + steps_behind_end, kind, trial);
        }
        EXPECT_GT(trial.writes, 0) << protocol.name;
        std::string told;
        for (std::size_t i = 0; i < std::min<std::size_t>(trial.faults.size(), 12); ++i)
            told += "\n  " + trial.faults[i];
        EXPECT_TRUE(trial.faults.empty()) << protocol.name << ": " << trial.faults.size() << " of " << trial.tried
                                          << " late effects of " << trial.writes << " writes break a guarantee" << told;
        RecordProperty("tried", trial.tried);
    }

    FakeKeyProvider provider_{clock_};
    std::int64_t people_ = 5000;
};

void have_key(Scene& scene) {
    ASSERT_EQ(scene.issuance.issue(Scene::terms(), scene.recipient).status, KeyOutcome::created);
}
void have_place(Scene& scene) {
    scene.limiter.set_has_queue(true);
    ASSERT_EQ(scene.issuance.issue(Scene::terms(), scene.recipient).status, KeyOutcome::queued);
    scene.limiter.set_has_queue(false);
}
Grant row_in(Scene& scene) {
    const auto row = scene.store.find({scene.recipient.id});
    return row && *row ? **row : Grant{};
}
std::optional<IssueAnswer> revoke_forever(Scene& scene) {
    const auto id = row_in(scene).id;
    const Hold forever{std::nullopt, "leaked"};
    if (scene.revocation.revoke(id, organizer, "leaked", forever, Scene::soon())) scene.has_revoked = true;
    return std::nullopt;
}

TEST_P(LateEffects, Minting) {
    try_all({"mint", {}, [](Scene& scene) { return scene.issuance.issue(Scene::terms(), scene.recipient); }});
}

TEST_P(LateEffects, MintingThatIsRefused) {
    try_all({"refused mint", {}, [this](Scene& scene) {
                 provider_.fail_next_mint(FakeKeyProvider::MintFault::refused);
                 return scene.issuance.issue(Scene::terms(), scene.recipient);
             }});
}

TEST_P(LateEffects, MintingWhoseAnswerIsLost) {
    try_all({"lost mint", {}, [this](Scene& scene) {
                 provider_.fail_next_mint(FakeKeyProvider::MintFault::lost_after_effect);
                 (void)scene.issuance.issue(Scene::terms(), scene.recipient);
                 scene.recovery.run_once(call_timeout, {});
                 return scene.issuance.issue(Scene::terms(), scene.recipient);
             }});
}

TEST_P(LateEffects, TakingATurn) {
    try_all(
        {"claim", have_place, [](Scene& scene) { return scene.issuance.mint_waiting(Scene::terms(), row_in(scene)); }});
}

TEST_P(LateEffects, Replacing) {
    try_all({"replace", have_key,
             [](Scene& scene) { return scene.own.rotate(Scene::terms(), scene.recipient, "", "test"); }});
}

TEST_P(LateEffects, ReplacingAnExpiredKey) {
    try_all({"replace expired", have_key, [this](Scene& scene) {
                 clock_.advance(std::chrono::days{91});
                 return scene.issuance.issue(Scene::terms(), scene.recipient);
             }});
}

TEST_P(LateEffects, GivingBack) {
    try_all({"give back", have_key, [](Scene& scene) -> std::optional<IssueAnswer> {
                 (void)scene.own.give_back(scene.recipient, "", "test");
                 return std::nullopt;
             }});
}

TEST_P(LateEffects, Revoking) {
    try_all({"revoke", have_key, revoke_forever});
}

TEST_P(LateEffects, RevokingWhoWaits) {
    try_all({"revoke waiting", have_place, revoke_forever});
}

TEST_P(LateEffects, RevokingWhileTheKeyIsMade) {
    try_all({"revoke pending", {}, [this](Scene& scene) -> std::optional<IssueAnswer> {
                 provider_.during_next_mint([&scene] { revoke_forever(scene); });
                 (void)scene.issuance.issue(Scene::terms(), scene.recipient);
                 return std::nullopt;
             }});
}

TEST_P(LateEffects, RevokingWhileTheKeyIsReplaced) {
    try_all({"revoke replacing", have_key, [this](Scene& scene) -> std::optional<IssueAnswer> {
                 provider_.fail_next_revoke();
                 (void)scene.own.rotate(Scene::terms(), scene.recipient, "", "test");
                 return revoke_forever(scene);
             }});
}

TEST_P(LateEffects, AHoldWhileTheKeyIsMade) {
    try_all({"hold pending", {}, [this](Scene& scene) -> std::optional<IssueAnswer> {
                 provider_.during_next_mint([&scene] {
                     (void)scene.store.set_hold(scene.recipient.id, Hold{std::nullopt, "no"}, organizer.actor,
                                                scene.clock.now());
                 });
                 (void)scene.issuance.issue(Scene::terms(), scene.recipient);
                 return std::nullopt;
             }});
}

TEST_P(LateEffects, Changing) {
    try_all({"change", have_key, [](Scene& scene) -> std::optional<IssueAnswer> {
                 const KeyChange less{std::nullopt, base::MicroUsd{3'000'000}};
                 const auto changed = scene.store.begin_change(row_in(scene).id, less, base::random_token(12));
                 if (changed)
                     (void)synchronize_key(scene.store, scene.provider, *changed, scene.clock.now(), Scene::soon());
                 return std::nullopt;
             }});
}

INSTANTIATE_TEST_SUITE_P(Stores, LateEffects, testing::Values("memory", "sqlite", "postgres"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
