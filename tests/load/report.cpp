#include "tests/load/report.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "tests/load/report_page.hpp"

namespace parley::load {
namespace {

struct line {
  std::string_view label;
  std::array<std::string_view, 4> metrics;
};

/// What the terminal shows, in this order; what a run does not have is left out.
constexpr std::array lines{
    line{"connected", {"connected", "arrivals_per_s", "connect_p50_ms", "connect_p99_ms"}},
    line{"traffic", {"sent_per_s", "delivered_per_s", "notices_per_s", "acked_per_s"}},
    line{"latency", {"p50_ms", "p90_ms", "p99_ms", "max_ms"}},
    line{"acks", {"ack_p50_ms", "ack_p99_ms", "acked", "kept_missing"}},
    line{"server", {"server_cores", "cpu_us_per_delivery", "cpu_us_per_connect", "cpu_us_per_event"}},
    line{"memory", {"server_mib", "kib_per_connection", "", ""}},
    line{"messages", {"received", "lost", "doubled", "reordered"}},
    line{"trouble", {"errors", "failures", "cut_off", "unanswered"}},
    line{"", {"stray", "corrupted", "presence_wrong", "kept_doubled"}},
};

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

}  // namespace

std::string terminal_table(const json& result) {
  const auto& metrics = result.at("metrics");
  std::string out = result.at("script").get<std::string>() + "\n";
  for (const auto& each : lines) {
    out += "  " + padded(std::string{each.label}, 11);
    for (const auto name : each.metrics)
      if (const auto found = metrics.find(std::string{name}); found != metrics.end() && !found->is_null())
        out += padded(std::string{name} + " " + found->dump(), 30);
    out.erase(out.find_last_not_of(' ') + 1);
    out += "\n";
  }
  for (const auto& each : result.at("expectations"))
    out += std::string{each.at("met").get<bool>() ? "  met        " : "  NOT MET    "} +
           each.at("text").get<std::string>() + "  (" + each.at("found").get<std::string>() + ")\n";
  return out;
}

std::string html_page(const json& result) {
  constexpr std::string_view mark = "/*RESULT*/";
  std::string page{report_page};
  // Tags would end the script the result stands in, or begin another.
  constexpr std::string_view escaped = "\\u003c";
  auto text = result.dump(-1, ' ', false, json::error_handler_t::replace);
  for (auto at = text.find('<'); at != std::string::npos; at = text.find('<', at + escaped.size()))
    text.replace(at, 1, escaped);
  page.replace(page.find(mark), mark.size(), text);
  return page;
}

}  // namespace parley::load
