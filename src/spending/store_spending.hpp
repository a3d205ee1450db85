#pragma once

#include <memory>

#include "spending/spending.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// SpendingStore in either database.
class SqlSpendingStore final : public SpendingStore {
public:
    explicit SqlSpendingStore(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<void> note(const std::vector<SpendingReading>& readings) override;
    base::Result<void> note_all_read(base::Timestamp since) override;
    base::Result<std::vector<SpendingDay>> days(const Seat& seat, base::Timestamp since) override;
    base::Result<void> prune_days(base::Timestamp before) override;

private:
    // What there is to be written; nothing, when all is booked.
    struct Writes {
        std::vector<SqlValues> days, uses;
    };
    base::Result<Writes> writes_of(const std::vector<const SpendingReading*>& readings);

    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
