#include "keys/administration.hpp"

#include "audit/audited.hpp"
#include "base/crypto.hpp"
#include "grant/written_text.hpp"
#include "identity/login.hpp"
#include "keys/key_synchronization.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t token_bytes = 12;
constexpr base::Millis lookup_max{5'000};

std::string subject_of(GithubUserId id) {
    return "account:" + id.text();
}

std::string describe(const KeyChange& change, const std::string& reason, const std::string& bulk_id) {
    std::string text;
    if (change.is_disabled) text += *change.is_disabled ? "switch off" : "switch on";
    if (change.daily_limit) {
        text += (text.empty() ? "cap " : ", cap ") + base::to_cap(*change.daily_limit) + " a day";
    }
    return in_bulk(reason.empty() ? text : text + ": " + reason, bulk_id);
}

base::Error cannot_open(const base::Error& error) {
    return {base::Errc::misconfigured,
            "this key cannot be opened: " + error.detail +
                ". If it was sealed with another KEY_ENCRYPTION_SECRET, give that one in "
                "KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED; otherwise its owner can replace the key on the dashboard",
            {}};
}

}  // namespace

base::Result<std::string> Administration::find_login(GithubUserId id) {
    auto login = identity_.find_login(id, base::Deadline::after(lookup_max));
    if (login) return login;
    if (login.error().code == base::Errc::not_found) return login;
    // GitHub does not answer just now. A substitute will do, because the login is only shown to
    // people.
    return "account-" + id.text();
}

base::Result<IssueAnswer> Administration::mint(const Terms& terms, GithubUserId id, std::string login,
                                               const Initiator& by) {
    if (login.empty()) {
        login = TRY(find_login(id));
    }
    if (!is_login(login))
        return base::fail(base::Errc::invalid_input, "a login has 1 to 100 characters, none of them invisible");
    Audited audited(audit_, clock_, by, "key.mint", subject_of(id), login);
    TRY(audited.begin());
    IssueAnswer answer = issuance_.issue(terms, {id, login});
    const std::string status(to_text(answer.status));
    if (!answer.grant) {
        (void)audited.failed(
            {answer.error.code, status + (answer.error.detail.empty() ? "" : ": ") + answer.error.detail, {}});
        return answer;
    }
    TRY(audited.done(status));
    return answer;
}

base::Result<Grant> Administration::change(const std::string& grant_id, const KeyChange& change,
                                           const std::string& reason, const Initiator& by, const std::string& bulk_id) {
    if (!change.is_disabled && !change.daily_limit)
        return base::fail(base::Errc::invalid_input, "there is nothing to change");
    const auto checked = TRY(check_text(reason, optional_reason_rule));
    const auto found = TRY(store_.find_grant(grant_id));
    if (!found) return base::fail(base::Errc::not_found, "there is no such key");
    Audited audited(audit_, clock_, by, "key.change", subject_of(*found), describe(change, checked, bulk_id));
    TRY(audited.begin());
    auto changed = store_.begin_change(grant_id, change, base::random_token(token_bytes));
    if (!changed) return tl::unexpected(audited.failed(changed.error()));
    const auto synced = synchronize_key(store_, provider_, *changed, clock_.now(), issuance_.call_deadline());
    if (!synced) return tl::unexpected(audited.failed(synced.error()));
    TRY(audited.done());
    changed->unsynced.clear();
    return changed;
}

base::Result<base::Secret> Administration::reveal(const std::string& grant_id, const std::string& reason,
                                                  const Initiator& by) {
    const auto checked = TRY(check_text(reason, reason_rule));
    const auto found = TRY(store_.find_grant(grant_id));
    if (!found || found->sealed_key.empty())
        return base::fail(base::Errc::not_found, "there is no such key, or it was never kept");
    Audited audited(audit_, clock_, by, "key.reveal", subject_of(*found), checked);
    TRY(audited.begin());
    // Open the key first: the owner is told of a look only if there was a key to see.
    auto raw_key = issuance_.open_key(*found);
    if (!raw_key) return tl::unexpected(audited.failed(cannot_open(raw_key.error())));
    const auto noted = store_.note_reveal(grant_id, {clock_.now(), checked});
    if (!noted) return tl::unexpected(audited.failed(noted.error()));
    TRY(audited.done());
    return raw_key;
}

base::Result<void> Administration::set_hold(GithubUserId id, const std::optional<Hold>& hold, const Initiator& by) {
    if (hold) {
        TRY(check_text(hold->reason, reason_rule));
    }
    Audited audited(audit_, clock_, by, hold ? "hold.set" : "hold.lift", subject_of(id), hold ? hold->reason : "");
    TRY(audited.begin());
    const auto set = store_.set_hold(id, hold, by.actor, clock_.now());
    if (!set) return tl::unexpected(audited.failed(set.error()));
    return audited.done();
}

}  // namespace llmapikey
