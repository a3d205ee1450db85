#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// Puts right what is dated further ahead than it can be, since a clock was wrong when it was
// written: it would wait for that time to come. Attempts count from now on, so that what they make
// can still be found; turns and requests are due. Blocking, thread-safe; can fail with
// store_unavailable.
class SqlTimeCorrection {
public:
    explicit SqlTimeCorrection(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    // How many rows were put right; `now`: the database's time.
    base::Result<int> correct(base::Timestamp now);

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
