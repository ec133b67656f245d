// A value, or the error that explains why there is none: what a client or the environment did wrong is a value here,
// never an exception. Used on every thread; owns what it holds.
#pragma once

#include <cassert>
#include <utility>
#include <variant>

#include "protocol/domain/errors.hpp"

namespace parley {

template <class T, class E = error>
class result {
 public:
  result(T value) : value_{std::in_place_index<0>, std::move(value)} {}
  result(E failure) : value_{std::in_place_index<1>, std::move(failure)} {}

  explicit operator bool() const noexcept { return value_.index() == 0; }
  bool has_value() const noexcept { return value_.index() == 0; }

  T& operator*() & { return std::get<0>(value_); }
  const T& operator*() const& { return std::get<0>(value_); }
  T&& operator*() && { return std::get<0>(std::move(value_)); }
  T* operator->() { return &std::get<0>(value_); }
  const T* operator->() const { return &std::get<0>(value_); }

  /// The failure; only where there is no value.
  const E& failure() const { return std::get<1>(value_); }

 private:
  std::variant<T, E> value_;
};

}  // namespace parley
