// One look over a JSON text before the library parses it: is it nested too deeply, and does it hold
// what the library refuses? Between the wire and json_text::parse; pure. Invariant: a text that
// nests deeper than allowed never reaches code that recurses, and a text the library would take as
// it is, is not copied.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parley::json_text {

/// U+10FFFD, a private-use character. Inside our strings it opens an escape of ours: followed by
/// `d800`…`dfff` it stands for that lone surrogate, followed by `0000` for itself.
inline constexpr std::string_view sentinel = "\xF4\x8F\xBF\xBD";
inline constexpr std::string_view sentinel_itself = "0000";

/// Finds the depth of a text and rewrites lone surrogate escapes into sentinel escapes.
class scan {
 public:
  scan(std::string_view source, std::size_t max_depth);

  bool too_deep() const noexcept { return too_deep_; }
  /// What to parse: the source itself, or a rewritten copy that lives as long as this scan.
  std::string_view text() const noexcept { return copied_ == 0 ? source_ : std::string_view{copy_}; }

 private:
  void run(std::size_t max_depth);
  std::size_t skip_string(std::size_t at);
  std::size_t skip_escape(std::size_t at);
  std::size_t replace(std::size_t at, std::size_t length, std::string_view escape);

  std::string_view source_;
  std::string copy_;
  std::size_t copied_ = 0;  // how much of the source `copy_` stands for
  bool too_deep_ = false;
};

}  // namespace parley::json_text
