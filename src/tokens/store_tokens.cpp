#include "tokens/store_tokens.hpp"

#include "sql/sql_values.hpp"

namespace llmapikey {
namespace {

const std::string select =
    "SELECT id, name, hint, github_user_id, scopes, created_at, expires_at, revoked_at, used_at "
    "FROM llmapikey.api_tokens ";
const std::string select_by_hash = select + "WHERE hash = $1";
const std::string select_by_owner = select + "WHERE github_user_id = $1 ORDER BY created_at DESC, id LIMIT 200";
const std::string insert_token =
    "INSERT INTO llmapikey.api_tokens (id, hash, hint, name, github_user_id, scopes, created_at, expires_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const std::string update_revoked =
    "UPDATE llmapikey.api_tokens SET revoked_at = $3 WHERE id = $1 AND github_user_id = $2 AND revoked_at IS NULL";
const std::string update_used = "UPDATE llmapikey.api_tokens SET used_at = $2 WHERE id = $1";

base::Result<ApiToken> read_token(const SqlRow& row) {
    const auto owner = GithubUserId::parse(row.text(3));
    if (!owner) {
        return base::fail(base::Errc::store_unavailable, "row " + row.text(0) + " of api_tokens makes no sense");
    }
    ApiToken token;
    token.id = row.text(0);
    token.name = row.text(1);
    token.hint = row.text(2);
    token.owner = *owner;
    for (const std::string& word : split_words(row.text(4)))
        if (const auto scope = parse_scope(word)) token.scopes.insert(*scope);
    token.created_at = time_in(row, 5);
    token.expires_at = time_in(row, 6);
    token.revoked_at = time_if_any(row, 7);
    token.used_at = time_if_any(row, 8);
    return token;
}

}  // namespace

base::Result<void> SqlTokenStore::insert(const ApiToken& token, const std::string& hash) {
    std::set<std::string> scopes;
    for (const Scope scope : token.scopes)
        scopes.emplace(to_text(scope));
    SqlValues values;
    values.add(token.id).add(hash).add(token.hint).add(token.name).add(token.owner.text()).add(joined_words(scopes));
    values.add(seconds_of(token.created_at)).add(seconds_of(token.expires_at));
    return done(database_->run(insert_token, values));
}

base::Result<std::optional<ApiToken>> SqlTokenStore::find_by_hash(const std::string& hash) {
    const auto answer = TRY(database_->run(select_by_hash, SqlValues().add(hash)));
    if (answer.rows.empty()) return std::nullopt;
    auto token = TRY(read_token(answer.rows[0]));
    return std::optional(std::move(token));
}

base::Result<std::vector<ApiToken>> SqlTokenStore::list(GithubUserId owner) {
    const auto answer = TRY(database_->run(select_by_owner, SqlValues().add(owner.text())));
    std::vector<ApiToken> tokens;
    for (const SqlRow& row : answer.rows) {
        auto token = TRY(read_token(row));
        tokens.push_back(std::move(token));
    }
    return tokens;
}

base::Result<void> SqlTokenStore::revoke(GithubUserId owner, const std::string& id, base::Timestamp now) {
    const auto answer = TRY(database_->run(update_revoked, SqlValues().add(id).add(owner.text()).add(seconds_of(now))));
    return answer.changed == 1 ? base::Result<void>{} : base::fail(base::Errc::not_found, "there is no such token");
}

base::Result<void> SqlTokenStore::note_use(const std::string& id, base::Timestamp now) {
    return done(database_->run(update_used, SqlValues().add(id).add(seconds_of(now))));
}

}  // namespace llmapikey
