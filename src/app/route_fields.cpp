#include "app/route_table.hpp"

namespace llmapikey::app {
namespace {

using enum FieldKind;

constexpr Field code_and_state[] = {{"code", text}, {"state", text},    {"error", text}, {"error_description", text},
                                    {"iss", text},  {"error_uri", text}};
constexpr Field next[] = {{"next", text}};
constexpr Field language_and_next[] = {{"language", text}, {"next", text}};
constexpr Field result[] = {{"result", text}};
constexpr Field snippet_key[] = {{"key", text}};
constexpr Field meant_key[] = {{"key_id", text}};
constexpr Field question[] = {{"message", text}, {"model", text}, {"other_model", text}};
constexpr Field range_and_result[] = {{"days", text}, {"result", text}};
// "status" is what the state was called before.
constexpr Field list_of_console[] = {{"q", text},
                                     {"state", text},
                                     {"status", text},
                                     {"unused", flag},
                                     {"not_used_since", text},
                                     {"expires_within", number},
                                     {"from", text},
                                     {"to", text},
                                     {"sort", text},
                                     {"dir", text},
                                     {"page", text},
                                     {"before", text},
                                     {"all", flag},
                                     {"result", text}};
constexpr Field overview_or_list_of_console[] = {{"days", number},
                                                 {"q", text},
                                                 {"state", text},
                                                 {"status", text},
                                                 {"unused", flag},
                                                 {"not_used_since", text},
                                                 {"expires_within", number},
                                                 {"from", text},
                                                 {"to", text},
                                                 {"sort", text},
                                                 {"dir", text},
                                                 {"page", text},
                                                 {"before", text},
                                                 {"all", flag},
                                                 {"result", text}};
constexpr Field list_to_save[] = {{"q", text},
                                  {"state", text},
                                  {"status", text},
                                  {"unused", flag},
                                  {"not_used_since", text},
                                  {"expires_within", number},
                                  {"from", text},
                                  {"to", text},
                                  {"sort", text},
                                  {"dir", text}};
constexpr Field people_of_api[] = {{"q", text},
                                   {"state", text},
                                   {"unused", flag},
                                   {"not_used_since", text},
                                   {"expires_within", number},
                                   {"from", text},
                                   {"to", text},
                                   {"sort", text},
                                   {"dir", text},
                                   {"cursor", text},
                                   {"limit", number}};
constexpr Field new_people[] = {{"people", text}};
constexpr Field list_of_api[] = {
    {"q", text},    {"state", text}, {"unused", flag}, {"not_used_since", text}, {"expires_within", number},
    {"from", text}, {"to", text},    {"sort", text},   {"cursor", text},         {"limit", number}};
constexpr Field search_of_console[] = {{"q", text},
                                       {"state", text},
                                       {"unused", flag},
                                       {"not_used_since", text},
                                       {"expires_within", number},
                                       {"from", text},
                                       {"to", text},
                                       {"sort", text},
                                       {"dir", text}};
constexpr Field raw_key[] = {{"key", text}};
constexpr Field selection[] = {{"ids", text_list},
                               {"all", flag},
                               {"q", text},
                               {"state", text},
                               {"unused", flag},
                               {"not_used_since", text},
                               {"expires_within", number},
                               {"from", text},
                               {"to", text},
                               {"sort", text}};
constexpr Field bulk[] = {{"ids", text_list},
                          {"all", flag},
                          {"q", text},
                          {"state", text},
                          {"unused", flag},
                          {"not_used_since", text},
                          {"expires_within", number},
                          {"from", text},
                          {"to", text},
                          {"reason", text},
                          {"hold", text},
                          {"confirm", number},
                          {"made_by", number}};
constexpr Field chosen_keys[] = {{"act", text},
                                 {"ids", text_list},
                                 {"all", flag},
                                 {"q", text},
                                 {"state", text},
                                 {"unused", flag},
                                 {"not_used_since", text},
                                 {"expires_within", number},
                                 {"from", text},
                                 {"to", text},
                                 {"sort", text}};
constexpr Field bulk_change[] = {{"act", text},
                                 {"daily_limit_usd", number},
                                 {"ids", text_list},
                                 {"all", flag},
                                 {"q", text},
                                 {"state", text},
                                 {"unused", flag},
                                 {"not_used_since", text},
                                 {"expires_within", number},
                                 {"from", text},
                                 {"to", text},
                                 {"reason", text},
                                 {"confirm", number},
                                 {"made_by", number}};
constexpr Field bulk_change_of_console[] = {{"act", text},
                                            {"daily_limit_usd", typed},
                                            {"ids", text_list},
                                            {"all", flag},
                                            {"q", text},
                                            {"state", text},
                                            {"unused", flag},
                                            {"not_used_since", text},
                                            {"expires_within", number},
                                            {"from", text},
                                            {"to", text},
                                            {"reason", text},
                                            {"confirm", number},
                                            {"made_by", number}};
constexpr Field account[] = {{"github_user_id", id}, {"github_username", text}};
constexpr Field reason[] = {{"reason", text}};
constexpr Field reason_and_hold[] = {{"reason", text}, {"hold", text}};
constexpr Field change[] = {{"disabled", flag}, {"daily_limit_usd", number}, {"reason", text}};
constexpr Field change_of_console[] = {{"disabled", flag}, {"daily_limit_usd", typed}, {"reason", text}};
constexpr Field audit_of_console[] = {{"act", text}, {"before", number}, {"day", text}, {"q", text}};
constexpr Field after[] = {{"after", number}};
constexpr Field audit_of_api[] = {{"cursor", number}, {"limit", number}, {"q", text}};
constexpr Field settings[] = {{"minting_paused", flag}, {"daily_limit_usd", number}, {"key_lifetime_days", number},
                              {"seats", number},        {"organizer_name", text},    {"organizer_contact", text},
                              {"event_name", text}};
constexpr Field settings_of_console[] = {{"daily_limit_usd", typed},
                                         {"key_lifetime_days", typed},
                                         {"seats", typed},
                                         {"organizer_name", text},
                                         {"organizer_contact", text},
                                         {"event_name", text},
                                         {"was_daily_limit_usd", text},
                                         {"was_key_lifetime_days", text},
                                         {"was_seats", text},
                                         {"was_organizer_name", text},
                                         {"was_organizer_contact", text},
                                         {"was_event_name", text},
                                         {"back", text_list},
                                         {"version", text}};
constexpr Field token[] = {{"name", text}, {"scopes", text_list}, {"expires_in_days", number}};
constexpr Field token_of_console[] = {{"name", text}, {"scopes", text_list}, {"expires_in_days", typed}};
constexpr Field setup_token[] = {{"token", text}};
constexpr Field webhook[] = {{"url", text}, {"events", text_list}};
constexpr Field new_secret[] = {{"former_secret_hours", number}};
constexpr Field delivery_state[] = {{"state", text}};

constexpr RouteFields table[] = {
    {"GET", "/docs", snippet_key, {}},
    {"GET", "/dashboard", range_and_result, {}},
    {"POST", "/dashboard/key/rotate", {}, meant_key},
    {"POST", "/dashboard/key/give-back", {}, meant_key},
    {"POST", "/dashboard/try", {}, question},
    {"GET", "/auth/login", next, {}},
    {"GET", "/auth/callback", code_and_state, {}},
    {"GET", "/setup", setup_token, {}},
    {"POST", "/setup", {}, setup_token},
    {"GET", "/admin", overview_or_list_of_console, {}},
    {"GET", "/admin/people", list_of_console, {}},
    {"POST", "/admin/people", {}, new_people},
    {"GET", "/admin/people/export", list_to_save, {}},
    {"POST", "/admin/search", {}, search_of_console},
    {"GET", "/admin/activity", audit_of_console, {}},
    {"GET", "/admin/audit", audit_of_console, {}},
    {"GET", "/admin/audit/export", after, {}},
    {"GET", "/admin/people/{id}", result, {}},
    {"GET", "/admin/accounts/{id}", result, {}},
    {"POST", "/admin/keys", {}, account},
    {"POST", "/admin/keys/{id}/revoke", {}, reason_and_hold},
    {"POST", "/admin/keys/{id}/change", {}, change_of_console},
    {"POST", "/admin/keys/{id}/reveal", {}, reason},
    {"GET", "/admin/revocations/new", selection, {}},
    {"POST", "/admin/revocations", {}, bulk},
    {"GET", "/admin/revocations/{id}", result, {}},
    {"GET", "/admin/changes/new", chosen_keys, {}},
    {"POST", "/admin/changes", {}, bulk_change_of_console},
    {"GET", "/admin/changes/{id}", result, {}},
    {"GET", "/admin/settings", result, {}},
    {"POST", "/admin/settings", {}, settings_of_console},
    {"POST", "/language", {}, language_and_next},
    {"POST", "/admin/settings/pause", {}, next},
    {"POST", "/admin/settings/resume", {}, next},
    {"GET", "/admin/tokens", result, {}},
    {"POST", "/admin/tokens", {}, token_of_console},
    {"GET", "/admin/webhooks", result, {}},
    {"POST", "/admin/webhooks", {}, webhook},
    {"POST", "/admin/webhooks/{id}/secret", {}, new_secret},
    {"DELETE", "/api/v1/me/key", {}, meant_key},
    {"POST", "/api/v1/me/key/rotate", {}, meant_key},
    {"GET", "/api/v1/keys", list_of_api, {}},
    {"GET", "/api/v1/people", people_of_api, {}},
    {"POST", "/api/v1/keys", {}, account},
    {"POST", "/api/v1/keys/search", {}, raw_key},
    {"PATCH", "/api/v1/keys/{id}", {}, change},
    {"POST", "/api/v1/keys/{id}/revoke", {}, reason_and_hold},
    {"POST", "/api/v1/keys/{id}/reveal", {}, reason},
    {"PUT", "/api/v1/accounts/{id}/hold", {}, reason_and_hold},
    {"POST", "/api/v1/revocations", {}, bulk},
    {"POST", "/api/v1/changes", {}, bulk_change},
    {"GET", "/api/v1/audit", audit_of_api, {}},
    {"PATCH", "/api/v1/settings", {}, settings},
    {"POST", "/api/v1/tokens", {}, token},
    {"POST", "/api/v1/webhooks", {}, webhook},
    {"POST", "/api/v1/webhooks/{id}/secret", {}, new_secret},
    {"GET", "/api/v1/webhook-deliveries", delivery_state, {}},
};

}  // namespace

std::span<const RouteFields> route_fields() {
    return table;
}

}  // namespace llmapikey::app
