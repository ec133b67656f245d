// The configuration of a process, complete and checked: flags before environment before file before defaults. Filled
// once, on the main thread; constant from then on. No secret of it is ever printed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "net/listen_address.hpp"
#include "protocol/web/ip_address.hpp"

namespace parley::net {

struct config {
  // server
  std::vector<listen_address> listen;
  unsigned listen_mode = 0;
  std::size_t threads = 0;
  std::string path;  // ends in a slash
  std::vector<std::string> cors_origins;
  bool cors_credentials = false;
  std::chrono::milliseconds drain_delay{};
  std::size_t drain_rate = 0;
  web::trusted_proxies proxies;
  std::chrono::milliseconds drain_timeout{};
  bool conformance = false;
  bool metrics = false;
  std::chrono::milliseconds fanout_delay{};

  // Engine.IO and Socket.IO
  std::chrono::milliseconds ping_interval{};
  std::chrono::milliseconds ping_timeout{};
  std::chrono::milliseconds upgrade_timeout{};
  std::chrono::milliseconds connect_timeout{};
  std::size_t max_payload = 0;
  std::vector<std::string> transports;
  bool allow_eio3 = false;
  bool deflate = false;
  std::size_t http_compression_threshold = 0;
  std::string namespaces;
  bool namespace_narrow = false;

  // authentication
  std::string jwt_secret;
  std::string jwt_public_key;
  std::string jwks;
  std::string jwt_issuer;
  std::string jwt_audience;
  std::chrono::seconds jwt_leeway{};
  std::size_t token_bytes = 0;
  bool jwt_require_exp = false;
  std::string auth_refusal;
  bool dev_auth = false;
  bool dev_auth_force = false;
  std::vector<std::string> rest_roles;
  std::vector<std::string> notify_roles;

  // what is kept
  std::string store;
  std::size_t store_queue = 0;
  bool conversations_auto_create = false;
  bool receipts_auto_delivered = false;
  bool require_known_user = false;
  std::chrono::milliseconds conversation_idle{};
  std::chrono::milliseconds typing_expiry{};
  std::chrono::milliseconds typing_repeat{};
  std::chrono::milliseconds file_progress_interval{};
  std::chrono::milliseconds call_timeout{};
  std::chrono::seconds retention_age{};
  std::size_t retention_count = 0;

  // cluster
  std::string cluster_host;
  std::uint16_t cluster_port = 0;
  std::string cluster_advertise;
  std::vector<std::string> cluster_join;
  std::string node_name;
  std::string cluster_cert;
  std::string cluster_key;
  std::string cluster_ca;
  bool cluster_insecure = false;
  std::chrono::milliseconds cluster_timeout{};

  // presence
  std::chrono::milliseconds presence_grace{};
  std::size_t presence_broadcast_limit = 0;
  std::size_t listed_users = 0;
  std::size_t users_list_broadcast = 0;

  // limits
  std::size_t max_connections = 0;
  std::size_t outbox_bytes = 0;
  std::size_t outbox_soft_bytes = 0;
  std::chrono::milliseconds send_timeout{};
  std::size_t commands_in_flight = 0;
  std::size_t commands_per_second = 0;
  std::size_t json_depth = 0;
  std::size_t message_bytes = 0;
  std::size_t rooms_per_session = 0;
  std::size_t conversations_per_session = 0;
  std::size_t conversations_in_memory = 0;
  std::size_t messages_waiting = 0;
  std::size_t rest_calls_per_second = 0;
  std::size_t namespaces_per_connection = 0;
  std::size_t header_bytes = 0;
  std::chrono::milliseconds header_timeout{};
  std::chrono::milliseconds idle_timeout{};
  std::chrono::milliseconds command_timeout{};
  std::chrono::milliseconds rest_timeout{};
  std::chrono::milliseconds post_timeout{};
  std::chrono::milliseconds close_timeout{};
  std::size_t payload_packets = 0;
  std::size_t name_characters = 0;
  std::size_t list_entries = 0;
  std::size_t reactions_per_message = 0;
  std::size_t history_bytes = 0;
  std::size_t replay_bytes = 0;
  std::size_t listed_conversations = 0;
  std::size_t remembered_batches = 0;
  std::size_t forwarded_requests = 0;

  // logs
  std::string log_level;
  std::string log_format;
  std::map<std::string, std::string> log_components;
  std::string log_file;
  std::size_t log_lines_per_second = 0;

  /// Names of the options that were set to something else than their defaults.
  std::set<std::string> given;
};

/// What the command line asks for instead of serving.
enum class request { serve, show_help, show_version, check, make_token };

struct loaded_config {
  request wanted = request::serve;
  config values;
  /// Of each option, what it was set to, or its default.
  std::map<std::string, std::string> texts;
  /// Help text, for show_help.
  std::string text;
  /// The claims, as JSON, and the lifetime, for make_token.
  std::string claims;
  std::chrono::seconds token_ttl{};
  /// All that is wrong, each with the option's name. Not empty: nothing may be started.
  std::vector<std::string> errors;
  /// What works, but perhaps not as it was meant; each with the option's name.
  std::vector<std::string> warnings;
};

/// Reads the command line, the environment (`PARLEY_…`) and the file that `--config` names.
loaded_config load_config(int argc, const char* const* argv);

}  // namespace parley::net
