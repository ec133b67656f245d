// A header that is refused unread, looked through for what its answer needs: the lines that say which page asks. On the
// thread of its connection. Invariant: keeps those lines only, whatever the length of the header.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "net/http_request.hpp"

namespace parley::net {

class header_scan {
 public:
  /// Of the header, in bytes. What comes behind is not looked at.
  static constexpr std::size_t max_bytes = 256 * 1024;

  /// The lines go to `into`, which must outlive it.
  explicit header_scan(http_request& into) : into_{into} {}

  /// True when the header goes on behind these bytes.
  bool feed(std::string_view bytes);

 private:
  /// Of one line; longer ones say nothing about a page.
  static constexpr std::size_t max_line = 1024;

  void take_line();

  http_request& into_;
  std::string line_;  // that has not ended yet
  std::size_t seen_ = 0;
  bool begun_ = false;  // empty lines may come before
  bool done_ = false;
};

}  // namespace parley::net
