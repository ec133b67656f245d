// Any bytes as a request target: reading it is total, and what is accepted names a transport and a
// version.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/engineio/handshake.hpp"

using namespace parley::engineio;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto query = parse_request({reinterpret_cast<const char*>(data), size});
  if (query.parameters.size() > max_query_entries) std::abort();
  for (const bool upgrade : {false, true}) {
    const auto refused = check(query, {.upgrade = upgrade, .allow_v3 = true});
    if (!refused && (!query.carried_by || !query.protocol || !query.sid.empty())) std::abort();
  }
  return 0;
}
