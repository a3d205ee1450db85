#pragma once

namespace llmapikey::base {

// Makes this process leave no core dump, and bars other processes of its user from its memory.
void exclude_from_core_dumps();
// Allows core dumps up to the hard limit of the process.
void allow_core_dumps();

}  // namespace llmapikey::base
