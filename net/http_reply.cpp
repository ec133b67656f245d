#include "net/http_reply.hpp"

#include <utility>
#include <zlib.h>

#include "protocol/dialects/catalogue.hpp"
#include "protocol/domain/lists.hpp"

namespace parley::net {
namespace {

namespace http = boost::beast::http;

constexpr int gzip_window_bits = 15 + 16;  // 16: with gzip's header
constexpr int compression_level = 1;       // replies are made while others wait

/// Empty when zlib has no memory: the reply then goes uncompressed.
std::string gzip(const std::string& body) {
  z_stream stream{};
  if (::deflateInit2(&stream, compression_level, Z_DEFLATED, gzip_window_bits, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    return {};
  std::string out(::deflateBound(&stream, body.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool done = ::deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(done ? stream.total_out : 0);
  ::deflateEnd(&stream);
  return out;
}

/// Its weight is 0: not acceptable.
bool is_refused(std::string_view parameters) {
  const auto weight = trim(parameters);
  if (!weight.starts_with("q=") && !weight.starts_with("Q=")) return false;
  return weight.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

/// RFC 9110, 12.5.3. What is said of gzip goes before what is said of everything (`*`).
bool takes_gzip(std::string_view accepted) {
  bool others = false;
  while (!accepted.empty()) {
    auto parameters = take_part(accepted, ',');
    const auto coding = take_part(parameters, ';');
    const bool refused = is_refused(parameters);
    if (boost::beast::iequals({coding.data(), coding.size()}, "gzip")) return !refused;
    if (coding == "*") others = !refused;
  }
  return others;
}

}  // namespace

http_response text_reply(unsigned status, std::string body, std::string_view content_type) {
  http_response made{static_cast<http::status>(status), 11};
  made.set(http::field::content_type, {content_type.data(), content_type.size()});
  made.set(http::field::cache_control, "no-store");
  made.body() = std::move(body);
  return made;
}

http_response json_reply(unsigned status, std::string body) {
  return text_reply(status, std::move(body), "application/json");
}

http_response error_reply(const error& reason) {
  const auto& row = info(reason.code);
  json body{{"status", "error"}, {"code", row.code}, {"message", reason.message()}, {"statusCode", row.status}};
  if (!reason.field.empty()) body["data"] = {{"field", reason.field}};
  return json_reply(row.status, body.dump(-1, ' ', false, json::error_handler_t::replace));
}

void compress(http_response& what, std::string_view accept_encoding, std::size_t threshold) {
  if (what.body().size() <= threshold || !takes_gzip(accept_encoding)) return;
  auto packed = gzip(what.body());
  if (packed.empty()) return;
  what.body() = std::move(packed);
  what.set(http::field::content_encoding, "gzip");
}

}  // namespace parley::net
