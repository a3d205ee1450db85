#include <boost/json/object.hpp>
#include <cstdio>

#include "app/database.hpp"
#include "base/plural.hpp"
#include "cli/actor.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "cli/printing.hpp"
#include "cli/progress.hpp"
#include "sealing/reencryption.hpp"
#include "sealing/sealing_canary.hpp"

namespace llmapikey::cli {
namespace {

void print_json(const ReencryptionReport& report) {
    boost::json::object root;
    root["resealed"] = report.reencrypted;
    root["remaining"] = report.remaining;
    root["unreadable"] = report.unreadable;
    cli::print_json(root);
}

void print_text(const ReencryptionReport& report) {
    std::printf("%lld resealed, %lld remaining\n", static_cast<long long>(report.reencrypted),
                static_cast<long long>(report.remaining));
    if (report.unreadable > 0) {
        std::printf(
            "%lld of them cannot be read: set KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED to the secret that has sealed them. "
            "The first is %s\nIf that secret is lost, run `llmapikey reseal --accept-loss`.\n",
            static_cast<long long>(report.unreadable), report.first_unreadable.c_str());
    } else if (report.remaining > 0) {
        std::puts("Run `llmapikey reseal` once every process has the new KEY_ENCRYPTION_SECRET.");
    } else {
        std::puts("Everything is sealed with KEY_ENCRYPTION_SECRET.");
    }
}

base::Result<void> note(app::Stores& stores, const std::string& action, const std::string& detail) {
    return stores.audit->append({base::SystemClock().now(), cli_actor(), action, "", "cli", "done", detail});
}

// On a terminal the progress says what otherwise is a line for each batch.
base::Result<ReencryptionReport> run_shown(Reencryption& reencryption) {
    Progress progress;
    if (progress.is_shown()) {
        const auto total = TRY(reencryption.remaining());
        progress.begin("Re-encrypting", total);
    }
    return reencryption.run([&](const ReencryptionReport& so_far) {
        if (progress.is_shown()) return progress.reach(so_far.reencrypted);
        progress.say("resealed " + std::to_string(so_far.reencrypted) + ", remaining " +
                     std::to_string(so_far.remaining));
    });
}

base::Result<ReencryptionReport> reseal(app::Stores& stores, Reencryption& reencryption, bool is_dry_run) {
    if (is_dry_run) {
        const auto remaining = TRY(reencryption.remaining());
        return ReencryptionReport{0, remaining, 0, {}};
    }
    auto report = run_shown(reencryption);
    if (!report || report->reencrypted == 0) return report;
    const std::string detail =
        std::to_string(report->reencrypted) + " resealed, " + std::to_string(report->remaining) + " remaining";
    TRY(note(stores, "secrets.reseal", detail));
    return report;
}

int fail(const base::Error& error) {
    std::fprintf(stderr, "llmapikey: resealing stopped early; run it again to continue: %s\n", error.detail.c_str());
    return 1;
}

// Data that only the former secret opens stays as it is, in case that secret is found again.
int accept_loss(app::Stores& stores, const app::Sealers& sealers, const ReencryptionReport& report, Output output) {
    const auto noted = note(stores, "secrets.accept_loss", std::to_string(report.remaining) + " cannot be opened");
    if (!noted) return fail(noted.error());
    const auto replaced = SealingCanary(*stores.sealed, sealers.keys, sealers.webhooks).replace();
    if (!replaced) return fail(replaced.error());
    if (output == Output::json) {
        print_json(report);
        return 0;
    }
    std::printf(
        "%lld resealed. %s cannot be opened: keys among these go on working for whoever has saved "
        "them, but cannot be shown; their owners can replace them on the dashboard. `llmapikey serve` starts with this "
        "KEY_ENCRYPTION_SECRET.\n",
        static_cast<long long>(report.reencrypted),
        base::counted(report.remaining, "key or webhook secret", "keys and webhook secrets").c_str());
    return 0;
}

}  // namespace

int run_reseal(const ReencryptionChoice& choice, Output output) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    if (config->key_encryption_secret.empty()) {
        std::fputs("llmapikey: KEY_ENCRYPTION_SECRET is not set: set it to the secret to seal everything with\n",
                   stderr);
        return 2;
    }
    auto stores = app::open_stores(*config);
    if (!stores) {
        std::fprintf(stderr, "llmapikey: %s\n", stores.error().detail.c_str());
        return 1;
    }
    const app::Sealers sealers(*config);
    Reencryption reencryption(*stores->sealed, sealers.keys, sealers.webhooks);
    const auto report = reseal(*stores, reencryption, choice.is_dry_run);
    if (!report) return fail(report.error());
    if (choice.is_loss_accepted) return accept_loss(*stores, sealers, *report, output);
    output == Output::json ? print_json(*report) : print_text(*report);
    return report->remaining == 0 ? 0 : 1;
}

}  // namespace llmapikey::cli
