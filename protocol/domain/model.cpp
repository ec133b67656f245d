#include "protocol/domain/model.hpp"

#include <algorithm>

namespace parley {
namespace {

template <class Enum, std::size_t Size>
std::optional<Enum> find_name(const std::array<std::string_view, Size>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::optional<message_type> message_type_from(std::string_view name) {
  return find_name<message_type>(message_type_names, name);
}

std::optional<conversation_type> conversation_type_from(std::string_view name) {
  return find_name<conversation_type>(conversation_type_names, name);
}

}  // namespace parley
