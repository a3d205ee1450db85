#include "providers/event_stream.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace llmapikey {
namespace {

using Events = std::vector<std::string>;

// The events of a text that comes in pieces of this size.
Events events_of(std::string_view text, std::size_t piece) {
    Events events;
    EventStream stream([&](std::string_view data) {
        events.emplace_back(data);
        return true;
    });
    for (std::size_t at = 0; at < text.size(); at += piece)
        EXPECT_EQ(stream.feed(text.substr(at, piece)), EventStream::State::open);
    return events;
}

TEST(EventStreamTest, ReadsEventsWhateverThePieces) {
    const std::string_view text =
        ": OPENROUTER PROCESSING\n\ndata: {\"a\": 1}\n\n: again\ndata:two\r\n\r\ndata: a\ndata:  b\ndata\n\n"
        "event: other\nid: 7\nretry: 1\ndatax: no\n\ndata: [DONE]\r\rdata: unfinished\n";
    const Events expected{"{\"a\": 1}", "two", "a\n b\n", "[DONE]"};
    for (std::size_t piece = 1; piece <= text.size(); ++piece)
        EXPECT_EQ(events_of(text, piece), expected) << piece;
}

TEST(EventStreamTest, PassesOverAByteOrderMark) {
    EXPECT_EQ(events_of("\xef\xbb\xbf"
                        "data: first\n\n",
                        1),
              Events{"first"});
}

TEST(EventStreamTest, AnEmptyDataFieldIsAnEventAndNoneIsNot) {
    EXPECT_EQ(events_of("data:\n\n", 3), Events{""});
    EXPECT_EQ(events_of("\n\nevent: x\n\n:\n\n", 3), Events{});
}

TEST(EventStreamTest, ReadsNothingAfterTheReceiverHasSaidStop) {
    Events events;
    EventStream stream([&](std::string_view data) {
        events.emplace_back(data);
        return false;
    });
    EXPECT_EQ(stream.feed("data: 1\n\ndata: 2\n\n"), EventStream::State::stopped);
    EXPECT_EQ(stream.feed("data: 3\n\n"), EventStream::State::stopped);
    EXPECT_EQ(events, Events{"1"});
}

TEST(EventStreamTest, GivesUpOnAnEventThatIsTooLong) {
    EventStream lines([](std::string_view) { return true; }, 64);
    EXPECT_EQ(lines.feed("data: " + std::string(59, 'x')), EventStream::State::too_long);
    EventStream fields([](std::string_view) { return true; }, 64);
    EXPECT_EQ(fields.feed("data: " + std::string(40, 'x') + "\ndata: " + std::string(40, 'x') + "\n\n"),
              EventStream::State::too_long);
}

}  // namespace
}  // namespace llmapikey
