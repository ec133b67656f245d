// The table of namespaces: which dialects each of them carries. Configuration; constant after start, read on every
// shard.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/dialects/dialect.hpp"
#include "protocol/domain/result.hpp"

namespace parley::dialects {

/// A namespace's place in the table.
enum class namespace_id : std::uint8_t {};

struct namespace_entry {
  std::string name;
  dialect_set offered;
};

class namespace_table {
 public:
  /// From text such as `/=rooms,hub;/hub=hub`; the error names the entry that is wrong. At most 255 entries.
  static result<namespace_table> parse(std::string_view text);

  std::optional<namespace_id> find(std::string_view name) const;
  const namespace_entry& operator[](namespace_id id) const { return entries_[static_cast<std::size_t>(id)]; }
  std::size_t size() const { return entries_.size(); }

 private:
  std::vector<namespace_entry> entries_;
};

}  // namespace parley::dialects
