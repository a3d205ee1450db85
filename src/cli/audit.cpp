#include <boost/json/object.hpp>

#include "app/database.hpp"
#include "audit/audit_json.hpp"
#include "base/plural.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "cli/printing.hpp"
#include "cli/progress.hpp"

namespace llmapikey::cli {
namespace {

constexpr int entries_per_page = 500;

// Reports how far an audit log was read.
class WatchedLog final : public AuditLog {
public:
    WatchedLog(AuditLog& log, Progress& progress) : log_(log), progress_(progress) {}
    base::Result<void> append(const AuditEntry& entry) override { return log_.append(entry); }
    base::Result<std::vector<ChainedEntry>> read(std::int64_t after, int limit) override {
        auto page = log_.read(after, limit);
        if (page && !page->empty()) progress_.reach(page->back().sequence);
        return page;
    }
    base::Result<ChainedEntry> head() override { return log_.head(); }

private:
    AuditLog& log_;
    Progress& progress_;
};

base::Result<AuditReport> verify(AuditLog& log) {
    Progress progress;
    if (progress.is_shown()) {
        const auto head = TRY(log.head());
        progress.begin("Checking the audit log", head.sequence);
    }
    WatchedLog watched(log, progress);
    return verify_audit_log(watched);
}

base::Result<void> print_entries(AuditLog& log, std::int64_t after) {
    Progress progress(Progress::Printing::list);
    const std::int64_t first = after;
    if (progress.is_shown()) {
        const auto head = TRY(log.head());
        progress.begin("Exporting the audit log", std::max<std::int64_t>(head.sequence - first, 0));
    }
    while (can_print()) {
        const auto page = TRY(log.read(after, entries_per_page));
        if (page.empty()) break;
        for (const ChainedEntry& link : page)
            print_json(to_json(link));
        after = page.back().sequence;
        progress.reach(after - first);
    }
    return {};
}

}  // namespace

int run_audit_verify(Output output) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    const auto stores = app::open_stores(*config);
    if (!stores) return report(stores.error());
    const auto checked = verify(*stores->audit);
    if (!checked) return report(checked.error());
    const bool is_whole = checked->faults.empty();
    if (output == Output::json) {
        boost::json::object object{
            {"whole", is_whole}, {"entries", checked->entries}, {"head", checked->head_hash}, {"fault", nullptr}};
        if (!is_whole) object["fault"] = checked->faults[0].what;
        print_json(object);
    } else if (is_whole) {
        print_line("The audit log is whole: " + base::counted(checked->entries, "entry", "entries") + ".");
        if (!checked->head_hash.empty()) print_line("Head of its chain: " + checked->head_hash);
    } else {
        print_line("The audit log is NOT WHOLE: " + checked->faults[0].what);
    }
    return is_whole ? 0 : 1;
}

int run_audit_export(std::int64_t after) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    const auto stores = app::open_stores(*config);
    if (!stores) return report(stores.error());
    const auto printed = print_entries(*stores->audit, after);
    return printed ? 0 : report(printed.error());
}

}  // namespace llmapikey::cli
