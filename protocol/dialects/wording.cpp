#include "protocol/dialects/wording.hpp"

#include <algorithm>
#include <array>

#include "protocol/domain/time.hpp"
#include "protocol/json/json_text.hpp"

namespace parley::dialects {
namespace {

/// A time as JSON text.
std::array<char, 26> quoted(timestamp at) {
  std::array<char, 26> made;
  made.front() = made.back() = '"';
  const auto text = iso8601(at);
  std::copy(text.begin(), text.end(), made.begin() + 1);
  return made;
}

}  // namespace

void append_text_or_null(std::string& out, std::string_view text) {
  if (text.empty())
    out.append("null");
  else
    json_text::append_string(out, text);
}

void append_time(std::string& out, timestamp at) {
  if (at == timestamp{}) {
    out.append("null");
    return;
  }
  const auto text = quoted(at);
  out.append(text.data(), text.size());
}

void write_time(writer& w, timestamp at) {
  if (at == timestamp{}) {
    w.null();
    return;
  }
  const auto text = quoted(at);
  w.raw({text.data(), text.size()});
}

error with_own_field(error reason, std::span<const field_name> names) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const field_name& each) { return each.model == reason.field; });
  if (found != names.end()) reason.field = found->own;
  return reason;
}

void write_failure(writer& w, const error& reason) {
  const auto& row = info(reason.code);
  w.field("status", "error").field("code", row.code).field("message", reason.message());
  w.field("statusCode", row.status);
  if (!reason.event.empty())
    w.key("data").begin_object().field("event", reason.event).end_object();
  else if (!reason.field.empty())
    w.key("data").begin_object().field("field", reason.field).end_object();
}

wire_event error_event(std::string name, const error& reason, timestamp at) {
  return {std::move(name), object_text(reason.message().size(), [&](writer& w) {
            write_failure(w, reason);
            write_time(w.key("timestamp"), at);
          })};
}

wire_event notification_event(const event::notified& what, timestamp at) {
  return {"notification", object_text(what.text.size(), [&](writer& w) {
            w.field("message", what.text).field("type", what.type);
            write_time(w.key("timestamp"), at);
          })};
}

wire_event as_named(const event::custom& what) {
  const auto array = json_text::dump(what.args);
  return {.name = what.name, .args = array.substr(1, array.size() - 2), .arity = what.args.size()};
}

}  // namespace parley::dialects
