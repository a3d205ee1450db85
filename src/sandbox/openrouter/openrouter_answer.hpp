#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "net/http_types.hpp"

namespace boost::json {
class value;
}

// The forms of the simulated OpenRouter's answers.
namespace llmapikey::sandbox {

constexpr const char* openrouter_owner = "user_sandbox_owner";
constexpr const char* default_workspace = "00000000-0000-4000-8000-000000000001";

// Returns {"error":{"code","message","metadata"}}; metadata is null if none is given.
net::Response openrouter_error(int status, const std::string& message);
net::Response openrouter_error(int status, const std::string& message, boost::json::value metadata);
// Returns {"data": ...}.
net::Response data_answer(int status, boost::json::value data);

// These return null if there is no value.
boost::json::value dollars(const std::optional<base::MicroUsd>& amount);
boost::json::value time_text(const std::optional<base::Timestamp>& time);
boost::json::value text_or_null(const std::string& text);

}  // namespace llmapikey::sandbox
