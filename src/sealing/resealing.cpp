#include "sealing/resealing.hpp"

#include "base/system/crash_point.hpp"
#include "sealing/sealing_canary.hpp"

namespace llmapikey {
namespace {

constexpr int at_once = 500;
// Processes that still have the old secret alone go on sealing with it behind the first pass.
constexpr int most_passes = 3;

}  // namespace

base::Result<std::int64_t> Resealer::remaining() {
    std::int64_t count = 0;
    for (const SealedKind kind : sealed_kinds) {
        const auto others = store_.count_others(kind, sealer_of(kind).prefix());
        if (!others) return tl::unexpected(others.error());
        count += *others;
    }
    return count;
}

base::Result<ResealReport> Resealer::run(const Progress& progress) {
    auto report = run_passes(progress);
    if (!report) return report;
    const auto renewed = SealingCanary(store_, keys_, webhooks_).renew();
    if (!renewed) return tl::unexpected(renewed.error());
    return report;
}

base::Result<ResealReport> Resealer::run_passes(const Progress& progress) {
    ResealReport report;
    std::int64_t before = -1;  // the latest pass
    for (int passes = 0;; ++passes) {
        const auto left = remaining();
        if (!left) return tl::unexpected(left.error());
        report.remaining = *left;
        if (report.remaining == 0 || report.resealed == before || passes == most_passes) return report;
        before = report.resealed;
        report.unreadable = 0;
        for (const SealedKind kind : sealed_kinds) {
            const auto passed = pass(kind, report, progress);
            if (!passed) return tl::unexpected(passed.error());
        }
    }
}

base::Result<void> Resealer::pass(SealedKind kind, ResealReport& report, const Progress& progress) {
    std::string after;
    while (true) {
        const auto texts = store_.list_others(kind, sealer_of(kind).prefix(), after, at_once);
        if (!texts) return tl::unexpected(texts.error());
        if (texts->empty()) return {};
        const auto resealed = reseal(kind, *texts, report);
        if (!resealed) return resealed;
        after = texts->back().id;
        progress(report);
    }
}

base::Result<void> Resealer::reseal(SealedKind kind, const std::vector<SealedText>& texts, ResealReport& report) {
    const base::Sealer& sealer = sealer_of(kind);
    std::vector<ResealedText> changes;
    for (const SealedText& text : texts) {
        const auto plain = sealer.open(text.sealed, text.id);
        if (plain) {
            changes.push_back({text.id, text.sealed, sealer.seal(plain->reveal(), text.id)});
        } else if (++report.unreadable == 1) {
            report.first_unreadable = text.id + ": " + plain.error().detail;
        }
    }
    base::crash_point("reseal.replacing");
    const auto replaced = store_.replace(kind, changes);
    if (!replaced) return replaced;
    base::crash_point("reseal.replaced");
    const auto count = static_cast<std::int64_t>(changes.size());
    report.resealed += count;
    report.remaining -= count;
    return {};
}

}  // namespace llmapikey
