#include "insight/health_words.hpp"

#include "base/plural.hpp"
#include "http/answers/shown_values.hpp"

namespace llmapikey {
namespace {

// A failure counts as recent for a day: a later one is only history.
constexpr std::chrono::hours failures_recent{24};

std::string is_or_are(std::int64_t count, std::string_view one, std::string_view many) {
    return base::counted(count, one, many) + (count == 1 ? " is" : " are");
}

std::string keys_are(std::int64_t count) {
    return is_or_are(count, "key", "keys");
}

class Parts {
public:
    void add(bool is_so, std::string text, std::string path = "", std::optional<ShownAge> since = std::nullopt) {
        if (is_so) parts_.push_back({std::move(text), std::move(path), std::move(since)});
    }
    std::vector<HealthPart> take() { return std::move(parts_); }

private:
    std::vector<HealthPart> parts_;
};

std::optional<ShownAge> since(const std::optional<base::Timestamp>& time, base::Timestamp now) {
    return time ? std::optional(shown_age(*time, now)) : std::nullopt;
}

void add_credits(const Overview& overview, const std::string& provider, Parts& parts) {
    if (!overview.credits_left) return;
    parts.add(overview.credits_left->value <= 0, "the credits at " + provider + " are used up: no key works");
    const bool is_short = overview.exposure_per_day && overview.credits_left->value > 0 &&
                          overview.credits_left->value < overview.exposure_per_day->value;
    parts.add(is_short, "the credits at " + provider + " may not last for a day");
}

std::int64_t recent_failures(const Overview& overview) {
    std::int64_t count = 0;
    for (const Failure& failure : overview.failures)
        if (failure.last_at + failures_recent > overview.now) ++count;
    return count;
}

}  // namespace

std::vector<HealthPart> health_of(const Overview& overview, std::string_view provider) {
    const StatusCounts& counts = overview.counts;
    const std::string name(provider);
    Parts parts;
    add_credits(overview, name, parts);
    parts.add(!upstream_problem_of(overview).empty(), "amounts could not be read from " + name, "#details");
    parts.add(!overview.reconcile_problem.empty(), "keys could not be compared with " + name, "#details");
    parts.add(overview.unremembered_keys > 0, keys_are(overview.unremembered_keys) + " not known to this database",
              "#unremembered");
    parts.add(counts.ambiguous > 0, keys_are(counts.ambiguous) + " in doubt: " + name + " has not answered",
              "/admin/people?state=ambiguous", since(counts.ambiguous_since, overview.now));
    parts.add(counts.waiting > 0, is_or_are(counts.waiting, "person", "people") + " waiting",
              "/admin/people?state=waiting", since(counts.waiting_since, overview.now));
    parts.add(counts.missing > 0,
              keys_are(counts.missing) + " missing: somebody deleted " + (counts.missing == 1 ? "it" : "them") +
                  " at " + name,
              "/admin/people?state=missing");
    parts.add(counts.revoking > 0, keys_are(counts.revoking) + " being revoked", "/admin/people?state=revoking");
    parts.add(counts.replacing > 0, keys_are(counts.replacing) + " being replaced", "/admin/people?state=replacing");
    const std::int64_t dead = overview.dead_deliveries.value_or(0);
    parts.add(dead > 0, base::counted(dead, "webhook delivery", "webhook deliveries") + " failed for good",
              "/admin/webhooks");
    const std::int64_t failures = recent_failures(overview);
    parts.add(failures > 0, base::counted(failures, "kind", "kinds") + " of failure in the last 24 hours", "#details");
    return parts.take();
}

std::string fine_words(const Overview& overview) {
    const std::int64_t live = overview.counts.live;
    if (live == 0) return "There are no keys yet, and nothing is wrong.";
    return live == 1 ? "The one key is fine." : "All " + std::to_string(live) + " keys are fine.";
}

}  // namespace llmapikey
