#include "actors/store/postgresql_address.hpp"

#include <libpq-fe.h>
#include <memory>

#include "actors/store/store.hpp"

namespace parley {
namespace {

// `separator` is what stands between parameters.
std::string early_parameters(char separator) {
  std::string all;
  for (const auto* each : {"connect_timeout=2", "tcp_user_timeout=2000", "keepalives_idle=1", "keepalives_interval=1",
                           "keepalives_count=2"})
    all.append(all.empty() ? 0 : 1, separator).append(each);
  return all;
}

/// Where a URI's parameters begin, if it has any: a password may have a `?` in it, too.
std::size_t find_parameters(std::string_view uri) {
  auto from = uri.find("://") + 3;
  if (const auto end = uri.find_first_of("@/", from); end != uri.npos && uri[end] == '@') from = end;
  return uri.find('?', from);
}

}  // namespace

bool names_postgresql(std::string_view where) {
  return where.starts_with("postgresql://") || where.starts_with("postgres://");
}

// A password that was not escaped may hold anything: so only the host and the port are told, as far as they are clear.
std::string without_secrets(std::string_view where) {
  if (!names_postgresql(where)) return std::string{where};
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  const auto scheme = where.substr(0, where.find("://") + 3);
  auto rest = where.substr(scheme.size());
  rest = rest.substr(0, find_parameters(where) == where.npos ? rest.npos : find_parameters(where) - scheme.size());
  if (const auto at = rest.rfind('@'); at != rest.npos) rest.remove_prefix(at + 1);
  const auto host = rest.substr(0, rest.find_first_not_of(plain));
  rest.remove_prefix(host.size());
  const auto port =
      rest.starts_with(':') ? rest.substr(0, rest.find_first_not_of("0123456789", 1)) : std::string_view{};
  rest.remove_prefix(port.size());
  const bool clear = rest.empty() || rest.starts_with('/');
  return std::string{scheme}.append(clear ? host : "").append(clear ? port : "…");
}

void require_postgresql(std::string_view where) {
  if (names_postgresql(where)) return;
  throw store_failure{store_failure::kind::conflict, "a cluster needs a PostgreSQL server that its nodes share"};
}

// libpq's own words quote what it cannot read, which may be the password.
void require_readable(const std::string& where) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parts{PQconninfoParse(where.c_str(), nullptr),
                                                                           &PQconninfoFree};
  bool readable = parts != nullptr;
  for (const auto* each = parts.get(); readable && each->keyword != nullptr; ++each)
    if (std::string_view{each->keyword} == "host" && each->val != nullptr)
      readable = std::string_view{each->val}.find('@') == std::string_view::npos;  // the end of a password
  if (!readable) throw store_failure{store_failure::kind::conflict, "the address of the database is malformed"};
}

std::string with_parameters(std::string_view uri) {
  if (uri.find('=') != uri.npos) return std::string{uri};
  return std::string{uri} + (find_parameters(uri) == uri.npos ? '?' : '&') + "application_name=parleyd";
}

// libpq takes the last of several values for the same parameter: what the user wrote comes after ours.
std::string give_up_early(std::string_view where) {
  if (!names_postgresql(where)) return early_parameters(' ') + ' ' + std::string{where};
  const auto at = find_parameters(where);
  if (at == where.npos) return std::string{where} + '?' + early_parameters('&');
  return std::string{where.substr(0, at + 1)} + early_parameters('&') + '&' + std::string{where.substr(at + 1)};
}

}  // namespace parley
