#include "roster/store_roster_names.hpp"

#include "sql/text_search.hpp"

namespace llmapikey {

base::Result<bool> is_in_expected_names(SqlDatabase& database, const std::string& text) {
    const auto found = TRY(database.run(
        "SELECT 1 FROM llmapikey.expected_people WHERE " + holds_part("name", "$1", database.dialect()) + " LIMIT 1",
        SqlValues().add(pattern_of_part(text))));
    return !found.rows.empty();
}

std::string accounts_of_expected_name(const std::string& parameter, Dialect dialect) {
    return "(SELECT expected.github_user_id FROM llmapikey.expected_people AS expected "
           "WHERE expected.github_user_id IS NOT NULL AND " +
           holds_part("expected.name", parameter, dialect) + ")";
}

}  // namespace llmapikey
