#include "actors/store/sqlite_file.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace parley {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "sqlite:";
constexpr std::string_view magic{"SQLite format 3\0", 16};
constexpr mode_t lock_permissions = 0644;

std::string reason() { return std::system_category().message(errno); }

/// By its only name: a link, or another way there, must lead to the same lock.
std::string lock_path(const std::string& path) {
  std::error_code failure;
  const auto real = fs::weakly_canonical(path, failure);
  return (failure ? path : real.string()) + ".lock";
}

bool may_write(const fs::path& what) { return ::access(what.c_str(), R_OK | W_OK) == 0; }

std::string holder_in(int file) {
  std::array<char, 128> text{};
  const auto got = ::pread(file, text.data(), text.size(), 0);
  const std::string_view all{text.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  const auto line = all.substr(0, all.find('\n'));
  return line.empty() ? std::string{} : " (" + std::string{line} + ")";
}

/// For whoever finds the lock taken; that it cannot be written changes nothing.
void sign(int file) {
  std::array<char, 65> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  const auto text = "process " + std::to_string(::getpid()) + " on " + host.data() + '\n';
  if (::ftruncate(file, 0) == 0 && ::pwrite(file, text.data(), text.size(), 0) < 0) errno = 0;
}

}  // namespace

std::string sqlite_path(std::string_view where) {
  if (where.starts_with(prefix)) where.remove_prefix(prefix.size());
  return std::string{where};
}

std::optional<std::string> check_sqlite_file(const std::string& path) {
  const fs::path file{path};
  const auto folder = file.has_parent_path() ? file.parent_path() : fs::path{"."};
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return path + ": there is no folder " + folder.string();
  if (!may_write(folder)) return path + ": cannot write in the folder " + folder.string() + ": " + reason();
  if (!fs::exists(file, ignored)) return std::nullopt;
  if (!fs::is_regular_file(file, ignored)) return path + ": is not a file";
  if (!may_write(file)) return path + ": cannot read and write it: " + reason();
  std::array<char, magic.size()> begin{};
  std::ifstream in{file, std::ios::binary};
  in.read(begin.data(), begin.size());
  if (in.gcount() > 0 && std::string_view{begin.data(), begin.size()} != magic) return path + ": is not a database";
  return std::nullopt;
}

// An open file description's lock: threads share it, children that run another program do not inherit it, and closing
// some other descriptor of the file does not end it.
result<sqlite_lock, std::string> sqlite_lock::take(const std::string& path) {
  const auto name = lock_path(path);
  const int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, lock_permissions);
  if (file < 0) return "cannot open " + name + ": " + reason();
  sqlite_lock made{file};
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(file, F_OFD_SETLK, &whole) != 0) {
    if (errno != EAGAIN && errno != EACCES) return "cannot lock " + name + ": " + reason();
    return path + " is in use by another parleyd" + holder_in(file) + "; each needs a database of its own";
  }
  sign(file);
  return made;
}

sqlite_lock::sqlite_lock(sqlite_lock&& other) noexcept : file_{std::exchange(other.file_, -1)} {}

sqlite_lock& sqlite_lock::operator=(sqlite_lock&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

sqlite_lock::~sqlite_lock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace parley
