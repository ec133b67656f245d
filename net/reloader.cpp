#include "net/reloader.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "net/services.hpp"

namespace parley::net {
namespace {

constexpr std::array<std::string_view, 9> reloaded_options{"jwt-secret",   "jwt-public-key", "jwks",
                                                           "jwt-issuer",   "jwt-audience",   "jwt-leeway",
                                                           "cors-origins", "log-level",      "log-components"};

using texts = std::map<std::string, std::string>;

/// Options that were set anew and that only a restart can change, with commas between them.
std::string left_for_a_restart(const texts& before, const texts& now) {
  std::string names;
  for (const auto& [name, text] : now) {
    const auto known = before.find(name);
    const bool changed = known == before.end() || known->second != text;
    const bool other_file = name == "log-file" && known != before.end() && !known->second.empty() && !text.empty();
    const bool taken =
        other_file || std::find(reloaded_options.begin(), reloaded_options.end(), name) != reloaded_options.end();
    if (changed && !taken) names.append(names.empty() ? "" : ",").append(name);
  }
  return names;
}

void refuse(const std::string& why) {
  log::error(log::component::server, "configuration not reloaded: the one of before stays in force", {{"reason", why}});
}

void take_over(config& into, const config& from) {
  into.jwt_secret = from.jwt_secret;
  into.jwt_public_key = from.jwt_public_key;
  into.jwks = from.jwks;
  into.jwt_issuer = from.jwt_issuer;
  into.jwt_audience = from.jwt_audience;
  into.jwt_leeway = from.jwt_leeway;
  into.cors_origins = from.cors_origins;
  into.log_level = from.log_level;
  into.log_components = from.log_components;
  if (!into.log_file.empty() && !from.log_file.empty()) into.log_file = from.log_file;
}

}  // namespace

log::options log_options(const config& how) {
  return {.level = how.log_level,
          .json = how.log_format == "json",
          .components = how.log_components,
          .file = how.log_file,
          .lines_per_second = how.log_lines_per_second};
}

void reloader::reload(shared_services& live) {
  const auto next = read_();
  if (!next.errors.empty()) {
    for (const auto& each : next.errors) refuse(each);
    return;
  }
  auto merged = now_.values;
  take_over(merged, next.values);
  auto policy = make_auth_policy(merged);
  if (!policy) return refuse(policy.failure());
  const auto keys = policy->keys.size();
  live.actors->auth->set(std::move(*policy));
  live.cors.set(make_cors(merged));
  if (const auto wrong = log::reload(log_options(merged)))
    log::error(log::component::server, "log-file not opened anew: lines go on into the one of before",
               {{"reason", *wrong}});
  if (const auto names = left_for_a_restart(now_.texts, next.texts); !names.empty())
    log::warn(log::component::server, "options were changed that only a restart takes over", {{"options", names}});
  now_.values = std::move(merged);
  log::info(log::component::server, "configuration reloaded",
            {{"token_keys", std::to_string(keys)},
             {"origins", std::to_string(now_.values.cors_origins.size())},
             {"log_level", now_.values.log_level},
             {"log_file", now_.values.log_file.empty() ? "standard error" : now_.values.log_file}});
}

}  // namespace parley::net
