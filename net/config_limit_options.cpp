// The rows of limits that few need to change: sizes and waits that a client, or a back end, can run into.
#include "net/config_options.hpp"
#include "net/config_values.hpp"

namespace parley::net {
namespace {

using namespace std::chrono_literals;
namespace v = values;

constexpr std::size_t id_characters = 36;  // of an id that the server makes, which clients name, too

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

std::vector<option_row> fine_limit_rows() {
  auto all = wait_rows();
  for (auto& each : size_rows()) all.push_back(std::move(each));
  return all;
}

}  // namespace parley::net
