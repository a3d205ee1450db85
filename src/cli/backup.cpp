#include <cstdio>
#include <filesystem>

#include "app/database.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "cli/progress.hpp"

namespace llmapikey::cli {
namespace {

constexpr std::uintmax_t megabyte = 1'000'000;

// Returns 0 if there is no such file.
std::int64_t megabytes_of(const std::string& path) {
    std::error_code ec;
    const std::uintmax_t size = std::filesystem::file_size(path, ec);
    return ec ? 0 : static_cast<std::int64_t>(size / megabyte);
}

base::Result<void> copy(const config::Config& config, const std::string& path) {
    Progress progress;
    if (config.postgres_url.empty()) {
        progress.begin_measured("Copying the database", megabytes_of(app::describe_database(config)), " MB",
                                [path] { return megabytes_of(path); });
    }
    return app::back_up(config, path);
}

}  // namespace

int run_backup(const std::string& path) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    const auto copied = copy(*config, path);
    if (copied) {
        std::printf("%s: a consistent copy of %s; keep KEY_ENCRYPTION_SECRET with it, but elsewhere\n", path.c_str(),
                    app::describe_database(*config).c_str());
        return 0;
    }
    std::fprintf(stderr, "llmapikey: %s\n", copied.error().detail.c_str());
    return copied.error().code == base::Errc::invalid_input ? 2 : 1;
}

}  // namespace llmapikey::cli
