#include "keys/store_postgres_rows.hpp"

namespace llmapikey::postgres {

base::Result<Grant> read_grant(const Rows& rows, int row) {
    struct OneRow {
        const Rows& rows;
        int row;
        std::string text(int column) const { return rows.text(row, column); }
        std::int64_t number(int column) const { return rows.number(row, column); }
        bool is_null(int column) const { return rows.is_null(row, column); }
    };
    return grant_of_row(OneRow{rows, row});
}

base::Result<std::vector<Grant>> read_grants(const Rows& rows) {
    std::vector<Grant> grants;
    for (int row = 0; row < rows.size(); ++row) {
        auto grant = TRY(read_grant(rows, row));
        grants.push_back(std::move(grant));
    }
    return grants;
}

}  // namespace llmapikey::postgres
