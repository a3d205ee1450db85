// Whether keys upstream that the database has never heard of are leftovers of lost rows, or another
// life's.
#include "keys/key_origin.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

const base::Timestamp began = std::chrono::sys_days{std::chrono::year{2027} / 2 / 1};
constexpr std::chrono::hours hour{1}, day{24};

UnrememberedKeys made(std::int64_t count, base::Timestamp at) {
    UnrememberedKeys keys;
    for (std::int64_t i = 0; i < count; ++i)
        keys.add(at + base::Seconds{i});
    return keys;
}

TEST(KeyOrigin, FewYoungerThanTheHistoryAreLostRowsAndAllElseIsAnotherLife) {
    struct Case {
        UnrememberedKeys keys;
        DatabaseHistory history;
        bool is_left_alone;
        const char* what;
    };
    UnrememberedKeys undated = made(1, began + day);
    undated.add(std::nullopt);
    UnrememberedKeys mixed = made(1, began + day);
    mixed.add(began - hour);
    const Case cases[] = {
        {made(0, began), {began, 0, 0}, false, "none"},
        {made(1, began + day), {began, 0, 0}, false, "one of a young database"},
        {made(3, began + day), {began, 1, 0}, false, "three"},
        {made(4, began + day), {began, 1, 0}, true, "more than three of few rows"},
        {made(4, began + day), {began, 200, 0}, false, "a fiftieth"},
        {made(5, began + day), {began, 200, 0}, true, "more than a fiftieth"},
        {made(5, began + day), {began, 250, 0}, false, "a fiftieth of more"},
        {made(1, began - hour), {began, 1'000, 0}, true, "made before the history began: a new or other database"},
        {made(1, began), {began, 1'000, 0}, true, "made in the very second in which it began"},
        {made(1, began + hour), {began, 1'000, 0}, true, "before it, if upstream's clock is an hour ahead"},
        {made(1, began + hour + base::Seconds{1}), {began, 1'000, 0}, false, "whatever upstream's clock says"},
        {mixed, {began, 1'000, 0}, true, "one of them before"},
        {undated, {began, 1'000, 0}, true, "upstream does not say when"},
        {made(1, began + day), {began, 10, 2}, false, "with those of the last month still few"},
        {made(1, began + day), {began, 10, 3}, true, "a few again and again: another life goes on beside"},
    };
    for (const Case& each : cases)
        EXPECT_EQ(!why_left_alone(each.keys, each.history, "Provider").empty(), each.is_left_alone) << each.what;
}

TEST(KeyOrigin, SaysHowManyWhenMadeAndWhy) {
    const auto keys = made(14, began - hour);
    EXPECT_EQ(
        describe(keys),
        "there are 14 keys of this deployment that this database has never heard of, made 2027-01-31T23:00:00Z to "
        "2027-01-31T23:00:13Z");
    EXPECT_EQ(describe(made(1, began)),
              "there is 1 key of this deployment that this database has never heard of, made 2027-02-01T00:00:00Z");
    EXPECT_EQ(why_left_alone(keys, {began, 0, 0}, "Provider"),
              "this database's history began only at 2027-02-01T00:00:00Z, after the first of them was made");
    EXPECT_EQ(why_left_alone(made(5, began + day), {began, 12, 2}, "Provider"),
              "they are more than the 3 that 12 live rows may have lost, with 2 ended within a month");
}

}  // namespace
}  // namespace llmapikey
