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
  explicit log_file(std::string name) : name_{std::move(name)}, file_{open()} {}

  /// Throws as the constructor does.
  void reopen() {
    auto next = open();
    const std::lock_guard guard{mutex_};
    file_ = std::move(next);
  }

 private:
  using helper = spdlog::details::file_helper;

  std::unique_ptr<helper> open() const {
    const auto folder = std::filesystem::path{name_}.parent_path();
    if (!folder.empty() && !std::filesystem::is_directory(folder))
      throw spdlog::spdlog_ex{"cannot write " + name_ + ": there is no folder " + folder.string()};
    auto made = std::make_unique<helper>();
    made->open(name_, false);
    return made;
  }

  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    file_->write(line);
    file_->flush();
  }

  void flush_() override { file_->flush(); }

  const std::string name_;
  std::unique_ptr<helper> file_;
};

}  // namespace parley::net::log
