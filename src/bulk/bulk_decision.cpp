#include "bulk/bulk_decision.hpp"

#include <algorithm>
#include <thread>

#include "base/plural.hpp"

namespace llmapikey {
namespace {

base::Error expectation_failed(std::int64_t count, const std::optional<std::int64_t>& confirmed) {
    const std::string now = base::counted(count, "key is", "keys are") + " meant now";
    return {base::Errc::conflict,
            confirmed ? now + ", and " + base::counted(*confirmed, "was", "were") +
                            " confirmed: look again, and confirm " + std::to_string(count)
                      : "this means every key, and must be confirmed by their number: " + now,
            {}};
}

}  // namespace

// Only of a filter whose count nobody has confirmed it has to be found out whether it leaves any
// grant out; what is made or ended between the counts does not hide that it does not.
base::Result<std::int64_t> list_confirmed(BulkTargets& targets, AdminStore& grants, const std::string& id,
                                          const BulkSelection& selection, const GrantQuery& every,
                                          const std::optional<std::int64_t>& confirmed_count) {
    const bool may_let_all_through = selection.ids.empty() && !selection.is_everything && !confirmed_count;
    const auto count_all = [&] {
        return may_let_all_through ? grants.count(every, counted_max) : base::Result<std::int64_t>(0);
    };
    const auto before = TRY(count_all());
    const auto listed = TRY(targets.list_targets(id, selection));
    const auto after = TRY(count_all());
    const bool lets_all_through = may_let_all_through && listed > 1 && listed >= std::min(before, after);
    if ((!selection.is_everything && !lets_all_through && !confirmed_count) || listed == confirmed_count) return listed;
    TRY(targets.drop_all_targets(id));
    return tl::unexpected(expectation_failed(listed, confirmed_count));
}

// The targets go first: a write that comes after that finds none, and decides nothing.
base::Result<bool> is_in_force(BulkTargets& targets, const std::string& id, const base::Result<void>& created,
                               std::string_view list) {
    if (created) return true;
    const auto dropped = targets.drop_all_targets(id);
    auto decided = dropped ? targets.is_decided(id) : base::Result<bool>(tl::unexpected(dropped.error()));
    if (decided) return decided;
    return base::fail_in("it may have been stored all the same: look at the list of " + std::string(list),
                         created.error());
}

base::Result<CountByNow> count_by_now(
    const base::Clock& clock, const std::function<base::Result<std::int64_t>(const std::string& made_by)>& count) {
    constexpr base::Seconds second{1};
    const auto by = [](base::Timestamp time) { return std::to_string(time.time_since_epoch().count()); };
    const auto now = clock.now();
    CountByNow counted{0, by(now - second)};
    const auto all = TRY(count(""));
    counted.count = TRY(count("&made_by=" + counted.made_by));
    if (counted.count == all) return counted;
    // Some were made in this very second, and more may be: it is counted once it is over.
    std::this_thread::sleep_for(second);
    counted.made_by = by(now);
    counted.count = TRY(count("&made_by=" + counted.made_by));
    return counted;
}

}  // namespace llmapikey
