#include "net/log.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "net/log_file.hpp"
#include "protocol/json/json_writer.hpp"

namespace parley::net::log {
namespace {

constexpr std::array<std::string_view, 7> names{"server", "listener", "http", "engine", "auth", "session", "rest"};
constexpr std::array<std::string_view, 5> levels{"debug", "info", "warn", "error", "off"};

constexpr auto text_pattern = "%Y-%m-%dT%H:%M:%S.%e%z %l %n: %v";
// %v is the message and its fields, already as members of the object.
constexpr auto json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","component":"%n",%v})";

spdlog::level::level_enum level_of(const options& how, const std::string& component) {
  const auto special = how.components.find(component);
  return spdlog::level::from_str(special == how.components.end() ? how.level : special->second);
}

struct loggers {
  std::array<std::shared_ptr<spdlog::logger>, names.size()> each;
  std::shared_ptr<log_file> file;  // null where lines go to standard error
  bool json = false;
  std::size_t lines_per_second = options{}.lines_per_second;

  loggers() { make({}); }

  /// Throws spdlog::spdlog_ex where the file cannot be opened.
  void make(const options& how) {
    json = how.json;
    lines_per_second = how.lines_per_second;
    std::shared_ptr<spdlog::sinks::sink> sink;
    if (how.file.empty())
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
      sink = file = std::make_shared<log_file>(how.file);
    for (std::size_t index = 0; index < names.size(); ++index) {
      each[index] = std::make_shared<spdlog::logger>(std::string{names[index]}, sink);
      each[index]->set_pattern(json ? json_pattern : text_pattern);
    }
    set_levels(how);
  }

  void set_levels(const options& how) const {
    for (const auto& logger : each) logger->set_level(level_of(how, logger->name()));
  }
};

loggers& all() {
  static loggers made;
  return made;
}

struct line_count {
  std::chrono::steady_clock::time_point since{};
  std::size_t lines = 0;
  unsigned left_out = 0;
};

/// Counts a line of that kind; `left_out`: how many were, before it.
bool may_write(std::string_view message, unsigned& left_out) {
  thread_local std::map<std::string, line_count, std::less<>> kinds;
  auto found = kinds.find(message);
  if (found == kinds.end()) found = kinds.emplace(message, line_count{}).first;
  auto& count = found->second;
  const auto now = std::chrono::steady_clock::now();
  if (now - count.since >= std::chrono::seconds{1}) {
    left_out = std::exchange(count, {now}).left_out;
  }
  if (++count.lines <= all().lines_per_second) return true;
  ++count.left_out;
  return false;
}

void write(spdlog::level::level_enum level, component who, std::string_view message, fields with) {
  auto& to = *all().each[static_cast<std::size_t>(who)];
  if (!to.should_log(level)) return;
  unsigned left_out = 0;
  if (!may_write(message, left_out)) return;
  if (left_out > 0)
    to.log(level, format(all().json, "lines left out", {{"of", message}, {"count", std::to_string(left_out)}}));
  to.log(level, format(all().json, message, with));
}

// A line is a line: what clients send may be in a value, and must not begin another.
std::string quoted(std::string_view value) {
  std::string text;
  json_text::append_string(text, value);
  return text;
}

bool is_plain(std::string_view value) {
  return !value.empty() && value.find_first_of(" =\"\\") == std::string_view::npos &&
         std::all_of(value.begin(), value.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

}  // namespace

std::optional<std::string> configure(const options& how) try {
  all().make(how);
  return std::nullopt;
} catch (const spdlog::spdlog_ex& failure) {
  return failure.what();
}

std::optional<std::string> reload(const options& how) try {
  all().set_levels(how);
  if (all().file != nullptr && !how.file.empty()) all().file->reopen(how.file);
  return std::nullopt;
} catch (const spdlog::spdlog_ex& failure) {
  return failure.what();
}

std::string format(bool json, std::string_view message, fields with) {
  std::string line = json ? "\"message\":" + quoted(message) : std::string{message};
  for (const auto& [key, value] : with) {
    if (value.empty()) continue;
    if (json)
      line.append(",").append(quoted(key)).append(":").append(quoted(value));
    else
      line.append(" ").append(key).append("=").append(is_plain(value) ? std::string{value} : quoted(value));
  }
  return line;
}

void debug(component who, std::string_view message, fields with) { write(spdlog::level::debug, who, message, with); }
void info(component who, std::string_view message, fields with) { write(spdlog::level::info, who, message, with); }
void warn(component who, std::string_view message, fields with) { write(spdlog::level::warn, who, message, with); }
void error(component who, std::string_view message, fields with) { write(spdlog::level::err, who, message, with); }

bool is_on(component who, verbosity level) {
  constexpr std::array all_levels{spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};
  return all().each[static_cast<std::size_t>(who)]->should_log(all_levels[static_cast<std::size_t>(level)]);
}

std::string text_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& failure) {
    return failure.what();
  } catch (...) {
    return "unknown";
  }
}

bool is_component(std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }
bool is_level(std::string_view name) { return std::find(levels.begin(), levels.end(), name) != levels.end(); }

std::string component_names() {
  std::string text;
  for (const auto name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

}  // namespace parley::net::log
