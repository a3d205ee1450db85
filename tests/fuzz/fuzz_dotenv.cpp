// The .env file, listen addresses and URLs of the configuration.
#include <cstdint>

#include "config/config.hpp"
#include "net/http_server.hpp"

using namespace llmapikey;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)config::parse_dotenv(text);
    (void)config::parse_base_url(text);
    (void)net::ListenAddress::parse(text);
    return 0;
}
