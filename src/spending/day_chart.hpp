#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "http/answers/views.hpp"

namespace llmapikey {

struct DayValue {
    std::string day;  // "2027-02-22"
    std::int64_t value = 0;
};

// A bar for each day, as high as its part of the highest.
Chart day_chart(const std::string& title, const std::vector<DayValue>& days,
                const std::function<std::string(std::int64_t)>& text_of);

}  // namespace llmapikey
