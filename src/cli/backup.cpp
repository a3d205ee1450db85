#include <cstdio>

#include "app/database.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"

namespace llmapikey::cli {

int run_backup(const std::string& path) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    const auto copied = app::back_up(*config, path);
    if (copied) {
        std::printf("%s: a consistent copy of %s; keep KEY_ENCRYPTION_SECRET with it, but elsewhere\n", path.c_str(),
                    app::describe_database(*config).c_str());
        return 0;
    }
    std::fprintf(stderr, "llmapikey: %s\n", copied.error().detail.c_str());
    return copied.error().code == base::Errc::invalid_input ? 2 : 1;
}

}  // namespace llmapikey::cli
