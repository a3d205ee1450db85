#include "cli/progress_line.hpp"

#include <gtest/gtest.h>

namespace llmapikey::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

StepProgress step(std::int64_t done, std::optional<std::int64_t> total, milliseconds taken) {
    return {"Revoking keys", done, total, "", taken, 0ms};
}

TEST(ProgressTextTest, FillsTheWidth) {
    EXPECT_EQ(progress_text(step(1'200, 4'800, 1s), 60),
              "Revoking keys  [######---------------------]  1,200 of 4,800");
    for (const std::size_t width : {46U, 80U, 200U})
        EXPECT_EQ(progress_text(step(1'200, 4'800, 1s), width).size(), width);
    EXPECT_EQ(progress_text(step(0, 10, 0s), 40), "Revoking keys  [--------------]  0 of 10");
    EXPECT_EQ(progress_text(step(10, 10, 1s), 42), "Revoking keys  [###############]  10 of 10");
    EXPECT_EQ(progress_text(step(11, 10, 1s), 42), "Revoking keys  [###############]  11 of 10")
        << "more than was counted";
    EXPECT_EQ(progress_text(step(0, 0, 1s), 40), "Revoking keys  [###############]  0 of 0");
}

TEST(ProgressTextTest, LeavesOutWhatHasNoRoom) {
    const StepProgress half = step(50, 100, 10s);
    EXPECT_EQ(progress_text(half, 52), "Revoking keys  [######-------]  50 of 100  11 s left");
    EXPECT_EQ(progress_text(half, 46), "Revoking keys  50 of 100  11 s left");
    EXPECT_EQ(progress_text(half, 30), "Revoking keys  50 of 100");
    EXPECT_EQ(progress_text(half, 20), "50 of 100");
    EXPECT_EQ(progress_text(half, 5), "Revok");
}

TEST(ProgressTextTest, HasACountWithoutABarWhereNobodyKnowsTheTotal) {
    EXPECT_EQ(progress_text(step(12'300, std::nullopt, 5s), 80), "Revoking keys  12,300");
    EXPECT_EQ(progress_text(step(0, std::nullopt, 5'900ms), 80), "Revoking keys  5 s");
    EXPECT_EQ(progress_text({"Copying", 12, 340, " MB", 1s, 0ms}, 34), "Copying  [---------]  12 of 340 MB")
        << "the unit stands behind the total";
}

TEST(TimeLeftTest, IsToldOnceItCanBe) {
    EXPECT_EQ(time_left(step(50, 100, 1'900ms)), "") << "too early";
    EXPECT_EQ(time_left(step(2, 1'000, 10s)), "") << "too little is done";
    EXPECT_EQ(time_left(step(50, std::nullopt, 10s)), "");
    EXPECT_EQ(time_left(step(100, 100, 10s)), "");
    EXPECT_EQ(time_left(step(50, 100, 10s)), "11 s left");
    EXPECT_EQ(time_left(step(10, 100, 10s)), "2 min left");
    EXPECT_EQ(time_left(step(10, 10'000, 10s)), "2 h 47 min left");
}

TEST(TimeLeftTest, IsNotToldWhileNothingGoesOn) {
    StepProgress stalled = step(100, 200, 10s);
    stalled.unchanged = 3'200ms;
    EXPECT_NE(time_left(stalled), "");
    stalled.unchanged = 3'400ms;
    EXPECT_EQ(time_left(stalled), "");
}

class ProgressLineTest : public testing::Test {
protected:
    // What was written since the last call.
    std::string written() { return std::exchange(written_, {}); }

    ProgressLine::TimePoint now_{};
    int columns_ = 42;
    std::string written_;
    ProgressLine line_{[this] { return now_; }, [this] { return columns_; },
                       [this](std::string_view text) { written_ += text; }};
};

TEST_F(ProgressLineTest, DrawsNothingForShortWork) {
    line_.begin("Revoking keys", 10);
    now_ += 499ms;
    line_.reach(10);
    line_.tick();
    line_.end();
    EXPECT_EQ(written(), "");
}

TEST_F(ProgressLineTest, RedrawsInPlaceAtMostTenTimesASecond) {
    line_.begin("Revoking keys", 1'000);
    now_ += 500ms;
    line_.reach(1);
    EXPECT_EQ(written(), "\rRevoking keys  [----------]  1 of 1,000\x1b[K");
    int times = 0;
    for (int i = 2; i <= 1'000; ++i) {
        now_ += 1ms;
        line_.reach(i);
        if (!written().empty()) ++times;
    }
    EXPECT_EQ(times, 9);
}

TEST_F(ProgressLineTest, WritesNothingWhereNothingHasChanged) {
    line_.begin("Waiting", std::nullopt);
    now_ += 1'000ms;
    line_.tick();
    EXPECT_EQ(written(), "\rWaiting  1 s\x1b[K");
    now_ += 900ms;
    line_.tick();
    EXPECT_EQ(written(), "");
    now_ += 100ms;
    line_.tick();
    EXPECT_EQ(written(), "\rWaiting  2 s\x1b[K");
}

TEST_F(ProgressLineTest, GoesAwayAndComesBackAroundOtherOutput) {
    line_.begin("Waiting", std::nullopt);
    now_ += 600ms;
    line_.tick();
    (void)written();
    line_.erase();
    EXPECT_EQ(written(), "\r\x1b[K");
    line_.erase();
    EXPECT_EQ(written(), "") << "it is gone already";
    now_ += 100ms;
    line_.tick();
    EXPECT_EQ(written(), "\rWaiting  0 s\x1b[K");
    line_.end();
    EXPECT_EQ(written(), "\r\x1b[K");
    now_ += 5s;
    line_.tick();
    EXPECT_EQ(written(), "") << "the work is over";
}

TEST_F(ProgressLineTest, TheNextStepOfTheSameWorkIsDrawnAtOnce) {
    line_.begin("Reading", std::nullopt);
    now_ += 500ms;
    line_.reach(12);
    EXPECT_EQ(written(), "\rReading  12\x1b[K");
    now_ += 100ms;
    line_.begin("Comparing", std::nullopt);
    EXPECT_EQ(written(), "\rComparing  0 s\x1b[K");
}

TEST_F(ProgressLineTest, FollowsTheTerminalsWidth) {
    line_.begin("Revoking keys", 10);
    now_ += 1s;
    columns_ = 30;
    line_.tick();
    EXPECT_EQ(written(), "\rRevoking keys  0 of 10\x1b[K");
    columns_ = 0;  // the terminal does not say
    now_ += 100ms;
    line_.tick();
    EXPECT_EQ(written().size(), 77U + 4U);
}

}  // namespace
}  // namespace llmapikey::cli
