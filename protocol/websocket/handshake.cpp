#include "protocol/websocket/handshake.hpp"

#include <algorithm>
#include <array>

#include "protocol/auth/sha1.hpp"
#include "protocol/json/base64.hpp"

namespace parley::websocket {
namespace {

constexpr std::string_view magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

std::string_view trim(std::string_view text) {
  const auto from = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(from);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// What stands before the next `separator`, without blanks around it; takes it off `list`.
std::string_view take_part(std::string_view& list, char separator) {
  const auto end = std::min(list.find(separator), list.size());
  const auto part = trim(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return part;
}

bool acceptable(std::string_view term) {
  constexpr std::array<std::string_view, 3> known{"server_no_context_takeover", "client_no_context_takeover",
                                                  "client_max_window_bits"};
  const auto name = take_part(term, '=');
  return std::find(known.begin(), known.end(), name) != known.end();
}

bool acceptable_offer(std::string_view offer) {
  if (take_part(offer, ';') != "permessage-deflate") return false;
  while (!offer.empty())
    if (!acceptable(take_part(offer, ';'))) return false;
  return true;
}

}  // namespace

std::string accept_key(std::string_view key) {
  const auto digest = auth::sha1({key, magic});
  if (!digest) return {};
  return base64::encode({reinterpret_cast<const char*>(digest->data()), digest->size()});
}

bool offers_deflate(std::string_view extensions) {
  while (!extensions.empty())
    if (acceptable_offer(take_part(extensions, ','))) return true;
  return false;
}

}  // namespace parley::websocket
