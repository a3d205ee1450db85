#include "keys/issuance.hpp"

#include <algorithm>

#include "base/system/crash_point.hpp"
#include "providers/outage.hpp"

namespace llmapikey {
namespace {

// Each round handles what is in the way and looks at the row again. What remains after these rounds
// is left to the next visit.
constexpr int rounds_max = 5;
// A request waits this long for a slot, because the answer is usually quick; then it is told its
// place in the queue.
constexpr base::Millis slot_patience{2'000};
constexpr base::Seconds pause_max{4};

IssueAnswer failed(base::Error error) {
    IssueAnswer answer;
    answer.status = KeyOutcome::failed;
    answer.error = std::move(error);
    return answer;
}

IssueAnswer plain(KeyOutcome status) {
    IssueAnswer answer;
    answer.status = status;
    return answer;
}

IssueAnswer held_back(std::optional<Hold> hold) {
    IssueAnswer answer = plain(KeyOutcome::on_hold);
    answer.hold = std::move(hold);
    return answer;
}

MintProblem problem_of(const base::Error& cause) {
    switch (cause.code) {
        case base::Errc::rate_limited:
            return MintProblem::rate_limited;
        case base::Errc::upstream_down:
        case base::Errc::overloaded:
        case base::Errc::store_unavailable:
        case base::Errc::store_unwritable:
            return MintProblem::upstream_down;
        default:
            return MintProblem::refused;
    }
}

}  // namespace

Issuance::Issuance(IssuanceParts parts, base::Seconds call_timeout)
    : parts_(std::move(parts)),
      call_timeout_(call_timeout),
      settlement_(parts_.store, parts_.queue, parts_.provider, parts_.clock, call_timeout) {}

IssueAnswer Issuance::issue(const Terms& terms, const Recipient& recipient) {
    const auto slot = parts_.limiter.enter(slot_patience);
    const MayMint may_mint = slot ? MayMint::now : MayMint::in_turn;
    for (int round = 0; round < rounds_max; ++round) {
        const base::Deadline deadline = call_deadline();
        base::crash_point("mint.reserving");
        const auto outcome = reserve(terms, recipient, may_mint);
        base::crash_point("mint.reserved");
        if (!outcome) {
            parts_.log("reserving for account " + recipient.id.text() + ": " + outcome.error().detail);
            return failed(outcome.error());
        }
        if (std::holds_alternative<QuotaFull>(*outcome)) return plain(KeyOutcome::full);
        if (std::holds_alternative<MintingPaused>(*outcome)) return plain(KeyOutcome::paused);
        if (const auto* on_hold = std::get_if<OnHold>(&*outcome)) return held_back(on_hold->hold);
        if (const auto* reserved = std::get_if<Reserved>(&*outcome)) {
            return may_mint == MayMint::now ? mint(reserved->grant, deadline) : queue_answer(reserved->grant);
        }
        const auto& held = std::get<AlreadyHeld>(*outcome);
        Terms now = terms;
        now.is_enabled = !held.is_paused;
        auto answer = advance(now, held.grant, may_mint, deadline);
        if (answer) return std::move(*answer);
    }
    return plain(KeyOutcome::in_progress);
}

// While minting is off nothing is reserved; existing rows are still found, and their attempts are
// settled.
base::Result<ReserveOutcome> Issuance::reserve(const Terms& terms, const Recipient& recipient, MayMint may_mint) {
    const Seat seat{recipient.id};
    if (!terms.is_enabled) {
        const auto held = TRY(parts_.store.find(seat));
        return held ? ReserveOutcome{AlreadyHeld{*held, true}} : ReserveOutcome{MintingPaused{}};
    }
    ReserveRequest request;
    request.seat = seat;
    request.login = recipient.login;
    request.grant_id = base::random_uuid();
    request.nonce = parts_.nonces.make(recipient.id);
    request.daily_limit = terms.daily_limit;
    request.now = parts_.clock.now();
    request.expires_at = request.now + terms.key_lifetime;
    request.max_total_keys = terms.max_total_keys;
    request.is_queued = may_mint == MayMint::in_turn;
    return parts_.store.reserve(request);
}

// Takes one step with the row that an account has. Returns nullopt if the row must be looked at
// again.
std::optional<IssueAnswer> Issuance::advance(const Terms& terms, const Grant& held, MayMint may_mint,
                                             base::Deadline deadline) {
    switch (held.status) {
        case GrantStatus::active:
            return advance_active(terms, held, deadline);
        case GrantStatus::revoking:
            return held_back(std::nullopt);
        case GrantStatus::waiting:
            return advance_waiting(terms, held, may_mint, deadline);
        case GrantStatus::replacing:
            return advance_replacing(held, deadline);
        case GrantStatus::pending:
        case GrantStatus::ambiguous:
            break;
    }
    return advance_open_attempt(held, deadline);
}

std::optional<IssueAnswer> Issuance::advance_active(const Terms& terms, const Grant& held, base::Deadline deadline) {
    const base::Timestamp now = parts_.clock.now();
    // A key that an organizer has disabled is not replaced.
    if (!is_dead(held, now) || held.is_disabled || !terms.is_enabled) return answer_existing(held);
    if (auto refused = refuse_on_hold(held.seat())) return refused;
    const bool has_expired = is_expired(held, now);
    // The key may have returned since the row was marked as missing, so upstream is asked before it
    // is ended.
    const auto key = has_expired ? base::Result<UpstreamKey>(base::fail(base::Errc::not_found, ""))
                                 : parts_.provider.get(held.delete_handle, deadline);
    if (key) return answer_existing(held);
    if (key.error().code != base::Errc::not_found) return not_replaced(held, key.error());
    const std::string reason = has_expired ? "expired" : "gone upstream";
    const auto waiting = parts_.replacement.begin(held, recipient_of(held.github_user_id), reason, deadline);
    if (waiting || waiting.error().code == base::Errc::conflict) return std::nullopt;
    return not_replaced(held, waiting.error());
}

IssueAnswer Issuance::not_replaced(const Grant& held, const base::Error& cause) {
    parts_.log("replacing the key of account " + held.github_user_id.text() + ": " + cause.detail);
    IssueAnswer answer = plain(KeyOutcome::ambiguous);
    answer.error = cause;
    return answer;
}

std::optional<IssueAnswer> Issuance::advance_waiting(const Terms& terms, const Grant& held, MayMint may_mint,
                                                     base::Deadline deadline) {
    if (terms.is_enabled && may_mint == MayMint::now) return claim_and_mint(terms, held, deadline);
    if (auto refused = refuse_on_hold(held.seat())) return refused;
    return terms.is_enabled ? queue_answer(held) : plain(KeyOutcome::paused);
}

std::optional<IssueAnswer> Issuance::advance_replacing(const Grant& held, base::Deadline deadline) {
    const auto waiting = parts_.replacement.resume(held, deadline);
    if (waiting || waiting.error().code == base::Errc::conflict) return std::nullopt;
    return not_replaced(held, waiting.error());
}

std::optional<IssueAnswer> Issuance::advance_open_attempt(const Grant& held, base::Deadline deadline) {
    const auto settled = settlement_.settle(held, deadline);
    if (!settled) {
        parts_.log("settling the attempt of account " + held.github_user_id.text() + ": " + settled.error().detail);
        IssueAnswer answer = plain(KeyOutcome::ambiguous);
        answer.error = settled.error();
        return answer;
    }
    if (*settled != Settled::not_yet) return std::nullopt;
    return plain(held.status == GrantStatus::pending ? KeyOutcome::in_progress : KeyOutcome::ambiguous);
}

std::optional<IssueAnswer> Issuance::claim_and_mint(const Terms& terms, const Grant& grant, base::Deadline deadline) {
    Claim claim;
    claim.waiting = attempt_of(grant);
    claim.nonce = parts_.nonces.make(grant.github_user_id);
    claim.now = parts_.clock.now();
    claim.expires_at = claim.now + terms.key_lifetime;
    if (!grant.keeps_place) claim.daily_limit = terms.daily_limit;
    base::crash_point("mint.claiming");
    const auto claimed = parts_.queue.claim(claim);
    base::crash_point("mint.claimed");
    if (claimed) return mint(*claimed, deadline);
    if (claimed.error().code == base::Errc::conflict) return refuse_on_hold(grant.seat());
    parts_.log("taking the turn of account " + grant.github_user_id.text() + ": " + claimed.error().detail);
    return failed(claimed.error());
}

IssueAnswer Issuance::mint_waiting(const Terms& terms, const Grant& grant) {
    auto answer = claim_and_mint(terms, grant, call_deadline());
    return answer ? std::move(*answer) : plain(KeyOutcome::in_progress);
}

IssueAnswer Issuance::queue_answer(const Grant& grant, const base::Error& cause) {
    if (parts_.on_queued) parts_.on_queued();
    IssueAnswer answer = plain(KeyOutcome::queued);
    answer.grant = grant;
    answer.error = cause;
    const auto place = parts_.queue.place_of(grant.id, counted_places_max);
    if (place) answer.place = *place;
    return answer;
}

base::Result<base::Secret> Issuance::open_key(const Grant& grant) const {
    return parts_.sealer.open(grant.sealed_key, grant.id);
}

bool Issuance::is_settlement_due(const Grant& grant) const {
    if (grant.status == GrantStatus::ambiguous) return true;
    return grant.status == GrantStatus::pending && is_settled(grant, parts_.clock.now(), settlement_.settle_time());
}

void Issuance::settle(const Grant& grant) {
    {
        const std::lock_guard lock(settling_mutex_);
        if (!settling_.insert(grant.nonce).second) return;
    }
    const auto settled = settlement_.settle(grant, call_deadline());
    if (!settled) {
        parts_.log("settling the attempt of account " + grant.github_user_id.text() + ": " + settled.error().detail);
    }
    const std::lock_guard lock(settling_mutex_);
    settling_.erase(grant.nonce);
}

IssueAnswer Issuance::answer_existing(const Grant& grant) const {
    if (grant.sealed_key.empty()) {
        IssueAnswer answer = plain(KeyOutcome::exists);
        answer.grant = grant;
        return answer;
    }
    auto raw_key = open_key(grant);
    if (!raw_key) return failed({base::Errc::misconfigured, "opening the stored key: " + raw_key.error().detail, {}});
    IssueAnswer answer = plain(KeyOutcome::exists);
    answer.grant = grant;
    answer.raw_key = std::move(*raw_key);
    return answer;
}

IssueAnswer Issuance::mint(const Grant& grant, base::Deadline deadline) {
    // The settle time counts from the reservation. A process that was delayed in between must not
    // send its create call, because others may have concluded already that it never will.
    if (deadline.has_passed()) {
        return give_up(grant, {base::Errc::overloaded, "too late to mint after the reservation", {}});
    }
    const MintRequest request{upstream_key_name(grant.github_user_id, grant.nonce), limit_at(grant, parts_.clock.now()),
                              grant.expires_at};
    const MintOutcome outcome = parts_.provider.mint(request, deadline);
    base::crash_point("mint.created");
    if (const auto* minted = std::get_if<Minted>(&outcome)) return keep(grant, *minted);
    if (const auto* refused = std::get_if<NotMinted>(&outcome)) return give_up(grant, refused->error);
    if (const auto* in_vain = std::get_if<MintedInVain>(&outcome))
        return undo(grant, in_vain->delete_handle, in_vain->error);
    return leave_ambiguous(grant, std::get<MintUnknown>(outcome));
}

IssueAnswer Issuance::keep(const Grant& grant, const Minted& minted) {
    const std::string& raw_key = minted.raw_key.reveal();
    const Activation activation{minted.delete_handle, parts_.sealer.seal(raw_key, grant.id), key_hint(raw_key),
                                parts_.clock.now()};
    const auto activated = parts_.store.activate(attempt_of(grant), activation);
    base::crash_point("mint.activated");
    if (!activated) return undo(grant, minted.delete_handle, activated.error());
    IssueAnswer answer = plain(KeyOutcome::created);
    answer.grant = grant;
    answer.grant->status = GrantStatus::active;
    answer.grant->delete_handle = activation.delete_handle;
    answer.grant->sealed_key = activation.sealed_key;
    answer.grant->key_hint = activation.key_hint;
    answer.raw_key = minted.raw_key;
    return answer;
}

// The key exists upstream, but nobody can have it, or it is unknown whether it is stored. First the
// row is marked ambiguous: a write whose answer was lost may still be on its way to the database,
// and changes nothing from now on. Only then is the row read, and what it holds decides. In the
// other order, a key that is stored in between would be revoked.
IssueAnswer Issuance::undo(const Grant& grant, const std::string& delete_handle, const base::Error& cause) {
    const std::string account = grant.github_user_id.text();
    const auto seen_later = [&] {
        parts_.log("storing the key of account " + account +
                   " failed; what became of it is seen later: " + cause.detail);
        return plain(KeyOutcome::ambiguous);
    };
    // The handle is left out, because another key's row may hold it. The key is found by its name.
    const auto fenced = parts_.store.mark_ambiguous(attempt_of(grant), "");
    base::crash_point("mint.fenced");
    if (!fenced && fenced.error().code != base::Errc::conflict) return seen_later();
    const auto is_known = parts_.store.knows(delete_handle, "");
    if (!is_known) return seen_later();
    if (*is_known) return explain_known(grant, delete_handle);
    parts_.log("the key of account " + account + " is revoked, since nobody can have it: " + cause.detail);
    const auto revoked = parts_.provider.revoke(delete_handle, call_deadline());
    base::crash_point("mint.undone");
    if (revoked) return end_undone(grant, cause);
    parts_.log("revoking a key that nobody can have failed; it is tried again: " + revoked.error().detail);
    return leave_ambiguous(grant, {delete_handle, "its key is not to be kept"});
}

// The key could not be stored and is revoked. If the account may have no key by now, its row does
// not wait for another one.
IssueAnswer Issuance::end_undone(const Grant& grant, const base::Error& cause) {
    const auto account = parts_.store.find_account(grant.seat());
    if (!account) return give_up(grant, cause);
    const bool is_on_hold = account->hold && is_in_force(*account->hold, parts_.clock.now());
    const bool is_revoked = account->grant && account->grant->status == GrantStatus::revoking;
    if (!is_on_hold && !is_revoked) return give_up(grant, cause);
    release(grant);
    return held_back(is_on_hold ? account->hold : std::nullopt);
}

// Returns the answer to an account on hold, and ends the wait of its row; nullopt if it is not on
// hold.
std::optional<IssueAnswer> Issuance::refuse_on_hold(const Seat& seat) {
    const auto account = parts_.store.find_account(seat);
    if (!account) {
        parts_.log("looking up the hold of account " + seat.github_user_id.text() + ": " + account.error().detail);
        return failed(account.error());
    }
    const base::Timestamp now = parts_.clock.now();
    if (!account->hold || !is_in_force(*account->hold, now)) return std::nullopt;
    if (account->grant && account->grant->status == GrantStatus::waiting) {
        const auto gone = parts_.store.abandon(attempt_of(*account->grant), MintProblem::none, now);
        if (!gone && gone.error().code != base::Errc::conflict)
            parts_.log("ending the wait of account " + seat.github_user_id.text() +
                       ", which is on hold: " + gone.error().detail);
    }
    return held_back(account->hold);
}

// A row has this handle. It is our own row, which was stored although the answer was lost; or
// another key's row, if upstream named the wrong handle. That key must not be ended, and the key of
// this attempt is found by its name.
IssueAnswer Issuance::explain_known(const Grant& grant, const std::string& delete_handle) {
    const auto stored = parts_.store.find(grant.seat());
    if (!stored) {
        parts_.log("looking up what became of the attempt of account " + grant.github_user_id.text() +
                   " failed: " + stored.error().detail);
        return plain(KeyOutcome::ambiguous);
    }
    const bool is_ours = *stored && (*stored)->id == grant.id && (*stored)->nonce == grant.nonce &&
                         (*stored)->delete_handle == delete_handle;
    if (is_ours && (*stored)->status == GrantStatus::active) return answer_existing(**stored);
    return leave_ambiguous(grant, {"", "the answer names another key's handle"});
}

// Call this only if no key of this attempt is alive upstream.
IssueAnswer Issuance::give_up(const Grant& grant, const base::Error& cause) {
    parts_.log("no key for account " + grant.github_user_id.text() + ": " + cause.detail);
    // An account that waits or had a key keeps its seat. An account that has asked just now gets
    // the error and can ask again.
    if (grant.keeps_place || grant.queued_at) return wait_again(grant, cause);
    release(grant);
    return failed(cause);
}

void Issuance::release(const Grant& grant) {
    const auto released = parts_.store.release(attempt_of(grant));
    if (released || released.error().code == base::Errc::conflict) return;
    parts_.log("releasing the reservation of account " + grant.github_user_id.text() +
               " failed; it is settled later: " + released.error().detail);
}

IssueAnswer Issuance::wait_again(const Grant& grant, const base::Error& cause) {
    const base::Timestamp now = parts_.clock.now();
    const base::Seconds doubled{1 << std::min(grant.attempts, 3)};
    // During an outage no attempts are used up, but nobody waits for ever either.
    const bool is_patient = is_outage(cause) && (!grant.queued_at || now - *grant.queued_at < wait_max);
    const base::Seconds pause = std::max(std::min(doubled, pause_max), cause.retry_after);
    const Requeue requeue{now + std::min<base::Seconds>(pause, turn_pause_max), problem_of(cause), !is_patient};
    const auto requeued = parts_.queue.requeue(attempt_of(grant), requeue);
    if (!requeued && requeued.error().code != base::Errc::conflict) {
        parts_.log("keeping the place of account " + grant.github_user_id.text() +
                   " failed; it is settled later: " + requeued.error().detail);
    }
    return queue_answer(grant, cause);
}

IssueAnswer Issuance::leave_ambiguous(const Grant& grant, const MintUnknown& unknown) {
    parts_.log("the outcome of minting for account " + grant.github_user_id.text() + " is unknown: " + unknown.detail);
    // If another row holds the handle, it is that row's key, whatever upstream says. The key of
    // this attempt is found by its name.
    const auto known =
        unknown.delete_handle.empty() ? base::Result<bool>(true) : parts_.store.knows(unknown.delete_handle, "");
    const bool is_own = known && !*known;
    const auto marked = parts_.store.mark_ambiguous(attempt_of(grant), is_own ? unknown.delete_handle : "");
    if (!marked && marked.error().code != base::Errc::conflict) {
        // The row stays pending, with the nonce by which the key is found. It is still settled,
        // only later.
        parts_.log("noting the unknown outcome of account " + grant.github_user_id.text() +
                   " failed: " + marked.error().detail);
    }
    return plain(KeyOutcome::ambiguous);
}

}  // namespace llmapikey
