#include "tests/load/event_template.hpp"

#include <algorithm>
#include <utility>

namespace parley::load {
namespace {

constexpr std::array<std::string_view, blank_count> names{"user", "token",     "peer",    "topic",
                                                          "text", "client_id", "last_id", "seq"};

/// `{#name}` as a whole text: the quotes go.
std::string without_quotes_of_numbers(std::string text) {
  for (auto at = text.find("\"{#"); at != std::string::npos; at = text.find("\"{#", at)) {
    const auto end = text.find("}\"", at);
    if (end == std::string::npos) break;
    text.erase(end + 1, 1).erase(at + 2, 1).erase(at, 1);
  }
  return text;
}

/// The name in the braces at `at`, if what is there looks like one.
std::string_view name_at(std::string_view text, std::size_t at) {
  const auto end = text.find('}', at);
  if (end == std::string_view::npos) return {};
  const auto name = text.substr(at + 1, end - at - 1);
  const bool wordy = std::all_of(name.begin(), name.end(), [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); });
  return wordy ? name : std::string_view{};
}

}  // namespace

result<event_template, std::string> event_template::parse(const json& from) {
  event_template made;
  const auto text = without_quotes_of_numbers(from.dump());
  std::size_t begun = 0;
  for (auto at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    const auto name = name_at(text, at);
    if (name.empty()) continue;
    const auto* found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return "there is no blank {" + std::string{name} + "}";
    made.pieces_.push_back({text.substr(begun, at - begun), static_cast<int>(found - names.begin())});
    begun = at + name.size() + 2;
  }
  made.pieces_.push_back({text.substr(begun), -1});
  return made;
}

void event_template::fill(std::string& out, const blanks& values) const {
  for (const auto& each : pieces_) {
    out += each.before;
    if (each.value >= 0) out += values[static_cast<std::size_t>(each.value)];
  }
}

}  // namespace parley::load
