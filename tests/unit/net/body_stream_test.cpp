#include "net/body_stream.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <thread>

namespace llmapikey::net {
namespace {

constexpr base::Millis patience{20'000};

std::shared_ptr<BodyStream> make_stream(std::size_t capacity, base::Millis most = patience) {
    return std::make_shared<BodyStream>(capacity, base::Deadline::after(most));
}

TEST(BodyStreamTest, GivesWhatWasWrittenInOrderAndThenTheEnd) {
    const auto stream = make_stream(16);
    {
        BodyWriter writer(stream);
        EXPECT_TRUE(writer.write("one "));
        EXPECT_TRUE(writer.write("two"));
        const auto first = stream->take();
        EXPECT_EQ(first.bytes, "one two");
        EXPECT_FALSE(first.end);
        writer.finish();
    }
    const auto last = stream->take();
    EXPECT_EQ(last.bytes, "");
    EXPECT_EQ(last.end, BodyEnd::whole);
}

TEST(BodyStreamTest, AWriterThatGoesWithoutFinishingLeavesABrokenBody) {
    const auto stream = make_stream(16);
    {
        BodyWriter writer(stream);
        EXPECT_TRUE(writer.write("half"));
    }
    const auto taken = stream->take();
    EXPECT_EQ(taken.bytes, "half");
    EXPECT_EQ(taken.end, BodyEnd::broken);
}

TEST(BodyStreamTest, TheWriterWaitsForTheReaderAndNoMoreThanTheCapacityWaits) {
    const auto stream = make_stream(8);
    std::counting_semaphore<1'000'000> woken(0);
    stream->listen([&] { woken.release(); });
    const std::string sent(10'000, 'x');
    std::thread thread([&] {
        BodyWriter writer(stream);
        EXPECT_TRUE(writer.write(sent));
        writer.finish();
    });
    std::string received;
    std::optional<BodyEnd> end;
    while (!end) {
        ASSERT_TRUE(woken.try_acquire_for(patience));
        const auto taken = stream->take();
        EXPECT_LE(taken.bytes.size(), 8u);
        received += taken.bytes;
        end = taken.end;
    }
    thread.join();
    EXPECT_EQ(received, sent);
    EXPECT_EQ(end, BodyEnd::whole);
}

TEST(BodyStreamTest, AWriterThatWaitsLearnsThatTheReaderHasGone) {
    const auto stream = make_stream(4);
    std::binary_semaphore is_full(0);
    stream->listen([&] { is_full.release(); });
    bool was_taken = true, was_wanted = true;
    std::thread thread([&] {
        BodyWriter writer(stream);
        was_taken = writer.write("more than fits");
        was_wanted = writer.is_wanted();
    });
    EXPECT_TRUE(is_full.try_acquire_for(patience));
    stream->leave();
    thread.join();
    EXPECT_FALSE(was_taken);
    EXPECT_FALSE(was_wanted);
}

TEST(BodyStreamTest, NobodyIsWokenOnceTheReaderHasGone) {
    const auto stream = make_stream(4);
    int wakes = 0;
    stream->listen([&] { ++wakes; });
    {
        BodyWriter writer(stream);
        EXPECT_TRUE(writer.write("a"));
        stream->leave();
        EXPECT_FALSE(writer.write("b"));
    }
    EXPECT_EQ(wakes, 1);
}

TEST(BodyStreamTest, AWriterDoesNotWaitBeyondTheDeadline) {
    const auto stream = make_stream(4, base::Millis{30});
    BodyWriter writer(stream);
    EXPECT_FALSE(writer.write("more than fits"));
    EXPECT_FALSE(writer.is_wanted());
}

}  // namespace
}  // namespace llmapikey::net
