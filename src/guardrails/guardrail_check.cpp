#include "guardrails/guardrail_check.hpp"

#include <algorithm>
#include <functional>

#include "base/encoding.hpp"

namespace llmapikey {
namespace {

constexpr int rows_per_batch = 200;
constexpr std::int64_t looked_at_max = 200;  // limit of keys that one run looks up because the list lacks them

std::uint64_t fingerprint_of(const std::string& handle) {
    return std::hash<std::string>{}(handle);
}

std::string joined(std::vector<std::string> words) {
    std::sort(words.begin(), words.end());
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

// Describes what the guardrail allows, one line for each part, after a line with its id. The name
// is left out, because it may change.
std::string text_of(const Guardrail& guardrail) {
    return guardrail.id + "\nallowed models: " + joined(guardrail.allowed_models) +
           "\nmodels that are not allowed: " + joined(guardrail.ignored_models) +
           "\nallowed providers: " + joined(guardrail.allowed_providers) +
           "\nproviders that are not allowed: " + joined(guardrail.ignored_providers) +
           "\nbudget: " + (guardrail.limit ? base::to_money(*guardrail.limit) + " " + guardrail.limit_interval : "");
}

std::string difference_between(const std::string& before, const std::string& now) {
    const auto old_lines = base::split(before, '\n'), lines = base::split(now, '\n');
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i < old_lines.size() && old_lines[i] == lines[i]) continue;
        const std::string line = base::to_printable(std::string(lines[i]));
        text += (text.empty() ? "" : "; ") + (line.ends_with(": ") ? line + "not limited" : line);
    }
    return text;
}

}  // namespace

std::string GuardrailCheck::run(ReconcileReport& report, const std::stop_token& stop) {
    if (guardrails_ == nullptr) return {};
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
        const auto page = TRY(guardrails_->guarded_page(*offset, base::Deadline::after(options_.call_timeout)));
        for (const std::string& handle : page.delete_handles)
            guarded.push_back(fingerprint_of(handle));
        offset = page.next_offset;
    }
    std::sort(guarded.begin(), guarded.end());
    return guarded;
}

base::Result<void> GuardrailCheck::look(const std::stop_token& stop) {
    const auto is_there = TRY(look_at_guardrail());
    return is_there ? look_at_keys(stop) : base::Result<void>{};
}

base::Result<bool> GuardrailCheck::look_at_guardrail() {
    auto asked = guardrails_->guardrail(base::Deadline::after(options_.call_timeout));
    if (!asked && asked.error().code == base::Errc::not_found) {
        add({Finding::Kind::guardrail,
             {},
             "",
             false,
             name() + " has no guardrail of the id in " + variable() +
                 ": keys that were under it may use any model, and no key can be made"});
        return false;
    }
    const auto guardrail = TRY(std::move(asked));
    if (!guardrail) return false;
    const auto facts = TRY(facts_.facts());
    const auto found = facts.find(fact::guardrail);
    const std::string accepted = found == facts.end() ? "" : found->second.value;
    const std::string now = text_of(*guardrail);
    if (accepted == now) return true;
    const bool is_same_one = accepted.starts_with(guardrail->id + "\n");
    const bool accepts = !is_same_one || options_.repair == Repair::fix;
    if (is_same_one)
        add({Finding::Kind::guardrail,
             {},
             "",
             accepts,
             "it was changed at " + name() + ": " + difference_between(accepted, now) +
                 (accepts ? "; accepted" : "; if that was meant, `reconcile --fix` accepts it")});
    if (accepts && options_.remembers) {
        TRY(facts_.set_facts({{fact::guardrail, now}}, clock_.now()));
    }
    return true;
}

base::Result<void> GuardrailCheck::look_at_keys(const std::stop_token& stop) {
    const base::Timestamp begun_at = clock_.now();
    const auto guarded = TRY(guarded_keys(stop));
    std::string after_id;
    std::int64_t looked_at = 0;
    while (!stop.stop_requested()) {
        const auto page = TRY(admin_.list_active(after_id, rows_per_batch));
        if (page.empty()) return {};
        for (const Grant& grant : page) {
            const bool is_listed =
                std::binary_search(guarded.begin(), guarded.end(), fingerprint_of(grant.delete_handle));
            // A key is put under the guardrail before its row becomes active. A key that is gone
            // upstream needs nothing.
            const bool is_young = begun_at < grant.attempted_at + settle_time(options_.call_timeout);
            if (is_listed || is_young || is_dead(grant, begun_at)) continue;
            // The list alone is not proof: its pages shift, and a policy can apply to a key that
            // the list lacks.
            if (++looked_at > looked_at_max) {
                add({Finding::Kind::unguarded, grant.github_user_id, grant.delete_handle, false,
                     "not in the guardrail's list; too many to look at each"});
                continue;
            }
            TRY(judge(grant));
        }
        after_id = page.back().id;
    }
    return {};
}

base::Result<void> GuardrailCheck::judge(const Grant& grant) {
    const auto deadline = base::Deadline::after(options_.call_timeout);
    const auto key = provider_.get(grant.delete_handle, deadline);
    const auto is_guarded = key ? guardrails_->is_guarded(*key, deadline) : tl::unexpected(key.error());
    if (!is_guarded && is_guarded.error().code == base::Errc::not_found)
        return {};  // the key is missing; the reconciler reports that
    const bool needs_nothing = TRY(is_guarded);
    if (needs_nothing) return {};
    Finding finding{Finding::Kind::unguarded, grant.github_user_id, grant.delete_handle, false,
                    "under no guardrail, though " + variable() + " is set; `reconcile --fix` puts it under that"};
    if (options_.repair == Repair::fix) {
        const auto guarded = guardrails_->guard(grant.delete_handle, deadline);
        finding.is_fixed = guarded.has_value();
        finding.note = guarded ? "put under the guardrail" : guarded.error().detail;
    }
    add(std::move(finding));
    return {};
}

}  // namespace llmapikey
