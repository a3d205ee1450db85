#include <boost/json/object.hpp>
#include <cstdio>

#include "app/database.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "cli/printing.hpp"
#include "resources/resources.hpp"

namespace llmapikey::cli {
namespace {

constexpr int entries_per_page = 500;

}  // namespace

int run_audit_verify(Output output) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    const auto stores = app::open_stores(*config);
    if (!stores) return report(stores.error());
    const auto checked = service::verify_audit_log(*stores->audit);
    if (!checked) return report(checked.error());
    const bool is_whole = checked->faults.empty();
    if (output == Output::json) {
        boost::json::object object{
            {"whole", is_whole}, {"entries", checked->entries}, {"head", checked->head_hash}, {"fault", nullptr}};
        if (!is_whole) object["fault"] = checked->faults[0].what;
        print_json(object);
    } else if (is_whole) {
        std::printf("%lld entries, whole; the head is %s\n", static_cast<long long>(checked->entries),
                    checked->head_hash.empty() ? "empty" : checked->head_hash.c_str());
    } else {
        std::printf("NOT WHOLE: %s\n", checked->faults[0].what.c_str());
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
        for (const service::ChainedEntry& link : *page)
            print_json(resources::to_json(link));
        after = page->back().sequence;
        if (!can_print()) break;
    }
    return 0;
}

}  // namespace llmapikey::cli
