#pragma once

#include "people/people_store.hpp"
#include "people/people_views.hpp"

namespace llmapikey {

// Returns a person as a row of the console's list.
PersonRow person_row(const Person& person, base::Timestamp now);

// Returns the console's page of a person: by the account, or by the place on the organizer's list.
std::string path_of(const Person& person);

}  // namespace llmapikey
