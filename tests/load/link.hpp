// How one user's packets travel: bytes in, bytes out, without a socket. A WebSocket is one channel; long-polling is
// two, one for the GETs and one for the POSTs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/load/user.hpp"

namespace parley::load {

class user_link : public packet_sink {
 public:
  static constexpr std::size_t most_channels = 2;

  virtual ~user_link() = default;
  virtual std::size_t channels() const { return 1; }

  /// Begins: the sockets stand.
  virtual void start() = 0;

  /// Takes what is whole from the front of `bytes` and returns how many bytes that was; the rest is to be given again.
  virtual std::size_t consume(std::size_t channel, std::string_view bytes, std::uint64_t now) = 0;

  /// Bytes to be written to the channel's socket; the writer removes what it wrote.
  std::string& output(std::size_t channel) { return outputs_[channel]; }

  /// Ends in good order, as far as bytes go.
  virtual void close() = 0;

  load::user& user() { return user_; }
  const load::user& user() const { return user_; }

 protected:
  explicit user_link(load::user speaker) : user_{std::move(speaker)} {}

  load::user user_;

 private:
  std::string outputs_[most_channels];
};

/// Where links go; the Host header says `host`.
struct address {
  std::string host;
  std::string path;
};

std::unique_ptr<user_link> make_websocket_link(load::user speaker, const address& to);
std::unique_ptr<user_link> make_polling_link(load::user speaker, const address& to);

}  // namespace parley::load
