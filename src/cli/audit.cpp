#include <boost/json/object.hpp>

#include "app/database.hpp"
#include "audit/audit_json.hpp"
#include "base/plural.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "cli/printing.hpp"

namespace llmapikey::cli {
namespace {

constexpr int entries_per_page = 500;

}  // namespace

int run_audit_verify(Output output) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    const auto stores = app::open_stores(*config);
    if (!stores) return report(stores.error());
    const auto checked = verify_audit_log(*stores->audit);
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
    while (true) {
        const auto page = stores->audit->read(after, entries_per_page);
        if (!page) return report(page.error());
        if (page->empty()) break;
        for (const ChainedEntry& link : *page)
            print_json(to_json(link));
        after = page->back().sequence;
        if (!can_print()) break;
    }
    return 0;
}

}  // namespace llmapikey::cli
