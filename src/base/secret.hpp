#pragma once

#include <string>
#include <utility>

namespace llmapikey::base {

// A string that must not be seen. It has no operator<<, is wiped when it is destroyed, and can be
// read only through reveal().
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept { value_.swap(other.value_); }
    Secret& operator=(const Secret& other) {
        if (this != &other) {
            wipe();
            value_ = other.value_;
        }
        return *this;
    }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            wipe();
            value_.swap(other.value_);
        }
        return *this;
    }
    ~Secret() { wipe(); }

    const std::string& reveal() const { return value_; }
    bool empty() const { return value_.empty(); }

private:
    void wipe() noexcept;  // crypto.cpp
    std::string value_;
};

}  // namespace llmapikey::base
