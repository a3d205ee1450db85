#include "net/http_types.hpp"

#include "base/encoding.hpp"
#include "net/http_client.hpp"

namespace llmapikey::net {
namespace {

const Header* find_header(const std::vector<Header>& headers, std::string_view name) {
    for (const Header& header : headers) {
        if (base::equal_ignoring_case(header.name, name)) return &header;
    }
    return nullptr;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
    const Header* found = find_header(headers, name);
    return found == nullptr ? std::string_view{} : std::string_view(found->value);
}

bool Request::has_header(std::string_view name) const {
    return find_header(headers, name) != nullptr;
}

std::string_view ClientResponse::header(std::string_view name) const {
    const Header* found = find_header(headers, name);
    return found == nullptr ? std::string_view{} : std::string_view(found->value);
}

}  // namespace llmapikey::net
