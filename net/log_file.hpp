// The file that log lines are appended to. It can be opened anew under its name, as tools that rotate logs move it
// away. Thread-safe. Invariant: a file that cannot be opened leaves the one of before in use.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <spdlog/details/file_helper.h>
#include <spdlog/sinks/base_sink.h>

namespace parley::net::log {

class log_file final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  /// Throws spdlog::spdlog_ex with the file's name where it cannot be opened.
  explicit log_file(const std::string& name) : file_{open(name)} {}

  /// Goes on in the file of that name, which may be the same. Throws as the constructor does.
  void reopen(const std::string& name) {
    auto next = open(name);
    const std::lock_guard guard{mutex_};
    file_ = std::move(next);
  }

 private:
  using helper = spdlog::details::file_helper;

  static std::unique_ptr<helper> open(const std::string& name) {
    const auto folder = std::filesystem::path{name}.parent_path();
    if (!folder.empty() && !std::filesystem::is_directory(folder))
      throw spdlog::spdlog_ex{"cannot write " + name + ": there is no folder " + folder.string()};
    auto made = std::make_unique<helper>();
    made->open(name, false);
    return made;
  }

  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    file_->write(line);
    file_->flush();
  }

  void flush_() override { file_->flush(); }

  std::unique_ptr<helper> file_;
};

}  // namespace parley::net::log
