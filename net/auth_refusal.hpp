// How a client learns that its token is refused: by Socket.IO's CONNECT_ERROR, or, as front ends written for NestJS
// expect, by the error event of a namespace that it is let into for that. Configuration: read at start, then constant.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/dialects/namespaces.hpp"
#include "protocol/domain/result.hpp"

namespace parley::net {

/// What the option `auth-refusal` says.
struct refusal_rules {
  /// For all namespaces that are not named.
  bool by_event = false;
  std::map<std::string, bool, std::less<>> of_namespace{};

  /// From text such as `event` or `/groups=event,/hub=event`; the error is a sentence.
  static result<refusal_rules, std::string> parse(std::string_view text);

  /// A namespace that is named here and not in the table; empty where there is none.
  std::string stranger_to(const dialects::namespace_table& table) const;

  /// For each namespace of the table, by its id: whether clients are refused by an event.
  std::vector<bool> for_each(const dialects::namespace_table& table) const;
};

}  // namespace parley::net
