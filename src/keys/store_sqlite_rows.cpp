#include "keys/store_sqlite_rows.hpp"

namespace llmapikey::sqlite {

base::Result<Grant> read_grant(const Query& row) {
    return grant_of_row(row);
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
