// How often something may happen: a bucket that holds one second's worth of tokens and fills at a steady rate. Pure:
// the time is the caller's. One per client whose rate is limited, on its owner's thread.
#pragma once

#include <algorithm>
#include <chrono>

namespace parley {

class token_bucket {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  /// `per_second` 0 limits nothing.
  explicit token_bucket(double per_second) : rate_{per_second}, tokens_{per_second} {}

  /// Takes one token, on credit where there is none left.
  void take(time_point now) {
    if (rate_ == 0) return;
    refill(now);
    tokens_ -= 1;
  }

  /// How long until one can be taken without credit; zero when at once.
  duration wait(time_point now) {
    refill(now);
    if (rate_ == 0 || tokens_ >= 1) return duration::zero();
    return std::chrono::ceil<duration>(std::chrono::duration<double>{(1 - tokens_) / rate_});
  }

 private:
  void refill(time_point now) {
    const std::chrono::duration<double> passed = now - filled_at_;
    if (passed.count() <= 0) return;
    filled_at_ = now;
    tokens_ = std::min(rate_, tokens_ + passed.count() * rate_);
  }

  double rate_;
  double tokens_;
  time_point filled_at_{};
};

}  // namespace parley
