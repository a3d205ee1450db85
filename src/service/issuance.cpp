#include "service/issuance.hpp"

namespace llmapikey::service {
namespace {

constexpr std::size_t nonce_bytes = 16;
// A freed place is reserved anew in the same call; a second obstacle is left to the next visit.
constexpr int max_rounds = 2;

IssueAnswer failed(base::Error error) {
    IssueAnswer answer;
    answer.status = IssueStatus::failed;
    answer.error = std::move(error);
    return answer;
}

IssueAnswer plain(IssueStatus status) {
    IssueAnswer answer;
    answer.status = status;
    return answer;
}

IssueAnswer held_back(std::optional<domain::Hold> hold) {
    IssueAnswer answer = plain(IssueStatus::on_hold);
    answer.hold = std::move(hold);
    return answer;
}

Attempt attempt_of(const domain::Grant& grant) {
    return Attempt{grant.github_user_id, grant.id, grant.nonce};
}

}  // namespace

std::string_view to_text(IssueStatus status) {
    switch (status) {
        case IssueStatus::created:
            return "created";
        case IssueStatus::exists:
            return "exists";
        case IssueStatus::in_progress:
            return "in_progress";
        case IssueStatus::sorting_out:
            return "sorting_out";
        case IssueStatus::paused:
            return "paused";
        case IssueStatus::full:
            return "full";
        case IssueStatus::on_hold:
            return "on_hold";
        case IssueStatus::failed:
            return "failed";
    }
    return "";
}

Issuance::Issuance(IssuancePolicy policy, KeyStore& store, KeyProvider& provider, const base::Sealer& sealer,
                   const base::Clock& clock, IssueLog log)
    : policy_(policy),
      store_(store),
      provider_(provider),
      sealer_(sealer),
      clock_(clock),
      settlement_(store, provider, clock, policy.call_timeout),
      log_(std::move(log)) {}

IssueAnswer Issuance::issue(const domain::Recipient& recipient) {
    for (int round = 0; round < max_rounds; ++round) {
        const base::Deadline deadline = call_deadline();
        const auto outcome = reserve(recipient);
        if (!outcome) return failed(outcome.error());
        if (std::holds_alternative<QuotaFull>(*outcome)) {
            return plain(policy_.is_enabled ? IssueStatus::full : IssueStatus::paused);
        }
        if (const auto* on_hold = std::get_if<OnHold>(&*outcome)) return held_back(on_hold->hold);
        if (const auto* reserved = std::get_if<Reserved>(&*outcome)) return mint(reserved->grant, deadline);

        const domain::Grant& held = std::get<AlreadyHeld>(*outcome).grant;
        if (held.status == domain::GrantStatus::active) return answer_existing(held);
        if (held.status == domain::GrantStatus::revoking) return held_back(std::nullopt);
        const auto settled = settlement_.settle(held, deadline);
        if (!settled) {
            log_("settling the attempt of account " + recipient.id.text() + ": " + settled.error().detail);
            IssueAnswer answer = plain(IssueStatus::sorting_out);
            answer.error = settled.error();
            return answer;
        }
        if (*settled == Settled::not_yet) {
            return plain(held.status == domain::GrantStatus::pending ? IssueStatus::in_progress
                                                                     : IssueStatus::sorting_out);
        }
    }
    return plain(IssueStatus::in_progress);
}

// While minting is off nothing is reserved, but what is held is found, and attempts in doubt are settled.
base::Result<ReserveOutcome> Issuance::reserve(const domain::Recipient& recipient) {
    if (!policy_.is_enabled) {
        const auto held = store_.find(recipient.id);
        if (!held) return tl::unexpected(held.error());
        if (!*held) return ReserveOutcome{QuotaFull{}};
        return ReserveOutcome{AlreadyHeld{**held}};
    }
    ReserveRequest request;
    request.recipient = recipient;
    request.grant_id = base::random_uuid();
    request.nonce = base::random_token(nonce_bytes);
    request.daily_limit = policy_.daily_limit;
    request.now = clock_.now();
    request.expires_at = request.now + policy_.key_lifetime;
    request.max_total_keys = policy_.max_total_keys;
    return store_.reserve(request);
}

base::Result<base::Secret> Issuance::open_key(const domain::Grant& grant) const {
    return sealer_.open(grant.sealed_key, grant.id);
}

bool Issuance::is_settlement_due(const domain::Grant& grant) const {
    if (grant.status == domain::GrantStatus::ambiguous) return true;
    return grant.status == domain::GrantStatus::pending &&
           domain::is_settled(grant, clock_.now(), settlement_.settle_time());
}

void Issuance::settle(const domain::Grant& grant) {
    {
        const std::lock_guard lock(settling_mutex_);
        if (!settling_.insert(grant.nonce).second) return;
    }
    const auto settled = settlement_.settle(grant, call_deadline());
    if (!settled) {
        log_("settling the attempt of account " + grant.github_user_id.text() + ": " + settled.error().detail);
    }
    const std::lock_guard lock(settling_mutex_);
    settling_.erase(grant.nonce);
}

IssueAnswer Issuance::answer_existing(const domain::Grant& grant) const {
    if (grant.sealed_key.empty()) {
        IssueAnswer answer = plain(IssueStatus::exists);
        answer.grant = grant;
        return answer;
    }
    auto raw_key = open_key(grant);
    if (!raw_key) return failed({base::Errc::misconfigured, "opening the stored key: " + raw_key.error().detail, {}});
    IssueAnswer answer = plain(IssueStatus::exists);
    answer.grant = grant;
    answer.raw_key = std::move(*raw_key);
    return answer;
}

IssueAnswer Issuance::mint(const domain::Grant& grant, base::Deadline deadline) {
    // The settle rule counts from the reservation. A process that was held up in between must not send its create call
    // when others may already have concluded that it never will.
    if (deadline.has_passed()) {
        return give_up(grant, {base::Errc::overloaded, "too late to mint after the reservation", {}});
    }
    const MintRequest request{domain::upstream_key_name(grant.github_user_id, grant.nonce), grant.daily_limit,
                              grant.expires_at};
    const MintOutcome outcome = provider_.mint(request, deadline);
    if (const auto* minted = std::get_if<Minted>(&outcome)) return keep(grant, *minted);
    if (const auto* refused = std::get_if<NotMinted>(&outcome)) return give_up(grant, refused->error);
    return leave_in_doubt(grant, std::get<MintUnknown>(outcome));
}

IssueAnswer Issuance::keep(const domain::Grant& grant, const Minted& minted) {
    const std::string& raw_key = minted.raw_key.reveal();
    const Activation activation{minted.delete_handle, sealer_.seal(raw_key, grant.id), domain::key_hint(raw_key)};
    const auto activated = store_.activate(attempt_of(grant), activation);
    if (!activated) return undo(grant, minted, activated.error());
    IssueAnswer answer = plain(IssueStatus::created);
    answer.grant = grant;
    answer.grant->status = domain::GrantStatus::active;
    answer.grant->delete_handle = activation.delete_handle;
    answer.grant->sealed_key = activation.sealed_key;
    answer.grant->key_hint = activation.key_hint;
    answer.raw_key = minted.raw_key;
    return answer;
}

// The key exists upstream, but whether it is stored is not known. It may be revoked only when it is certain that the
// row will never be active: a write whose answer was lost can still be on its way to the database, and is fenced off by
// marking the row ambiguous.
IssueAnswer Issuance::undo(const domain::Grant& grant, const Minted& minted, const base::Error& cause) {
    const auto fenced = store_.mark_ambiguous(attempt_of(grant), minted.delete_handle);
    if (!fenced && fenced.error().code != base::Errc::conflict) {
        log_("storing the key of account " + grant.github_user_id.text() +
             " failed; whether it is stored is seen on the next visit: " + cause.detail);
        return plain(IssueStatus::sorting_out);
    }
    if (!fenced) {
        const auto stored = store_.find(grant.github_user_id);
        if (!stored) {
            log_("looking up what became of the attempt of account " + grant.github_user_id.text() +
                 " failed: " + stored.error().detail);
            return plain(IssueStatus::sorting_out);
        }
        const bool is_ours = *stored && (*stored)->id == grant.id && (*stored)->nonce == grant.nonce;
        if (is_ours && (*stored)->status == domain::GrantStatus::active) return answer_existing(**stored);
    }
    log_("storing the key of account " + grant.github_user_id.text() + " failed, revoking it: " + cause.detail);
    const auto revoked = provider_.revoke(minted.delete_handle, call_deadline());
    if (revoked) return give_up(grant, cause);
    log_("revoking a key that could not be stored failed; `llmapikey reconcile --fix` ends it: " +
         revoked.error().detail);
    return leave_in_doubt(grant, {minted.delete_handle, "activation failed"});
}

// Certain that no key of this attempt is alive upstream.
IssueAnswer Issuance::give_up(const domain::Grant& grant, const base::Error& cause) {
    const auto released = store_.release(attempt_of(grant));
    if (!released && released.error().code != base::Errc::conflict) {
        log_("releasing the reservation of account " + grant.github_user_id.text() +
             " failed; it is settled on the next visit: " + released.error().detail);
    }
    log_("no key for account " + grant.github_user_id.text() + ": " + cause.detail);
    return failed(cause);
}

IssueAnswer Issuance::leave_in_doubt(const domain::Grant& grant, const MintUnknown& unknown) {
    log_("the outcome of minting for account " + grant.github_user_id.text() + " is unknown: " + unknown.detail);
    const auto marked = store_.mark_ambiguous(attempt_of(grant), unknown.delete_handle);
    if (!marked && marked.error().code != base::Errc::conflict) {
        // The row stays pending, with the nonce that finds the key: it is settled all the same, only later.
        log_("noting the unknown outcome of account " + grant.github_user_id.text() +
             " failed: " + marked.error().detail);
    }
    return plain(IssueStatus::sorting_out);
}

}  // namespace llmapikey::service
