#include "net/config.hpp"

#include <cstdlib>
#include <optional>
#include <string>
#include <unordered_map>

#include <CLI/CLI.hpp>

#include "net/config_file.hpp"
#include "net/config_network.hpp"
#include "net/config_options.hpp"
#include "net/config_values.hpp"

namespace parley::net {
namespace {

/// What CLI11 found on the command line; it only collects, so that all errors can be told at once.
struct command_line {
  CLI::App app{"parleyd: a Socket.IO server made of actors", "parleyd"};
  std::unordered_map<std::string, std::string> given;
  std::string file;
  std::optional<std::string> claims;
  std::string token_ttl = "24h";
  bool version = false;
  bool check = false;

  command_line() {
    app.allow_extras();
    app.add_option("--config", file, "Configuration file (TOML or INI)")->envname("PARLEY_CONFIG");
    app.add_flag("--check-config", check, "Check the configuration and exit");
    app.add_flag("--version", version, "Print the version and exit");
    app.add_option("--make-token", claims,
                   "Print a token with these claims (JSON), signed with the jwt-secret, and exit");
    app.add_option("--token-ttl", token_ttl, "Lifetime of that token")->capture_default_str();
    for (const auto& row : option_table()) add(row);
    app.footer(
        "Each option is also an environment variable (--ping-interval: PARLEY_PING_INTERVAL) and a line of the\n"
        "configuration file (ping-interval = \"25s\"). Flags win over the environment, that over the file.");
  }

  void add(const option_row& row) {
    auto& into = given[row.name];
    auto* option = row.is_flag ? app.add_flag("--" + row.name + "{true}", into, row.help)
                               : app.add_option("--" + row.name, into, row.help);
    option->group(row.section);
    if (row.repeatable) option->join(',');
    if (!row.is_flag) option->type_name(row.fallback.empty() ? "TEXT" : "[" + row.fallback + "]");
  }

  bool has(const option_row& row) const { return app.get_option("--" + row.name)->count() > 0; }
};

/// The text that counts for an option: the command line's, else the environment's, else the file's.
std::optional<std::string> text_for(const option_row& row, const command_line& line, option_texts& file) {
  auto in_file = file.extract(row.name);
  if (line.has(row)) return line.given.at(row.name);
  if (const char* value = std::getenv(environment_name(row.name).c_str()); value != nullptr) return value;
  if (in_file) return in_file.mapped();
  return std::nullopt;
}

void fill(loaded_config& into, const command_line& line) {
  option_texts file;
  if (!line.file.empty()) {
    auto read = read_config_file(line.file);
    if (!read) into.errors.push_back("config: " + line.file + ": " + read.failure());
    if (read) file = *std::move(read);
  }
  for (const auto& row : option_table()) {
    if (row.secret && line.has(row))
      into.errors.push_back(row.name + ": not as a flag, as others could read it; use " + environment_name(row.name));
    const auto text = text_for(row, line, file).value_or(row.fallback);
    if (const auto wrong = row.set(into.values, text)) into.errors.push_back(row.name + ": " + *wrong);
    into.texts[row.name] = text;
  }
  for (const auto& [name, value] : file) into.errors.push_back(name + ": no such option (in " + line.file + ")");
  for (const auto& extra : line.app.remaining()) into.errors.push_back(extra + ": no such option");
}

/// What the applications that we replace call the page that may connect. Beside what the options say.
void add_front_end(loaded_config& into) {
  const char* value = std::getenv("FRONTEND_URL");
  if (value == nullptr) return;
  if (const auto wrong = values::add_front_end(into.values, value)) into.errors.push_back("FRONTEND_URL: " + *wrong);
}

/// The fixed settings of the protocol suites.
void apply_conformance(config& values) {
  using namespace std::chrono_literals;
  values.ping_interval = 300ms;
  values.ping_timeout = 200ms;
  values.connect_timeout = 1000ms;
  values.max_payload = 1'000'000;
  values.cors_origins = {"*"};
  values.cors_credentials = false;
  values.namespaces = "/=conformance;/custom=conformance";
}

/// A switch without its value, as from a variable that is not set, would be taken for one that is on.
void refuse_empty_switches(loaded_config& into, int argc, const char* const* argv) {
  for (const auto& row : option_table())
    for (int at = 1; row.is_flag && at < argc; ++at)
      if ("--" + row.name + "=" == argv[at]) into.errors.push_back(row.name + ": must be true or false");
}

void read_token_request(loaded_config& into, const command_line& line) {
  into.wanted = request::make_token;
  into.claims = *line.claims;
  const auto ttl = values::parse_duration(line.token_ttl);
  if (!ttl) into.errors.emplace_back("token-ttl: must be a duration such as 24h");
  into.token_ttl = std::chrono::duration_cast<std::chrono::seconds>(ttl.value_or(std::chrono::milliseconds{}));
  if (into.values.jwt_secret.empty())
    into.errors.emplace_back("jwt-secret: needed to sign a token; set PARLEY_JWT_SECRET");
}

}  // namespace

loaded_config load_config(int argc, const char* const* argv) {
  loaded_config loaded;
  command_line line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    loaded.wanted = request::show_help;
    loaded.text = line.app.help();
    return loaded;
  } catch (const CLI::ParseError& failure) {
    loaded.errors.emplace_back(failure.what());
  }
  if (line.version) {
    loaded.wanted = request::show_version;
    return loaded;
  }
  refuse_empty_switches(loaded, argc, argv);
  fill(loaded, line);
  add_front_end(loaded);
  if (line.claims) {
    read_token_request(loaded, line);
    return loaded;
  }
  if (loaded.errors.empty()) check_combinations(loaded.values, loaded.errors);
  if (loaded.values.conformance) apply_conformance(loaded.values);
  if (line.check) loaded.wanted = request::check;
  return loaded;
}

}  // namespace parley::net
