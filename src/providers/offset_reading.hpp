#pragma once

#include <cstddef>
#include <functional>
#include <unordered_set>

#include "providers/key_provider.hpp"

namespace llmapikey {

// Reads a list of keys that the provider gives by offset, newest first, while keys come and go.
// New keys are added at the front, and keys can disappear anywhere, so the keys that stay keep
// their order. A page that holds a key which was seen begins no later than just after the last key
// seen. A page of only unknown keys may begin later, because keys before it were removed, and other
// keys may lie between. So a page counts only if it holds a key that was seen; else the reading
// goes back until one does. A few bytes are kept for each key that was seen.
class OffsetReading final : public ListCursor {
public:
    // Returns the keys from this offset on, as many as the provider gives in one call; empty at the
    // end.
    using ReadAt = std::function<base::Result<std::vector<UpstreamKey>>(std::size_t offset)>;

    // Implements KeyProvider::list with one call of `read_at`. Fails with Errc::upstream_down if
    // the list changes faster than it can be read, or if the provider ignores the offset.
    static base::Result<KeyPage> list(ListCursorPtr after, const ReadAt& read_at);

private:
    enum class After { more, end };
    base::Result<After> read(const ReadAt& read_at, std::vector<UpstreamKey>& shown);
    bool is_always_the_same(const std::vector<UpstreamKey>& page);
    bool joins(const std::vector<UpstreamKey>& page) const;
    void go_back();
    After take(std::vector<UpstreamKey> page, std::vector<UpstreamKey>& shown);

    std::unordered_set<std::size_t> seen_;  // fingerprints of handles, which are random
    std::size_t offset_ = 0, longest_ = 0, step_ = 0;
    int fruitless_ = 0;
    std::size_t last_offset_ = 0, last_first_ = 0, last_last_ = 0;  // of the page before
    int same_ = 0;
};

}  // namespace llmapikey
