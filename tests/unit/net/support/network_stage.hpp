// A network actor with a real shard, sessions, rooms and presences beneath it, and clients that are played.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <thread>

#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <doctest/doctest.h>

#include "actors/cluster/cluster_messages.hpp"
#include "actors/guardian.hpp"
#include "actors/registry.hpp"
#include "net/network_actor.hpp"
#include "net/peer.hpp"
#include "net/runtime/shard_scheduler.hpp"

namespace parley::net {

inline const room_name den{"den"};

/// A connection that keeps the texts of its frames.
struct played_connection final : connection {
  played_connection() : connection{dialects::framing::plain} {}
  void send(dialects::frame_ptr what) override { sent += what->bytes(); }
  void close(close_info) override { closed = true; }
  void drain() override {}
  void pause() override { paused = true; }
  void resume() override { paused = false; }
  bool congested() override { return behind; }
  const client_info& client() const override { return info; }

  client_info info;
  std::string sent;
  bool closed = false;
  bool paused = false;
  bool behind = false;
};

struct played_peer final : peer {
  using peer::peer;
  void on_open() override { slot = &open(dialects::namespace_id{0}, {}); }
  void on_message(std::string_view data, bool) override {
    json_text::document fields;
    REQUIRE(fields.read(R"({"room":"den","message":"hi","to":"ann"})") == json_text::outcome::read);
    submit(*slot, {data, json_text::values{fields.root()}}, {});
  }
  void on_closed(std::string_view) override { close_all(); }
  void on_accepted(socket_slot&, const event_ptr&) override { accepted = true; }
  void on_refused(socket_slot& gone, const error& why) override { on_ended(gone, why); }
  void on_ended(socket_slot& gone, const error& why) override {
    ended = why.code;
    slot = nullptr;
    forget(gone);
  }
  void on_answer(socket_slot&, const origin& to, const dialects::wire_event&) override {
    if (to.ack) answered.push_back(*to.ack);
  }
  void on_question(socket_slot&, const domain_event&, std::uint64_t) override {}

  socket_slot* slot = nullptr;
  bool accepted = false;
  std::vector<std::uint64_t> answered;
  std::optional<errc> ended;
};

struct client {
  std::unique_ptr<played_connection> over = std::make_unique<played_connection>();
  std::unique_ptr<played_peer> peer;
};

class stage {
 public:
  /// Runs `work` on the shard's thread; returns what it returns.
  template <class Work>
  auto on_shard(Work work) {
    std::packaged_task<decltype(work())()> task{std::move(work)};
    auto done = task.get_future();
    shard().post([&task] { task(); });
    return done.get();
  }

  /// Whether `condition`, looked at on the shard's thread, holds within some seconds.
  template <class Condition>
  bool eventually(Condition condition) {
    for (int tries = 0; tries < 5000; ++tries) {
      if (on_shard(condition)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return false;
  }

  explicit stage(const char* namespaces = "/=hub") : config_{make_config()}, system_{*config_} {
    on_shard([this, namespaces] {
      network_.emplace(
          shard(), system_, settings_,
          std::make_shared<const dialects::namespace_table>(*dialects::namespace_table::parse(namespaces)));
    });
    guardian_ = system_.spawn(guardian_actor, guardian_start{settings_, {network_->handle()}, 1, std::nullopt, [] {}});
    REQUIRE(eventually([this] { return network_->actors() != nullptr; }));
  }

  ~stage() {
    on_shard([this] {
      for (auto& each : clients_) each.peer->on_closed("");
    });
    caf::anon_send_exit(guardian_, caf::exit_reason::user_shutdown);
    while (system_.registry().running() > 1) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    on_shard([this] { network_.reset(); });
    system_.await_actors_before_shutdown(false);
  }

  client& begin_to_enter(const std::string& user) {
    auto& who = clients_.emplace_back();
    on_shard([&] {
      who.over->info.query_user = user;
      who.peer = std::make_unique<played_peer>(*network_, *who.over, limits);
      who.peer->on_open();
    });
    return who;
  }

  client& enter(const std::string& user) {
    auto& who = begin_to_enter(user);
    REQUIRE(eventually([&] { return who.peer->accepted; }));
    return who;
  }

  void say(client& who, const char* event) {
    on_shard([&] { who.peer->on_message(event, false); });
  }

  bool hears(client& who, const std::string& text) {
    return eventually([&] { return who.over->sent.find(text) != std::string::npos; });
  }

  caf::actor_system& system() { return system_; }
  network_actor& network() { return *network_; }
  io_shard& shard() { return shard_scheduler::of(system_)[0]; }
  peer_limits limits;

 private:
  static std::unique_ptr<caf::actor_system_config> make_config() {
    auto made = std::make_unique<caf::actor_system_config>();
    caf::put(made->content, shard_scheduler::shards_option, std::int64_t{1});
    made->load<shard_scheduler>();
    return made;
  }

  static settings_ptr make_settings() {
    auto made = std::make_shared<settings>();
    made->auth->set({.development = true});
    made->presence_grace = std::chrono::milliseconds{10};
    return made;
  }

  std::unique_ptr<caf::actor_system_config> config_;
  caf::actor_system system_;
  settings_ptr settings_ = make_settings();
  std::optional<network_actor> network_;
  guardian_hdl guardian_;
  std::deque<client> clients_;
};

}  // namespace parley::net
