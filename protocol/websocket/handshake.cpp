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
std::optional<std::uint8_t> window_bits(std::string_view text) {
  if (text.size() > 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  const bool one_digit = text == "8" || text == "9";
  if (!one_digit && (text.size() != 2 || text[0] != '1' || text[1] < '0' || text[1] > '5')) return std::nullopt;
  return static_cast<std::uint8_t>(one_digit ? text[0] - '0' : 10 + text[1] - '0');
}

/// The terms of one offer: each at most once, and with a value only where it may have one (RFC 7692, 7.1).
class offered_terms {
 public:
  bool add(std::string_view term) {
    const auto equals = term.find('=');
    const auto name = trim(term.substr(0, equals));
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) return false;
    const auto bit = 1U << (found - known.begin());
    if ((seen_ & bit) != 0) return false;
    seen_ |= bit;
    // Only the client's window may be offered without a size: then it is ours to choose.
    if (equals == std::string_view::npos) return name != server_window;
    const auto bits = window_bits(trim(term.substr(equals + 1)));
    if (name == server_window) server_bits_ = bits;
    if (name == client_window) client_bits_ = bits;
    return bits && (name == server_window || name == client_window);
  }

  deflate_agreement agree() const {
    deflate_agreement made{server_bits_.value_or(15),
                           "permessage-deflate; server_no_context_takeover; client_no_context_takeover"};
    const auto add_window = [&made](std::string_view name, std::uint8_t bits) {
      made.terms.append("; ").append(name).append("=").append(std::to_string(bits));
    };
    if (server_bits_) add_window(server_window, *server_bits_);
    if (client_bits_) add_window(client_window, *client_bits_);
    return made;
  }

 private:
  static constexpr std::string_view server_window = "server_max_window_bits";
  static constexpr std::string_view client_window = "client_max_window_bits";
  static constexpr std::array<std::string_view, 4> known{"server_no_context_takeover", "client_no_context_takeover",
                                                         server_window, client_window};
  unsigned seen_ = 0;
  std::optional<std::uint8_t> server_bits_;
  std::optional<std::uint8_t> client_bits_;
};

std::optional<deflate_agreement> agree_to(std::string_view offer) {
  if (take_part(offer, ';') != "permessage-deflate") return std::nullopt;
  offered_terms terms;
  while (!offer.empty())
    if (!terms.add(take_part(offer, ';'))) return std::nullopt;
  return terms.agree();
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

std::optional<deflate_agreement> agree_to_deflate(std::string_view extensions) {
  while (!extensions.empty())
    if (auto agreed = agree_to(take_part(extensions, ','))) return agreed;
  return std::nullopt;
}

}  // namespace parley::websocket
