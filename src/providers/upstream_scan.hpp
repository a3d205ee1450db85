#pragma once

#include <functional>

#include "providers/key_provider.hpp"

namespace llmapikey {

// Says whether a visitor wants the next key.
enum class Scan { go_on, stop };
using KeyVisitor = std::function<Scan(const UpstreamKey&)>;

// Shows every upstream key to `visit` once, holding one page at a time. Success means that no key
// which existed throughout was skipped, unless `visit` stopped the scan (see KeyProvider::list).
// Errc::overloaded: told to stop. Errc::upstream_down: the list does not end. Other errors are
// those of KeyProvider::list.
base::Result<void> scan_upstream_keys(KeyProvider& provider, const ScanPatience& patience, const KeyVisitor& visit);

}  // namespace llmapikey
