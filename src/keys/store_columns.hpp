#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "grant/grant.hpp"
#include "sql/sql_database.hpp"
#include "sql/stored_time.hpp"

// Turns rows of api_keys into grants, for both databases. To add a column, begin here: see
// docs/first-change.md.
namespace llmapikey {

// The cells of one row, whichever library has read it.
class Cells {
public:
    virtual ~Cells() = default;
    virtual std::string text(int column) const = 0;     // "" for NULL
    virtual std::int64_t number(int column) const = 0;  // 0 for NULL
    virtual bool is_null(int column) const = 0;
};

struct GrantColumn {
    std::string_view name;
    std::string_view selected;  // expression for translated(); empty: the column itself
    // The value that a replacement sets, if the column belongs to the old key alone; `#now` stands
    // for the time, `#id` for the new id. Empty: the value is kept.
    std::string_view on_replace;
    // Stores the cell in the grant; returns false if the cell is invalid.
    bool (*read)(const Cells& cells, int column, Grant& grant);
};

// Returns the columns in the order in which they are selected.
const std::vector<GrantColumn>& grant_columns();
int grant_column_count();
// Returns "id, github_user_id, ..." for translated().
std::string selected_grant_columns();
// Returns "id = $4::uuid, status = 'waiting', ...", which resets the columns that a replacement
// resets. `id` and `now` are the parameters of the new id and the time.
std::string replaced_grant_columns(const std::string& id, const std::string& now);

// The first columns of the row must be those of grant_columns().
base::Result<Grant> grant_of_row(const Cells& cells);
base::Result<Grant> grant_of_row(const SqlRow& row);
base::Result<std::vector<Grant>> grants_of(const SqlAnswer& answer);

// Returns the id after which a list by id begins.
inline std::string_view from_id(const std::string& after_id) {
    return after_id.empty() ? std::string_view("00000000-0000-0000-0000-000000000000") : std::string_view(after_id);
}

}  // namespace llmapikey
