#include "net/plain_peer.hpp"

#include <utility>

#include "protocol/json/json_text.hpp"

namespace parley::net {

void plain_peer::on_open() { slot_ = &open(nsp_, {}); }

void plain_peer::on_message(std::string_view data, bool binary) {
  if (slot_ == nullptr) return;
  json_text::document read;
  const auto how = binary ? json_text::outcome::malformed : read.read(data, depth_of_frame());
  const auto frame = how == json_text::outcome::malformed ? json_view{} : read.root();
  if (!frame.is_object()) {
    const bool is_json = how != json_text::outcome::read && how != json_text::outcome::malformed;
    fail(*slot_, {},
         is_json ? json_text::refusal(how, read.number_out_of_range())
                 : invalid_field({}, "A frame is a JSON object {event, data, id?}"));
    return;
  }
  origin from;
  if (const auto id = frame.find("id")) from.plain_id = json_text::dump(id);
  const auto name = frame.find("event");
  if (!name.is_string()) {
    fail(*slot_, from, invalid_field("event", "The event's name must be a string"));
    return;
  }
  const dialects::wire_command what{name.text(), json_text::values{frame.find("data")}};
  if (how == json_text::outcome::read)
    submit(*slot_, what, std::move(from));
  else
    refuse_event(*slot_, what, std::move(from), json_text::refusal(how, read.number_out_of_range()));
}

void plain_peer::on_closed(std::string_view) { close_all(); }

void plain_peer::on_accepted(socket_slot& slot, const event_ptr& opened) {
  if (opened != nullptr) emit(slot, *opened);
}

void plain_peer::on_refused(socket_slot& slot, const error& reason) {
  const auto said = dialects::in_words_of(slot.hears, reason);
  slot.hears = spoken(slot);
  fail_and_close(slot, said);
}

void plain_peer::on_ended(socket_slot& slot, const error& reason) {
  log_end(slot, reason);
  fail_and_close(slot, reason);
}

void plain_peer::fail_and_close(socket_slot& slot, const error& reason) {
  emit(slot, {network_.how().now(), event::command_failed{reason}});
  slot_ = nullptr;
  forget(slot);
  const auto& row = info(reason.code);
  over_.close(row.retryable ? try_again_later(row.code) : close_info{policy_violation.code, row.code});
}

void plain_peer::on_answer(socket_slot&, const origin& to, const dialects::wire_event& values) {
  send(dialects::encode_plain_ack(over_.framing(), to.plain_id, values));
}

// A plain frame has no way to answer a question: it is an event like any other.
void plain_peer::on_question(socket_slot& slot, const domain_event& what, std::uint64_t) { emit(slot, what); }

}  // namespace parley::net
