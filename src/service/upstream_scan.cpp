#include "service/upstream_scan.hpp"

namespace llmapikey::service {
namespace {

constexpr int max_restarts = 5;
constexpr std::size_t max_keys = 10'000'000;  // bounds a list that never ends

enum class Pass { complete, torn };

base::Result<Pass> scan_once(KeyProvider& provider, const ScanPatience& patience, const KeyVisitor& visit) {
    std::string joint;  // the key that the next page must begin with
    std::size_t offset = 0;
    while (offset < max_keys) {
        const auto page = provider.list_page(offset, patience.whole.or_sooner(patience.page));
        if (!page) return tl::unexpected(page.error());
        if (page->empty()) return joint.empty() ? Pass::complete : Pass::torn;
        if (!joint.empty() && page->front().delete_handle != joint) return Pass::torn;
        if (!joint.empty() && page->size() == 1) return Pass::complete;
        for (const UpstreamKey& key : *page) {
            if (visit(key) == Scan::stop) return Pass::complete;
        }
        joint = page->back().delete_handle;
        offset += page->size() - 1;
        // A first page of one key has no successor to overlap with but itself: the next request settles it.
    }
    return base::fail(base::Errc::upstream_down, "the upstream's list of keys does not end");
}

}  // namespace

base::Result<void> scan_upstream_keys(KeyProvider& provider, const ScanPatience& patience, const KeyVisitor& visit) {
    for (int attempt = 0; attempt <= max_restarts; ++attempt) {
        const auto pass = scan_once(provider, patience, visit);
        if (!pass) return tl::unexpected(pass.error());
        if (*pass == Pass::complete) return {};
    }
    return base::fail(base::Errc::upstream_down, "the upstream's list of keys kept changing while it was read");
}

}  // namespace llmapikey::service
