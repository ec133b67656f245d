#include "protocol/json/json_binary.hpp"

#include "protocol/json/base64.hpp"

namespace parley::json_text {
namespace {

/// Bytes that so many digits of base64 stand for, padding included.
std::size_t decoded_size(std::string_view digits) {
  const auto end = digits.find_last_not_of('=');
  return end == std::string_view::npos ? 0 : (end + 1) * 3 / 4;
}

}  // namespace

void append_binary(std::string& out, std::string_view bytes) {
  out.push_back(binary_mark);
  out.push_back('"');
  base64::append(out, bytes);
  out.push_back('"');
}

bool binary_scan::next() {
  const auto all = rest_;
  for (auto mark = all.find(binary_mark); mark != std::string_view::npos; mark = all.find(binary_mark, mark + 1)) {
    if (!all.substr(mark + 1).starts_with('"')) continue;
    const auto digits = mark + 2;
    const auto end = all.find('"', digits);
    if (end == std::string_view::npos) return false;
    before_ = all.substr(0, mark);
    base64_ = all.substr(digits, end - digits);
    rest_ = all.substr(end + 1);
    return true;
  }
  return false;
}

std::string without_marks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  binary_scan scan{text};
  while (scan.next()) out.append(scan.before()).append(1, '"').append(scan.base64()).append(1, '"');
  return out.append(scan.rest());
}

std::size_t count_binary(std::string_view text) {
  std::size_t count = 0;
  for (binary_scan scan{text}; scan.next();) ++count;
  return count;
}

std::size_t size_with_binary(std::string_view text) {
  std::size_t size = 0;
  binary_scan scan{text};
  while (scan.next()) size += scan.before().size() + decoded_size(scan.base64());
  return size + scan.rest().size();
}

}  // namespace parley::json_text
