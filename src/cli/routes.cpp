#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdio>

#include "app/route_list.hpp"
#include "cli/commands.hpp"
#include "cli/printing.hpp"

namespace llmapikey::cli {
namespace {

namespace json = boost::json;

json::string_view text(std::string_view value) {
    return {value.data(), value.size()};
}

void print_json(const std::vector<app::RouteRow>& rows) {
    json::array list;
    for (const app::RouteRow& row : rows) {
        list.push_back(json::object{{"method", text(row.method)},
                                    {"path", text(row.path)},
                                    {"who", text(row.who)},
                                    {"needs_evidence", row.needs_evidence},
                                    {"limit", text(row.limit)},
                                    {"scope", text(row.scope)}});
    }
    cli::print_json(list);
}

void print_row(std::string_view method, std::string_view path, std::string_view who, std::string_view scope) {
    const auto width = [](std::string_view value) { return static_cast<int>(value.size()); };
    std::printf("%-6.*s  %-40.*s  %-8.*s  %.*s\n", width(method), method.data(), width(path), path.data(), width(who),
                who.data(), width(scope), scope.data());
}

}  // namespace

int run_routes(Output output) {
    const auto rows = app::list_routes();
    if (output == Output::json) {
        print_json(rows);
        return 0;
    }
    print_row("METHOD", "PATH", "WHO", "TOKEN");
    for (const app::RouteRow& row : rows)
        print_row(row.method, row.path, row.who, row.scope);
    return 0;
}

}  // namespace llmapikey::cli
