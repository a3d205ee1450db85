#include "sealing/store_sealed.hpp"

#include "sql/sql_values.hpp"

namespace llmapikey {
namespace {

struct Statements {
    std::string count, list, update;
    std::string before_all;  // an id that sorts before all others
};

// A prefix has twelve characters: see base::Sealer::prefix().
const Statements keys{
    "SELECT count(*) FROM llmapikey.api_keys WHERE openrouter_key IS NOT NULL AND substr(openrouter_key, 1, 12) <> $1",
    "SELECT id, openrouter_key FROM llmapikey.api_keys WHERE openrouter_key IS NOT NULL "
    "AND substr(openrouter_key, 1, 12) <> $1 AND id > $2::uuid ORDER BY id LIMIT $3::bigint",
    "UPDATE llmapikey.api_keys SET openrouter_key = $3 WHERE id = $1::uuid AND openrouter_key = $2",
    "00000000-0000-0000-0000-000000000000"};
const Statements webhook_secrets{
    "SELECT count(*) FROM llmapikey.webhook_endpoints WHERE substr(sealed_secret, 1, 12) <> $1",
    "SELECT id, sealed_secret FROM llmapikey.webhook_endpoints "
    "WHERE substr(sealed_secret, 1, 12) <> $1 AND id > $2 ORDER BY id LIMIT $3::bigint",
    "UPDATE llmapikey.webhook_endpoints SET sealed_secret = $3 WHERE id = $1 AND sealed_secret = $2", ""};

const Statements former_webhook_secrets{
    "SELECT count(*) FROM llmapikey.webhook_endpoints WHERE sealed_former_secret <> '' "
    "AND substr(sealed_former_secret, 1, 12) <> $1",
    "SELECT id, sealed_former_secret FROM llmapikey.webhook_endpoints WHERE sealed_former_secret <> '' "
    "AND substr(sealed_former_secret, 1, 12) <> $1 AND id > $2 ORDER BY id LIMIT $3::bigint",
    "UPDATE llmapikey.webhook_endpoints SET sealed_former_secret = $3 WHERE id = $1 AND sealed_former_secret = $2", ""};

const std::string select_canary = "SELECT sealed FROM llmapikey.sealing_canary WHERE id = 1";
const std::string insert_canary =
    "INSERT INTO llmapikey.sealing_canary (id, sealed) VALUES (1, $1) ON CONFLICT (id) DO NOTHING";
const std::string update_canary = "UPDATE llmapikey.sealing_canary SET sealed = $2 WHERE id = 1 AND sealed = $1";

const Statements& statements_for(SealedKind kind) {
    switch (kind) {
        case SealedKind::raw_key:
            return keys;
        case SealedKind::webhook_secret:
            return webhook_secrets;
        case SealedKind::former_webhook_secret:
            break;
    }
    return former_webhook_secrets;
}

}  // namespace

base::Result<std::int64_t> SqlSealedStore::count_others(SealedKind kind, const std::string& prefix) {
    const auto answer = TRY(database_->run(statements_for(kind).count, SqlValues().add(prefix)));
    return answer.rows.at(0).number(0);
}

base::Result<std::vector<SealedText>> SqlSealedStore::list_others(SealedKind kind, const std::string& prefix,
                                                                  const std::string& after, int limit) {
    const Statements& statements = statements_for(kind);
    SqlValues values;
    values.add(prefix).add(after.empty() ? statements.before_all : after).add(std::int64_t{limit});
    const auto answer = TRY(database_->run(statements.list, values));
    std::vector<SealedText> texts;
    for (const SqlRow& row : answer.rows)
        texts.push_back({row.text(0), row.text(1)});
    return texts;
}

base::Result<void> SqlSealedStore::replace(SealedKind kind, const std::vector<ReencryptedText>& texts) {
    std::vector<SqlValues> all;
    for (const ReencryptedText& text : texts)
        all.push_back(SqlValues().add(text.id).add(text.before).add(text.after));
    return all.empty() ? base::Result<void>{} : database_->run_each(statements_for(kind).update, all);
}

base::Result<std::optional<std::string>> SqlSealedStore::canary() {
    const auto answer = TRY(database_->run(select_canary, SqlValues()));
    if (answer.rows.empty()) return std::nullopt;
    return answer.rows.front().text(0);
}

base::Result<bool> SqlSealedStore::write_canary(const std::optional<std::string>& before, const std::string& after) {
    const auto answer = TRY(before ? database_->run(update_canary, SqlValues().add(*before).add(after))
                                   : database_->run(insert_canary, SqlValues().add(after)));
    return answer.changed == 1;
}

}  // namespace llmapikey
