// Sends every message back as it came: what the Engine.IO and the RFC 6455 suites ask of a conformance server.
#pragma once

#include "net/connection.hpp"

namespace parley::net {

class raw_echo final : public application {
 public:
  explicit raw_echo(connection& over) : over_{over} {}

  void on_open() override {}
  void on_message(std::string_view data, bool binary) override {
    over_.send(dialects::encode_message(over_.framing(), data, binary));
  }
  void on_closed(std::string_view) override {}

 private:
  connection& over_;
};

}  // namespace parley::net
