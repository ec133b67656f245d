#include "net/config.hpp"

#include <cstdlib>
#include <optional>
#include <string>
#include <unordered_map>

#include <CLI/CLI.hpp>

#include "net/config_checks.hpp"
#include "net/config_environment.hpp"
#include "net/config_file.hpp"
#include "net/config_help.hpp"
#include "net/config_network.hpp"
#include "net/config_options.hpp"
#include "net/config_values.hpp"

namespace parley::net {
namespace {

/// What CLI11 found on the command line; it only collects, so that all errors can be told at once.
struct command_line {
  CLI::App app{"", "parleyd"};
  std::unordered_map<std::string, std::vector<std::string>> given;
  std::string file;
  std::optional<std::string> claims;
  std::string token_ttl = "24h";
  bool version = false;
  bool check = false;

  command_line() {
    app.allow_extras();
    once(app.add_option("--config", file))->envname("PARLEY_CONFIG");
    app.add_flag("--check-config", check);
    app.add_flag("--version", version);
    once(app.add_option("--make-token", claims));
    once(app.add_option("--token-ttl", token_ttl));
    for (const auto& row : option_table()) add(row);
  }

  /// What is given twice is told by us (`check_commands`), and not by CLI11.
  static CLI::Option* once(CLI::Option* option) {
    return option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }

  void add(const option_row& row) {
    auto& into = given[row.name];
    if (row.is_flag)
      app.add_flag("--" + row.name + "{true},--no-" + row.name + "{false}", into);
    else
      app.add_option("--" + row.name, into)
          ->expected(1)
          ->allow_extra_args(false)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  bool has(const option_row& row) const { return !given.at(row.name).empty(); }

  /// Nothing where the command line does not have it.
  std::optional<std::string> text_of(const option_row& row) const {
    std::string text;
    for (const auto& each : given.at(row.name)) text.append(text.empty() ? "" : ",").append(each);
    return has(row) ? std::optional{text} : std::nullopt;
  }
};

/// The text that counts for an option: the command line's, else the environment's, else the file's.
std::optional<std::string> text_for(const option_row& row, const command_line& line, option_texts& file) {
  auto in_file = file.extract(row.name);
  if (auto text = line.text_of(row)) return text;
  if (const char* value = std::getenv(environment_name(row.name).c_str()); value != nullptr) return value;
  if (in_file) return in_file.mapped();
  return std::nullopt;
}

/// Sets the option; the complaint where it cannot be.
std::optional<std::string> fill(loaded_config& into, const option_row& row, const command_line& line,
                                option_texts& file) {
  const auto text = text_for(row, line, file);
  if (row.secret && line.has(row)) return "not as a flag, as others could read it; use " + environment_name(row.name);
  if (!row.repeatable && line.given.at(row.name).size() > 1) return "is given twice on the command line";
  if (text && *text != row.fallback) into.values.given.insert(row.name);
  return row.set(into.values, into.texts[row.name] = text.value_or(row.fallback));
}

void fill(loaded_config& into, const command_line& line) {
  option_texts file;
  if (!line.file.empty()) {
    auto read = read_config_file(line.file);
    if (!read) into.errors.push_back("config: " + line.file + ": " + read.failure());
    if (read) file = *std::move(read);
  }
  for (const auto& row : option_table())
    if (const auto wrong = fill(into, row, line, file)) into.errors.push_back(row.name + ": " + *wrong);
  for (const auto& [name, value] : file) into.errors.push_back(name + ": no such option (in " + line.file + ")");
  for (const auto& extra : line.app.remaining()) into.errors.push_back(extra + ": no such option");
  for (const auto& name : unknown_variables())
    into.errors.push_back(name + ": no such option (an environment variable); unset it, or correct its name");
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
      if ("--" + row.name + "=" == argv[at] || "--no-" + row.name + "=" == argv[at])
        into.errors.push_back(row.name + ": must be true or false");
}

/// In our words: CLI11's tell of its own classes.
std::string in_our_words(const CLI::ParseError& failure) {
  const std::string text = failure.what();
  const auto name = text.substr(0, text.find(':'));
  const bool lacks_value = dynamic_cast<const CLI::ArgumentMismatch*>(&failure) != nullptr;
  return lacks_value && name.starts_with("--") ? name.substr(2) + ": needs a value" : text;
}

void check_commands(loaded_config& into, const command_line& line) {
  for (const auto* name : {"config", "make-token", "token-ttl"})
    if (line.app.get_option(std::string{"--"} + name)->count() > 1)
      into.errors.push_back(std::string{name} + ": is given twice on the command line");
  if (!line.claims && line.app.get_option("--token-ttl")->count() > 0)
    into.errors.emplace_back("token-ttl: means nothing without --make-token");
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
    loaded.text = help_text();
    return loaded;
  } catch (const CLI::ParseError& failure) {
    loaded.errors.push_back(in_our_words(failure));
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
  check_commands(loaded, line);
  if (loaded.errors.empty()) check_combinations(loaded.values, loaded.errors);
  if (loaded.errors.empty()) check_use(loaded);
  if (loaded.values.conformance) apply_conformance(loaded.values);
  if (line.check) loaded.wanted = request::check;
  return loaded;
}

}  // namespace parley::net
