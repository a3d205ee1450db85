#include "keys/recovery.hpp"

#include <algorithm>

#include "keys/key_synchronization.hpp"

namespace llmapikey {
namespace {

constexpr int rows_per_page = 100;
constexpr std::size_t settled_per_pass_max = 5'000;
constexpr std::chrono::minutes scan_max{10};

}  // namespace

// The state of one run of finish().
struct Recovery::Round {
    const base::Seconds timeout;
    const std::stop_token& stop;
    Recovered& recovered;
    Postponed& postponed;
    const base::Clock& clock;
    OutageWatch watch = {};
    bool is_over = false;

    bool ends() const { return is_over || stop.stop_requested(); }

    // Does one thing and records the result.
    void attempt(const Grant& grant, const char* doing, int& count, const std::function<base::Result<void>()>& act) {
        if (ends() || !postponed.is_due(grant.id, clock.now())) return;
        const auto done = act();
        if (done || done.error().code == base::Errc::conflict) {
            count += done ? 1 : 0;
            postponed.note_success(grant.id);
            watch.note_success();
            return;
        }
        postponed.note_failure(grant.id, clock.now());
        recovered.failures.push_back(std::string(doing) + " the key of account " + grant.github_user_id.text() + ": " +
                                     done.error().detail);
        is_over = watch.note_failure(done.error());
    }

    // Goes through all pages of a list, so that failures on one page do not keep the next page from
    // its turn.
    template <typename Item>
    void each(const std::function<base::Result<std::vector<Item>>(const std::string& after_id)>& list,
              const std::function<const Grant&(const Item&)>& grant_of, const std::function<void(const Item&)>& act) {
        std::string after_id;
        while (!ends()) {
            const auto page = list(after_id);
            if (!page) recovered.failures.push_back(page.error().detail);
            if (!page || page->empty()) return;
            for (const Item& item : *page)
                act(item);
            after_id = grant_of(page->back()).id;
        }
    }
};

// Young attempts are included, because a key of theirs may be found already. Old attempts are
// looked for separately, because that takes longer.
Recovered Recovery::settle(const std::stop_token& stop) {
    Recovered recovered;
    std::vector<Grant> young, old;
    std::string after_id;
    while (!stop.stop_requested() && young.size() + old.size() < settled_per_pass_max) {
        const auto rows = parts_.store.list_open_attempts(clock_.now(), after_id, rows_per_page);
        if (!rows) recovered.failures.push_back(rows.error().detail);
        if (!rows || rows->empty()) break;
        for (const Grant& grant : *rows)
            (clock_.now() - grant.attempted_at > wait_max ? old : young).push_back(grant);
        after_id = rows->back().id;
    }
    settle(young, stop, recovered);
    settle(old, stop, recovered);
    return recovered;
}

void Recovery::settle_endings() {
    std::string after_id;
    while (true) {
        const auto rows = parts_.store.list_open_attempts(clock_.now(), after_id, rows_per_page);
        if (!rows || rows->empty()) return;
        after_id = rows->back().id;
        std::vector<Grant> ending = *rows;
        std::erase_if(ending, [](const Grant& grant) { return !is_ending_attempt(grant); });
        if (!ending.empty()) (void)parts_.settlement.settle_all(ending, base::Deadline::after(scan_max));
    }
}

void Recovery::settle(const std::vector<Grant>& grants, const std::stop_token& stop, Recovered& recovered) {
    if (grants.empty() || stop.stop_requested()) return;
    const auto outcomes = parts_.settlement.settle_all(grants, base::Deadline::after(scan_max), stop);
    std::string latest;
    for (std::size_t i = 0; i < grants.size(); ++i) {
        if (outcomes[i] && *outcomes[i] == Settled::freed) ++recovered.settled;
        // Attempts that met the same outage are reported once.
        if (outcomes[i] || stop.stop_requested() || outcomes[i].error().detail == latest) continue;
        latest = outcomes[i].error().detail;
        recovered.failures.push_back("settling the attempt of account " + grants[i].github_user_id.text() + ": " +
                                     latest);
    }
}

// The database records which revocations failed and when they are due again, so that all replicas
// wait that long.
void Recovery::revoke(Round& round) {
    bool has_progress = true;
    while (has_progress && !round.ends()) {
        has_progress = false;
        const auto entries = parts_.admin.list_due_revocations(clock_.now(), rows_per_page, "");
        if (!entries) round.recovered.failures.push_back(entries.error().detail);
        if (!entries) return;
        for (const LedgerEntry& entry : *entries) {
            if (round.ends()) return;
            // A revocation that began just now is probably still under way elsewhere. One that
            // begins in the future was stored by a wrong clock, and is not skipped.
            const auto age = clock_.now() - entry.begun_at;
            if (-round.timeout < age && age < round.timeout) continue;
            const auto ended = parts_.revocation.resume(entry.grant, {"system", "resumed"}, entry.reason,
                                                        base::Deadline::after(round.timeout));
            if (ended) {
                ++round.recovered.revoked;
                round.watch.note_success();
                has_progress = true;
                continue;
            }
            round.recovered.failures.push_back("revoking the key of account " + entry.grant.github_user_id.text() +
                                               ": " + ended.error().detail);
            round.is_over = round.watch.note_failure(ended.error());
            if (ended.error().is_circuit_open || ended.error().code == base::Errc::store_unavailable) continue;
            const auto noted = note_failed_revocation(parts_.admin, entry, ended.error(), clock_.now());
            if (!noted) round.recovered.failures.push_back(noted.error().detail);
            if (!noted) return;
            has_progress = true;
        }
    }
}

void Recovery::replace(Round& round) {
    round.each<Grant>(
        [this](const std::string& after_id) { return parts_.replacements.list_replacing(after_id, rows_per_page); },
        [](const Grant& grant) -> const Grant& { return grant; },
        [&](const Grant& grant) {
            round.attempt(grant, "replacing", round.recovered.replaced, [&]() -> base::Result<void> {
                const auto waiting = parts_.replacement.resume(grant, base::Deadline::after(round.timeout));
                return waiting ? base::Result<void>{} : tl::unexpected(waiting.error());
            });
        });
}

// Tells upstream about changes that it may not know. Caps whose day is over are raised first.
void Recovery::synchronize(Round& round) {
    const auto raised = parts_.admin.begin_raises(clock_.now(), rows_per_page);
    if (!raised) round.recovered.failures.push_back(raised.error().detail);
    round.each<Grant>(
        [this](const std::string& after_id) { return parts_.admin.list_unsynced(after_id, rows_per_page); },
        [](const Grant& grant) -> const Grant& { return grant; },
        [&](const Grant& grant) {
            round.attempt(grant, "changing", round.recovered.synchronized, [&] {
                return synchronize_key(parts_.admin, parts_.provider, grant, clock_.now(),
                                       base::Deadline::after(round.timeout));
            });
        });
}

Recovered Recovery::finish(base::Seconds timeout, const std::stop_token& stop) {
    Recovered recovered;
    Round round{timeout, stop, recovered, postponed_, clock_};
    revoke(round);
    replace(round);
    synchronize(round);
    return recovered;
}

Recovered Recovery::run_once(base::Seconds timeout, const std::stop_token& stop) {
    Recovered recovered = finish(timeout, stop);
    Recovered settled = settle(stop);
    recovered.settled = settled.settled;
    for (std::string& failure : settled.failures)
        recovered.failures.push_back(std::move(failure));
    return recovered;
}

}  // namespace llmapikey
