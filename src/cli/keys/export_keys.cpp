#include <cstdio>

#include "app/database.hpp"
#include "base/json_values.hpp"
#include "cli/configuration.hpp"
#include "cli/keys/grant_output.hpp"
#include "cli/keys/keys.hpp"
#include "cli/printing.hpp"
#include "cli/progress.hpp"
#include "keys/grant_json.hpp"

namespace llmapikey::cli {
namespace {

constexpr int rows_per_export_page = 1000;
constexpr std::int64_t counted_max = 10'000'000;

base::Result<void> print_all(AdminStore& keys, ExportFormat format) {
    GrantQuery query;
    Progress progress(Progress::Printing::list);
    if (progress.is_shown()) {
        const auto total = TRY(keys.count(query, counted_max));
        progress.begin("Exporting keys", total);
    }
    query.limit = rows_per_export_page;
    do {
        const auto page = TRY(keys.list(query));
        for (const Grant& grant : page.grants) {
            const std::string row = format == ExportFormat::csv ? csv_row(grant) : base::to_text(to_json(grant)) + "\n";
            std::fputs(row.c_str(), stdout);
        }
        progress.advance(static_cast<std::int64_t>(page.grants.size()));
        query.cursor = page.next_cursor;
    } while (!query.cursor.empty() && can_print());
    return {};
}

}  // namespace

int run_keys_export(ExportFormat format) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    const auto stores = app::open_stores(*config);
    if (!stores) return report(stores.error());
    if (format == ExportFormat::csv) std::fputs(csv_header().c_str(), stdout);
    const auto printed = print_all(*stores->admin, format);
    return printed ? 0 : report(printed.error());
}

}  // namespace llmapikey::cli
