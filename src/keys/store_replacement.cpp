#include "keys/store_replacement.hpp"

#include "keys/store_columns.hpp"
#include "keys/store_statements.hpp"

namespace llmapikey {
namespace {

const std::string select_by_id = key_statement("admin.sql", "find_grant");
const std::string select_replacing = key_statement("admin.sql", "list_replacing");

}  // namespace

base::Result<Grant> SqlReplacementStore::find(const std::string& grant_id, GrantStatus status) {
    const auto answer = TRY(database_->run(select_by_id, SqlValues().add(grant_id)));
    auto grant = answer.rows.empty() ? base::Result<Grant>(base::fail(base::Errc::conflict, "the key is gone"))
                                     : grant_of_row(answer.rows[0]);
    if (grant && grant->status != status)
        return base::fail(base::Errc::conflict, "the key is not in the state that was expected");
    return grant;
}

// An earlier try whose answer was lost may have begun it, so the current state decides.
base::Result<Grant> SqlReplacementStore::begin_replacement(const std::string& grant_id, const Ending& ending) {
    TRY(endings_->begin_replacement(grant_id, ending));
    return find(grant_id, GrantStatus::replacing);
}

base::Result<Grant> SqlReplacementStore::finish_replacement(const Grant& grant, const std::string& new_id,
                                                            base::Timestamp now) {
    TRY(endings_->finish_replacement(grant, new_id, now));
    return find(new_id, GrantStatus::waiting);
}

base::Result<std::vector<Grant>> SqlReplacementStore::list_replacing(const std::string& after_id, int limit) {
    const auto answer =
        TRY(database_->run(select_replacing, SqlValues().add(from_id(after_id)).add(std::int64_t{limit})));
    return grants_of(answer);
}

}  // namespace llmapikey
