// Any bytes as the messages of one connection: a line is a text, a line that begins with NUL is
// binary. The decoder refuses, waits, or yields packets that can be sent.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/json/json_text.hpp"
#include "protocol/socketio/attachments.hpp"
#include "protocol/socketio/decoder.hpp"
#include "protocol/socketio/encoder.hpp"

using namespace parley::socketio;

namespace {

void run(std::string_view input, version protocol) {
  decoder subject{protocol};
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    packet_parts parts;
    const auto out =
        line.starts_with('\0') ? subject.feed_binary(line.substr(1), parts) : subject.feed_text(line, parts);
    if (!out) return;
    if (out->has_value() == (subject.awaited() != nullptr)) std::abort();
    if (!out->has_value()) continue;
    const packet& done = **out;
    if (is_binary(done.type)) std::abort();
    const auto parts = deconstruct(parley::json_text::dump(done.data));
    if (parts.attachments.size() > max_attachments) std::abort();
    std::string packet;
    append_header(packet, done.type, parts.attachments.size(), done.nsp, done.id);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  run(input, version::v4);
  run(input, version::v5);
  return 0;
}
