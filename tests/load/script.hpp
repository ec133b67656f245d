// A load script as a person writes it (README.md): who comes, how, and what they do. Parsing finds all mistakes at
// once and names the place of each; nothing is run here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/result.hpp"
#include "protocol/json/json.hpp"

namespace parley::load {

/// Seconds, drawn evenly between both.
struct range {
  double low = 0;
  double high = 0;
};

enum class action_kind : unsigned char { room, private_message, conversation, typing, read, presence };

/// Something users do. One of `rate`, `window` and `weight` is set.
struct action_plan {
  action_kind kind = action_kind::room;
  double rate = 0;           ///< per second, all senders of the group together, on a schedule that waits for nobody
  std::uint32_t window = 0;  ///< without thinking: so many of one sender are under way
  double weight = 0;         ///< how often thinking users choose it, beside the others
  std::uint32_t senders = 0;
  bool ack = false;
};

/// `count` rooms (or conversations) of `size` members each.
struct topic_plan {
  std::uint32_t size = 0;
  std::uint32_t count = 0;
};

enum class transport_kind : unsigned char { websocket, polling };

struct group_plan {
  std::string name;
  std::uint32_t users = 0;
  transport_kind transport = transport_kind::websocket;
  std::uint32_t at_once = 50;  ///< users on their way to readiness; 0: no limit
  double per_second = 0;       ///< arrivals; 0: as fast as `at_once` allows
  std::vector<topic_plan> rooms;
  std::vector<topic_plan> conversations;
  std::optional<range> think;
  std::optional<range> stay;                 ///< churn: how long a user stays
  range away;                                ///< churn: and how long they are gone
  std::uint32_t reads_bytes_per_second = 0;  ///< 0: as fast as they come
  std::vector<action_plan> actions;
};

struct script {
  std::string name;
  std::string about;
  json dialect;  ///< the name of one that is built in, or a table of events
  json events;   ///< events that differ from the dialect's
  std::uint32_t seed = 1;
  std::uint32_t text_bytes = 100;
  double connect_timeout_seconds = 20;  ///< as socket.io-client has it: then the next server is tried
  double settle_seconds = 1;
  double warm_up_seconds = 2;
  double measure_seconds = 5;
  double drain_seconds = 10;
  std::vector<group_plan> groups;
  std::vector<std::string> expectations;
};

/// Lines such as `groups[0].users: must be a number from 1 to 100000`.
using complaints = std::vector<std::string>;

result<script, complaints> parse_script(std::string_view name, std::string_view text);

std::string_view to_string(action_kind kind);

}  // namespace parley::load
