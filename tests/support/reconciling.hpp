#pragma once

#include "keys/issuance.hpp"
#include "keys/mint_dispatcher.hpp"
#include "keys/reconciliation.hpp"
#include "keys/recovery.hpp"
#include "support/fake_key_provider.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {

// Everything that reconciles and recovers, over a real database and an upstream in memory.
class Reconciling : public StoresUnderTest {
protected:
    static constexpr base::Seconds settle_wait{30};

    Reconciling() {
        const base::Timestamp noon = std::chrono::sys_days{std::chrono::year{2027} / 2 / 22} + std::chrono::hours{12};
        clock_.advance(noon - clock_.now());
        begin_history_at(noon - std::chrono::days{365});
    }
    // Makes the database look as if it had been created at `at`.
    void begin_history_at(base::Timestamp at) {
        const auto begun = sql_->run(sql_->dialect() == Dialect::postgres
                                         ? "UPDATE llmapikey.applied_migrations SET applied_at = {time:$1}"
                                         : "UPDATE schema_migrations SET applied_at = $1",
                                     SqlValues().add(at.time_since_epoch().count()));
        EXPECT_TRUE(begun) << (begun ? "" : begun.error().detail);
    }

    static IssuancePolicy policy() {
        IssuancePolicy policy;
        policy.is_enabled = true;
        policy.daily_limit = base::MicroUsd{10'000'000};
        return policy;
    }
    Grant issue_key(std::int64_t account) {
        const auto answer = issuance_.issue({{account}, "login"});
        EXPECT_EQ(answer.status, KeyOutcome::created) << answer.error.detail;
        return answer.grant.value_or(Grant{});
    }
    ReconcileParts parts() { return {*keys_, *admin_, provider_, revocation_, *audit_, *history_, nonces_, clock_}; }
    ReconcileReport reconcile(Reconciler& reconciler) {
        auto report = reconciler.run(base::Deadline::after(base::Millis{20'000}), {});
        EXPECT_TRUE(report) << (report ? "" : report.error().detail);
        return report ? std::move(*report) : ReconcileReport{};
    }
    ReconcileReport reconcile(Repair repair = Repair::fix) {
        Reconciler reconciler(parts(), {repair, false, settle_wait, base::Seconds{15}});
        return reconcile(reconciler);
    }
    static std::int64_t found(const ReconcileReport& report, Finding::Kind kind) {
        const auto count = report.counts.find(kind);
        return count == report.counts.end() ? 0 : count->second.found;
    }
    // Adds a key that was made with our secret for an attempt that this database has never had.
    std::string add_key_of_another_life(std::int64_t account) {
        return provider_.add_key(upstream_key_name({account}, nonces_.make({account})), clock_.now());
    }
    // Adds an attempt that this database has given up, and its key, which was made nevertheless.
    std::string give_up_with_a_key_left(std::int64_t account) {
        const std::string nonce = nonces_.make({account});
        const ReserveRequest request{{{account}, "x"}, base::random_uuid(), nonce, {}, clock_.now(), clock_.now()};
        const auto reserved = keys_->reserve(request);
        EXPECT_TRUE(reserved && keys_->release(attempt_of(std::get<Reserved>(*reserved).grant)));
        return provider_.add_key(upstream_key_name({account}, nonce), clock_.now());
    }
    Recovered recover() { return recovery_.run_once(base::Seconds{15}, {}); }

    FakeKeyProvider provider_{clock_};
    base::Sealer sealer_{base::Secret(std::string(32, 'k')), "raw keys"};
    NonceMaker nonces_{base::Secret(std::string(32, 'k'))};
    ConcurrencyLimiter limiter_{4, 4};
    Replacement replacement_{*replacements_, *spending_, provider_, *audit_, clock_};
    Issuance issuance_{
        policy(),
        {*keys_, *queue_, provider_, replacement_, sealer_, nonces_, limiter_, clock_, [](const auto&) {}, {}}};
    Revocation revocation_{*admin_, *spending_, provider_, *audit_, clock_};
    Settlement settlement_{*keys_, *queue_, provider_, clock_, base::Seconds{15}};
    Recovery recovery_{{*keys_, *admin_, *replacements_, provider_, settlement_, revocation_, replacement_}, clock_};
};

}  // namespace llmapikey::test
