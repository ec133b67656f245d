#include "net/send_progress.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace parley::net {
namespace {

int bytes_in_buffer(int socket) {
  int bytes = 0;
  return ::ioctl(socket, SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

}  // namespace

void send_progress::begin(int socket, timer_wheel::time_point now) {
  unacknowledged_ = bytes_in_buffer(socket);
  since_ = now;
}

std::chrono::milliseconds send_progress::stalled(int socket, timer_wheel::time_point now) {
  if (const auto left = bytes_in_buffer(socket); left < unacknowledged_) {
    unacknowledged_ = left;
    since_ = now;
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(now - since_);
}

}  // namespace parley::net
