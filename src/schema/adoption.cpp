#include "schema/adoption.hpp"

#include <functional>
#include <map>
#include <set>

#include "sql/postgres/quoting.hpp"

namespace llmapikey::postgres {
namespace {

constexpr std::int64_t rows_per_batch = 500;

const std::string select_columns =
    "SELECT column_name, is_nullable FROM information_schema.columns "
    "WHERE table_schema = 'llmapikey' AND table_name = 'api_keys'";
// These constraints would refuse the statuses and columns of this program.
const std::string select_status_checks =
    "SELECT c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c "
    "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) "
    "WHERE c.conrelid = 'llmapikey.api_keys'::regclass AND c.contype = 'c' AND a.attname = 'status'";
const std::string count_account_constraints =
    "SELECT count(*) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] "
    "WHERE i.indrelid = 'llmapikey.api_keys'::regclass AND i.indisunique AND i.indisvalid AND i.indnatts = 1 "
    "AND i.indpred IS NULL AND a.attname = 'github_user_id'";
const std::string select_unknown_statuses =
    "SELECT coalesce(status, 'NULL'), count(*) FROM llmapikey.api_keys "
    "WHERE status IS NULL OR status NOT IN ('pending', 'active') GROUP BY status ORDER BY status LIMIT 5";
const std::string count_active_without_handle =
    "SELECT count(*) FROM llmapikey.api_keys WHERE status = 'active' AND openrouter_delete_hash IS NULL";
const std::string select_plain_keys =
    "SELECT id, openrouter_key FROM llmapikey.api_keys WHERE openrouter_key IS NOT NULL "
    "AND openrouter_key NOT LIKE 'v1.%' AND id > $1::uuid ORDER BY id LIMIT $2::bigint";
const std::string select_sealed_keys =
    "SELECT id, openrouter_key FROM llmapikey.api_keys WHERE openrouter_key LIKE 'v1.%' "
    "AND id > $1::uuid ORDER BY id LIMIT $2::bigint";
const std::string update_keys =
    "UPDATE llmapikey.api_keys AS k SET openrouter_key = changed.value "
    "FROM unnest($1::uuid[], $2::text[]) AS changed (id, value) WHERE k.id = changed.id";
const std::string fill_new_columns =
    "UPDATE llmapikey.api_keys SET nonce = '', daily_limit_micro_usd = $1::bigint, "
    "created_at = coalesce(created_at, now()), attempted_at = coalesce(created_at, now()), "
    "expires_at = coalesce(created_at, now()) + $2::bigint * interval '1 day', "
    "openrouter_delete_hash = nullif(openrouter_delete_hash, ''), openrouter_key = nullif(openrouter_key, ''), "
    "key_hint = coalesce(nullif(key_hint, ''), right(nullif(openrouter_key, ''), 4))";
// A row that was replaced meanwhile has another id and stays as it is. A row that was activated
// meanwhile keeps its status.
const std::string restore_set_aside =
    "UPDATE llmapikey.api_keys AS k SET nonce = s.nonce, daily_limit_micro_usd = s.daily_limit_micro_usd, "
    "attempted_at = s.attempted_at, expires_at = s.expires_at, "
    "status = CASE WHEN k.status = 'pending' AND s.status = 'ambiguous' THEN s.status ELSE k.status END "
    "FROM llmapikey.set_aside AS s WHERE k.id = s.id AND (k.status <> 'active' OR s.status = 'active')";

class Adoption {
public:
    Adoption(Connection& connection, const AdoptionPolicy& policy, base::Deadline deadline)
        : connection_(connection), policy_(policy), deadline_(deadline) {}

    base::Result<void> take_over() {
        if (auto read = read_layout(); !read || columns_.empty()) return read;
        if (auto known = refuse_strangers(); !known) return known;
        if (auto done = execute("CREATE TABLE llmapikey.adoption (item text PRIMARY KEY, value text NOT NULL);"
                                "ALTER TABLE llmapikey.adoption ENABLE ROW LEVEL SECURITY");
            !done)
            return done;
        if (auto done = to_newest_layout(); !done) return done;
        if (auto done = loosen_constraints(); !done) return done;
        if (auto done = ensure_one_row_an_account(); !done) return done;
        // Empty texts that meant "nothing" become NULL before keys are counted and sealed.
        if (auto done = add_columns(); !done) return done;
        if (auto known = refuse_unknown_rows(); !known) return known;
        return seal_all();
    }

    base::Result<void> hand_back() {
        const auto was_found = TRY(has_table("adoption"));
        const auto keys = TRY(number("SELECT count(*) FROM llmapikey.api_keys"));
        if (!was_found && keys == 0) {
            return execute("DROP TABLE llmapikey.api_keys; DROP TABLE llmapikey.set_aside");
        }
        if (auto done =
                rewrite_keys(select_sealed_keys, [this](const auto& id, const auto& key) { return unseal(id, key); });
            !done)
            return done;
        return was_found ? restore_layout() : base::Result<void>{};
    }

private:
    using Rewrite = std::function<base::Result<std::string>(const std::string& id, const std::string& key)>;

    base::Result<Rows> query(const std::string& sql, const Parameters& parameters = {}) {
        auto rows = connection_.query(sql, parameters, deadline_);
        if (!rows) return tl::unexpected(to_error(rows.error()));
        return std::move(*rows);
    }
    base::Result<void> execute(const std::string& sql) {
        const auto done = connection_.execute(sql, deadline_);
        if (!done) return tl::unexpected(to_error(done.error()));
        return {};
    }
    base::Result<std::int64_t> number(const std::string& sql) {
        const auto rows = TRY(query(sql));
        return rows.number(0, 0);
    }
    base::Result<bool> has_table(const std::string& name) {
        const auto rows =
            TRY(query("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'llmapikey' "
                      "AND table_name = $1",
                      Parameters().add(name)));
        return rows.number(0, 0) == 1;
    }
    base::Result<void> note(const std::string& item, const std::string& value) {
        TRY(query("INSERT INTO llmapikey.adoption (item, value) VALUES ($1, $2)", Parameters().add(item).add(value)));
        return {};
    }

    base::Result<void> read_layout() {
        const auto rows = TRY(query(select_columns));
        for (int row = 0; row < rows.size(); ++row)
            columns_[rows.text(row, 0)] = rows.text(row, 1) == "YES";
        return {};
    }

    base::Result<void> refuse_strangers() const {
        for (const char* name : {"id", "github_user_id", "github_username", "key_hint", "status", "created_at"}) {
            if (columns_.contains(name)) continue;
            return base::fail(base::Errc::store_unavailable,
                              "the table llmapikey.api_keys has no column " + std::string(name) +
                                  ": it is not one of an older deployment; use another database");
        }
        if (columns_.contains("openrouter_key_hash") != columns_.contains("openrouter_delete_hash")) return {};
        return base::fail(base::Errc::store_unavailable,
                          "the table llmapikey.api_keys must have either openrouter_key_hash or "
                          "openrouter_delete_hash: it is not one of an older deployment; use another database");
    }

    base::Result<void> to_newest_layout() {
        if (columns_.contains("openrouter_key_hash")) {
            if (auto done = execute("ALTER TABLE llmapikey.api_keys RENAME COLUMN openrouter_key_hash TO "
                                    "openrouter_delete_hash");
                !done)
                return done;
            columns_["openrouter_delete_hash"] = columns_["openrouter_key_hash"];
            if (auto done = note("renamed", "openrouter_key_hash"); !done) return done;
        }
        if (columns_.contains("openrouter_key")) return {};
        if (auto done = execute("ALTER TABLE llmapikey.api_keys ADD COLUMN openrouter_key text"); !done) return done;
        columns_["openrouter_key"] = true;
        return note("added", "openrouter_key");
    }

    // A reservation has neither handle, key nor hint, and its status may be ambiguous.
    base::Result<void> loosen_constraints() {
        for (const std::string name : {"openrouter_delete_hash", "openrouter_key", "key_hint"}) {
            if (columns_.at(name)) continue;
            if (auto done = execute("ALTER TABLE llmapikey.api_keys ALTER COLUMN " + name + " DROP NOT NULL"); !done)
                return done;
            if (auto done = note("not null " + name, name); !done) return done;
        }
        const auto checks = TRY(query(select_status_checks));
        for (int row = 0; row < checks.size(); ++row) {
            const std::string name = checks.text(row, 0);
            if (auto done = execute("ALTER TABLE llmapikey.api_keys DROP CONSTRAINT " + quoted_name(name)); !done)
                return done;
            if (auto done = note("check " + name, quoted_name(name) + " " + checks.text(row, 1)); !done) return done;
        }
        return {};
    }

    base::Result<void> ensure_one_row_an_account() {
        const auto constraints = TRY(number(count_account_constraints));
        if (constraints > 0) return {};
        auto done = execute(
            "ALTER TABLE llmapikey.api_keys ADD CONSTRAINT api_keys_one_an_account UNIQUE "
            "(github_user_id)");
        if (!done) return base::fail_in("making sure that each account has one row", done.error());
        return note("unique", "api_keys_one_an_account");
    }

    base::Result<void> add_columns() {
        if (auto done = execute("ALTER TABLE llmapikey.api_keys ADD COLUMN nonce text, "
                                "ADD COLUMN daily_limit_micro_usd bigint, ADD COLUMN attempted_at timestamptz, "
                                "ADD COLUMN expires_at timestamptz");
            !done)
            return done;
        TRY(query(fill_new_columns, Parameters().add(policy_.daily_limit.value).add(policy_.key_lifetime.count())));
        const auto was_here_before = TRY(has_table("set_aside"));
        if (was_here_before) {
            TRY(query(restore_set_aside));
            if (auto done = execute("DROP TABLE llmapikey.set_aside"); !done) return done;
        }
        return execute(
            "ALTER TABLE llmapikey.api_keys ALTER COLUMN nonce SET NOT NULL, "
            "ALTER COLUMN daily_limit_micro_usd SET NOT NULL, ALTER COLUMN attempted_at SET NOT NULL, "
            "ALTER COLUMN expires_at SET NOT NULL");
    }

    base::Result<void> refuse_unknown_rows() {
        const auto statuses = TRY(query(select_unknown_statuses));
        std::string unknown;
        for (int row = 0; row < statuses.size(); ++row) {
            if (statuses.text(row, 0) == "ambiguous") continue;  // this program set these rows aside
            unknown += (unknown.empty() ? "" : ", ") + statuses.text(row, 0) + " (" + statuses.text(row, 1) + ")";
        }
        if (!unknown.empty()) {
            return base::fail(base::Errc::store_unavailable,
                              "llmapikey.api_keys has rows whose status is neither pending nor active: " + unknown +
                                  "; delete them or set their status, then try again. Nothing was changed");
        }
        const auto headless = TRY(number(count_active_without_handle));
        if (headless == 0) return {};
        return base::fail(base::Errc::store_unavailable,
                          std::to_string(headless) +
                              " active rows of llmapikey.api_keys have no handle to revoke their keys by; delete these "
                              "rows after revoking the keys at OpenRouter, then try again. Nothing was changed");
    }

    base::Result<std::string> seal(const std::string& id, const std::string& key) const {
        if (policy_.sealer != nullptr) return policy_.sealer->seal(key, id);
        return base::fail(base::Errc::misconfigured,
                          "the database holds raw keys of an older deployment: set KEY_ENCRYPTION_SECRET, with which "
                          "they are to be sealed. Nothing was changed");
    }

    base::Result<std::string> unseal(const std::string& id, const std::string& key) const {
        const auto opened =
            policy_.sealer != nullptr
                ? policy_.sealer->open(key, id)
                : base::Result<base::Secret>(base::fail(base::Errc::misconfigured, "KEY_ENCRYPTION_SECRET is not set"));
        if (opened) return opened->reveal();
        return base::fail(base::Errc::misconfigured,
                          "the key in row " + id + " cannot be unsealed: " + opened.error().detail +
                              "; set KEY_ENCRYPTION_SECRET to what it was sealed with. Nothing was changed");
    }

    base::Result<void> seal_all() {
        const auto seal_one = [this](const auto& id, const auto& key) { return seal(id, key); };
        if (auto done = rewrite_keys(select_plain_keys, seal_one); !done) return done;
        if (rewritten_ == 0) return {};
        // This rewrites the table, so that no old version of a row keeps its key in plain text.
        return execute(
            "ALTER TABLE llmapikey.api_keys ALTER COLUMN openrouter_key TYPE text USING openrouter_key || ''");
    }

    base::Result<void> rewrite_keys(const std::string& select, const Rewrite& rewrite) {
        std::string after = "00000000-0000-0000-0000-000000000000";
        while (true) {
            const auto rows = TRY(query(select, Parameters().add(after).add(rows_per_batch)));
            if (rows.empty()) return {};
            std::vector<std::string> ids, keys;
            for (int row = 0; row < rows.size(); ++row) {
                ids.push_back(rows.text(row, 0));
                auto rewritten = TRY(rewrite(ids.back(), rows.text(row, 1)));
                keys.push_back(std::move(rewritten));
            }
            const auto updated = TRY(query(update_keys, Parameters().add(array_literal(ids)).add(array_literal(keys))));
            rewritten_ += updated.changed();
            after = ids.back();
        }
    }

    base::Result<void> restore_layout() {
        const auto notes = TRY(query("SELECT item, value FROM llmapikey.adoption ORDER BY item"));
        std::map<std::string, std::string> found;
        for (int row = 0; row < notes.size(); ++row)
            found[notes.text(row, 0)] = notes.text(row, 1);
        for (const auto& [item, value] : found) {
            if (auto done = restore(item, value); !done) return done;
        }
        // The column may have its former name again only now, because restore() uses the new name.
        if (found.contains("renamed")) {
            if (auto done = execute("ALTER TABLE llmapikey.api_keys RENAME COLUMN openrouter_delete_hash TO " +
                                    quoted_name(found["renamed"]));
                !done)
                return done;
        }
        return execute("DROP TABLE llmapikey.adoption");
    }

    base::Result<void> restore(const std::string& item, const std::string& value) {
        if (item == "unique") return execute("ALTER TABLE llmapikey.api_keys DROP CONSTRAINT " + quoted_name(value));
        if (item.starts_with("check ")) return execute("ALTER TABLE llmapikey.api_keys ADD CONSTRAINT " + value);
        if (item.starts_with("not null ")) {
            const std::string name = quoted_name(value);
            return execute("UPDATE llmapikey.api_keys SET " + name + " = '' WHERE " + name + " IS NULL;" +
                           "ALTER TABLE llmapikey.api_keys ALTER COLUMN " + name + " SET NOT NULL");
        }
        if (item != "added") return {};
        const auto keys = TRY(number("SELECT count(*) FROM llmapikey.api_keys WHERE openrouter_key IS NOT NULL"));
        // Keys that were issued meanwhile are worth more than the former layout.
        if (keys > 0) return {};
        return execute("ALTER TABLE llmapikey.api_keys DROP COLUMN openrouter_key");
    }

    Connection& connection_;
    const AdoptionPolicy& policy_;
    const base::Deadline deadline_;
    std::map<std::string, bool> columns_;  // name of the column, and whether it accepts NULL
    std::int64_t rewritten_ = 0;
};

}  // namespace

base::Result<void> adopt(Connection& connection, const AdoptionPolicy& policy, base::Deadline deadline) {
    return Adoption(connection, policy, deadline).take_over();
}

base::Result<void> give_back(Connection& connection, const AdoptionPolicy& policy, base::Deadline deadline) {
    return Adoption(connection, policy, deadline).hand_back();
}

}  // namespace llmapikey::postgres
