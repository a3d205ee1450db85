#include "keys/reconcile_report.hpp"

#include <algorithm>

#include "base/plural.hpp"

namespace llmapikey {

std::string_view to_text(Finding::Kind kind) {
    switch (kind) {
        case Finding::Kind::orphan:
            return "orphan";
        case Finding::Kind::older:
            return "older";
        case Finding::Kind::unremembered:
            return "unremembered";
        case Finding::Kind::unverified:
            return "unverified";
        case Finding::Kind::missing:
            return "missing";
        case Finding::Kind::expired:
            return "expired";
        case Finding::Kind::drift:
            return "drift";
        case Finding::Kind::unsettled:
            return "unsettled";
        case Finding::Kind::revoking:
            return "revoking";
        case Finding::Kind::replacing:
            return "replacing";
        case Finding::Kind::guardrail:
            return "guardrail";
        case Finding::Kind::unguarded:
            return "unguarded";
    }
    return "";
}

void ReconcileReport::add(Finding finding) {
    KindCount& count = counts[finding.kind];
    ++count.found;
    if (finding.is_fixed) ++count.fixed;
    if (findings.size() < listed_max) findings.push_back(std::move(finding));
}

bool ReconcileReport::is_clean() const {
    return std::all_of(counts.begin(), counts.end(), [](const auto& each) {
        return each.first == Finding::Kind::unverified || each.second.found == each.second.fixed;
    });
}

std::string summary_of(const ReconcileReport& report) {
    std::string text = base::counted(report.upstream_keys, "key") + " upstream";
    for (const auto& [kind, count] : report.counts) {
        text += ", " + std::string(to_text(kind)) + " " + std::to_string(count.found);
        if (kind != Finding::Kind::unverified) text += " (mended " + std::to_string(count.fixed) + ")";
    }
    return text;
}

}  // namespace llmapikey
