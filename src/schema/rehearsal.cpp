#include "schema/rehearsal.hpp"

namespace llmapikey::postgres {
namespace {

// Columns: is a standby, is read-only, has our schema, may create the schema, tables without a
// right, row security hides rows, role, owner.
const std::string select_rights =
    "WITH ours AS (SELECT c.oid, c.relname, c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'llmapikey' AND c.relkind IN ('r', 'p')) "
    "SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on', "
    "EXISTS (SELECT FROM pg_namespace WHERE nspname = 'llmapikey'), "
    "has_database_privilege(current_database(), 'CREATE'), "
    "(SELECT string_agg(relname, ', ' ORDER BY relname) FROM ours WHERE NOT has_table_privilege(oid, 'SELECT') OR "
    "NOT has_table_privilege(oid, 'INSERT') OR NOT has_table_privilege(oid, 'UPDATE') OR "
    "NOT has_table_privilege(oid, 'DELETE')), "
    "EXISTS (SELECT FROM ours WHERE row_security_active(oid)), "
    "current_user, (SELECT pg_get_userbyid(relowner) FROM ours WHERE relname = 'api_keys')";
const std::string select_facts = "SELECT to_regclass('llmapikey.facts') IS NOT NULL";
// A pooler in transaction mode sends one string to one server. If the string fails in its middle,
// the transaction ends with the connection.
const std::string write_and_take_back =
    "BEGIN; INSERT INTO llmapikey.facts (name, value, noted_at) VALUES ('rehearsal', '', 0) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value; ROLLBACK";

tl::unexpected<base::Error> refuse(const std::string& why) {
    return base::fail(base::Errc::store_unwritable, "database: " + why);
}

tl::unexpected<base::Error> refuse(const Failure& failure) {
    return base::fail(base::Errc::store_unwritable, to_error(failure).detail);
}

base::Result<void> judge_rights(const Rows& rows) {
    const std::string role = rows.text(0, 6);
    const std::string owner = rows.text(0, 7);
    const std::string as_owner = owner.empty() ? "" : "; connect as its owner " + owner;
    if (rows.flag(0, 0)) {
        return refuse(
            "this server is a standby, which cannot be written; name the primary in POSTGRES_URL, or all servers and "
            "target_session_attrs=read-write");
    }
    if (rows.flag(0, 1)) {
        return refuse("transactions are read-only (default_transaction_read_only); turn that off for " + role +
                      " and this database");
    }
    if (!rows.flag(0, 2) && !rows.flag(0, 3)) {
        return refuse("the role " + role +
                      " may not create the schema llmapikey; GRANT CREATE ON DATABASE to it, or let another create the "
                      "schema: CREATE SCHEMA llmapikey AUTHORIZATION " +
                      role);
    }
    if (!rows.is_null(0, 4)) {
        return refuse("the role " + role + " may not read and write " + rows.text(0, 4) + as_owner +
                      ", or GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA llmapikey");
    }
    if (rows.flag(0, 5)) {
        return refuse("row-level security hides all rows from the role " + role + as_owner + ", or give it BYPASSRLS");
    }
    return {};
}

}  // namespace

base::Result<void> rehearse_write(Connection& connection, base::Deadline deadline) {
    const auto rights = connection.query(select_rights, Parameters(), deadline);
    if (!rights) return refuse(rights.error());
    TRY(judge_rights(*rights));
    const auto has_facts = connection.query(select_facts, Parameters(), deadline);
    if (!has_facts) return refuse(has_facts.error());
    if (!has_facts->flag(0, 0)) return {};  // no schema yet, or an older one
    const auto written = connection.execute(write_and_take_back, deadline);
    if (!written) return refuse(written.error());
    return {};
}

}  // namespace llmapikey::postgres
