#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "grant/grant.hpp"
#include "sql/sql_database.hpp"
#include "sql/stored_time.hpp"

// How rows of api_keys become grants, in both databases. A new column begins here:
// docs/first-change.md.
namespace llmapikey {

// What a row says in one column, whichever library has read it.
class Cells {
public:
    virtual ~Cells() = default;
    virtual std::string text(int column) const = 0;     // "" for NULL
    virtual std::int64_t number(int column) const = 0;  // 0 for NULL
    virtual bool is_null(int column) const = 0;
};

struct GrantColumn {
    std::string_view name;
    std::string_view selected;  // as for translated(); empty: the column itself
    // What a replacement sets it to, since it belongs to the old key alone; `#now`: the time,
    // `#id`: the new id. Empty: the new key keeps it.
    std::string_view on_replace;
    // Takes the cell into the grant; false: it makes no sense.
    bool (*read)(const Cells& cells, int column, Grant& grant);
};

// In the order in which they are selected.
const std::vector<GrantColumn>& grant_columns();
int grant_column_count();
// "id, github_user_id, ...", as for translated().
std::string selected_grant_columns();
// "id = $4::uuid, status = 'waiting', ...": what a replacement resets, with these parameters for
// the new id and the time.
std::string replaced_grant_columns(const std::string& id, const std::string& now);

// `cells`: a row whose first columns are those.
base::Result<Grant> grant_of_row(const Cells& cells);
base::Result<Grant> grant_of_row(const SqlRow& row);
base::Result<std::vector<Grant>> grants_of(const SqlAnswer& answer);

// Where a list by id begins: behind `after_id`, or with the first.
inline std::string_view from_id(const std::string& after_id) {
    return after_id.empty() ? std::string_view("00000000-0000-0000-0000-000000000000") : std::string_view(after_id);
}

}  // namespace llmapikey
