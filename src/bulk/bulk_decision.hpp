#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "bulk/bulk_selection.hpp"
#include "keys/admin_store.hpp"

// What all bulk actions have in common: the keys that a decision means are written down first, and
// it decides on exactly those.
namespace llmapikey {

inline constexpr std::int64_t counted_max = 10'000'000;

// The targets of bulk actions of one kind. Blocking, thread-safe; can fail with
// Errc::store_unavailable.
class BulkTargets {
public:
    virtual ~BulkTargets() = default;
    // Writes down the grants that a selection means at this moment, as the targets of the bulk
    // action to come; gives how many it has. After the decision it adds none. What nobody decides
    // on is forgotten after an hour.
    virtual base::Result<std::int64_t> list_targets(const std::string& id, const BulkSelection& selection) = 0;
    // Of one that is not decided, and then cannot be.
    virtual base::Result<void> drop_all_targets(const std::string& id) = 0;
    virtual base::Result<bool> is_decided(const std::string& id) = 0;
};

// Writes down what is meant, and gives how many that are. `every`: all grants that an action of
// this kind could mean; a selection that lets all of them through, of several, needs their
// `confirmed_count`. conflict: the selection means another number now, or the number is missing;
// the message says how many, and nothing stays written down.
base::Result<std::int64_t> list_confirmed(BulkTargets& targets, AdminStore& grants, const std::string& id,
                                          const BulkSelection& selection, const GrantQuery& every,
                                          const std::optional<std::int64_t>& confirmed_count);

// Whether the decision of which `created` is the answer is in force. A write that was reported as
// failed may have taken effect, or may yet: then it is in force, and said to be; else what it would
// mean is dropped, so that it never will be. Fails if nobody knows; `list`: where people look then.
base::Result<bool> is_in_force(BulkTargets& targets, const std::string& id, const base::Result<void>& created,
                               std::string_view list);

struct CountByNow {
    std::int64_t count = 0;
    std::string made_by;
};
// Counts a selection for somebody who is to confirm it, and until when those grants were made: with
// that time as its made_by it means no others. Whole seconds are kept, so it may have to wait for
// the end of one. `count` counts with what it is given behind the selection.
base::Result<CountByNow> count_by_now(
    const base::Clock& clock, const std::function<base::Result<std::int64_t>(const std::string& made_by)>& count);

}  // namespace llmapikey
