#include "ops/process_metrics.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace llmapikey::ops {
namespace {

double start_time() {
    for (const Metric& figure : process_metrics())
        if (figure.name == "process_start_time_seconds") return figure.samples.at(0).value;
    return -1;
}

TEST(ProcessMetricsTest, AProcessStartsOnceAndNotInTheFuture) {
    const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    const double started = start_time();
    EXPECT_LE(started, now + 1);
    EXPECT_GT(started, now - 3600);
    EXPECT_EQ(start_time(), started);
}

}  // namespace
}  // namespace llmapikey::ops
