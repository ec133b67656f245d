// Any bytes as JSON text: parse refuses or yields a value whose text is stable.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "protocol/json/json.hpp"
#include "protocol/json/json_text.hpp"

namespace json_text = parley::json_text;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = json_text::parse({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  const std::string once = json_text::dump(*value);
  const auto again = json_text::parse(once);
  if (!again || json_text::dump(*again) != once) std::abort();
  // What is read in place is what the value is; only members may stand in another order, or twice.
  json_text::document read;
  if (read.read(once) != json_text::outcome::read || json_text::dump(read.root()) != once) std::abort();
  json_text::document held;
  held.hold(*value);
  if (json_text::dump(held.root()) != once) std::abort();
  return 0;
}
