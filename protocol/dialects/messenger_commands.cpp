#include <array>
#include <utility>

#include "protocol/dialects/messenger.hpp"
#include "protocol/dialects/payload.hpp"
#include "protocol/json/utf8.hpp"

namespace parley::dialects {
namespace {

constexpr std::size_t max_emoji_bytes = 64;
constexpr std::size_t max_history = 200;
constexpr std::size_t max_file_name_bytes = 1024;

// -- conversations and messages
// -----------------------------------------------------------------------------------

template <class Command>
decoded membership(payload& in) {
  return in.finish(Command{in.conversation("conversationId")});
}

template <bool On>
decoded set_typing(payload& in) {
  return in.finish(command::set_typing{in.conversation("conversationId"), On});
}

message_type type_of(payload& in) {
  if (!in.has("type")) return message_type::text;
  const auto type = message_type_from(in.word("type"));
  if (type) return *type;
  std::string text{"type must be one of"};
  for (const auto name : message_type_names) text.append(" ").append(name);
  in.refuse(invalid_field("type", std::move(text)));
  return message_type::text;
}

decoded send_message(payload& in) {
  command::post_message post;
  post.in = in.conversation("conversationId");
  post.type = type_of(in);
  post.content = in.content("content");
  post.client_id = in.optional_name("clientId");
  post.reply_to = message_id{in.optional_name("replyTo")};
  return in.finish(std::move(post));
}

template <message_status Status>
decoded acknowledge(payload& in) {
  return in.finish(command::acknowledge_message{in.conversation("conversationId"), in.message("messageId"), Status});
}

decoded edit_message(payload& in) {
  return in.finish(
      command::edit_message{in.conversation("conversationId"), in.message("messageId"), in.content("content")});
}

decoded delete_message(payload& in) {
  return in.finish(command::delete_message{in.conversation("conversationId"), in.message("messageId")});
}

std::string emoji_of(payload& in) {
  auto emoji = in.text("emoji", max_emoji_bytes);
  if (utf8::has_control(emoji)) in.refuse(invalid_field("emoji", "emoji must have no control characters"));
  return emoji;
}

decoded react(payload& in) {
  return in.finish(command::react_to_message{in.conversation("conversationId"), in.message("messageId"), emoji_of(in),
                                             in.flag("remove")});
}

// -- history and presence
// -----------------------------------------------------------------------------------------

decoded list_history(payload& in) {
  command::list_history list{in.conversation("conversationId")};
  list.before = in.optional_number("beforeSeq");
  list.after = in.optional_number("afterSeq");
  if (list.before && list.after) in.refuse(invalid_field("afterSeq", "afterSeq and beforeSeq exclude each other"));
  if (in.has("limit")) list.limit = in.number("limit", 1, max_history);
  return in.finish(std::move(list));
}

decoded replay_history(payload& in) {
  command::replay_history replay{in.conversation("conversationId"), in.number("afterSeq")};
  replay.after_rev = in.optional_number("afterRev");
  return in.finish(std::move(replay));
}

decoded watch_presence(payload& in) {
  command::watch_presence watch;
  for (auto& each : in.people("userIds", 0)) watch.users.push_back(std::move(each.id));
  return in.finish(std::move(watch));
}

// -- calls, screens, files
// ----------------------------------------------------------------------------------------

template <command::call_step Step>
decoded relay_call(payload& in) {
  return in.finish(command::relay_call{in.conversation("conversationId"), Step, in.name("callId"), in.user("to"),
                                       in.any("payload")});
}

template <bool On>
decoded share_screen(payload& in) {
  command::share_screen share{in.conversation("conversationId"), in.optional_name("callId"), On, {}, {}};
  if (in.mentions("to")) share.to = in.user("to");
  if (in.has("payload")) share.payload = in.any("payload");
  return in.finish(std::move(share));
}

decoded report_file(payload& in) {
  command::report_file report;
  report.in = in.conversation("conversationId");
  report.file = in.id("fileId").as_json;
  report.name = in.text("name", max_file_name_bytes);
  report.size = in.number("size");
  report.sent = in.number("sent", 0, report.size);
  return in.finish(std::move(report));
}

constexpr std::array commands{
    command_row{"conversation:join", membership<command::join_conversation>},
    command_row{"conversation:leave", membership<command::leave_conversation>},
    command_row{"conversation:sync", replay_history},
    command_row{"typing:start", set_typing<true>},
    command_row{"typing:stop", set_typing<false>},
    command_row{"message:send", send_message},
    command_row{"message:delivered", acknowledge<message_status::delivered>},
    command_row{"message:read", acknowledge<message_status::read>},
    command_row{"message:edit", edit_message},
    command_row{"message:delete", delete_message},
    command_row{"message:react", react},
    command_row{"messages:history", list_history},
    command_row{"presence:query",
                [](payload& in) { return in.finish(command::query_presence{in.people("userIds", 1)}); }},
    command_row{"presence:subscribe", watch_presence},
    command_row{"call:offer", relay_call<command::call_step::offer>},
    command_row{"call:answer", relay_call<command::call_step::answer>},
    command_row{"call:candidate", relay_call<command::call_step::candidate>},
    command_row{"call:hangup", relay_call<command::call_step::hangup>},
    command_row{"screen:start", share_screen<true>},
    command_row{"screen:stop", share_screen<false>},
    command_row{"file:progress", report_file},
};

}  // namespace

std::vector<std::string_view> messenger_command_names() { return names_of(commands); }

decoded decode_messenger(const wire_command& in, const identity& self, const payload_limits& limits) {
  return decode_by(commands, in, self, limits);
}

}  // namespace parley::dialects
