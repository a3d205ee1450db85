#include "providers/upstream_scan.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t keys_max = 10'000'000;  // bounds a list that never ends

}  // namespace

base::Result<void> scan_upstream_keys(KeyProvider& provider, const ScanPatience& patience, const KeyVisitor& visit) {
    ListCursorPtr after;
    std::size_t shown = 0;
    do {
        if (patience.stop.stop_requested()) return base::fail(base::Errc::overloaded, "told to stop");
        auto page = TRY(provider.list(std::move(after), patience.whole.or_sooner(patience.page)));
        for (const UpstreamKey& key : page.keys)
            if (visit(key) == Scan::stop) return {};
        shown += page.keys.size();
        after = std::move(page.next);
    } while (after != nullptr && shown <= keys_max);
    if (after == nullptr) return {};
    return base::fail(base::Errc::upstream_down, "the upstream's list of keys does not end");
}

}  // namespace llmapikey
