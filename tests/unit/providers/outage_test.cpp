#include "providers/outage.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

base::Error error_of(base::Errc code) {
    return {code, "no", {}};
}

TEST(OutageWatchTest, SeveralInARowAreAnOutageAndOneIsNone) {
    OutageWatch watch;
    EXPECT_FALSE(watch.note_failure(error_of(base::Errc::upstream_down)));
    EXPECT_FALSE(watch.note_failure(error_of(base::Errc::misconfigured)));
    EXPECT_TRUE(watch.note_failure(error_of(base::Errc::upstream_down)));
}

TEST(OutageWatchTest, AnAnswerInBetweenEndsTheRow) {
    OutageWatch watch;
    for (int round = 0; round < 3; ++round) {
        EXPECT_FALSE(watch.note_failure(error_of(base::Errc::upstream_down)));
        EXPECT_FALSE(watch.note_failure(error_of(base::Errc::upstream_down)));
        if (round == 1) {
            EXPECT_FALSE(watch.note_failure(error_of(base::Errc::upstream_refused))) << "a refusal is an answer";
        } else {
            watch.note_success();
        }
    }
}

TEST(OutageWatchTest, WhatIsEverybodysStopsAtOnce) {
    for (const auto code : {base::Errc::rate_limited, base::Errc::store_unavailable}) {
        OutageWatch watch;
        EXPECT_TRUE(watch.note_failure(error_of(code)));
    }
    OutageWatch watch;
    auto open = error_of(base::Errc::upstream_down);
    open.is_circuit_open = true;
    EXPECT_TRUE(watch.note_failure(open));
}

TEST(OutageWatchTest, WhatIsOfOneItemNeverStops) {
    OutageWatch watch;
    for (int times = 0; times < 10; ++times)
        for (const auto code : {base::Errc::not_found, base::Errc::conflict, base::Errc::upstream_refused})
            EXPECT_FALSE(watch.note_failure(error_of(code)));
}

}  // namespace
}  // namespace llmapikey
