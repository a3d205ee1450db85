#include <gtest/gtest.h>

#include "http/answers/template_engine.hpp"

namespace llmapikey {
namespace {

std::string filled(const Frame& frame, const std::string& text) {
    const auto text_of = [&](std::string_view) { return std::string_view(text); };
    return PageTemplate("page", {text_of, nullptr}).render(frame_data(frame, "Docs"));
}

constexpr const char* about_organizer =
    "{{event_name}}|{{#organizer_name}}by {{organizer_name}}{{/organizer_name}}|"
    "{{#organizer_contact}}<a href=\"{{organizer_contact}}\">{{/organizer_contact}}";

TEST(FrameTest, SaysNothingOfAnOrganizerWhoHasSaidNothing) {
    EXPECT_EQ(filled({}, about_organizer), "llmapikey||");
}

TEST(FrameTest, SaysWhoTheOrganizerIs) {
    Frame frame;
    frame.organizer = {"Us & Co", "https://example.org/?a=1&b=2", "Summer School"};
    EXPECT_EQ(filled(frame, about_organizer),
              "Summer School|by Us &amp; Co|<a href=\"https://example.org/?a=1&amp;b=2\">");
}

}  // namespace
}  // namespace llmapikey
