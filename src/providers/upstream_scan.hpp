#pragma once

#include <functional>

#include "providers/key_provider.hpp"

namespace llmapikey {

// What a visitor wants after a key.
enum class Scan { go_on, stop };
using KeyVisitor = std::function<Scan(const UpstreamKey&)>;

// Shows every upstream key to `visit`, once, holding one page at a time. Success means that no key
// which existed throughout was passed over, unless `visit` has stopped: see KeyProvider::list.
// Errc::overloaded: told to stop. Errc::upstream_down if the list does not end, or as
// KeyProvider::list.
base::Result<void> scan_upstream_keys(KeyProvider& provider, const ScanPatience& patience, const KeyVisitor& visit);

}  // namespace llmapikey
