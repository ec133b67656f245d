#include "protocol/socketio/namespaces.hpp"

#include "protocol/json/utf8.hpp"

namespace parley::socketio {

bool valid_namespace(std::string_view name) noexcept {
  if (!name.starts_with('/') || name.find(',') != std::string_view::npos) return false;
  const auto characters = utf8::code_points(name);
  return characters && *characters <= max_namespace_characters && !utf8::has_control(name);
}

std::pair<std::string_view, std::string_view> split_namespace(std::string_view raw) noexcept {
  const std::size_t mark = raw.find('?');
  if (mark == std::string_view::npos) return {raw, {}};
  return {raw.substr(0, mark), raw.substr(mark + 1)};
}

std::optional<violation> check_connected(packet_type type, bool connected) noexcept {
  if (type == packet_type::connect) return connected ? std::optional{violation::already_connected} : std::nullopt;
  return connected ? std::nullopt : std::optional{violation::not_connected};
}

}  // namespace parley::socketio
