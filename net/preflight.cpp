#include "net/preflight.hpp"

#include <filesystem>
#include <optional>
#include <unistd.h>
#include <utility>

#include "actors/store/postgresql_address.hpp"
#include "actors/store/sqlite_file.hpp"
#include "actors/store/store.hpp"
#include "net/cluster.hpp"
#include "net/reserved_address.hpp"
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

bool is_writable_folder(const std::filesystem::path& folder) {
  const auto name = folder.empty() ? std::string{"."} : folder.string();
  return std::filesystem::is_directory(name) && ::access(name.c_str(), W_OK | X_OK) == 0;
}

/// Where it is there already, it must be a file that can be written to.
std::optional<std::string> check_log_file(const std::string& file) {
  if (file.empty()) return std::nullopt;
  const bool there = std::filesystem::exists(file);
  const bool usable = there ? !std::filesystem::is_directory(file) && ::access(file.c_str(), W_OK) == 0
                            : is_writable_folder(std::filesystem::path{file}.parent_path());
  if (usable) return std::nullopt;
  return "cannot be written: " + file;
}

/// Not the port, nor the file: the server that this configuration is for may be running.
std::optional<std::string> check_address(listen_address where) {
  if (where.is_unix()) {
    const auto folder = std::filesystem::path{where.path}.parent_path();
    const auto what = std::filesystem::status(where.path).type();
    if (what != std::filesystem::file_type::not_found && what != std::filesystem::file_type::socket)
      return where.text() + ": a file is there that is no socket";
    if (is_writable_folder(folder)) return std::nullopt;
    return where.text() + ": no file can be made in the folder " + folder.string();
  }
  where.port = 0;
  const auto reserved = reserved_address::reserve(where, 0);
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
  add("log-file: ", check_log_file(how.log_file));
  for (const auto& each : how.listen) add("listen: ", check_address(each));
  if (const auto options = cluster_options::from(how)) add("", check_certificates(*options));
  return errors;
}

}  // namespace parley::net
