#include "net/preflight.hpp"

#include <optional>
#include <utility>

#include "actors/store/postgresql_address.hpp"
#include "actors/store/sqlite_file.hpp"
#include "actors/store/store.hpp"
#include "net/cluster.hpp"
#include "net/listener.hpp"
#include "net/services.hpp"

namespace parley::net {
namespace {

std::optional<std::string> check_store(const config& how) {
  if (how.conformance || how.store == "none") return std::nullopt;
  if (!names_postgresql(how.store)) return check_sqlite_file(sqlite_path(how.store));
  try {
    require_readable(how.store);
    return std::nullopt;
  } catch (const store_failure& failure) {
    return std::string{failure.what()};
  }
}

/// Not the port: the server that this configuration is for may be running.
std::optional<std::string> check_address(const config& how) {
  const auto reserved = reserved_address::reserve(how.host, 0);
  if (reserved) return std::nullopt;
  return reserved.failure();
}

}  // namespace

std::vector<std::string> check_surroundings(const config& how) {
  std::vector<std::string> errors;
  const auto add = [&errors](const std::string& option, const std::optional<std::string>& wrong) {
    if (wrong) errors.push_back(option + *wrong);
  };
  add("", check_keys(how));
  add("store: ", check_store(how));
  add("listen: ", check_address(how));
  if (const auto options = cluster_options::from(how)) add("", check_certificates(*options));
  return errors;
}

}  // namespace parley::net
