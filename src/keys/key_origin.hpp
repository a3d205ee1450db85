#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace llmapikey {

// Keys upstream that were named with this deployment's secret, but that no row holds and whose
// attempts the database does not remember. Either their rows were lost (in a failover), or another
// life of the installation has made them (with another database, after this backup was taken,
// beside a copy).
struct UnrememberedKeys {
    std::int64_t count = 0;
    std::optional<base::Timestamp> earliest, latest;  // when the keys were made, by upstream's clock
    bool has_undated = false;                         // upstream does not report of one key when it was made

    void add(const std::optional<base::Timestamp>& created_at);
};

// The history of the database that does not remember the keys.
struct DatabaseHistory {
    base::Timestamp began_at;
    std::int64_t live_rows = 0;
    std::int64_t ended_lately = 0;  // unremembered keys that were ended without a person's word, within a month
};

// Returns how many rows a failover may lose without a person being asked: three, or a fiftieth of
// the live rows.
std::int64_t lost_rows_max(std::int64_t live_rows);

// Returns why a person must decide on these keys. Empty: they are few, and certainly younger than
// the database's history, so their rows were probably lost. `provider` is the provider's name.
std::string why_left_alone(const UnrememberedKeys& keys, const DatabaseHistory& history, std::string_view provider);

// Returns a text such as "there are 14 keys of this deployment that this database has never heard
// of, made 2027-02-20T10:00:00Z to ...".
std::string describe(const UnrememberedKeys& keys);

}  // namespace llmapikey
