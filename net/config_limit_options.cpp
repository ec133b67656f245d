// The rows of limits: sizes, rates and waits that a client, or a back end, can run into.
#include "net/config_options.hpp"
#include "net/config_values.hpp"

namespace parley::net {
namespace {

using namespace std::chrono_literals;
namespace v = values;

constexpr std::size_t kib = v::kib;
constexpr std::size_t mib = v::mib;
constexpr std::size_t many = v::many;
constexpr std::size_t most_json_depth = 1'000;       // reading JSON recurses (json_text::most_depth)
constexpr std::size_t most_header_bytes = 60 * kib;  // Beast keeps no field of more than 64 KiB
constexpr std::size_t id_characters = 36;            // of an id that the server makes, which clients name, too

std::vector<option_row> limit_rows() {
  return {
      {"Limits", "max-connections", "0",
       "How many clients may be connected at a time. 0 means as many as there are file descriptors.",
       v::count(&config::max_connections, 0, many)},
      {"Limits", "outbox-bytes", "32MiB",
       "The most memory for data that waits for one client. A client for which more would wait is disconnected.",
       v::size(&config::outbox_bytes, 64 * kib, 16 * 1024 * mib)},
      {"Limits", "outbox-soft-bytes", "256KiB",
       "When this much data waits for a client, events that can be missed, such as typing, are left out for it, and "
       "its requests are read later.",
       v::size(&config::outbox_soft_bytes, 16 * kib, 1024 * mib)},
      {"Limits", "send-timeout", "20s",
       "How long a client may take none of the data that waits for it, before it is disconnected.",
       v::duration(&config::send_timeout, 100ms, 1h)},
      {"Limits", "commands-in-flight", "32",
       "Commands one client may have in flight; beyond it, its socket is not read.",
       v::count(&config::commands_in_flight, 1, 10'000)},
      {"Limits", "commands-per-second", "5000",
       "Commands one client may send per second; beyond it, its socket is read more slowly. 0 means no limit.",
       v::count(&config::commands_per_second, 0, many)},
      {"Limits", "json-depth", "128",
       "How many arrays and objects may be inside one another in an event's data, or in the body of a REST call.",
       v::count(&config::json_depth, 4, most_json_depth)},
      {"Limits", "message-bytes", "16KiB", "The longest text of one message.",
       v::size(&config::message_bytes, 1, 256 * mib)},
      {"Limits", "rooms-per-session", "1000", "How many rooms and groups one session may be in.",
       v::count(&config::rooms_per_session, 1, many)},
      {"Limits", "conversations-per-session", "1000", "How many conversations one session may have joined.",
       v::count(&config::conversations_per_session, 1, many)},
      {"Limits", "conversations-in-memory", "250000",
       "How many conversations each thread keeps in memory. Beyond it, those who open another are told to try again.",
       v::count(&config::conversations_in_memory, 1, many)},
      {"Limits", "messages-waiting", "1024",
       "How many messages of one conversation may wait for the database. Beyond it, senders are told to try again.",
       v::count(&config::messages_waiting, 1, many)},
      {"Limits", "rest-calls-per-second", "1000",
       "REST calls one user may make per second on each thread. Beyond it they are refused. 0 means no limit.",
       v::count(&config::rest_calls_per_second, 0, many)},
      {"Limits", "namespaces-per-connection", "16", "How many namespaces one connection may have joined.",
       v::count(&config::namespaces_per_connection, 1, 255)},
  };
}

std::vector<option_row> http_rows() {
  return {
      {"Limits", "header-bytes", "32KiB", "The longest header of an HTTP request, its URL and any token included.",
       v::size(&config::header_bytes, kib, most_header_bytes)},
      {"Limits", "header-timeout", "10s",
       "How long a client may take to send the header of an HTTP request, and as long again for its body.",
       v::duration(&config::header_timeout, 100ms, 1h)},
      {"Limits", "idle-timeout", "60s", "How long an HTTP connection may be idle between two requests.",
       v::duration(&config::idle_timeout, 100ms, 24h)},
  };
}

std::vector<option_row> wait_rows() {
  return {
      {"Limits", "command-timeout", "10s",
       "How long a client waits for the answer to a command, or to be let in, until it is told that there is none.",
       v::duration(&config::command_timeout, 100ms, 1h)},
      {"Limits", "rest-timeout", "10s", "How long a REST call may take until it is answered with 503.",
       v::duration(&config::rest_timeout, 100ms, 1h)},
      {"Limits", "post-timeout", "1s",
       "How long the POST of a polling client waits for the outcome of the commands in it, before it is answered.",
       v::duration(&config::post_timeout, 0ms, 1h)},
      {"Limits", "close-timeout", "2s",
       "How long a connection that the server closes may take to answer that, until it is cut off.",
       v::duration(&config::close_timeout, 10ms, 1h)},
      {"Limits", "typing-repeat", "2s",
       "Further typing:start of one user within this time are not passed on to others.",
       v::duration(&config::typing_repeat, 0ms, 1h)},
      {"Limits", "file-progress-interval", "200ms",
       "How often the progress of one file is passed on to others; the last report always is.",
       v::duration(&config::file_progress_interval, 0ms, 1h)},
  };
}

std::vector<option_row> size_rows() {
  return {
      {"Limits", "payload-packets", "10000", "How many packets one polling request may hold; with more it is refused.",
       v::count(&config::payload_packets, 1, v::many)},
      {"Limits", "name-characters", "128",
       "The longest name of a room, group or conversation, and the longest id that a client chooses, in characters.",
       v::count(&config::name_characters, id_characters, 1024)},
      {"Limits", "list-entries", "1000",
       "How many entries a list in one request may have: users asked about, members, events of /api/emit.",
       v::count(&config::list_entries, 1, 100'000)},
      {"Limits", "reactions-per-message", "50", "How many different reactions one message may have.",
       v::count(&config::reactions_per_message, 1, 10'000)},
      {"Limits", "history-bytes", "512KiB",
       "How large one page of old messages may be. A longer one is cut, and says that there is more.",
       v::size(&config::history_bytes, v::kib, 256 * v::mib)},
      {"Limits", "replay-bytes", "256KiB",
       "How much one conversation:sync sends of what was missed. If there is more, its answer says so.",
       v::size(&config::replay_bytes, v::kib, 256 * v::mib)},
      {"Limits", "listed-conversations", "1000", "How many conversations a list of a user's conversations names.",
       v::count(&config::listed_conversations, 1, v::many)},
      {"Limits", "remembered-batches", "10000",
       "How many calls of /api/emit with an Idempotency-Key are remembered, so that they are not carried out twice.",
       v::count(&config::remembered_batches, 1, v::many)},
      {"Limits", "forwarded-requests", "10000",
       "In a cluster, how many polling requests each thread may have passed on to other nodes at a time.",
       v::count(&config::forwarded_requests, 1, v::many)},
  };
}

}  // namespace

std::vector<option_row> limit_option_rows() {
  std::vector<option_row> all;
  for (auto&& rows : {limit_rows(), http_rows(), wait_rows(), size_rows()})
    all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

}  // namespace parley::net
