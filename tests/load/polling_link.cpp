#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "tests/load/link.hpp"

namespace parley::load {
namespace {

constexpr std::size_t gets = 0;
constexpr std::size_t posts = 1;
constexpr std::string_view blank_line = "\r\n\r\n";
constexpr char separator = '\x1e';

struct response {
  int status = 0;
  std::string_view body;
  std::size_t size = 0;  ///< of header and body together
};

bool same_letter(char a, char b) { return a == b || (b >= 'a' && b <= 'z' && a == b - 'a' + 'A'); }

/// The value of a field; `name` in lower case.
std::string_view field(std::string_view header, std::string_view name) {
  const auto at = std::search(header.begin(), header.end(), name.begin(), name.end(), same_letter);
  if (at == header.end()) return {};
  auto value = header.substr(static_cast<std::size_t>(at - header.begin()) + name.size());
  value = value.substr(0, value.find('\r'));
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

/// The response at the front of `bytes`, or nothing while it is incomplete. Servers of Engine.IO say how long it is.
std::optional<response> parse_response(std::string_view bytes) {
  const auto end = bytes.find(blank_line);
  if (end == std::string_view::npos || bytes.size() < 12) return std::nullopt;
  const auto header = bytes.substr(0, end + 2);
  response found;
  std::from_chars(bytes.data() + 9, bytes.data() + 12, found.status);
  std::size_t length = 0;
  const auto text = field(header, "\r\ncontent-length:");
  std::from_chars(text.data(), text.data() + text.size(), length);
  found.size = end + blank_line.size() + length;
  if (bytes.size() < found.size) return std::nullopt;
  found.body = bytes.substr(end + blank_line.size(), length);
  return found;
}

class polling_link final : public user_link {
 public:
  polling_link(load::user speaker, const address& to) : user_link{std::move(speaker)}, to_{&to} {}

  std::size_t channels() const override { return 2; }

  void start() override { get(); }

  std::size_t consume(std::size_t channel, std::string_view bytes, std::uint64_t now) override {
    const auto next = parse_response(bytes);
    if (!next) return 0;
    if (next->status != 200) {
      user_.fail(bytes.substr(0, bytes.find('\r')));
    } else if (channel == gets) {
      take(next->body, now);
      if (user_.failure().empty()) get();
    } else {
      posting_ = false;
      post();
    }
    return next->size;
  }

  void send(std::string_view packet) override {
    if (!waiting_.empty()) waiting_.push_back(separator);
    waiting_ += packet;
    post();
  }

  void close() override {
    user_.say_goodbye(*this);
    send("1");
  }

 private:
  void take(std::string_view body, std::uint64_t now) {
    if (sid_.empty()) read_sid(body);
    while (!body.empty() && user_.failure().empty()) {
      const auto end = std::min(body.find(separator), body.size());
      user_.on_packet(body.substr(0, end), now, *this);
      body.remove_prefix(std::min(end + 1, body.size()));
    }
  }

  void read_sid(std::string_view open) {
    constexpr std::string_view key = "\"sid\":\"";
    const auto at = open.find(key);
    if (at == std::string_view::npos) return user_.fail("no sid in the first answer");
    const auto rest = open.substr(at + key.size());
    sid_ = rest.substr(0, rest.find('"'));
  }

  void request(std::size_t channel, std::string_view method) {
    auto& out = output(channel);
    out.append(method).append(" ").append(to_->path).append("?EIO=4&transport=polling");
    if (!sid_.empty()) out.append("&sid=").append(sid_);
    out.append(" HTTP/1.1\r\nHost: ").append(to_->host).append("\r\n");
  }

  void get() {
    request(gets, "GET");
    output(gets) += "\r\n";
  }

  void post() {
    if (posting_ || waiting_.empty() || sid_.empty()) return;
    posting_ = true;
    request(posts, "POST");
    output(posts).append("Content-Type: text/plain;charset=UTF-8\r\nContent-Length: ");
    output(posts).append(std::to_string(waiting_.size())).append(blank_line).append(waiting_);
    waiting_.clear();
  }

  const address* to_;
  std::string sid_;
  std::string waiting_;
  bool posting_ = false;
};

}  // namespace

std::unique_ptr<user_link> make_polling_link(load::user speaker, const address& to) {
  return std::make_unique<polling_link>(std::move(speaker), to);
}

}  // namespace parley::load
