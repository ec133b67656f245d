// What the directory answers from the store: last seen, what back ends say about users, their conversations. Part of
// the directory actor's behaviour.
#pragma once

#include "actors/directory.hpp"

namespace parley {

void on_people(directory_pointer self, const people_order& said);

}  // namespace parley
