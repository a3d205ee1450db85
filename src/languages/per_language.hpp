#pragma once

#include <array>
#include <mutex>
#include <optional>

#include "languages/language.hpp"

namespace llmapikey {

// A value of each language, made when it is asked for first. Thread-safe. What `make` throws, of()
// throws, and the next call makes the value anew.
template <class Value>
class PerLanguage {
public:
    using Make = Value (*)(Language);
    explicit PerLanguage(Make make) : make_(make) {}

    // The value lives as long as this object.
    const Value& of(Language language) {
        Place& place = places_[static_cast<std::size_t>(language)];
        std::call_once(place.is_made, [&] { place.value.emplace(make_(language)); });
        return *place.value;
    }

private:
    struct Place {
        std::once_flag is_made;
        std::optional<Value> value;
    };
    const Make make_;
    std::array<Place, language_count> places_;
};

}  // namespace llmapikey
