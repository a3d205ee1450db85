// Reading a list that changes while it is read.
#include "providers/upstream_scan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/fake_key_provider.hpp"
#include "support/manual_clock.hpp"

namespace llmapikey::test {
namespace {

class UpstreamScan : public testing::Test {
protected:
    void add(int count) {
        for (int i = 0; i < count; ++i)
            present_.push_back(provider_.add_key("key", clock_.now()));
    }
    void remove_newest() {
        provider_.remove_key(present_.back());
        present_.pop_back();
    }
    // What a scan shows; the keys that were there all the time are `throughout`.
    std::set<std::string> scan() {
        std::set<std::string> seen;
        const auto scanned = scan_upstream_keys(
            provider_, {base::Deadline::after(base::Millis{60'000}), base::Millis{1'000}}, [&](const UpstreamKey& key) {
                seen.insert(key.delete_handle);
                return Scan::go_on;
            });
        EXPECT_TRUE(scanned) << (scanned ? "" : scanned.error().detail);
        return seen;
    }
    static bool has_all(const std::set<std::string>& seen, const std::vector<std::string>& wanted) {
        return std::all_of(wanted.begin(), wanted.end(), [&](const auto& each) { return seen.count(each) > 0; });
    }

    ManualClock clock_;
    FakeKeyProvider provider_{clock_};
    std::vector<std::string> present_;  // oldest first
};

TEST_F(UpstreamScan, CompletesWhileKeysAreMade) {
    for (const auto& [keys, made_for_each_page] : {std::pair(3'000, 5), std::pair(3'000, 60), std::pair(100'000, 1)}) {
        FakeKeyProvider fresh{clock_};
        std::vector<std::string> throughout;
        for (int i = 0; i < keys; ++i)
            throughout.push_back(fresh.add_key("key", clock_.now()));
        int pages = 0;
        fresh.before_each_page([&, made = made_for_each_page] {
            ++pages;
            for (int i = 0; i < made; ++i)
                fresh.add_key("key", clock_.now());
        });
        std::set<std::string> seen;
        const auto scanned = scan_upstream_keys(
            fresh, {base::Deadline::after(base::Millis{60'000}), base::Millis{1'000}}, [&](const auto& key) {
                seen.insert(key.delete_handle);
                return Scan::go_on;
            });
        EXPECT_TRUE(scanned) << keys << " keys, " << made_for_each_page << " made for each page";
        EXPECT_TRUE(has_all(seen, throughout));
        EXPECT_LE(pages, keys / (99 - made_for_each_page) + 3);
    }
}

TEST_F(UpstreamScan, PassesNobodyOverWhileKeysAreRemoved) {
    add(1'000);
    const std::vector<std::string> throughout(present_.begin(), present_.begin() + 400);
    provider_.before_each_page([&] {
        for (int i = 0; i < 30 && present_.size() > 400; ++i)
            remove_newest();
    });
    EXPECT_TRUE(has_all(scan(), throughout));
}

TEST_F(UpstreamScan, PassesNobodyOverWhenAWholePageIsRemoved) {
    add(1'000);
    const std::vector<std::string> throughout(present_.begin(), present_.begin() + 500);
    int pages = 0;
    provider_.before_each_page([&] {
        if (++pages != 3) return;
        for (int i = 0; i < 500; ++i)
            remove_newest();
    });
    EXPECT_TRUE(has_all(scan(), throughout));
}

TEST_F(UpstreamScan, EndsWhereTheListEnds) {
    for (const int keys : {0, 1, 2, 99, 100, 101, 199, 200, 300}) {
        while (present_.size() < static_cast<std::size_t>(keys))
            add(1);
        EXPECT_EQ(scan().size(), static_cast<std::size_t>(keys));
    }
}

// Two thousand calls would be made for nothing, every half a minute.
TEST_F(UpstreamScan, EndsSoonWhereTheOffsetIsPassedOver) {
    FakeKeyProvider deaf{clock_};
    deaf.pass_over_offsets();
    for (int i = 0; i < 250; ++i)
        deaf.add_key("key", clock_.now());
    const auto scanned = scan_upstream_keys(deaf, {base::Deadline::after(base::Millis{60'000}), base::Millis{1'000}},
                                            [](const UpstreamKey&) { return Scan::go_on; });
    ASSERT_FALSE(scanned);
    EXPECT_EQ(scanned.error().code, base::Errc::upstream_down);
    EXPECT_NE(scanned.error().detail.find("pass over the offset"), std::string::npos) << scanned.error().detail;
    EXPECT_LT(deaf.list_calls(), 10);
}

}  // namespace
}  // namespace llmapikey::test
