#include "net/http_types.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "net/http_client.hpp"

namespace llmapikey::net {
namespace {

template <class Headers>
auto find_header(const Headers& headers, std::string_view name) {
    return std::find_if(headers.begin(), headers.end(),
                        [&](const auto& header) { return base::equal_ignoring_case(header.name, name); });
}

template <class Headers>
std::string_view value_of(const Headers& headers, std::string_view name) {
    const auto found = find_header(headers, name);
    return found == headers.end() ? std::string_view{} : std::string_view(found->value);
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
    return value_of(headers, name);
}

bool Request::has_header(std::string_view name) const {
    return find_header(headers, name) != headers.end();
}

std::string_view ClientResponse::header(std::string_view name) const {
    return value_of(headers, name);
}

}  // namespace llmapikey::net
