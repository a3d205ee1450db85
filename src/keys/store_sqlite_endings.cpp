#include "keys/store_sqlite_endings.hpp"

#include "keys/store_sqlite_events.hpp"
#include "keys/store_statements.hpp"
#include "sql/stored_time.hpp"

namespace llmapikey::sqlite {
namespace {

// The statement of this name in statements/sqlite_endings.sql.
std::string named(std::string_view name) {
    return key_statement("sqlite_endings.sql", name, Dialect::sqlite);
}

// The statements that decide the end of a key: the entry in the ledger first, since it copies the
// row. `select_open` finds the bulk action if it still ends keys.
struct Beginning {
    std::string insert_entries, update_status, select_open;
};
const Beginning revoking{named("note_ending"), named("begin_ending"), named("is_selecting")};
const Beginning replacing{named("note_replacement"), named("begin_replacement"), named("is_changing")};
const std::string upsert_holds = named("hold");
const std::string update_replaced = named("finish_replacement");
const std::string delete_revoked = named("finish_ending");
const std::string close_entry = named("close_entry");

std::string_view what_of(const Ending& ending) {
    return ending.what == EndsWhat::active_key ? "active" : "any";
}

base::Result<int> note_in_ledger(Connection& connection, const Beginning& beginning, const std::string& ids,
                                 const Ending& ending) {
    auto query = TRY(connection.query(beginning.insert_entries));
    query.bind(ids).bind(ending.actor).bind(ending.reason).bind(seconds_of(ending.now)).bind(ending.bulk_id);
    return query.bind(what_of(ending)).run();
}

base::Result<int> hold_back(Connection& connection, const std::string& ids, const Ending& ending) {
    if (!ending.hold) return 0;
    auto query = TRY(connection.query(upsert_holds));
    query.bind(ids);
    if (ending.hold->until) {
        query.bind(seconds_of(*ending.hold->until));
    } else {
        query.bind_null();
    }
    query.bind(ending.hold->reason).bind(seconds_of(ending.now)).bind(ending.actor);
    return query.bind(what_of(ending)).run();
}

base::Result<int> change_status(Connection& connection, const Beginning& beginning, const std::string& ids,
                                const Ending& ending) {
    auto query = TRY(connection.query(beginning.update_status));
    query.bind(ids).bind(ending.actor).bind_null().bind(seconds_of(ending.now)).bind(ending.bulk_id);
    return query.bind(what_of(ending)).run();
}

// Whether the bulk action still ends grants: one that was stopped or is done ends no more.
base::Result<bool> is_open(Connection& connection, const Beginning& beginning, const std::string& bulk_id) {
    if (bulk_id.empty()) return true;
    auto query = TRY(connection.query(beginning.select_open));
    return query.bind(bulk_id).step();
}

base::Result<int> begin_all(Connections& connections, const Beginning& beginning, const std::string& ids,
                            const Ending& ending) {
    Connections::Writer writer(connections);
    auto transaction = TRY(Transaction::begin(*writer));
    const auto may_mark = TRY(is_open(*writer, beginning, ending.bulk_id));
    if (!may_mark) return 0;
    TRY(note_in_ledger(*writer, beginning, ids, ending));
    TRY(hold_back(*writer, ids, ending));
    const auto changed = TRY(change_status(*writer, beginning, ids, ending));
    TRY(transaction.commit());
    return changed;
}

base::Result<void> close_ledger(Connection& connection, const std::string& grant_id, base::Timestamp now) {
    auto query = TRY(connection.query(close_entry));
    TRY(query.bind(seconds_of(now)).bind(grant_id).run());
    return {};
}

}  // namespace

base::Result<int> SqliteGrantEndings::begin(const std::vector<std::string>& grant_ids, const Ending& ending) {
    return begin_all(*connections_, revoking, joined(grant_ids), ending);
}

base::Result<int> SqliteGrantEndings::begin_replacement(const std::string& grant_id, const Ending& ending) {
    return begin_all(*connections_, replacing, grant_id, ending);
}

base::Result<int> SqliteGrantEndings::finish_replacement(const Grant& grant, const std::string& new_id,
                                                         base::Timestamp now) {
    Connections::Writer writer(*connections_);
    auto transaction = TRY(Transaction::begin(*writer));
    TRY(tell(*writer, Step::finish_replacement, grant.github_user_id, grant.id));
    auto query = TRY(writer->query(update_replaced));
    const auto changed = query.bind(grant.id).bind(seconds_of(now)).bind(new_id).run();
    if (!changed || *changed == 0) return changed;
    TRY(close_ledger(*writer, grant.id, now));
    TRY(transaction.commit());
    return *changed;
}

base::Result<void> SqliteGrantEndings::finish(const Grant& grant, base::Timestamp now) {
    Connections::Writer writer(*connections_);
    auto transaction = TRY(Transaction::begin(*writer));
    TRY(tell(*writer, Step::finish_ending, grant.github_user_id, grant.id));
    auto query = TRY(writer->query(delete_revoked));
    const auto removed = TRY(query.bind(grant.id).run());
    if (removed == 0) return {};
    TRY(close_ledger(*writer, grant.id, now));
    return transaction.commit();
}

}  // namespace llmapikey::sqlite
