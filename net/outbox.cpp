#include "net/outbox.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>
#include <utility>

namespace parley::net {
namespace {

constexpr std::size_t max_parts = 64;  // frames in one sendmsg
constexpr int send_flags = MSG_NOSIGNAL | MSG_DONTWAIT;
constexpr std::size_t small = 1024;        // bytes that are cheaper copied together than listed for sendmsg
constexpr std::size_t usual_frames = 2;    // that wait together, where any do
constexpr std::size_t idle_capacity = 16;  // frames' room kept by an outbox that has nothing to send

}  // namespace

// A frame of which a part has left must go on to its end.
template <class Predicate>
void outbox::drop_waiting(Predicate is_dropped) {
  const auto keep = first_ + (offset_ > 0 ? 1 : 0);
  const auto gone =
      std::remove_if(frames_.begin() + static_cast<std::ptrdiff_t>(keep), frames_.end(), [&](const auto& waiting) {
        const bool drop = is_dropped(*waiting);
        if (drop) bytes_ -= waiting->bytes().size();
        return drop;
      });
  frames_.erase(gone, frames_.end());
}

bool outbox::push(dialects::frame_ptr what) {
  const auto size = what->bytes().size();
  const bool droppable = what->how() == dialects::urgency::droppable;
  if (droppable && bytes_ + size > limits_.soft) return true;
  if (bytes_ + size > limits_.hard)
    drop_waiting([](const auto& waiting) { return waiting.how() == dialects::urgency::droppable; });
  if (bytes_ > 0 && bytes_ + size > limits_.hard) return false;
  bytes_ += size;
  if (frames_.capacity() == 0) frames_.reserve(usual_frames);
  frames_.push_back(std::move(what));
  return true;
}

void outbox::finish_with(dialects::frame_ptr last) {
  drop_waiting([](const auto&) { return true; });
  bytes_ += last->bytes().size();
  frames_.push_back(std::move(last));
}

outbox::flushed outbox::flush(int socket) {
  while (first_ < frames_.size())
    if (const auto state = send_some(socket); state != flushed::all) return state;
  frames_.clear();
  first_ = 0;
  if (frames_.capacity() > idle_capacity) frames_.shrink_to_fit();
  return flushed::all;
}

std::ptrdiff_t outbox::send_one(int socket) const {
  const auto left = std::string_view{frames_[first_]->bytes()}.substr(offset_);
  return ::send(socket, left.data(), left.size(), send_flags);
}

std::ptrdiff_t outbox::send_together(int socket) const {
  std::array<char, small> bytes;
  auto* end = bytes.data();
  for (auto at = first_; at < frames_.size(); ++at) {
    const auto left = std::string_view{frames_[at]->bytes()}.substr(at == first_ ? offset_ : 0);
    end = std::copy(left.begin(), left.end(), end);
  }
  return ::send(socket, bytes.data(), static_cast<std::size_t>(end - bytes.data()), send_flags);
}

std::ptrdiff_t outbox::send_many(int socket) const {
  std::array<iovec, max_parts> parts;
  std::size_t count = 0;
  for (auto at = first_; at < frames_.size() && count < max_parts; ++at, ++count) {
    const auto& bytes = frames_[at]->bytes();
    const auto skip = at == first_ ? offset_ : 0;
    parts[count] = {const_cast<char*>(bytes.data()) + skip, bytes.size() - skip};
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  return ::sendmsg(socket, &message, send_flags);
}

outbox::flushed outbox::send_some(int socket) {
  const bool alone = first_ + 1 == frames_.size();
  const auto sent = alone ? send_one(socket) : bytes_ <= small ? send_together(socket) : send_many(socket);
  if (sent >= 0) {
    consume(static_cast<std::size_t>(sent));
    return flushed::all;
  }
  if (errno == EINTR) return flushed::all;
  return errno == EAGAIN || errno == EWOULDBLOCK ? flushed::blocked : flushed::failed;
}

void outbox::consume(std::size_t sent) {
  bytes_ -= sent;
  sent += std::exchange(offset_, 0);
  while (first_ < frames_.size() && sent >= frames_[first_]->bytes().size()) {
    sent -= frames_[first_]->bytes().size();
    frames_[first_++].reset();
  }
  offset_ = sent;
  // A reader that never quite catches up must not leave us an ever longer list of gone frames.
  if (first_ >= max_parts && first_ * 2 >= frames_.size()) {
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

}  // namespace parley::net
