#include "service/guardrail_check.hpp"

#include <algorithm>
#include <functional>

namespace llmapikey::service {
namespace {

constexpr int rows_at_once = 200;
constexpr std::int64_t most_looked_at = 200;  // keys that are not in the guardrail's list, in one run

std::uint64_t fingerprint_of(const std::string& handle) {
    return std::hash<std::string>{}(handle);
}

}  // namespace

std::string GuardrailCheck::run(ReconcileReport& report, const std::stop_token& stop) {
    const base::Timestamp now = clock_.now();
    if (!looked_at_ || *looked_at_ + options_.every <= now) {
        found_ = ReconcileReport{};
        const auto looked = look(stop);
        if (!looked) return "looking whether keys are under the guardrail: " + looked.error().detail;
        looked_at_ = now;
    }
    for (const Finding& finding : found_.findings)
        report.add(finding);
    return {};
}

void GuardrailCheck::add(Finding finding) {
    found_.add(std::move(finding));
}

base::Result<std::vector<std::uint64_t>> GuardrailCheck::guarded_keys(const std::stop_token& stop) {
    std::vector<std::uint64_t> guarded;
    std::optional<std::size_t> offset = 0;
    while (offset && !stop.stop_requested()) {
        const auto page = assignments_.guarded_page(*offset, base::Deadline::after(options_.call_timeout));
        if (!page) return tl::unexpected(page.error());
        for (const std::string& handle : page->delete_handles)
            guarded.push_back(fingerprint_of(handle));
        offset = page->next_offset;
    }
    std::sort(guarded.begin(), guarded.end());
    return guarded;
}

base::Result<void> GuardrailCheck::look(const std::stop_token& stop) {
    const base::Timestamp begun_at = clock_.now();
    const auto guarded = guarded_keys(stop);
    if (!guarded && guarded.error().code == base::Errc::not_found) {
        add({Finding::Kind::guardrail,
             {},
             "",
             false,
             "OpenRouter has no guardrail of the id in OPENROUTER_GUARDRAIL_ID: keys that were under it may use any "
             "model, and no key can be made"});
        return {};
    }
    if (!guarded) return tl::unexpected(guarded.error());
    std::string after_id;
    std::int64_t looked_at = 0;
    while (!stop.stop_requested()) {
        const auto page = admin_.list_active(after_id, rows_at_once);
        if (!page) return tl::unexpected(page.error());
        if (page->empty()) return {};
        for (const domain::Grant& grant : *page) {
            const bool is_listed =
                std::binary_search(guarded->begin(), guarded->end(), fingerprint_of(grant.delete_handle));
            // A key is put under it before its row is active; one that is gone upstream needs nothing.
            const bool is_young = begun_at < grant.attempted_at + domain::settle_time(options_.call_timeout);
            if (is_listed || is_young || domain::is_dead(grant, begun_at)) continue;
            // Pages shift, and a policy can apply where the guardrail's own list does not say so.
            if (++looked_at > most_looked_at) {
                add({Finding::Kind::unguarded, grant.github_user_id, grant.delete_handle, false,
                     "not in the guardrail's list; too many to look at each"});
                continue;
            }
            const auto judged = judge(grant);
            if (!judged) return judged;
        }
        after_id = page->back().id;
    }
    return {};
}

base::Result<void> GuardrailCheck::judge(const domain::Grant& grant) {
    const auto deadline = base::Deadline::after(options_.call_timeout);
    const auto key = provider_.get(grant.delete_handle, deadline);
    const auto is_guarded = key ? assignments_.is_guarded(*key, deadline) : tl::unexpected(key.error());
    if (!is_guarded && is_guarded.error().code == base::Errc::not_found)
        return {};  // the key is missing: not ours to say
    if (!is_guarded) return tl::unexpected(is_guarded.error());
    if (*is_guarded) return {};
    Finding finding{Finding::Kind::unguarded, grant.github_user_id, grant.delete_handle, false,
                    "under no guardrail, though OPENROUTER_GUARDRAIL_ID is set; `reconcile --fix` puts it under that"};
    if (options_.repair == Repair::fix) {
        const auto guarded = assignments_.guard(grant.delete_handle, deadline);
        finding.is_fixed = guarded.has_value();
        finding.note = guarded ? "put under the guardrail" : guarded.error().detail;
    }
    add(std::move(finding));
    return {};
}

}  // namespace llmapikey::service
