// Random JSON values from a seeded generator, for round-trip tests.
#pragma once

#include <random>
#include <string>

#include "protocol/json/json.hpp"

namespace parley::test {

class random_json {
 public:
  explicit random_json(unsigned seed, bool with_binary = false) : engine_{seed}, kinds_{with_binary ? 8U : 7U} {}

  std::size_t below(std::size_t bound) { return engine_() % bound; }

  /// Well-formed text in which the characters that need care are frequent; lone surrogates as their
  /// sentinel escapes.
  std::string text() {
    static const std::string pieces[] = {"a",
                                         "plain text, long enough for eight at once",
                                         "\"",
                                         "\\",
                                         "\n",
                                         "\x01",
                                         "é",
                                         "日本",
                                         "😀",
                                         "\xF4\x8F\xBF\xBD"
                                         "d800",
                                         "\xF4\x8F\xBF\xBD"
                                         "0000",
                                         "/",
                                         "__proto__",
                                         std::string(1, '\0'),
                                         "\x7f",
                                         "_placeholder"};
    std::string out;
    for (std::size_t n = below(5); n > 0; --n) out += pieces[below(std::size(pieces))];
    return out;
  }

  std::string bytes() {
    std::string out(below(20), '\0');
    for (char& c : out) c = static_cast<char>(below(256));
    return out;
  }

  json value(int depth = 4) {
    switch (below(depth > 0 ? kinds_ : 5)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(engine_()) * static_cast<std::int64_t>(below(3)) - 5;
      case 3:
        return static_cast<double>(engine_()) / 1024.0;
      case 4:
        return text();
      case 5:
        return array(depth);
      case 6:
        return object(depth);
      default:
        return binary();
    }
  }

  json array(int depth) {
    json out = json::array();
    for (std::size_t n = below(4); n > 0; --n) out.push_back(value(depth - 1));
    return out;
  }

 private:
  json object(int depth) {
    json out = json::object();
    for (std::size_t n = below(4); n > 0; --n) out[text()] = value(depth - 1);
    return out;
  }

  json binary() {
    const std::string content = bytes();
    return json::binary({content.begin(), content.end()});
  }

  std::mt19937 engine_;
  std::size_t kinds_;
};

}  // namespace parley::test
