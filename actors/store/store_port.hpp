// How actors reach the store: a piece of work goes there, its answer comes back as a message. Shared by all actors of a
// process, on every thread; constant but for the gauge. Invariants: at most `queue_limit` tasks wait; beyond that a
// task fails at once as `overloaded`, and the client may try again. It keeps no store actor alive: CAF ends the thread
// of such an actor when nobody refers to it any more, and whoever asks the store may outlive it.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include <caf/send.hpp>

#include "actors/store/store_actor.hpp"
#include "protocol/domain/result.hpp"

namespace parley {

/// What a task brings that only changes something.
struct nothing {};

/// What an actor does with the store's answer, on the actor's own turn.
struct resumed {
  std::shared_ptr<std::function<void()>> then;
};

class store_port {
 public:
  store_port(const store_hdl& writer, const store_hdl& reader, std::shared_ptr<store_gauge> gauge,
             std::size_t queue_limit)
      : writer_{writer.address()}, reader_{reader.address()}, gauge_{std::move(gauge)}, queue_limit_{queue_limit} {}

  /// `work(store&)` runs on the writer's thread; `then(result)` in a message to `self` once it is durable.
  template <class Self, class Work, class Then>
  void write(Self* self, Work work, Then then) const {
    submit(writer_, self, std::move(work), std::move(then));
  }

  /// The same beside the writer, for what changes nothing. Sees all that was durable before.
  template <class Self, class Work, class Then>
  void read(Self* self, Work work, Then then) const {
    submit(reader_, self, std::move(work), std::move(then));
  }

  /// Whether back ends told of any user: else nobody need be looked up.
  bool knows_users() const { return gauge_->has_users; }
  void note_users() const { gauge_->has_users = true; }

  /// Null once it has ended.
  store_hdl writer() const { return caf::actor_cast<store_hdl>(writer_); }
  store_hdl reader() const { return caf::actor_cast<store_hdl>(reader_); }
  bool is_of(const caf::actor_addr& who) const { return writer_ == who || reader_ == who; }

 private:
  template <class Work, class Handle, class Then>
  class task final : public store_task {
   public:
    using answer = std::invoke_result_t<Work&, store&>;
    using value = std::conditional_t<std::is_void_v<answer>, nothing, answer>;

    task(Work work, Handle back_to, Then then, std::shared_ptr<store_gauge> gauge)
        : work_{std::move(work)}, back_to_{std::move(back_to)}, then_{std::move(then)}, gauge_{std::move(gauge)} {
      ++gauge_->waiting;
    }
    task(const task&) = delete;
    task& operator=(const task&) = delete;

    /// A store that died with this in its mailbox has answered it thereby.
    ~task() override {
      --gauge_->waiting;
      const error lost{errc::unavailable, {}, {}};
      if (!finished_) task::finish(&lost);
    }

    void run(store& on) override {
      if constexpr (std::is_void_v<answer>) {
        work_(on);
        found_.emplace();
      } else {
        found_.emplace(work_(on));
      }
    }

    void finish(const error* failure) override {
      finished_ = true;
      result<value> outcome = failure != nullptr ? result<value>{*failure} : result<value>{std::move(*found_)};
      auto then = std::make_shared<std::function<void()>>(
          [then = std::move(then_), outcome = std::move(outcome)]() mutable { then(std::move(outcome)); });
      caf::anon_send(back_to_, resumed{std::move(then)});
    }

   private:
    Work work_;
    Handle back_to_;
    Then then_;
    std::shared_ptr<store_gauge> gauge_;
    std::optional<value> found_;
    bool finished_ = false;
  };

  template <class Self, class Work, class Then>
  void submit(const caf::actor_addr& to, Self* self, Work work, Then then) const {
    using handle = typename Self::actor_hdl;
    auto made = std::make_shared<task<Work, handle, Then>>(std::move(work), handle{self}, std::move(then), gauge_);
    if (gauge_->waiting > queue_limit_) {
      const error full{errc::overloaded, {}, {}};
      made->finish(&full);
      return;
    }
    // One that has ended takes nothing: the task is answered as lost when it goes.
    if (const auto store = caf::actor_cast<store_hdl>(to)) caf::anon_send(store, store_order{std::move(made)});
  }

  caf::actor_addr writer_;
  caf::actor_addr reader_;
  std::shared_ptr<store_gauge> gauge_;
  std::size_t queue_limit_;
};

using store_ptr = std::shared_ptr<const store_port>;

}  // namespace parley

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::resumed)
