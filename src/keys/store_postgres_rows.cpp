#include "keys/store_postgres_rows.hpp"

#include "keys/store_columns.hpp"

namespace llmapikey::postgres {

namespace {

class ResultCells final : public Cells {
public:
    ResultCells(const Rows& rows, int row) : rows_(rows), row_(row) {}
    std::string text(int column) const override { return rows_.text(row_, column); }
    std::int64_t number(int column) const override { return rows_.number(row_, column); }
    bool is_null(int column) const override { return rows_.is_null(row_, column); }

private:
    const Rows& rows_;
    const int row_;
};

}  // namespace

base::Result<Grant> read_grant(const Rows& rows, int row) {
    return grant_of_row(ResultCells(rows, row));
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
