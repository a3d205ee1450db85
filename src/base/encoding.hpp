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

// Percent-encodes everything but RFC 3986 unreserved characters.
std::string to_percent_encoded(std::string_view text);
// Decodes %XX, and '+' as a space if `plus_is_space`; nullopt on a malformed escape.
std::optional<std::string> from_percent_encoded(std::string_view text, bool plus_is_space);

// A whole decimal number without sign, blanks or leading '+', that fits; nullopt otherwise.
std::optional<std::int64_t> parse_whole_number(std::string_view text);

// 8-4-4-4-12 hexadecimal digits (RFC 9562), of either case.
bool is_uuid(std::string_view text);

// "2027-12-31T23:59:59Z": UTC with seconds.
std::string to_rfc3339(Timestamp time);
// Takes "Z" and numeric offsets, any number of fraction digits; nullopt if malformed.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

// Well-formed UTF-8 (RFC 3629) without NUL: what every database and every page takes.
bool is_text(std::string_view bytes);

// The text with U+FFFD in the place of each byte that makes it ill-formed UTF-8.
std::string to_valid_utf8(std::string text);

std::string_view trim(std::string_view text);  // ASCII blanks and tabs at both ends
std::vector<std::string_view> split(std::string_view text, char separator);
bool equal_ignoring_case(std::string_view left, std::string_view right);  // ASCII
std::string to_lower(std::string_view text);                              // ASCII
// Each byte that is not printable ASCII, and '"' and '\', as \xNN; for hostile text in logs. At
// most `limit` bytes.
std::string to_printable(std::string_view text, std::size_t limit = 200);

// Names and values as the query of an address, percent-encoded.
std::string to_query_string(const std::vector<std::pair<std::string, std::string>>& fields);

// `text` with each `what` replaced by `with`.
std::string replaced(std::string_view text, std::string_view what, std::string_view with);

}  // namespace llmapikey::base
