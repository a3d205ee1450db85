#include "keys/own_key.hpp"

namespace llmapikey {
namespace {

IssueAnswer plain(KeyOutcome status) {
    IssueAnswer answer;
    answer.status = status;
    return answer;
}

IssueAnswer failed(base::Error error) {
    IssueAnswer answer;
    answer.error = std::move(error);
    return answer;
}

}  // namespace

IssueAnswer OwnKey::rotate(const Terms& terms, const Recipient& recipient, const std::string& grant_id,
                           const std::string& origin) {
    const Seat seat{recipient.id};
    const auto account = store_.find_account(seat);
    if (!account) return failed(account.error());
    if (!account->grant) return plain(KeyOutcome::no_key);
    const Grant& grant = *account->grant;
    const bool is_meant = grant_id.empty() || grant.id == grant_id;
    // Another key has taken its place already, or is about to.
    if (!is_meant || grant.status != GrantStatus::active) return issuance_.issue(terms, recipient);
    const auto totals = store_.totals();
    if (!totals) return failed(totals.error());
    if (!terms.is_enabled || totals->is_paused) return plain(KeyOutcome::paused);
    if (grant.is_disabled) return plain(KeyOutcome::switched_off);
    if (account->hold && is_in_force(*account->hold, clock_.now())) {
        IssueAnswer answer = plain(KeyOutcome::on_hold);
        answer.hold = account->hold;
        return answer;
    }
    const bool has_expired = is_expired(grant, clock_.now());
    const auto waiting = replacement_.begin(grant, recipient_of(grant.github_user_id, origin),
                                            has_expired ? "expired" : "rotated", issuance_.call_deadline());
    if (!waiting && waiting.error().code != base::Errc::conflict) {
        const auto stored = store_.find(seat);
        const bool is_stored = stored && *stored && (*stored)->status == GrantStatus::replacing;
        IssueAnswer answer = plain(is_stored ? KeyOutcome::ambiguous : KeyOutcome::failed);
        answer.error = waiting.error();
        return answer;
    }
    return issuance_.issue(terms, recipient);
}

base::Result<KeyOutcome> OwnKey::give_back(const Recipient& recipient, const std::string& grant_id,
                                           const std::string& origin) {
    const Seat seat{recipient.id};
    const auto found = TRY(store_.find(seat));
    const bool is_there = found && (grant_id.empty() || found->id == grant_id) && found->status == GrantStatus::active;
    if (!is_there) return KeyOutcome::no_key;
    const Grant& grant = *found;
    if (grant.is_disabled) return KeyOutcome::switched_off;
    const Hold until_reset{next_reset(clock_.now()), "given back", /*is_own=*/true};
    const auto revoked = revocation_.revoke(grant.id, recipient_of(grant.github_user_id, origin), "given back",
                                            until_reset, issuance_.call_deadline(), EndsWhat::active_key);
    if (revoked) return KeyOutcome::given_back;
    const auto stored = store_.find(seat);
    if (!stored) return tl::unexpected(revoked.error());
    if (!*stored) return KeyOutcome::given_back;
    if ((*stored)->status == GrantStatus::revoking) return KeyOutcome::ending;
    return tl::unexpected(revoked.error());
}

}  // namespace llmapikey
