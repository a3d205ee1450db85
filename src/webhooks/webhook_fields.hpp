#pragma once

#include <chrono>

#include "base/result.hpp"
#include "http/request_fields.hpp"

namespace llmapikey {

// "former_secret_hours": how long the former secret of a webhook goes on signing; absent: the
// default. invalid_input.
base::Result<std::chrono::hours> former_secret_hours_of(const RequestFields& fields);

}  // namespace llmapikey
