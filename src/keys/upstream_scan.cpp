#include "keys/upstream_scan.hpp"

#include <algorithm>
#include <unordered_set>

namespace llmapikey {
namespace {

constexpr std::size_t keys_max = 10'000'000;  // bounds a list that never ends
// Pages in a row that show nothing new; the deadline ends most scans before.
constexpr int fruitless_pages_max = 2'000;
// The same page as often, whatever was asked for, is the answer of a server that does not look at
// what is asked for.
constexpr int same_pages_max = 5;

// The list is newest first: new keys come to its front, and keys go anywhere. So the order of those
// that stay is always the same, and a page that holds a key which has been seen begins no later
// than behind the last one seen. A page of only unknown keys may begin later, where keys in front
// of it were removed: between the two may be others.
class Scanner {
public:
    Scanner(KeyProvider& provider, const ScanPatience& patience, const KeyVisitor& visit)
        : provider_(provider), patience_(patience), visit_(visit) {}

    base::Result<void> run() {
        while (seen_.size() <= keys_max && fruitless_ <= fruitless_pages_max) {
            if (patience_.stop.stop_requested()) return base::fail(base::Errc::overloaded, "told to stop");
            const auto page = TRY(provider_.list_page(offset_, patience_.whole.or_sooner(patience_.page)));
            if (is_always_the_same(page))
                return base::fail(base::Errc::upstream_down,
                                  "the upstream gives the same keys for every part of its list: it seems to pass over "
                                  "the offset");
            longest_ = std::max(longest_, page.size());
            if (!joins(page)) {
                go_back();
            } else if (take(page) == Scan::stop) {
                return {};
            }
        }
        return base::fail(base::Errc::upstream_down, "the upstream's list of keys changes faster than it can be read");
    }

private:
    static std::size_t fingerprint_of(const UpstreamKey& key) { return std::hash<std::string>{}(key.delete_handle); }

    // Of a full page: one that repeats while the offset changes. The list itself shifts by a few
    // keys at a time.
    bool is_always_the_same(const std::vector<UpstreamKey>& page) {
        const std::size_t first = page.size() < 2 ? 0 : fingerprint_of(page.front());
        const std::size_t last = page.size() < 2 ? 0 : fingerprint_of(page.back());
        const bool is_repeated =
            page.size() > 1 && offset_ != last_offset_ && first == last_first_ && last == last_last_;
        last_offset_ = offset_;
        last_first_ = first;
        last_last_ = last;
        same_ = is_repeated ? same_ + 1 : 0;
        return same_ >= same_pages_max;
    }

    bool joins(const std::vector<UpstreamKey>& page) const {
        return offset_ == 0 || std::any_of(page.begin(), page.end(), [this](const UpstreamKey& key) {
                   return seen_.contains(fingerprint_of(key));
               });
    }

    // Further with each page that does not join: many may have gone.
    void go_back() {
        ++fruitless_;
        step_ = std::max(step_ * 2, std::max<std::size_t>(longest_, 2) - 1);
        offset_ -= std::min(offset_, step_);
    }

    // Scan::stop: that was the end, or all that was wanted.
    Scan take(const std::vector<UpstreamKey>& page) {
        step_ = 0;
        bool has_new = false;
        for (const UpstreamKey& key : page) {
            if (!seen_.insert(fingerprint_of(key)).second) continue;
            has_new = true;
            if (visit_(key) == Scan::stop) return Scan::stop;
        }
        // Nothing new on a page that could have held more: behind it there is nothing.
        const bool is_last = page.empty() || (!has_new && (page.size() == 1 || page.size() < longest_));
        if (is_last) return Scan::stop;
        fruitless_ = has_new ? 0 : fruitless_ + 1;
        offset_ += page.size() - 1;
        return Scan::go_on;
    }

    KeyProvider& provider_;
    const ScanPatience& patience_;
    const KeyVisitor& visit_;
    std::unordered_set<std::size_t> seen_;  // fingerprints of handles, which are random
    std::size_t offset_ = 0, longest_ = 0, step_ = 0;
    int fruitless_ = 0;
    std::size_t last_offset_ = 0, last_first_ = 0, last_last_ = 0;  // of the page before
    int same_ = 0;
};

}  // namespace

base::Result<void> scan_upstream_keys(KeyProvider& provider, const ScanPatience& patience, const KeyVisitor& visit) {
    return Scanner(provider, patience, visit).run();
}

}  // namespace llmapikey
