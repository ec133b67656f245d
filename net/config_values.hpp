// How option texts become values: durations, sizes, numbers, lists. Each gives a setter for the option table, which
// returns a complaint when the text is not such a value.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/config.hpp"

namespace parley::net::values {

inline constexpr std::size_t kib = 1024;
inline constexpr std::size_t mib = 1024 * kib;
/// Where a count has no bound that means anything.
inline constexpr std::size_t many = 1'000'000'000;

using setter = std::function<std::optional<std::string>(config&, const std::string&)>;

/// `300ms`, `25s`, `2m`, `24h`, `30d`, `4w`; nothing for anything else.
std::optional<std::chrono::milliseconds> parse_duration(const std::string& text);
/// `512`, `16KiB`, `1MB`; nothing for anything else.
std::optional<std::size_t> parse_size(const std::string& text);
/// Comma-separated, without spaces around and without empty pieces.
std::vector<std::string> parse_list(const std::string& text);

setter duration(std::chrono::milliseconds config::*where, std::chrono::milliseconds least,
                std::chrono::milliseconds most);
setter seconds(std::chrono::seconds config::*where, std::chrono::seconds least, std::chrono::seconds most);
setter size(std::size_t config::*where, std::size_t least, std::size_t most);
setter count(std::size_t config::*where, std::size_t least, std::size_t most);
setter text(std::string config::*where);
setter one_of(std::string config::*where, std::vector<std::string> choices);
setter list(std::vector<std::string> config::*where);
setter some_of(std::vector<std::string> config::*where, std::vector<std::string> choices);
setter flag(bool config::*where);
setter address(std::string config::*host, std::uint16_t config::*port);
/// The same, where there may be none: then the port stays 0.
setter optional_address(std::string config::*host, std::uint16_t config::*port);
setter component_levels();

}  // namespace parley::net::values
