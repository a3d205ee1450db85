#pragma once

#include <span>
#include <string_view>

// The files that the build embeds in the binary (cmake/Embed.cmake).
namespace llmapikey::base {

struct EmbeddedText {
    std::string_view name;  // file name with extension
    std::string_view text;
};

struct EmbeddedAsset {
    std::string_view name;      // file name as in web/assets: "app.css"
    std::string_view url_path;  // "/assets/app.<hash>.css": changes with the content, so it may be cached for ever
    std::string_view content_type;
    std::string_view hash;  // hex, of the content
    std::string_view identity, brotli, gzip;
};

}  // namespace llmapikey::base

namespace llmapikey {
std::span<const base::EmbeddedText> embedded_sqlite_migrations();
std::span<const base::EmbeddedText> embedded_postgres_migrations();
std::span<const base::EmbeddedText> embedded_key_statements();
std::span<const base::EmbeddedText> embedded_webhook_statements();
std::span<const base::EmbeddedText> embedded_bulk_statements();
std::span<const base::EmbeddedText> embedded_roster_statements();
std::span<const base::EmbeddedText> embedded_people_statements();
std::span<const base::EmbeddedText> embedded_spending_statements();
std::span<const base::EmbeddedText> embedded_insight_statements();
std::span<const base::EmbeddedText> embedded_activity_statements();
std::span<const base::EmbeddedText> embedded_audit_statements();
std::span<const base::EmbeddedText> embedded_setting_statements();
std::span<const base::EmbeddedText> embedded_site_statements();
std::span<const base::EmbeddedText> embedded_templates();
std::span<const base::EmbeddedText> embedded_languages();  // compressed
std::span<const base::EmbeddedText> embedded_openapi();
std::span<const base::EmbeddedText> embedded_recipients_documents();  // compressed
std::span<const base::EmbeddedText> embedded_organizers_documents();  // compressed
std::span<const base::EmbeddedAsset> embedded_assets();
}  // namespace llmapikey
