#include "net/small_file.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace parley::net {

namespace files = std::filesystem;

result<std::string, unread_file> read_small_file(const std::string& path) {
  std::error_code failure;
  const auto status = files::status(path, failure);
  if (!files::exists(status)) return unread_file{"cannot read it: there is no such file"};
  if (files::is_directory(status)) return unread_file{"cannot read it: it is a folder"};
  std::ifstream in{path, std::ios::binary};
  if (!in) return unread_file{"cannot read it"};
  std::string text(max_small_file_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return unread_file{"cannot read it"};
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.empty()) return unread_file{"it is empty"};
  if (text.size() > max_small_file_bytes)
    return unread_file{"it is longer than " + std::to_string(max_small_file_bytes) + " bytes, as no such file is"};
  return text;
}

}  // namespace parley::net
