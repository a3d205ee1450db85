#include "providers/offset_reading.hpp"

#include <algorithm>

namespace llmapikey {
namespace {

constexpr std::size_t keys_max = 10'000'000;  // bounds a list that never ends
// Limit on pages in a row without a new key. The deadline usually ends a reading earlier.
constexpr int fruitless_pages_max = 2'000;
// If the same page comes this often at different offsets, the server ignores the offset.
constexpr int same_pages_max = 5;

std::size_t fingerprint_of(const UpstreamKey& key) {
    return std::hash<std::string>{}(key.delete_handle);
}

}  // namespace

base::Result<KeyPage> OffsetReading::list(ListCursorPtr after, const ReadAt& read_at) {
    // A cursor is always given back to the provider that made it, so its type is known.
    std::unique_ptr<OffsetReading> reading(static_cast<OffsetReading*>(after.release()));
    if (reading == nullptr) reading = std::make_unique<OffsetReading>();
    KeyPage page;
    const After what_follows = TRY(reading->read(read_at, page.keys));
    if (what_follows == After::more) page.next = std::move(reading);
    return page;
}

base::Result<OffsetReading::After> OffsetReading::read(const ReadAt& read_at, std::vector<UpstreamKey>& shown) {
    if (seen_.size() > keys_max || fruitless_ > fruitless_pages_max)
        return base::fail(base::Errc::upstream_down, "the upstream's list of keys changes faster than it can be read");
    auto page = TRY(read_at(offset_));
    if (is_always_the_same(page))
        return base::fail(base::Errc::upstream_down,
                          "the upstream gives the same keys for every part of its list: it seems to pass over the "
                          "offset");
    longest_ = std::max(longest_, page.size());
    if (joins(page)) return take(std::move(page), shown);
    go_back();
    return After::more;
}

// Only pages of two keys or more are compared, at different offsets. The list itself shifts only by
// a few keys at a time.
bool OffsetReading::is_always_the_same(const std::vector<UpstreamKey>& page) {
    const std::size_t first = page.size() < 2 ? 0 : fingerprint_of(page.front());
    const std::size_t last = page.size() < 2 ? 0 : fingerprint_of(page.back());
    const bool is_repeated = page.size() > 1 && offset_ != last_offset_ && first == last_first_ && last == last_last_;
    last_offset_ = offset_;
    last_first_ = first;
    last_last_ = last;
    same_ = is_repeated ? same_ + 1 : 0;
    return same_ >= same_pages_max;
}

bool OffsetReading::joins(const std::vector<UpstreamKey>& page) const {
    return offset_ == 0 || std::any_of(page.begin(), page.end(),
                                       [this](const UpstreamKey& key) { return seen_.contains(fingerprint_of(key)); });
}

// Doubles the step back with each page that does not join, since many keys may have gone.
void OffsetReading::go_back() {
    ++fruitless_;
    step_ = std::max(step_ * 2, std::max<std::size_t>(longest_, 2) - 1);
    offset_ -= std::min(offset_, step_);
}

OffsetReading::After OffsetReading::take(std::vector<UpstreamKey> page, std::vector<UpstreamKey>& shown) {
    step_ = 0;
    const std::size_t length = page.size();
    for (UpstreamKey& key : page)
        if (seen_.insert(fingerprint_of(key)).second) shown.push_back(std::move(key));
    const bool has_new = !shown.empty();
    // A page without a new key, although it could have held one, is the end of the list.
    const bool is_last = length == 0 || (!has_new && (length == 1 || length < longest_));
    if (is_last) return After::end;
    fruitless_ = has_new ? 0 : fruitless_ + 1;
    offset_ += length - 1;
    return After::more;
}

}  // namespace llmapikey
