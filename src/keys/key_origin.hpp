#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace llmapikey {

// Keys upstream that this deployment's secret has named, that no row holds, and whose attempts the
// database does not remember: rows of them were lost (in a failover), or another life of the
// installation has made them (in the wrong folder, after this backup was taken, beside a copy).
struct UnrememberedKeys {
    std::int64_t count = 0;
    std::optional<base::Timestamp> earliest, latest;  // when they were made, by upstream's clock
    bool has_undated = false;                         // upstream does not say of one when it was made

    void add(const std::optional<base::Timestamp>& created_at);
};

// The database that does not remember them.
struct DatabaseHistory {
    base::Timestamp began_at;
    std::int64_t live_rows = 0;
    std::int64_t ended_lately = 0;  // unremembered keys that were ended without a person's word, within a month
};

// Up to so many rows may a failover lose without anybody being asked: three, or a fiftieth of the
// live ones.
std::int64_t lost_rows_max(std::int64_t live_rows);

// Why these keys are for a person to decide on; empty: they are few, all certainly younger than the
// database's history, and so what was lost in the ordinary way. `provider`: its name.
std::string why_left_alone(const UnrememberedKeys& keys, const DatabaseHistory& history, std::string_view provider);

// "14 keys that this database has never heard of, made 2027-02-20T10:00:00Z to ...".
std::string describe(const UnrememberedKeys& keys);

}  // namespace llmapikey
