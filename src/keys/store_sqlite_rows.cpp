#include "keys/store_sqlite_rows.hpp"

#include "keys/store_columns.hpp"

namespace llmapikey::sqlite {
namespace {

class QueryCells final : public Cells {
public:
    explicit QueryCells(const Query& query) : query_(query) {}
    std::string text(int column) const override { return query_.text(column); }
    std::int64_t number(int column) const override { return query_.number(column); }
    bool is_null(int column) const override { return query_.is_null(column); }

private:
    const Query& query_;
};

}  // namespace

base::Result<Grant> read_grant(const Query& row) {
    return grant_of_row(QueryCells(row));
}

base::Result<std::vector<Grant>> read_grants(Query& query) {
    std::vector<Grant> grants;
    while (true) {
        const auto row = TRY(query.step());
        if (!row) return grants;
        auto grant = TRY(read_grant(query));
        grants.push_back(std::move(grant));
    }
}

}  // namespace llmapikey::sqlite
