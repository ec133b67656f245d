#include "net/config_help.hpp"

#include <algorithm>
#include <string_view>

#include "net/config_options.hpp"

namespace parley::net {
namespace {

constexpr std::size_t line_width = 100;
constexpr std::string_view indent = "        ";

constexpr std::string_view head =
    "parleyd: a real-time server for Socket.IO clients\n"
    "\n"
    "Usage: parleyd [OPTIONS]\n"
    "\n"
    "Each option can also be set by an environment variable (--ping-interval is PARLEY_PING_INTERVAL) and by a line "
    "of\n"
    "the configuration file (ping-interval = \"25s\"). A flag wins over the environment, and that over the file.\n"
    "Durations have a unit: ms, s, m, h, d or w. Sizes are bytes, or have one: KB, KiB, MB, MiB, GB or GiB.\n";

constexpr std::string_view commands =
    "\nCommands:\n"
    "  --help, -h\n"
    "        Prints this text.\n"
    "  --version\n"
    "        Prints the version.\n"
    "  --check-config\n"
    "        Checks the configuration, and the files that it names, without starting anything.\n"
    "  --make-token CLAIMS\n"
    "        Prints a token with these claims, a JSON object, signed with the secret in PARLEY_JWT_SECRET.\n"
    "  --token-ttl DURATION  [24h]\n"
    "        How long that token is valid.\n"
    "  --config FILE\n"
    "        Reads options from this file (TOML). Its environment variable is PARLEY_CONFIG.\n";

void append_wrapped(std::string& to, std::string_view text) {
  std::size_t column = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (column == 0 || column + 1 + end > line_width) {
      if (column > 0) to += '\n';
      to.append(indent);
      column = indent.size();
    } else {
      to += ' ';
      ++column;
    }
    to.append(text.substr(0, end));
    column += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  to += '\n';
}

/// A switch is shown as what one would write to change it; a secret, as the only place it may stand in.
std::string shown(const option_row& row) {
  if (row.secret) return "  " + environment_name(row.name) + "  (environment variable)\n";
  if (row.is_flag) return row.fallback == "true" ? "  --no-" + row.name + '\n' : "  --" + row.name + '\n';
  const auto fallback = row.fallback.empty() ? std::string{} : "  [" + row.fallback + ']';
  return "  --" + row.name + " VALUE" + fallback + '\n';
}

std::string explained(const option_row& row) {
  if (!row.is_flag) return row.help;
  if (row.fallback != "true") return row.help + " Off by default.";
  return row.help + " On by default; --no-" + row.name + " switches it off.";
}

}  // namespace

std::string help_text() {
  std::string text{head};
  text.append(commands);
  std::string section;
  for (const auto& row : option_table()) {
    if (row.section != section) text.append("\n").append(section = row.section).append(":\n");
    text.append(shown(row));
    append_wrapped(text, explained(row));
  }
  return text;
}

}  // namespace parley::net
