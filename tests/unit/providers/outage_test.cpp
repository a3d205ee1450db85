#include "providers/outage.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

base::Error error(base::Errc code, bool is_circuit_open = false) {
    base::Error error{code, "why", {}};
    error.is_circuit_open = is_circuit_open;
    return error;
}

TEST(OutageTest, IsWhatWouldHappenToEverythingElseToo) {
    for (const auto code : {base::Errc::upstream_down, base::Errc::rate_limited, base::Errc::misconfigured,
                            base::Errc::store_unavailable})
        EXPECT_TRUE(is_outage(error(code)));
    for (const auto code : {base::Errc::not_found, base::Errc::conflict, base::Errc::upstream_refused,
                            base::Errc::invalid_input, base::Errc::forbidden})
        EXPECT_FALSE(is_outage(error(code)));
}

TEST(OutageWatchTest, OneThatFailsByItselfIsNoOutage) {
    OutageWatch watch;
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(watch.note_failure(error(base::Errc::upstream_refused)));
}

TEST(OutageWatchTest, SeveralInARowWithoutAnAnswerAreOne) {
    OutageWatch watch;
    EXPECT_FALSE(watch.note_failure(error(base::Errc::upstream_down)));
    EXPECT_FALSE(watch.note_failure(error(base::Errc::upstream_down)));
    EXPECT_TRUE(watch.note_failure(error(base::Errc::upstream_down)));
}

TEST(OutageWatchTest, AnAnswerInBetweenBeginsTheRowAnew) {
    OutageWatch watch;
    for (int i = 0; i < 5; ++i) {
        EXPECT_FALSE(watch.note_failure(error(base::Errc::upstream_down)));
        EXPECT_FALSE(watch.note_failure(error(base::Errc::misconfigured)));
        watch.note_success();
    }
    EXPECT_FALSE(watch.note_failure(error(base::Errc::upstream_down)));
    EXPECT_FALSE(watch.note_failure(error(base::Errc::upstream_down)));
    EXPECT_FALSE(watch.note_failure(error(base::Errc::not_found))) << "it has answered";
    EXPECT_FALSE(watch.note_failure(error(base::Errc::upstream_down)));
}

TEST(OutageWatchTest, WhatIsEverybodysIsOneAtOnce) {
    for (const auto& each : {error(base::Errc::rate_limited), error(base::Errc::store_unavailable),
                             error(base::Errc::upstream_down, /*is_circuit_open=*/true)})
        EXPECT_TRUE(OutageWatch().note_failure(each));
}

}  // namespace
}  // namespace llmapikey
