#include "net/routes/rest.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>
#include <variant>

#include <caf/send.hpp>

#include "actors/standing.hpp"
#include "net/http_reply.hpp"
#include "net/metrics.hpp"
#include "net/refusal_log.hpp"
#include "net/shard_server.hpp"
#include "protocol/dialects/groups.hpp"
#include "protocol/engineio/query.hpp"
#include "protocol/rest/answers.hpp"
#include "protocol/rest/calls.hpp"

namespace parley::net {
namespace {

namespace http = boost::beast::http;

/// One request while the actors work on it. It has one answer, whatever else comes of it afterwards.
class rest_request : public std::enable_shared_from_this<rest_request>, private timer_wheel::timer {
 public:
  rest_request(std::shared_ptr<http_session> asking, std::string_view path, shard_server& at)
      : asking_{std::move(asking)}, path_{path}, at_{at} {}

  /// The store is asked first where it has a say in whether the token may still be used, as for sockets.
  void start() {
    at_.shard().arm(*this, at_.network().how().rest_timeout);
    asking_->watch_for_abort([self = shared_from_this()] { self->end(); });
    const auto caller = authenticate();
    if (caller && !(*caller)->expires_at) warn_of_endless_token();
    if (caller && !at_.may_call((*caller)->id)) return refuse({errc::rate_limited, {}, {}});
    auto& network = at_.network();
    if (caller && !network.may_act()) return refuse({errc::unavailable, {}, {}});
    if (!caller || !must_look_up(network.how(), *network.actors())) return carry_out(caller);
    const auto me = network_answer([this, caller](const outcome& said) {
      if (ended_) return;  // the request may be another by now
      const auto* objection = std::get_if<event::command_failed>(&said.what->body);
      if (objection == nullptr || introduces_users(objection->reason, caller))
        carry_out(caller);
      else
        carry_out(objection->reason);
    });
    caf::anon_send(network.actors()->directory, people_order{vouch_for{*caller}, call_origin(me), {}});
  }

 private:
  // Whoever was to answer is gone, with its node perhaps.
  void on_timer(timer_wheel::time_point) override { fail({errc::unavailable, {}, {}}); }

  /// False when it is answered, or nobody waits any more.
  bool end() {
    cancel();
    return !std::exchange(ended_, true);
  }

  /// A back end that nobody told of may tell of users, itself too: else nobody could ever be known.
  bool introduces_users(const error& objection, const result<identity_ptr>& caller) const {
    if (objection.code != errc::user_unknown) return false;
    const auto call = read(caller);
    return call && std::holds_alternative<rest::call::keep_user>(*call);
  }

  result<rest::rest_call> read(const result<identity_ptr>& caller) const {
    const auto& request = asking_->request();
    const bool head = request.method() == http::verb::head;  // a GET whose body is left out
    const auto method = head ? std::string_view{"GET"} : request.method_text();
    const auto query = engineio::split_target(request.target()).second;
    return rest::decode({method, path_, request.body(), query, asking_->header("Idempotency-Key")}, caller,
                        {.writer_roles = at_.shared().rest_roles,
                         .notifier_roles = at_.shared().notify_roles,
                         .json_depth = at_.shared().peers.json_depth,
                         .limits = at_.shared().peers.payload});
  }

  void carry_out(const result<identity_ptr>& caller) {
    const auto call = read(caller);
    if (!call) return refuse(call.failure());
    caller_ = *caller;
    const auto& roles = at_.shared().rest_roles;
    service_ =
        std::any_of(roles.begin(), roles.end(), [this](const std::string& role) { return caller_->has_role(role); });
    std::visit([this](const auto& what) { run(what); }, *call);
  }

  auth::credentials credentials() const {
    const auto target = asking_->request().target();
    const auto query = engineio::parse_query(engineio::split_target(target).second);
    const auto* token = query.find("token");
    return {.authorization_header = std::string{asking_->header(http::field::authorization)},
            .query_token = token == nullptr ? std::string{} : *token,
            .query_user = {}};
  }

  result<identity_ptr> authenticate() const {
    return auth::authenticate(credentials(), at_.network().how().auth->get(), at_.network().how().now());
  }

  void run(const rest::call::list_users_and_stats&) {
    ask<event::users_listed>([](const origin& from) { return list_users{from}; },
                             [this](const event::users_listed& users) { add_stats(users); });
  }

  void add_stats(const event::users_listed& users) {
    ask<event::users_summarized>(
        [](const origin& from) { return summarize_users{from}; },
        [this, users](const event::users_summarized& stats) { reply(rest::answer(users, stats)); });
  }

  void run(const rest::call::users_stats&) {
    ask<event::users_summarized>([](const origin& from) { return summarize_users{from}; },
                                 [this](const event::users_summarized& stats) { reply(rest::answer(stats)); });
  }

  void run(const rest::call::notify& call) {
    const auto now = at_.network().how().now();
    const auto what = make_event(
        now, event::notified{
                 .from = {caller_, now}, .text = call.text, .type = call.type, .reach = call.reach, .role = call.role});
    if (call.reach != event::reach::user) return notify_all(call, what);
    ask<event::users_notified>(
        [&what, &call](const origin& from) {
          return notify_user{what, call.user, from};
        },
        [this, call](const event::users_notified& reached) { reply(rest::answer(call, reached)); });
  }

  /// All, or those of a role: the shards tell whom it reached. Tokens of one user may differ in their roles.
  void notify_all(const rest::call::notify& call, const event_ptr& what) {
    struct found {
      std::unordered_set<user_id> users;
      std::size_t sessions = 0;
    };
    auto reached = std::make_shared<found>();
    collect<notify_role, users_reached>(
        {what, call.role, {}},
        [reached](const users_reached& some) {
          reached->users.insert(some.users.begin(), some.users.end());
          reached->sessions += some.sessions;
        },
        [this, call, reached] {
          reply(rest::answer(call, event::users_notified{reached->users.size(), reached->sessions}));
        });
  }

  // -- conversations

  void run(const rest::call::make_conversation& call) {
    auto made = call.what;
    made.created_at = at_.network().how().now();
    if (made.id.str().empty()) made.id = conversation_id{at_.make_id()};
    const auto in = made.id;
    order(in, create_conversation{std::move(made)}, caller_, true, created);
  }

  void run(const rest::call::add_member& call) { order(call.in, put_member{call.who}, caller_, true); }
  void run(const rest::call::drop_member& call) { order(call.in, remove_member{call.who}, caller_, true); }
  void run(const rest::call::describe_conversation& call) {
    order(call.in, describe_conversation{}, caller_, service_);
  }

  void run(const rest::call::list_receipts& call) {
    ask(call.in, list_receipts{call.what}, caller_, service_, [this, call](const domain_event& said) {
      reply(rest::answer(call.what, std::get<event::receipts_listed>(said.body)));
    });
  }

  // A service that acts for a user may do what that user may; for itself it is not bound to membership.
  void run(const rest::call::converse& call) {
    const bool posts = std::holds_alternative<command::post_message>(call.what);
    std::visit(
        [&](const auto& what) { order(call.in, what, call.as, service_ && call.as == caller_, posts ? created : ok); },
        call.what);
  }

  // -- people

  void run(const rest::call::list_conversations& call) {
    ask_people(list_conversations{call.of, false}, [this](const domain_event& said) { reply(rest::answer(said)); });
  }

  void run(const rest::call::list_online&) {
    ask<event::users_listed>([](const origin& from) { return list_users{from}; },
                             [this](const event::users_listed& users) { reply(rest::answer(users)); });
  }

  void run(const rest::call::user_presence& call) {
    ask_people(command::query_presence{{call.who}}, [this](const domain_event& said) {
      reply(rest::answer(std::get<event::presence_listed>(said.body).users.front()));
    });
  }

  void run(const rest::call::keep_user& call) {
    ask_people(put_user{call.what},
               [this](const domain_event& said) { reply(rest::answer(std::get<event::user_stored>(said.body).what)); });
  }

  void run(const rest::call::revoke_user& call) {
    ask_people(revoke_user{call.who}, [this](const domain_event&) { reply(rest::answer_done()); });
  }

  void run(const rest::call::emit& call) {
    // The node that remembers the key, so that a batch is carried out once wherever it is sent to again.
    const auto at = at_.network().actors()->directory_for(key_of(call));
    ask_people(
        make_batch(call), [this](const domain_event&) { reply(rest::answer_done()); }, at);
  }

  /// Two back ends that choose the same key mean different calls.
  std::string key_of(const rest::call::emit& call) const {
    return call.key.empty() ? std::string{} : caller_->id.str() + '\0' + call.key;
  }

  emit_batch make_batch(const rest::call::emit& call) const {
    emit_batch batch{key_of(call), {}, {}, {}};
    for (const auto& each : call.all) {
      const auto what = make_event(at_.network().how().now(), event::custom{each.event, each.args});
      using enum rest::call::target;
      if (each.to == room || each.to == group)
        batch.rooms.push_back({each.to == room ? room_name{each.name} : dialects::group_room(each.name),
                               emit_to_room{what, each.except}});
      else if (each.to == conversation)
        batch.conversations.emplace_back(conversation_id{each.name}, emit_to_room{what, each.except});
      else
        batch.people.push_back({what, reach_of(each.to), user_id{each.name}, each.name, each.except});
    }
    return batch;
  }

  static event::reach reach_of(rest::call::target to) {
    if (to == rest::call::target::user) return event::reach::user;
    return to == rest::call::target::role ? event::reach::role : event::reach::all;
  }

  // -- sessions: every shard is asked, and answers on its own thread

  void run(const rest::call::list_clients&) {
    auto found = std::make_shared<std::vector<rest::client_description>>();
    collect<list_sessions, std::vector<session_description>>(
        {},
        [found](const std::vector<session_description>& some) {
          for (const auto& each : some) found->push_back({each.sid, each.nsp, each.who, each.address});
        },
        [this, found] { reply(rest::answer(*found)); });
  }

  void run(const rest::call::end_client& call) {
    auto ended = std::make_shared<bool>(false);
    collect<kick_session, bool>(
        {call.sid, {}}, [ended](bool here) { *ended = *ended || here; },
        [this, ended] {
          if (*ended)
            reply(rest::answer_done());
          else
            fail({errc::not_found, {}, "sid"});
        });
  }

  /// Asks all shards, and the other nodes for all of theirs, gathers their answers on this one by `add`, and then calls
  /// `then`.
  template <class Question, class Answer, class Add, class Then>
  void collect(Question question, Add add, Then then) {
    const auto& actors = *at_.network().actors();
    auto left = std::make_shared<std::size_t>(actors.networks.size() + actors.peers.size());
    question.then = std::make_shared<std::function<void(Answer)>>(
        [self = shared_from_this(), left, add, then, home = &at_.shard()](Answer answer) {
          home->post([self, left, add, then, answer = std::move(answer)] {
            add(answer);
            if (--*left == 0) then();
          });
        });
    for (const auto& network : actors.networks) caf::anon_send(network, question);
    for (const auto& peer : actors.peers) caf::anon_send(peer.network, question);
  }

  // -- how actors are asked

  static constexpr unsigned ok = 200;
  static constexpr unsigned created = 201;

  origin call_origin(session_key me) const {
    origin from;
    from.key = me;
    from.by = dialects::dialect_id::messenger;
    return from;
  }

  /// What is asked in the name of the key has one outcome, which goes to `then`.
  template <class Then>
  session_key network_answer(Then then) {
    return at_.network().expect_answer([self = shared_from_this(), then](const outcome& said) { then(said); });
  }

  /// The outcome of an order goes to `then`, unless it is a failure, which is answered.
  template <class Then>
  session_key expect(Then then) {
    return network_answer([this, then](const outcome& said) {
      if (const auto* failed = std::get_if<event::command_failed>(&said.what->body))
        fail(failed->reason);
      else
        then(*said.what);
    });
  }

  template <class Order, class Then>
  void ask(const conversation_id& in, Order what, const identity_ptr& as, bool as_service, Then then) {
    const auto me = expect(std::move(then));
    conversation_order made{std::move(what), {as, at_.network().how().now()}, nullptr, call_origin(me), as_service};
    caf::anon_send(at_.network().actors()->registry_for(in.str()), registry_conversation{in, std::move(made)});
  }

  /// The same, answered in messenger's words.
  template <class Order>
  void order(const conversation_id& in, Order what, const identity_ptr& as, bool as_service, unsigned status = ok) {
    ask(in, std::move(what), as, as_service,
        [this, status](const domain_event& said) { reply(rest::answer(said), status); });
  }

  template <class Order, class Then>
  void ask_people(Order what, Then then) {
    ask_people(std::move(what), std::move(then), at_.network().actors()->directory);
  }

  template <class Order, class Then>
  void ask_people(Order what, Then then, const directory_hdl& at) {
    const auto me = expect(std::move(then));
    caf::anon_send(at, people_order{std::move(what), call_origin(me), {}});
  }

  /// Sends the directory the question that `make` makes; its answer of type `Event` goes to `then`.
  template <class Event, class Make, class Then>
  void ask(Make make, Then then) {
    const auto me = at_.network().expect_answer([self = shared_from_this(), then](const outcome& said) {
      if (const auto* answer = std::get_if<Event>(&said.what->body))
        then(*answer);
      else if (const auto* failed = std::get_if<event::command_failed>(&said.what->body))
        self->fail(failed->reason);
    });
    origin from;
    from.key = me;
    caf::anon_send(at_.network().actors()->directory, make(from));
  }

  void reply(std::string body, unsigned status = ok) { send(json_reply(status, std::move(body))); }

  void fail(const error& why) { send(json_reply(info(why.code).status, rest::answer(why))); }

  void send(http_response what) {
    const auto self = shared_from_this();
    if (end()) at_.reply(*asking_, std::move(what));
  }

  void refuse(const error& why) {
    auto answer = json_reply(info(why.code).status, rest::answer(why));
    if (why.code == errc::method_not_allowed) answer.set(http::field::allow, rest::allowed_methods(path_));
    if (answer.result_int() == 401) {
      answer.set(http::field::www_authenticate, "Bearer");
      metrics::count_rejected("auth", info(why.code).code);
      log_refused({"path", path_, at_.source_of(*asking_).client.text()}, why,
                  auth::hint_of(credentials(), at_.network().how().auth->get()));
    }
    send(std::move(answer));
  }

  std::shared_ptr<http_session> asking_;
  const std::string path_;
  shard_server& at_;
  identity_ptr caller_;
  bool service_ = false;
  bool ended_ = false;
};

}  // namespace

void handle_rest(const std::shared_ptr<http_session>& asking, std::string_view path, shard_server& at) {
  std::make_shared<rest_request>(asking, path, at)->start();
}

}  // namespace parley::net
