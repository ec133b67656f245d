#include "protocol/websocket/handshake.hpp"

#include <algorithm>
#include <array>

#include "protocol/auth/sha1.hpp"
#include "protocol/domain/lists.hpp"
#include "protocol/json/base64.hpp"

namespace parley::websocket {
namespace {

constexpr std::string_view magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

constexpr std::size_t key_bytes = 16;

/// 8 to 15, as a number or in quotes.
bool is_window(std::string_view text) {
  if (text.size() > 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (text.size() == 1) return text == "8" || text == "9";
  return text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5';
}

/// The terms of one offer: each at most once, and with a value only where it may have one (RFC 7692, 7.1).
class offered_terms {
 public:
  bool take(std::string_view term) {
    const auto equals = term.find('=');
    const auto name = trim(term.substr(0, equals));
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) return false;
    const auto bit = 1U << (found - known.begin());
    if ((seen_ & bit) != 0) return false;
    seen_ |= bit;
    if (equals == std::string_view::npos) return true;
    return name == known.back() && is_window(trim(term.substr(equals + 1)));
  }

 private:
  static constexpr std::array<std::string_view, 3> known{"server_no_context_takeover", "client_no_context_takeover",
                                                         "client_max_window_bits"};
  unsigned seen_ = 0;
};

bool acceptable_offer(std::string_view offer) {
  if (take_part(offer, ';') != "permessage-deflate") return false;
  offered_terms terms;
  while (!offer.empty())
    if (!terms.take(take_part(offer, ';'))) return false;
  return true;
}

/// A token of HTTP (RFC 9110, 5.6.2).
bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
  });
}

}  // namespace

bool valid_key(std::string_view key) {
  const auto bytes = base64::decode(key);
  return bytes && bytes->size() == key_bytes;
}

std::string accept_key(std::string_view key) {
  const auto digest = auth::sha1({key, magic});
  return base64::encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string_view choose_subprotocol(std::string_view offered) {
  const auto first = take_part(offered, ',');
  return is_token(first) ? first : std::string_view{};
}

bool offers_deflate(std::string_view extensions) {
  while (!extensions.empty())
    if (acceptable_offer(take_part(extensions, ','))) return true;
  return false;
}

}  // namespace parley::websocket
