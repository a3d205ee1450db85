#include "languages/locale_text.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "languages/catalog.hpp"

namespace llmapikey {
namespace {

using Months = std::array<std::string_view, 12>;

// Places in a pattern: {d} day, {m} name of the month, {n} its number, {y} year.
struct DateForm {
    std::string_view long_pattern, short_pattern;
    Months long_names, short_names;
};

constexpr Months no_names{};
constexpr DateForm date_forms[] = {
    {"{d} {m} {y}",
     "{d} {m}",
     {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
      "December"},
     {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}},
    {"{d} tháng {n}, {y}", "{d} thg {n}", no_names, no_names},
    {"{d} de {m} de {y}",
     "{d} {m}",
     {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
      "diciembre"},
     {"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"}},
    {"{d}. {m} {y}",
     "{d}. {m}",
     {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
      "Dezember"},
     {"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."}},
    {"{d} {m} {y}",
     "{d} {m}",
     {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
      "décembre"},
     {"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}},
    {"{d} de {m} de {y}",
     "{d} de {m}",
     {"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro",
      "dezembro"},
     {"jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."}},
    {"{y}年{n}月{d}日", "{n}月{d}日", no_names, no_names},
    {"{y}年{n}月{d}日", "{n}月{d}日", no_names, no_names},
};
static_assert(std::size(date_forms) == language_count);

struct MoneyForm {
    std::string_view before, after, thousands, decimal;
    bool groups_four_digits = true;  // "1.234"; Spanish writes "1234" and "12.345"
};
constexpr MoneyForm money_forms[] = {
    {"$", "", ",", "."},
    {"", "\u00a0US$", ".", ","},
    {"", "\u00a0US$", ".", ",", false},
    {"", "\u00a0$", ".", ","},
    {"", "\u00a0$US", "\u202f", ","},
    {"US$\u00a0", "", ".", ","},
    {"$", "", ",", "."},
    {"US$", "", ",", "."},
};
static_assert(std::size(money_forms) == language_count);

std::string date_of(base::Timestamp time, std::string_view pattern, const Months& names) {
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
    const auto month = static_cast<unsigned>(date.month());
    std::string text;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '{') {
            text += pattern[i];
            continue;
        }
        const char place = pattern[i + 1];
        i += 2;
        if (place == 'd') text += std::to_string(static_cast<unsigned>(date.day()));
        if (place == 'm') text += names[month - 1];
        if (place == 'n') text += std::to_string(month);
        if (place == 'y') text += std::to_string(static_cast<int>(date.year()));
    }
    return text;
}

bool is_of_number(char c) {
    return (c >= '0' && c <= '9') || c == ',' || c == '.';
}

}  // namespace

std::string long_date_text(base::Timestamp time, Language language) {
    const DateForm& form = date_forms[static_cast<std::size_t>(language)];
    return date_of(time, form.long_pattern, form.long_names);
}

std::string short_date_text(base::Timestamp time, Language language) {
    const DateForm& form = date_forms[static_cast<std::size_t>(language)];
    return date_of(time, form.short_pattern, form.short_names);
}

std::string localized_money(Language language, std::string_view english) {
    constexpr std::string_view too_little = "less than ";  // base::to_money()
    if (language == Language::english) return std::string(english);
    if (english.starts_with(too_little))
        return translated(language, in_catalog("less than {amount}"),
                          {{"amount", localized_money(language, english.substr(too_little.size()))}});
    const auto sign = english.find('$');
    if (sign == std::string_view::npos) return std::string(english);
    const MoneyForm& form = money_forms[static_cast<std::size_t>(language)];
    const std::string_view number = english.substr(sign + 1);
    constexpr std::size_t digits_before_comma = 1;  // of a number of four digits: "1,234.50"
    const bool has_four_digits =
        number.find(',') == digits_before_comma && number.find(',', 2) == std::string_view::npos;
    std::string text(english.substr(0, sign));
    text += form.before;
    for (const char c : number) {
        if (!is_of_number(c)) return std::string(english);
        if (c == ',')
            text += has_four_digits && !form.groups_four_digits ? std::string_view() : form.thousands;
        else if (c == '.')
            text += form.decimal;
        else
            text += c;
    }
    text += form.after;
    return text;
}

}  // namespace llmapikey
