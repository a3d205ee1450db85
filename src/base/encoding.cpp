#include "base/encoding.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <boost/locale/utf.hpp>
#include <charconv>
#include <cstdio>

namespace llmapikey::base {
namespace {

namespace utf = boost::locale::utf;
using Utf8 = utf::utf_traits<char>;

constexpr char hex_digits[] = "0123456789abcdef";

const unsigned char* in(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string encode_base64(std::string_view bytes, int variant) {
    std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), in(bytes), bytes.size(), variant);
    text.pop_back();  // libsodium writes a NUL
    return text;
}

// The value of each character. no_value: the character is not in the alphabet.
using Base64Values = std::array<std::uint8_t, 256>;
constexpr std::uint8_t no_value = 64;

constexpr Base64Values values_of(std::string_view alphabet) {
    Base64Values values{};
    values.fill(no_value);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}
constexpr Base64Values url_values = values_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
constexpr Base64Values standard_values = values_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

// Lengths and trailing bits that no encoder produces are refused, so that a value has one spelling.
// libsodium 1.0.18 takes some bytes beyond ASCII for letters, and six times as long for a session
// token.
std::optional<std::string> decode_base64(std::string_view text, const Base64Values& values) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes(text.size() * 3 / 4, '\0');
    std::size_t written = 0;
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const char c : text) {
        const std::uint32_t value = values[static_cast<unsigned char>(c)];
        if (value == no_value) return std::nullopt;
        buffer = (buffer << 6 | value) & 0xffffffu;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes[written++] = static_cast<char>(buffer >> bits & 0xff);
    }
    if ((buffer & ((1u << bits) - 1)) != 0) return std::nullopt;
    return bytes;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Returns the number of `count` digits at `place`; -1 if there are not so many digits.
int digits_at(std::string_view text, std::size_t place, std::size_t count) {
    if (place + count > text.size()) return -1;
    int value = 0;
    for (std::size_t i = place; i < place + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

// Parses "Z", "+hh:mm" or "-hh:mm" with nothing behind it.
std::optional<Seconds> parse_offset(std::string_view text) {
    if (text == "Z" || text == "z") return Seconds{0};
    const int hours = digits_at(text, 1, 2);
    const int minutes = digits_at(text, 4, 2);
    const bool is_offset = text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':';
    if (!is_offset || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    const Seconds offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
    return text[0] == '+' ? offset : -offset;
}

// Appends `before` and two digits. A page with a chart writes a hundred dates, for which snprintf()
// took a quarter of the page's time.
void append_two_digits(unsigned number, char before, std::string& text) {
    const char characters[] = {before, static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
    text.append(characters, sizeof characters);
}

// Appends four digits at least.
void append_year(int year, std::string& text) {
    const std::string digits = std::to_string(year < 0 ? -year : year);
    if (year < 0) text += '-';
    if (digits.size() < 4) text.append(4 - digits.size(), '0');
    text += digits;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
    std::string text(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), in(bytes), bytes.size());
    text.pop_back();  // libsodium writes a NUL
    return text;
}

std::string to_base64url(std::string_view bytes) {
    return encode_base64(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::string to_base64(std::string_view bytes) {
    return encode_base64(bytes, sodium_base64_VARIANT_ORIGINAL);
}

std::optional<std::string> from_base64url(std::string_view text) {
    return decode_base64(text, url_values);
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int i = 0; i < 2 && text.ends_with('='); ++i)
        text.remove_suffix(1);
    return decode_base64(text, standard_values);
}

std::string to_percent_encoded(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        if (is_unreserved(c)) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += "0123456789ABCDEF"[byte >> 4];
        encoded += "0123456789ABCDEF"[byte & 15];
    }
    return encoded;
}

std::optional<std::string> from_percent_encoded(std::string_view text, bool plus_is_space) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            decoded += ' ';
        } else if (text[i] != '%') {
            decoded += text[i];
        } else {
            const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
            if (high < 0 || low < 0) return std::nullopt;
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return decoded;
}

std::optional<std::int64_t> parse_whole_number(std::string_view text) {
    if (text.empty() || text.front() == '-') return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string to_date(Timestamp time) {
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
    std::string text;
    append_year(static_cast<int>(date.year()), text);
    append_two_digits(static_cast<unsigned>(date.month()), '-', text);
    append_two_digits(static_cast<unsigned>(date.day()), '-', text);
    return text;
}

std::string to_rfc3339(Timestamp time) {
    const std::chrono::hh_mm_ss clock{time - std::chrono::floor<std::chrono::days>(time)};
    std::string text;
    text.reserve(std::size("2000-01-01T00:00:00Z"));
    text += to_date(time);
    append_two_digits(static_cast<unsigned>(clock.hours().count()), 'T', text);
    append_two_digits(static_cast<unsigned>(clock.minutes().count()), ':', text);
    append_two_digits(static_cast<unsigned>(clock.seconds().count()), ':', text);
    text += 'Z';
    return text;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return std::nullopt;
    if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
    const int year = digits_at(text, 0, 4), month = digits_at(text, 5, 2), day = digits_at(text, 8, 2);
    const int hour = digits_at(text, 11, 2), minute = digits_at(text, 14, 2), second = digits_at(text, 17, 2);
    if (year < 0 || month < 0 || day < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
    if (second < 0 || second > 60) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return std::nullopt;
    std::size_t place = 19;
    if (text[place] == '.') {
        do {
            ++place;
        } while (place < text.size() && text[place] >= '0' && text[place] <= '9');
        if (place == 20) return std::nullopt;
    }
    const auto offset = parse_offset(text.substr(place));
    if (!offset) return std::nullopt;
    return Timestamp{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
           Seconds{second} - *offset;
}

bool is_text(std::string_view bytes) {
    const char* const end = bytes.data() + bytes.size();
    for (const char* at = bytes.data(); at != end;) {
        const utf::code_point point = Utf8::decode(at, end);
        if (point == 0 || !utf::is_valid_codepoint(point)) return false;
    }
    return true;
}

std::string to_valid_utf8(std::string text) {
    if (is_text(text)) return text;
    std::string valid;
    const char* const end = text.data() + text.size();
    for (const char* at = text.data(); at != end;) {
        const char* const begin = at;
        if (utf::is_valid_codepoint(Utf8::decode(at, end))) {
            valid.append(begin, at);
        } else {
            valid += "\xef\xbf\xbd";
            at = begin + 1;
        }
    }
    return valid;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto place = text.find(separator);
        parts.push_back(text.substr(0, place));
        if (place == std::string_view::npos) return parts;
        text.remove_prefix(place + 1);
    }
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (lower(left[i]) != lower(right[i])) return false;
    }
    return true;
}

std::string to_lower(std::string_view text) {
    std::string lowered(text);
    for (char& c : lowered)
        c = lower(c);
    return lowered;
}

std::string to_printable(std::string_view text, std::size_t limit) {
    std::string printable;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (printable.size() >= limit) return printable + "...";
        if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
            printable += c;
        } else {
            printable += "\\x";
            printable += hex_digits[byte >> 4];
            printable += hex_digits[byte & 15];
        }
    }
    return printable;
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool is_dash_place = i == 8 || i == 13 || i == 18 || i == 23;
        const bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (is_dash_place ? c != '-' : !is_hex) return false;
    }
    return true;
}

std::string to_query_string(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string text;
    for (const auto& [name, value] : fields)
        text += (text.empty() ? "" : "&") + name + "=" + to_percent_encoded(value);
    return text;
}

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
    std::string result;
    for (auto found = text.find(what); found != std::string_view::npos; found = text.find(what)) {
        result.append(text.substr(0, found)).append(with);
        text.remove_prefix(found + what.size());
    }
    return result.append(text);
}

}  // namespace llmapikey::base
