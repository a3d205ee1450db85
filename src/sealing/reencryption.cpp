#include "sealing/reencryption.hpp"

#include "base/system/crash_point.hpp"
#include "sealing/sealing_canary.hpp"

namespace llmapikey {
namespace {

constexpr int at_once = 500;
// Replicas that still have only the old secret may seal with it during the first pass.
constexpr int passes_max = 3;

}  // namespace

base::Result<std::int64_t> Reencryption::remaining() {
    std::int64_t count = 0;
    for (const SealedKind kind : sealed_kinds) {
        const auto others = TRY(store_.count_others(kind, sealer_of(kind).prefix()));
        count += others;
    }
    return count;
}

base::Result<ReencryptionReport> Reencryption::run(const Progress& progress) {
    auto report = TRY(run_passes(progress));
    TRY(SealingCanary(store_, keys_, webhooks_).renew());
    return report;
}

base::Result<ReencryptionReport> Reencryption::run_passes(const Progress& progress) {
    ReencryptionReport report;
    std::int64_t before = -1;  // count after the latest pass
    for (int passes = 0;; ++passes) {
        report.remaining = TRY(remaining());
        if (report.remaining == 0 || report.reencrypted == before || passes == passes_max) return report;
        before = report.reencrypted;
        report.unreadable = 0;
        for (const SealedKind kind : sealed_kinds) {
            TRY(pass(kind, report, progress));
        }
    }
}

base::Result<void> Reencryption::pass(SealedKind kind, ReencryptionReport& report, const Progress& progress) {
    std::string after;
    while (true) {
        const auto texts = TRY(store_.list_others(kind, sealer_of(kind).prefix(), after, at_once));
        if (texts.empty()) return {};
        TRY(reseal(kind, texts, report));
        after = texts.back().id;
        progress(report);
    }
}

base::Result<void> Reencryption::reseal(SealedKind kind, const std::vector<SealedText>& texts,
                                        ReencryptionReport& report) {
    const base::Sealer& sealer = sealer_of(kind);
    std::vector<ReencryptedText> changes;
    for (const SealedText& text : texts) {
        const auto plain = sealer.open(text.sealed, text.id);
        if (plain) {
            changes.push_back({text.id, text.sealed, sealer.seal(plain->reveal(), text.id)});
        } else if (++report.unreadable == 1) {
            report.first_unreadable = text.id + ": " + plain.error().detail;
        }
    }
    base::crash_point("reseal.replacing");
    TRY(store_.replace(kind, changes));
    base::crash_point("reseal.replaced");
    const auto count = static_cast<std::int64_t>(changes.size());
    report.reencrypted += count;
    report.remaining -= count;
    return {};
}

}  // namespace llmapikey
