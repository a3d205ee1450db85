#pragma once

#include <functional>
#include <stop_token>

#include "providers/key_provider.hpp"

namespace llmapikey {

// What a visitor wants after a key.
enum class Scan { go_on, stop };
using KeyVisitor = std::function<Scan(const UpstreamKey&)>;

struct ScanPatience {
    base::Deadline whole;
    base::Millis page;          // one call, with its repetitions: an upstream that hangs is not waited for any longer
    std::stop_token stop = {};  // looked at before each page
};

// Shows every upstream key to `visit`, once, holding one page at a time and a few bytes for each
// key. Success means that no key which existed throughout was passed over, whatever was made or
// removed meanwhile: a page counts only if it joins what has been read, by a key that has been
// seen; where keys were removed it is looked for further in front. Errc::overloaded: told to stop.
// Errc::upstream_down if the list grows faster than it can be read, or as list_page.
base::Result<void> scan_upstream_keys(KeyProvider& provider, const ScanPatience& patience, const KeyVisitor& visit);

}  // namespace llmapikey
