#include "net/routes/rest.hpp"

#include <string>
#include <utility>
#include <variant>

#include <caf/send.hpp>

#include "net/http_reply.hpp"
#include "net/shard_server.hpp"
#include "protocol/engineio/query.hpp"
#include "protocol/rest/answers.hpp"
#include "protocol/rest/calls.hpp"

namespace parley::net {
namespace {

namespace http = boost::beast::http;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// One request while the actors work on it.
class rest_request : public std::enable_shared_from_this<rest_request> {
 public:
  rest_request(std::shared_ptr<http_session> asking, shard_server& at) : asking_{std::move(asking)}, at_{at} {}

  void start(std::string_view path) {
    const auto& request = asking_->request();
    auto caller = authenticate();
    const rest::policy policy{.writer_roles = at_.shared().rest_roles, .limits = at_.shared().peers.payload};
    auto call = rest::decode({view(request.method_string()), path, request.body()}, caller, policy);
    if (!call) {
      refuse(call.failure(), path);
      return;
    }
    caller_ = *caller;
    std::visit([this](const auto& what) { run(what); }, *call);
  }

 private:
  result<identity_ptr> authenticate() const {
    const auto target = view(asking_->request().target());
    const auto query = engineio::parse_query(engineio::split_target(target).second);
    const auto* token = query.find("token");
    return auth::authenticate({.auth = json::object(),
                               .authorization_header = std::string{asking_->header(http::field::authorization)},
                               .query_token = token == nullptr ? std::string{} : *token,
                               .query_user = {}},
                              at_.network().how().auth, at_.network().how().now());
  }

  void run(const rest::call::list_users_and_stats&) {
    ask<event::users_listed>(
        [](const session_ref& me, const origin& from) {
          return list_users{me, from};
        },
        [this](const event::users_listed& users) { add_stats(users); });
  }

  void add_stats(const event::users_listed& users) {
    ask<event::users_summarized>(
        [](const session_ref& me, const origin& from) {
          return summarize_users{me, from};
        },
        [this, users](const event::users_summarized& stats) { reply(rest::answer(users, stats)); });
  }

  void run(const rest::call::users_stats&) {
    ask<event::users_summarized>(
        [](const session_ref& me, const origin& from) {
          return summarize_users{me, from};
        },
        [this](const event::users_summarized& stats) { reply(rest::answer(stats)); });
  }

  void run(const rest::call::notify& call) {
    const auto now = at_.network().how().now();
    const auto what = make_event(
        now, event::notified{
                 .from = {caller_, now}, .text = call.text, .type = call.type, .reach = call.reach, .role = call.role});
    ask<event::users_notified>(
        [&what, &call](const session_ref& me, const origin& from) {
          return notify_users{what, call.user, me, from};
        },
        [this, call](const event::users_notified& done) { reply(rest::answer(call, done.count)); });
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
    from.key = me.key;
    caf::anon_send(at_.network().actors()->directory, make(me, from));
  }

  void reply(std::string body) { at_.reply(*asking_, json_reply(200, std::move(body))); }

  void fail(const error& why) { at_.reply(*asking_, json_reply(info(why.code).status, rest::answer(why))); }

  void refuse(const error& why, std::string_view path) {
    auto answer = json_reply(info(why.code).status, rest::answer(why));
    if (why.code == errc::method_not_allowed) answer.set(http::field::allow, rest::allowed_methods(path));
    if (answer.result_int() == 401) answer.set(http::field::www_authenticate, "Bearer");
    at_.reply(*asking_, std::move(answer));
  }

  std::shared_ptr<http_session> asking_;
  shard_server& at_;
  identity_ptr caller_;
};

}  // namespace

void handle_rest(const std::shared_ptr<http_session>& asking, std::string_view path, shard_server& at) {
  std::make_shared<rest_request>(asking, at)->start(path);
}

}  // namespace parley::net
