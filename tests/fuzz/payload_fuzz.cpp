// Any bytes as a polling body, in each of its three forms: decoding refuses, or what it yields
// survives being sent.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "protocol/engineio/payload.hpp"

using namespace parley::engineio;

namespace {

/// v4 has no other binary packet than the message, and no separator inside a text.
bool expressible(const packet& one, version protocol) {
  if (one.binary) return one.type == packet_type::message;
  return protocol == version::v3 || one.data.find(payload_separator) == std::string::npos;
}

void check(const parley::result<std::vector<packet>, packet_error>& decoded, version protocol) {
  if (!decoded) return;
  std::vector<packet> sent;
  std::string payload;
  for (const packet& one : *decoded) {
    if (!expressible(one, protocol)) continue;
    append_to_payload(payload, one, protocol);
    sent.push_back(one);
  }
  if (sent.empty()) return;
  const auto again = decode_payload(payload, protocol, {.max_bytes = payload.size()});
  if (!again || *again != sent) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  check(decode_payload(body, version::v4), version::v4);
  check(decode_payload(body, version::v3), version::v3);
  check(decode_binary_payload_v3(body), version::v3);
  return 0;
}
