// What the dialects say alike: one object per event, its times, failures, and custom events. On the
// way from an event to its wire events, on the thread that encodes; pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "protocol/dialects/dialect.hpp"
#include "protocol/json/json_writer.hpp"

namespace parley::dialects {

using json_text::writer;

/// One JSON object, whose fields `write(writer&)` writes. `text_size`: how long what users wrote in
/// it is.
template <class Write>
std::string object_text(std::size_t text_size, Write write) {
  constexpr std::size_t usual_size = 384;  // people, times and names
  std::string text;
  text.reserve(usual_size + text_size);
  writer w{text};
  w.begin_object();
  write(w);
  w.end_object();
  return text;
}

/// The text as a JSON string; null where there is none.
void append_text_or_null(std::string& out, std::string_view text);

/// ISO 8601, as a JSON string; null for what never happened (the epoch).
void append_time(std::string& out, timestamp at);
void write_time(writer& w, timestamp at);

/// A field's name in the model, and in a vocabulary.
struct field_name {
  std::string_view model;
  std::string_view own;
};
error with_own_field(error reason, std::span<const field_name> names);

/// The fields status ("error"), code, message, statusCode and, where a field was wrong or an event is not known, data
/// ({field} or {event}).
void write_failure(writer& w, const error& reason);

/// {status, code, message, statusCode, timestamp, data?}
wire_event error_event(std::string name, const error& reason, timestamp at);

/// `notification` {message, type, timestamp}, whomever it reaches.
wire_event notification_event(const event::notified& what, timestamp at);

/// An event under its own name, its arguments as they are.
wire_event as_named(const event::custom& what);

}  // namespace parley::dialects
