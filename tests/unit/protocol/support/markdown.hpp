// The references as tests read them: sections by their headings, tables by their rows, examples by their lines.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace parley::markdown {

using lines = std::vector<std::string>;
using cells = std::vector<std::string>;

/// The lines of a file of this repository.
inline lines read(const char* path) {
  std::ifstream in{std::filesystem::path{PARLEY_ROOT} / path};
  REQUIRE_MESSAGE(in, path);
  lines all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

inline std::size_t level_of(std::string_view line) {
  const auto level = std::min(line.find_first_not_of('#'), line.size());
  return level < line.size() && line[level] == ' ' ? level : 0;
}

/// From the heading that begins like that to the next of its level or above; empty where there is none.
inline lines section(const lines& text, std::string_view heading) {
  const auto begin =
      std::find_if(text.begin(), text.end(), [&](const std::string& line) { return line.starts_with(heading); });
  if (begin == text.end()) return {};
  const auto level = level_of(*begin);
  const auto end = std::find_if(
      begin + 1, text.end(), [&](const std::string& line) { return level_of(line) != 0 && level_of(line) <= level; });
  return {begin, end};
}

inline std::string trimmed(std::string_view text) {
  const auto first = std::min(text.find_first_not_of(' '), text.size());
  const auto last = text.find_last_not_of(' ');
  return std::string{text.substr(first, last == std::string_view::npos ? 0 : last + 1 - first)};
}

/// The cells of each row of each table.
inline std::vector<cells> rows(const lines& text) {
  std::vector<cells> found;
  for (const auto& line : text) {
    if (!line.starts_with('|')) continue;
    cells row;
    for (std::size_t at = 1; at < line.size();) {
      const auto end = std::min(line.find('|', at), line.size());
      row.push_back(trimmed(std::string_view{line}.substr(at, end - at)));
      at = end + 1;
    }
    found.push_back(std::move(row));
  }
  return found;
}

inline std::string quoted(std::string_view name) { return std::string{"`"}.append(name).append("`"); }

/// The row whose first cell has the name in backticks; empty where there is none.
inline cells row_of(const lines& text, std::string_view name) {
  for (auto& row : rows(text))
    if (row.front().find(quoted(name)) != std::string::npos) return row;
  return {};
}

inline std::string joined(const cells& row) {
  std::string all;
  for (const auto& cell : row) all.append(cell).append(" | ");
  return all;
}

/// What stands in code blocks behind an arrow; an indented line goes on with the one before.
inline lines examples(const lines& text, std::string_view arrow) {
  lines found;
  bool in_code = false;
  bool going_on = false;
  for (const auto& line : text) {
    if (line.starts_with("```")) in_code = !in_code;
    if (in_code && going_on && line.starts_with("  ")) found.back().append(trimmed(line));
    if (line.starts_with(' ')) continue;
    going_on = in_code && line.starts_with(arrow);
    if (going_on) found.push_back(trimmed(std::string_view{line}.substr(arrow.size())));
  }
  return found;
}

}  // namespace parley::markdown
