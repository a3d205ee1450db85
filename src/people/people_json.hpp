#pragma once

#include <boost/json/object.hpp>

#include "people/people_store.hpp"

namespace llmapikey {

// A person as only organizers may read it; never with a raw key.
boost::json::object to_json(const Person& person, base::Timestamp now);

}  // namespace llmapikey
