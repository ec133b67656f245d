#include "net/config_file.hpp"

#include <optional>
#include <set>
#include <sstream>

#include <CLI/CLI.hpp>

#include "net/small_file.hpp"

namespace parley::net {
namespace {

/// The line without its comment; nothing where a quote is not closed. CLI11 takes a `#` in quotes for a comment, too.
std::optional<std::string> without_comment(const std::string& line) {
  char quote = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (quote == 0 && c == '#') return line.substr(0, at);
    if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (c == quote)
      quote = 0;
  }
  return quote == 0 ? std::optional{line} : std::nullopt;
}

/// What is set in that line; empty where nothing is.
std::string name_in(const std::string& line) {
  const auto end = line.find('=');
  return end == std::string::npos ? std::string{} : CLI::detail::trim_copy(line.substr(0, end));
}

/// The file without comments into `all`; returns what is wrong with it.
std::optional<std::string> read_lines(std::istream& in, std::string& all) {
  std::set<std::string> names;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    const auto where = "line " + std::to_string(number) + ": ";
    const auto text = without_comment(line);
    if (!text) return where + "a quote is not closed";
    const auto name = name_in(*text);
    if (!name.empty() && !names.insert(name).second) return where + name + " is set twice";
    all.append(*text).append("\n");
  }
  return std::nullopt;
}

option_texts texts_in(const std::string& lines) {
  option_texts found;
  std::istringstream in{lines};
  CLI::ConfigTOML format;
  format.comment('\n');  // none are left, and no line has it
  for (const auto& item : format.from_config(in)) {
    if (item.name == "++" || item.name == "--") continue;  // CLI11's marks of sections
    std::string value;
    for (const auto& part : item.inputs) value += (value.empty() ? "" : ",") + part;
    found[item.fullname()] = value;
  }
  return found;
}

}  // namespace

result<option_texts, std::string> read_config_file(const std::string& path) {
  const auto text = read_small_file(path);
  if (!text) return text.failure().why;
  std::istringstream in{*text};
  std::string lines;
  if (auto wrong = read_lines(in, lines)) return *std::move(wrong);
  try {
    return texts_in(lines);
  } catch (const CLI::Error& failure) {
    return std::string{failure.what()};
  }
}

}  // namespace parley::net
