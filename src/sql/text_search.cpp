#include "sql/text_search.hpp"

namespace llmapikey {

std::string pattern_of_part(std::string_view part) {
    std::string pattern = "%";
    for (const char c : part) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + "%";
}

std::string holds_part(const std::string& column, const std::string& parameter, Dialect dialect) {
    return dialect == Dialect::postgres ? column + " ILIKE " + parameter
                                        : column + " LIKE " + parameter + " ESCAPE '\\'";
}

}  // namespace llmapikey
