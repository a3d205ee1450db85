#include "tokens/api_tokens.hpp"

#include "audit/audited.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "grant/written_text.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t token_bytes = 32;
constexpr base::Seconds use_noted_every{60};

std::string hash_of(std::string_view text) {
    return base::to_hex(base::sha256(text));
}

}  // namespace

std::string_view to_text(Scope scope) {
    switch (scope) {
        case Scope::read:
            return "read";
        case Scope::write:
            return "write";
        case Scope::reveal:
            return "reveal";
    }
    return "";
}

std::optional<Scope> parse_scope(std::string_view text) {
    for (const Scope scope : {Scope::read, Scope::write, Scope::reveal})
        if (to_text(scope) == text) return scope;
    return std::nullopt;
}

bool is_valid(const ApiToken& token, base::Timestamp now) {
    return !token.revoked_at && now < token.expires_at;
}

base::Result<NewToken> ApiTokens::create(GithubUserId owner, const std::string& name, const std::set<Scope>& scopes,
                                         std::int64_t days, const Initiator& by) {
    const auto checked_name = TRY(check_text(name, token_name_rule));
    if (scopes.empty()) return base::fail(base::Errc::invalid_input, "a token needs a scope: read, write or reveal");
    if (days < 1 || days > days_max) return base::fail(base::Errc::invalid_input, "a token works for 1 to 366 days");
    NewToken created;
    created.text = base::Secret(std::string(prefix) + base::random_token(token_bytes));
    const std::string& text = created.text.reveal();
    const auto now = clock_.now();
    created.token = {base::random_uuid(),
                     checked_name,
                     text.substr(text.size() - 4),
                     owner,
                     scopes,
                     now,
                     now + std::chrono::days{days},
                     std::nullopt,
                     std::nullopt};
    Audited audited(audit_, clock_, by, "token.create", "token:" + created.token.id, checked_name);
    TRY(audited.begin());
    const auto stored = store_.insert(created.token, hash_of(text));
    if (!stored) return tl::unexpected(audited.failed(stored.error()));
    TRY(audited.done());
    return created;
}

base::Result<void> ApiTokens::revoke(GithubUserId owner, const std::string& id, const Initiator& by) {
    Audited audited(audit_, clock_, by, "token.revoke", "token:" + id, "");
    TRY(audited.begin());
    const auto revoked = store_.revoke(owner, id, clock_.now());
    if (!revoked) return tl::unexpected(audited.failed(revoked.error()));
    return audited.done();
}

base::Result<bool> ApiTokens::may_show_again(GithubUserId owner, const base::Secret& text, const Initiator& by) {
    const auto token = TRY(store_.find_by_hash(hash_of(text.reveal())));
    if (!token || token->owner != owner || !is_valid(*token, clock_.now())) return false;
    TRY(record_showing_again(audit_, clock_, by, "token.reveal", "token:" + token->id));
    return true;
}

base::Result<std::optional<ApiToken>> ApiTokens::find(std::string_view text) {
    if (!text.starts_with(prefix)) return std::nullopt;
    auto token = store_.find_by_hash(hash_of(text));
    if (!token || !*token) return token;
    const auto now = clock_.now();
    if (!is_valid(**token, now)) return std::nullopt;
    if (!(*token)->used_at || *(*token)->used_at + use_noted_every <= now) {
        TRY(store_.note_use((*token)->id, now));
    }
    return token;
}

}  // namespace llmapikey
