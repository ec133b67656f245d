// How values travel between nodes: a compact binary form of plain structs, found out from the structs themselves
// (Boost.PFR). Pure, on every thread. Invariants: a struct says how long it is, so that a newer node may add fields at
// its end (an older one skips them, a newer one reads an older's as their defaults); alternatives of a variant are only
// ever added at the end; reading never goes beyond the bytes it was given, and never allocates more than they justify.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/pfr/core.hpp>

#include "protocol/domain/ids.hpp"
#include "protocol/json/json.hpp"

namespace parley::wire {

/// Version of the form itself. Nodes of versions that differ by one understand each other.
inline constexpr std::uint32_t version = 1;

/// Structs and variants inside each other that are read.
inline constexpr int max_depth = 32;

class reader;

/// Appends values to a text.
class writer {
 public:
  explicit writer(std::string& out) : out_{out} {}

  void number(std::uint64_t value);
  void bytes(std::string_view value) {
    number(value.size());
    out_.append(value);
  }
  /// What `write` appends, and before it how many bytes that was.
  template <class Write>
  void sized(Write write) {
    const auto at = out_.size();
    out_.append(length_bytes, '\0');
    write();
    set_length(at);
  }

 private:
  static constexpr std::size_t length_bytes = 4;
  void set_length(std::size_t at);

  std::string& out_;
};

/// Takes values from the front of a text. After the first value that is wrong everything reads as nothing, and `good`
/// is false.
class reader {
 public:
  explicit reader(std::string_view text) : rest_{text} {}

  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }
  void fail() {
    good_ = false;
    rest_ = {};
  }

  std::uint64_t number();
  std::string_view bytes();
  /// What `sized` wrote, unread.
  std::string_view part() { return take_part(); }
  /// `read` sees only the part that says how long it is, and what it leaves is skipped.
  template <class Read>
  void sized(Read read) {
    const auto part = take_part();
    const auto after = std::exchange(rest_, part);
    if (++depth_ > max_depth) fail();
    read();
    --depth_;
    rest_ = good_ ? after : std::string_view{};
  }

 private:
  std::string_view take_part();

  std::string_view rest_;
  bool good_ = true;
  int depth_ = 0;
};

/// How one type is written and read; specialized for what is no plain struct.
template <class T, class = void>
struct codec;

template <class T>
void put(writer& to, const T& value) {
  codec<T>::put(to, value);
}

template <class T>
void get(reader& from, T& value) {
  codec<T>::get(from, value);
}

/// The bytes of a value.
template <class T>
std::string encode(const T& value) {
  std::string out;
  writer to{out};
  put(to, value);
  return out;
}

/// Nothing where the bytes are not of such a value.
template <class T>
std::optional<T> decode(std::string_view text) {
  reader from{text};
  T value{};
  get(from, value);
  if (!from.good()) return std::nullopt;
  return value;
}

// -- numbers ---------------------------------------------------------------------------------------------------------

template <class T>
struct codec<T, std::enable_if_t<std::is_integral_v<T> || std::is_enum_v<T>>> {
  static void put(writer& to, T value) { to.number(static_cast<std::uint64_t>(value)); }
  static void get(reader& from, T& value) { value = static_cast<T>(from.number()); }
};

template <class Duration>
struct codec<std::chrono::time_point<std::chrono::system_clock, Duration>> {
  using time = std::chrono::time_point<std::chrono::system_clock, Duration>;
  static void put(writer& to, time value) { to.number(static_cast<std::uint64_t>(value.time_since_epoch().count())); }
  static void get(reader& from, time& value) {
    value = time{Duration{static_cast<typename Duration::rep>(from.number())}};
  }
};

// -- texts -----------------------------------------------------------------------------------------------------------

template <>
struct codec<std::string> {
  static void put(writer& to, const std::string& value) { to.bytes(value); }
  static void get(reader& from, std::string& value) { value = from.bytes(); }
};

template <class Tag>
struct codec<strong_id<Tag>> {
  static void put(writer& to, const strong_id<Tag>& value) { to.bytes(value.value); }
  static void get(reader& from, strong_id<Tag>& value) { value.value = from.bytes(); }
};

template <>
struct codec<json> {
  static void put(writer& to, const json& value);
  static void get(reader& from, json& value);
};

// -- several ---------------------------------------------------------------------------------------------------------

template <class T>
struct codec<std::vector<T>> {
  static void put(writer& to, const std::vector<T>& values) {
    to.number(values.size());
    for (const auto& each : values) wire::put(to, each);
  }
  static void get(reader& from, std::vector<T>& values) {
    const auto count = from.number();
    values.clear();
    // Each takes a byte at least, so that a wrong count costs nothing; an empty struct's length takes four.
    if (count > from.left()) return from.fail();
    for (std::uint64_t at = 0; at < count && from.good(); ++at) wire::get(from, values.emplace_back());
  }
};

template <class Key, class Value>
struct codec<std::map<Key, Value>> {
  static void put(writer& to, const std::map<Key, Value>& values) {
    to.number(values.size());
    for (const auto& [key, value] : values) {
      wire::put(to, key);
      wire::put(to, value);
    }
  }
  static void get(reader& from, std::map<Key, Value>& values) {
    values.clear();
    for (auto left = from.number(); left > 0 && from.good(); --left) {
      Key key{};
      wire::get(from, key);
      wire::get(from, values[std::move(key)]);
    }
  }
};

template <class First, class Second>
struct codec<std::pair<First, Second>> {
  static void put(writer& to, const std::pair<First, Second>& value) {
    wire::put(to, value.first);
    wire::put(to, value.second);
  }
  static void get(reader& from, std::pair<First, Second>& value) {
    wire::get(from, value.first);
    wire::get(from, value.second);
  }
};

template <class T>
struct codec<std::optional<T>> {
  static void put(writer& to, const std::optional<T>& value) {
    to.number(value ? 1 : 0);
    if (value) wire::put(to, *value);
  }
  static void get(reader& from, std::optional<T>& value) {
    value.reset();
    if (from.number() != 0) wire::get(from, value.emplace());
  }
};

template <class T>
struct codec<std::shared_ptr<const T>> {
  static void put(writer& to, const std::shared_ptr<const T>& value) {
    to.number(value ? 1 : 0);
    if (value) wire::put(to, *value);
  }
  static void get(reader& from, std::shared_ptr<const T>& value) {
    value = nullptr;
    if (from.number() == 0) return;
    auto made = std::make_shared<T>();
    wire::get(from, *made);
    value = std::move(made);
  }
};

/// An alternative that this node does not know is a value it cannot read.
template <class... Ts>
struct codec<std::variant<Ts...>> {
  using variant = std::variant<Ts...>;
  static void put(writer& to, const variant& value) {
    to.number(value.index());
    to.sized([&] { std::visit([&to](const auto& held) { wire::put(to, held); }, value); });
  }
  static void get(reader& from, variant& value) {
    const auto index = from.number();
    from.sized([&] {
      if (index < sizeof...(Ts))
        readers()[index](from, value);
      else
        from.fail();
    });
  }

 private:
  using read_one = void (*)(reader&, variant&);
  static const read_one* readers() {
    static constexpr read_one all[]{
        [](reader& from, variant& value) { wire::get(from, value.template emplace<Ts>()); }...};
    return all;
  }
};

// -- structs ---------------------------------------------------------------------------------------------------------

template <class T>
struct codec<T, std::enable_if_t<std::is_aggregate_v<T>>> {
  static void put(writer& to, const T& value) {
    to.sized([&] {
      if constexpr (!std::is_empty_v<T>)
        boost::pfr::for_each_field(value, [&to](const auto& field) { wire::put(to, field); });
    });
  }
  static void get(reader& from, T& value) {
    from.sized([&] {
      if constexpr (!std::is_empty_v<T>)
        boost::pfr::for_each_field(value, [&from](auto& field) {
          if (!from.at_end()) wire::get(from, field);
        });
    });
  }
};

}  // namespace parley::wire
