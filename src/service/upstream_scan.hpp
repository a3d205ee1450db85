#pragma once

#include <functional>

#include "service/key_provider.hpp"

namespace llmapikey::service {

// What a visitor wants after a key.
enum class Scan { go_on, stop };
using KeyVisitor = std::function<Scan(const UpstreamKey&)>;

struct ScanPatience {
    base::Deadline whole;
    base::Millis page;  // one call, with its repetitions: an upstream that hangs is not waited for any longer
};

// Shows every upstream key to `visit`, holding one page at a time; a key can be shown twice. Success means that no key
// which existed throughout was passed over: pages overlap by one key, and a scan whose pages do not join (keys were
// deleted meanwhile) starts again. Errc::upstream_down if the list will not hold still, or as list_page.
base::Result<void> scan_upstream_keys(KeyProvider& provider, const ScanPatience& patience, const KeyVisitor& visit);

}  // namespace llmapikey::service
