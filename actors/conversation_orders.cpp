#include <algorithm>
#include <type_traits>
#include <utility>

#include "actors/conversation_parts.hpp"

namespace parley::conversing {
namespace {

constexpr std::size_t max_files_told = 1024;

/// All of a message's reactions are told with each of them.
bool is_full(const message& what, const std::string& emoji, std::size_t most) {
  return what.reactions.size() >= most && !what.reactions.contains(emoji);
}

/// Whether the one who orders it may change other people's messages, too.
bool is_admin(conversation_pointer self, const conversation_order& said) {
  const auto& who = *said.user.who;
  const auto& roles = self->state.settings->service_roles;
  return said.as_service || who.has_role("admin") ||
         std::any_of(roles.begin(), roles.end(), [&who](const std::string& role) { return who.has_role(role); });
}

/// What changes a message of this conversation, checked where it is known: in the transaction.
template <class Change>
auto change_message(const conversation_id& in, const message_id& id, Change change) {
  return [in, id, change](store& on) -> std::invoke_result_t<const Change&, store&, message> {
    auto found = on.find_message(id);
    if (!found || found->conversation != in || found->deleted) return error{errc::not_found, {}, "messageId"};
    return change(on, *std::move(found));
  };
}

/// What is told when a message is deleted.
struct deletion {
  event::message_deleted what;
  user_id sender;
};

/// Whoever had not read a deleted message has one less to read. Asked beside the writer: they may be many.
void recount_unread(conversation_pointer self, const deletion& made) {
  if (is_open(self)) return;
  self->state.core->store->read(
      self, [made](store& on) { return on.count_unread_beyond(made.what.in, made.what.seq, made.sender); },
      [self](const result<std::vector<unread_count>>& found) {
        if (!found) return;  // they learn of it with their next receipt
        for (const auto& each : *found) say_unread(self, each);
      });
}

/// A change that is durable now: to all, and as the answer to whoever asked for it.
void tell_change(conversation_pointer self, const conversation_order& said, revision rev, any_event what) {
  self->state.rev = std::max(self->state.rev, rev);
  const auto told = now(self, std::move(what));
  say_new(self, told);
  answer(self, said.from, told);
}

/// Obeys one order of somebody who may give it. One overload per order.
class orders {
 public:
  orders(conversation_pointer self, const conversation_order& said) : self_{self}, said_{said} {}

  void operator()(const command::set_typing& what) const {
    if (!what.on) {
      stop_typing(self_, said_.user.who->id);
    } else if (gather(self_).typing.start(said_.user, said_.from.key, state().settings->now())) {
      say_here(self_, typing_event(true), sessions_of(self_, said_.user.who->id));
    }
    if (what.on) schedule(self_, *gather(self_).typing.next());
    confirm(typing_event(what.on));
  }

  void operator()(const command::post_message& what) const {
    auto& all = state();
    if (all.posts.size() >= all.settings->messages_waiting) return refuse({errc::overloaded, {}, {}});
    const auto at = all.settings->now();
    message made{.id = what.id.str().empty() ? message_id{all.ids.next(at)} : what.id,
                 .conversation = all.id,
                 .sender = person_of(said_.user),
                 .type = what.type,
                 .content = what.content,
                 .client_id = what.client_id,
                 .reply_to = what.reply_to,
                 .words = what.words,
                 .at = at};
    all.posts.push_back({std::move(made), said_.user, said_.profile, said_.from, said_.as_service});
    flush(self_);
  }

  void operator()(const command::acknowledge_message& what) const {
    const auto in = state().id;
    ask_reader(
        [in, id = what.what](store& on) -> result<message> {
          auto found = on.find_message(id);
          if (!found || found->conversation != in) return error{errc::not_found, {}, "messageId"};
          return *std::move(found);
        },
        [self = self_, said = said_, what](const message& found) {
          const pending_mark::waiter waiter{said.from, {found.seq, found.id, found.sender.id}};
          if (mark(self, said.user.who->id, what.status, found.seq, waiter)) return;
          fail(self, said.from, {errc::not_a_member, {}, "conversationId"});
        });
  }

  void operator()(const command::edit_message& what) const {
    const auto at = state().settings->now();
    ask_writer(change_message(state().id, what.what,
                              [user = said_.user, admin = is_admin(self_, said_), what, at](
                                  store& on, message found) -> result<message> {
                                if (!admin && found.sender.id != user.who->id)
                                  return error{errc::forbidden, "Only the author may do this", {}};
                                found.rev = on.edit_message(found.id, what.content, what.words, at);
                                found.content = what.content;
                                found.words = what.words;
                                found.edited_at = at;
                                return found;
                              }),
               [self = self_, said = said_](const message& changed) {
                 tell_change(self, said, changed.rev, event::message_edited{changed});
               });
  }

  void operator()(const command::delete_message& what) const {
    ask_writer(
        change_message(
            state().id, what.what,
            [user = said_.user, admin = is_admin(self_, said_)](store& on, const message& found) -> result<deletion> {
              if (!admin && found.sender.id != user.who->id)
                return error{errc::forbidden, "Only the author may do this", {}};
              return deletion{{found.conversation, found.id, found.seq, on.delete_message(found.id)}, found.sender.id};
            }),
        [self = self_, said = said_](const deletion& made) {
          tell_change(self, said, made.what.rev, made.what);
          recount_unread(self, made);
        });
  }

  void operator()(const command::react_to_message& what) const {
    const auto by = person_of(said_.user);
    ask_writer(change_message(state().id, what.what,
                              [what, by, most = state().settings->reactions_per_message](
                                  store& on, const message& found) -> result<reaction_outcome> {
                                if (!what.remove && is_full(found, what.emoji, most))
                                  return error{errc::limit_reached, "There are too many reactions already", "emoji"};
                                return on.react(found.id, by, what.emoji, what.remove);
                              }),
               [self = self_, said = said_, what, by](const reaction_outcome& made) {
                 event::message_reacted reacted{self->state.id, what.what,   by,      what.emoji,
                                                what.remove,    made.counts, made.rev};
                 if (made.changed) return tell_change(self, said, made.rev, std::move(reacted));
                 answer(self, said.from, now(self, std::move(reacted)));
               });
  }

  void operator()(const command::list_history& what) const {
    ask_reader([request = page_request{state().id, what.before, what.after, what.limit}](
                   store& on) -> result<history_page> { return on.history(request); },
               [self = self_, said = said_, forward = what.after.has_value()](const history_page& page) {
                 answer(self, said.from,
                        now(self, event::history_listed{self->state.id,
                                                        shorten(page, forward, self->state.settings->history_bytes)}));
               });
  }

  void operator()(const command::replay_history&) const { replay(self_, said_); }

  void operator()(const command::relay_call& what) const {
    if (!is_open(self_) && !state().members.has(what.to)) return refuse({errc::not_found, "Not a member", "to"});
    const auto from = person_of(said_.user);
    const auto relayed = now(self_, event::call_relayed{state().id, what.step, what.call, from, what.payload});
    const auto* callee = state().members.find(what.to);
    const auto to = callee != nullptr ? callee->who : person{what.to, {}};
    // The caller's line first: what becomes of the call may free it.
    tell(from.id, tell_call{relayed, false, to, said_.from});
    tell(what.to, tell_call{relayed, true, from, said_.from});
  }

  void operator()(const command::share_screen& what) const {
    const auto shared =
        now(self_, event::screen_shared{state().id, what.call, person_of(said_.user), what.on, what.payload});
    if (what.to.str().empty())
      say_here(self_, shared, but_for(said_.from.key));
    else if (is_open(self_) || state().members.has(what.to))
      self_->send(state().core->registry_for(what.to.str()), registry_user{what.to, tell_own_sessions{shared}});
    else
      return refuse({errc::not_found, "Not a member", "to"});
    confirm(shared);
  }

  void operator()(const command::report_file& what) const {
    const auto progressed = now(self_, event::file_progressed{person_of(said_.user), what});
    if (is_time_to_tell(what)) say_here(self_, progressed, but_for(said_.from.key));
    confirm(progressed);
  }

  void operator()(const create_conversation& what) const {
    if (state().exists) return refuse({errc::conflict, "The conversation exists", "id"});
    ask_writer(
        [made = what.what](store& on) -> result<conversation> {
          on.add_conversation(made);
          return made;
        },
        [self = self_, said = said_](const conversation& made) {
          auto& all = self->state;
          all.exists = true;
          all.type = made.type;
          all.created_at = made.created_at;
          all.members.reset(made.members);
          count_those_here(self);
          evict_strangers(self);
          answer(self, said.from, now(self, event::conversation_described{snapshot(self)}));
        });
  }

  void operator()(const put_member& what) const {
    if (!state().exists) return refuse({errc::not_found, {}, "conversationId"});
    if (is_open(self_)) return refuse({errc::conflict, "An open conversation has no members", {}});
    ask_writer(
        [in = state().id, who = what.who](store& on) -> result<person> {
          on.put_member(in, who);
          return who;
        },
        [self = self_, said = said_](const person& who) {
          self->state.members.add(who, self->state.last);
          answer(self, said.from, now(self, event::conversation_described{snapshot(self)}));
        });
  }

  void operator()(const remove_member& what) const {
    if (!state().exists) return refuse({errc::not_found, {}, "conversationId"});
    if (is_open(self_)) return refuse({errc::conflict, "An open conversation has no members", {}});
    if (!state().members.has(what.who)) return refuse({errc::not_found, {}, "userId"});
    const auto gone = *state().members.find(what.who);
    const bool known = state().members.remembers_after(gone.read, state().last);
    ask_writer(
        [in = state().id, gone, known](store& on) -> result<std::vector<message_mark>> {
          on.remove_member(in, gone.who.id);
          if (known) return std::vector<message_mark>{};
          return marks_of(on, {in, std::nullopt, std::nullopt, max_statuses});  // the latest
        },
        [self = self_, said = said_, who = gone.who](const std::vector<message_mark>& others) {
          const auto risen = self->state.members.remove(who.id, others);
          stop_typing(self, who.id);
          evict_strangers(self);
          for (const auto& each : risen) say_status(self, each);
          answer(self, said.from, now(self, event::conversation_described{snapshot(self)}));
        });
  }

  void operator()(const describe_conversation&) const {
    if (!state().exists) return refuse({errc::not_found, {}, "conversationId"});
    confirm(now(self_, event::conversation_described{snapshot(self_)}));
  }

  void operator()(const list_receipts& what) const {
    ask_reader(change_message(state().id, what.what, [](store&, message found) -> result<message> { return found; }),
               [self = self_, said = said_](const message& about) {
                 event::receipts_listed listed;
                 for (const auto& [id, is] : self->state.members.members())
                   if (id != about.sender.id && is.joined_after < about.seq)
                     listed.items.emplace_back(is.who, status_for(is, about.seq));
                 answer(self, said.from, now(self, std::move(listed)));
               });
  }

 private:
  conversation_data& state() const { return self_->state; }

  void refuse(error why) const { fail(self_, said_.from, std::move(why)); }
  void confirm(event_ptr what) const { answer(self_, said_.from, std::move(what)); }

  event_ptr typing_event(bool on) const {
    return now(self_, event::typing_changed{state().id, said_.user, said_.profile, on});
  }

  void tell(const user_id& who, tell_call what) const {
    self_->send(state().core->registry_for(who.str()), registry_user{who, std::move(what)});
  }

  static message_status status_for(const member& is, sequence seq) {
    if (is.read >= seq) return message_status::read;
    return is.delivered >= seq ? message_status::delivered : message_status::sent;
  }

  /// The store's answer goes to `then`, or its refusal to the client.
  template <class Work, class Then>
  void ask_reader(Work work, Then then) const {
    if (!keeps()) return;
    state().core->store->read(self_, std::move(work), continue_with(std::move(then), false));
  }

  template <class Work, class Then>
  void ask_writer(Work work, Then then) const {
    if (!keeps()) return;
    state().core->store->write(self_, std::move(work), continue_with(std::move(then), true));
  }

  bool keeps() const {
    if (state().core->store != nullptr) return true;
    refuse({errc::unavailable, "Nothing is kept here", {}});
    return false;
  }

  /// What was to be written and failed may have been done all the same.
  template <class Then>
  auto continue_with(Then then, bool writes) const {
    ++self_->state.asked;
    return [self = self_, from = said_.from, then, writes](auto answered) {
      --self->state.asked;
      if (!answered && writes) load(self);
      if (!answered)
        fail(self, from, answered.failure());
      else if (!*answered)
        fail(self, from, answered->failure());
      else
        then(**answered);
    };
  }

  bool is_time_to_tell(const command::report_file& what) const {
    auto& told = gather(self_).files_told;
    const auto at = state().settings->now();
    if (told.size() >= max_files_told) told.clear();
    const auto key = said_.user.who->id.str() + '\n' + what.file;
    if (what.sent >= what.size) {
      told.erase(key);
      return true;
    }
    auto& last = told[key];
    if (at - last < state().settings->file_progress_interval) return false;
    last = at;
    return true;
  }

  conversation_pointer self_;
  const conversation_order& said_;
};

bool changes_message(const conversation_order& said) {
  return std::holds_alternative<command::edit_message>(said.what) ||
         std::holds_alternative<command::delete_message>(said.what);
}

/// Nothing when it may be done, else why not.
std::optional<error> forbidden(conversation_pointer self, const conversation_order& said) {
  if (said.as_service || is_open(self)) return std::nullopt;
  if (changes_message(said) && is_admin(self, said)) return std::nullopt;
  if (self->state.members.has(said.user.who->id)) return std::nullopt;
  return not_a_member();
}

bool needs_existence(const conversation_order& said) { return !std::holds_alternative<create_conversation>(said.what); }

}  // namespace

void obey(conversation_pointer self, const conversation_order& said) {
  if (needs_existence(said) && !may_be(self)) return fail(self, said.from, {errc::not_found, {}, "conversationId"});
  self->state.members.learn(person_of(said.user));
  if (auto why = forbidden(self, said)) return fail(self, said.from, *std::move(why));
  std::visit(orders{self, said}, said.what);
}

}  // namespace parley::conversing
