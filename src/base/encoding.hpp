#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace llmapikey::base {

std::string to_hex(std::string_view bytes);
std::string to_base64url(std::string_view bytes);  // RFC 4648 section 5, no padding
std::optional<std::string> from_base64url(std::string_view text);
std::string to_base64(std::string_view bytes);                  // standard alphabet, padded
std::optional<std::string> from_base64(std::string_view text);  // standard alphabet, padded (HTTP Basic)

// Percent-encodes every byte except RFC 3986 unreserved characters.
std::string to_percent_encoded(std::string_view text);
// Decodes %XX, and '+' as a space if `plus_is_space`. Nullopt: an escape is malformed.
std::optional<std::string> from_percent_encoded(std::string_view text, bool plus_is_space);

// Parses a decimal integer without sign or blanks. Nullopt: the text is something else, or the
// number exceeds 64 bits.
std::optional<std::int64_t> parse_whole_number(std::string_view text);

// Returns whether the text is 8-4-4-4-12 hexadecimal digits of either case (RFC 9562).
bool is_uuid(std::string_view text);

// Writes "2027-12-31", the day in UTC.
std::string to_date(Timestamp time);

// Writes "2027-12-31T23:59:59Z": UTC with whole seconds.
std::string to_rfc3339(Timestamp time);
// Accepts "Z" and numeric offsets, and drops any fraction of a second. Nullopt: malformed.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

// Returns whether `bytes` is well-formed UTF-8 (RFC 3629) without NUL. Every database and every
// page accepts such text.
bool is_text(std::string_view bytes);

// Returns the text with U+FFFD in place of each byte that makes it ill-formed UTF-8.
std::string to_valid_utf8(std::string text);

std::string_view trim(std::string_view text);  // ASCII blanks and tabs at both ends
std::vector<std::string_view> split(std::string_view text, char separator);
bool equal_ignoring_case(std::string_view left, std::string_view right);  // ASCII
std::string to_lower(std::string_view text);                              // ASCII
// Makes hostile text safe for logs: each byte that is not printable ASCII, and '"' and '\', becomes
// \xNN. About `limit` bytes are kept, and "..." marks a cut.
std::string to_printable(std::string_view text, std::size_t limit = 200);

// Joins names and percent-encoded values to a query string. Names are not encoded.
std::string to_query_string(const std::vector<std::pair<std::string, std::string>>& fields);

// Returns `text` with each occurrence of `what` replaced by `with`.
std::string replaced(std::string_view text, std::string_view what, std::string_view with);

}  // namespace llmapikey::base
