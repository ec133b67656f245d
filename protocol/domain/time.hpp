// Points in time as events write them. Pure, on every thread; the clock itself is read in net/ and
// actors/.
#pragma once

#include <array>
#include <chrono>

namespace parley {

/// ISO 8601 in UTC with milliseconds, as JavaScript's `toISOString`: "2026-01-01T12:00:00.000Z".
/// Finer digits are cut off towards the past.
std::array<char, 24> iso8601(std::chrono::system_clock::time_point at);

}  // namespace parley
