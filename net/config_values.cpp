#include "net/config_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "net/log.hpp"

namespace parley::net::values {
namespace {

using complaint = std::optional<std::string>;

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

struct unit {
  std::string_view name;
  std::uint64_t factor;
};

/// A number and one of the units right behind it.
template <std::size_t Count>
std::optional<std::uint64_t> parse_with_unit(std::string_view text, const std::array<unit, Count>& units) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_number(text.substr(0, digits));
  const auto found =
      std::find_if(units.begin(), units.end(), [&](const unit& each) { return each.name == text.substr(digits); });
  if (!number || found == units.end()) return std::nullopt;
  if (*number > UINT64_MAX / 1'000'000 / found->factor) return std::nullopt;
  return *number * found->factor;
}

constexpr std::array durations{unit{"ms", 1},        unit{"s", 1'000},      unit{"m", 60'000},
                               unit{"h", 3'600'000}, unit{"d", 86'400'000}, unit{"w", 604'800'000}};
constexpr std::array sizes{
    unit{"", 1},           unit{"B", 1},           unit{"KB", 1'000},         unit{"KiB", 1'024},
    unit{"MB", 1'000'000}, unit{"MiB", 1'048'576}, unit{"GB", 1'000'000'000}, unit{"GiB", 1'073'741'824}};

/// As the user would write it: in the largest unit (up to days) that leaves no rest.
std::string written(std::chrono::milliseconds value) {
  const auto count = static_cast<std::uint64_t>(value.count());
  if (count == 0) return "0s";
  for (const auto* each : {&durations[4], &durations[3], &durations[2], &durations[1]})
    if (count % each->factor == 0) return std::to_string(count / each->factor).append(each->name);
  return std::to_string(count) + "ms";
}

std::string join(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(const std::string& text) {
  const auto value = parse_with_unit(text, durations);
  if (!value) return std::nullopt;
  return std::chrono::milliseconds{*value};
}

std::optional<std::size_t> parse_size(const std::string& text) { return parse_with_unit(text, sizes); }

std::vector<std::string> parse_list(const std::string& text) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(',', at), text.size());
    const auto first = text.find_first_not_of(' ', at);
    if (first < end) all.push_back(text.substr(first, text.find_last_not_of(' ', end - 1) + 1 - first));
    at = end + 1;
  }
  return all;
}

setter duration(std::chrono::milliseconds config::*where, std::chrono::milliseconds least,
                std::chrono::milliseconds most) {
  return [=](config& into, const std::string& text) -> complaint {
    const auto value = parse_duration(text);
    if (!value) return "must be a duration such as 300ms, 25s, 2m, 12h or 30d";
    if (*value < least || *value > most) return "must be from " + written(least) + " to " + written(most);
    into.*where = *value;
    return std::nullopt;
  };
}

setter seconds(std::chrono::seconds config::*where, std::chrono::seconds least, std::chrono::seconds most) {
  return [=](config& into, const std::string& text) -> complaint {
    const auto value = parse_duration(text);
    if (!value || *value % std::chrono::seconds{1} != std::chrono::milliseconds{0})
      return "must be a duration in whole seconds, such as 5s, 12h or 30d";
    if (*value < least || *value > most) return "must be from " + written(least) + " to " + written(most);
    into.*where = std::chrono::duration_cast<std::chrono::seconds>(*value);
    return std::nullopt;
  };
}

setter size(std::size_t config::*where, std::size_t least, std::size_t most) {
  return [=](config& into, const std::string& text) -> complaint {
    const auto value = parse_size(text);
    if (!value) return "must be a size such as 1000000, 16KiB or 1MB";
    if (*value < least || *value > most)
      return "must be from " + std::to_string(least) + " to " + std::to_string(most) + " bytes";
    into.*where = *value;
    return std::nullopt;
  };
}

setter count(std::size_t config::*where, std::size_t least, std::size_t most) {
  return [=](config& into, const std::string& text) -> complaint {
    const auto value = parse_number(text);
    if (!value || *value < least || *value > most)
      return "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    into.*where = *value;
    return std::nullopt;
  };
}

setter text(std::string config::*where) {
  return [=](config& into, const std::string& given) -> complaint {
    into.*where = given;
    return std::nullopt;
  };
}

setter one_of(std::string config::*where, std::vector<std::string> choices) {
  return [=](config& into, const std::string& given) -> complaint {
    if (!contains(choices, given)) return "must be one of " + join(choices);
    into.*where = given;
    return std::nullopt;
  };
}

setter list(std::vector<std::string> config::*where) {
  return [=](config& into, const std::string& given) -> complaint {
    into.*where = parse_list(given);
    return std::nullopt;
  };
}

setter some_of(std::vector<std::string> config::*where, std::vector<std::string> choices) {
  return [=](config& into, const std::string& given) -> complaint {
    into.*where = parse_list(given);
    const auto& words = into.*where;
    const bool known =
        std::all_of(words.begin(), words.end(), [&](const auto& word) { return contains(choices, word); });
    if (words.empty() || !known) return "must be some of " + join(choices) + ", with commas between them";
    return std::nullopt;
  };
}

setter flag(bool config::*where) {
  return [=](config& into, const std::string& given) -> complaint {
    const bool on = given == "true" || given == "1" || given == "yes" || given == "on";
    const bool off = given == "false" || given == "0" || given == "no" || given == "off";
    if (!on && !off) return "must be true or false";
    into.*where = on;
    return std::nullopt;
  };
}

setter address(std::string config::*to_host, std::uint16_t config::*to_port) {
  return [to_host, to_port](config& into, const std::string& given) -> complaint {
    const auto colon = given.rfind(':');
    if (colon == std::string::npos) return "must be HOST:PORT, such as 127.0.0.1:3000 or [::1]:3000";
    auto host = given.substr(0, colon);
    const auto port = parse_number(std::string_view{given}.substr(colon + 1));
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    if (host.empty()) return "must name a host before the port, such as 0.0.0.0:3000";
    if (!port || *port > UINT16_MAX) return "must end in a port from 0 to 65535";
    into.*to_host = host;
    into.*to_port = static_cast<std::uint16_t>(*port);
    return std::nullopt;
  };
}

setter optional_address(std::string config::*host, std::uint16_t config::*port) {
  return [set = address(host, port)](config& into, const std::string& given) -> complaint {
    return given.empty() ? std::nullopt : set(into, given);
  };
}

setter component_levels() {
  return [](config& into, const std::string& given) -> complaint {
    into.log_components.clear();
    for (const auto& pair : parse_list(given)) {
      const auto equals = pair.find('=');
      const auto component = pair.substr(0, equals);
      const auto level = equals == std::string::npos ? std::string{} : pair.substr(equals + 1);
      if (!log::is_component(component) || !log::is_level(level))
        return "must be pairs such as auth=debug,engine=info; components are " + log::component_names();
      into.log_components[component] = level;
    }
    return std::nullopt;
  };
}

}  // namespace parley::net::values
