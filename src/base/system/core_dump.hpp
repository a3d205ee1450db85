#pragma once

namespace llmapikey::base {

// From now on this process leaves no core dump, and no other process of its user may read its
// memory.
void exclude_from_core_dumps();
// As far as the hard limit of the process allows.
void allow_core_dumps();

}  // namespace llmapikey::base
