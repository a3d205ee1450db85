#include "base/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>

namespace llmapikey::base {
namespace {

bool holds(const void* memory, std::size_t size, std::string_view what) {
    const auto* begin = static_cast<const char*>(memory);
    return std::search(begin, begin + size, what.begin(), what.end()) != begin + size;
}

// A short one stands in the object itself, where nothing else is done to it when it goes.
TEST(SecretTest, IsGoneFromMemoryWhenItIsDestroyed) {
    alignas(Secret) unsigned char place[sizeof(Secret)] = {};
    const std::string text = "short one";
    auto* secret = new (place) Secret(text);
    ASSERT_TRUE(holds(place, sizeof place, text));
    secret->~Secret();
    EXPECT_FALSE(holds(place, sizeof place, text));
}

TEST(SecretTest, IsGoneFromMemoryWhenAnotherTakesItsPlace) {
    alignas(Secret) unsigned char place[sizeof(Secret)] = {};
    const std::string text = "short one";
    auto* secret = new (place) Secret(text);
    *secret = Secret(std::string("another"));
    EXPECT_EQ(secret->reveal(), "another");
    EXPECT_FALSE(holds(place, sizeof place, text));
    secret->~Secret();
}

}  // namespace
}  // namespace llmapikey::base
