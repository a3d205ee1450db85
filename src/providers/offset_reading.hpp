#pragma once

#include <cstddef>
#include <functional>
#include <unordered_set>

#include "providers/key_provider.hpp"

namespace llmapikey {

// A reading of a list of keys that the provider gives by offset, newest first, while keys come and
// go.
//
// New keys come to the front of the list, and keys go anywhere. So the order of those that stay is
// always the same, and a page that holds a key which has been seen begins no later than behind the
// last one seen. A page of only unknown keys may begin later, where keys in front of it were
// removed: between the two may be others. So a page counts only if it joins what has been read, by
// a key that has been seen; one that does not is looked for further in front. For each key that was
// seen a few bytes are held.
class OffsetReading final : public ListCursor {
public:
    // Keys from this offset on, as many as the provider gives in a call; empty behind the last.
    using ReadAt = std::function<base::Result<std::vector<UpstreamKey>>(std::size_t offset)>;

    // The implementation of KeyProvider::list: one call of `read_at`. Errc::upstream_down if the
    // list changes faster than it can be read, or if the provider passes over the offset.
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
