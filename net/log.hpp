// Structured logs on standard error or in a file, as text or JSON lines, with a level for each component. Thread-safe.
// Messages are literals: of those that come too often in a second, lines are left out and counted. There is no call
// that takes a token or a message body: values are what the caller names, and nobody names those.
#pragma once

#include <cstddef>
#include <exception>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace parley::net::log {

enum class component : unsigned char { server, listener, http, engine, auth, session, rest };

using fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

struct options {
  std::string level = "info";
  bool json = false;
  /// Levels of components that differ.
  std::map<std::string, std::string> components{};
  /// Lines are appended to this file; empty: they go to standard error.
  std::string file{};
  /// Lines of one kind that a thread writes in a second: what clients can bring about must not fill a disk.
  std::size_t lines_per_second = 50;
};

/// Call once, before other threads log. The error says why the file cannot be written.
std::optional<std::string> configure(const options& how);

/// Takes the levels, and opens the file anew, as it may have been moved away, or be another now; from or to standard
/// error nothing changes. On any thread. The error
/// says why the file cannot be opened: then the one of before goes on.
std::optional<std::string> reload(const options& how);

void debug(component who, std::string_view message, fields with);
void info(component who, std::string_view message, fields with);
void warn(component who, std::string_view message, fields with);
void error(component who, std::string_view message, fields with);

enum class verbosity : unsigned char { debug, info, warn, error };
/// Whether a line of that level would be written: for those whose values cost something to find.
bool is_on(component who, verbosity level);
/// What was thrown, for a field.
std::string text_of(const std::exception_ptr& thrown);

bool is_component(std::string_view name);
bool is_level(std::string_view name);
/// All of them, with commas between them.
std::string component_names();

/// One line as it would be logged, without time and level; JSON members or `key=value` pairs behind the message. A
/// field whose value is empty is left out.
std::string format(bool json, std::string_view message, fields with);

}  // namespace parley::net::log
