#include "tests/load/metrics.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "tests/load/expectation.hpp"

namespace parley::load {
namespace {

constexpr std::array quantiles{0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 1.0};

double ms(std::uint64_t ns) { return static_cast<double>(ns) / 1e6; }

/// Three digits are all that a noisy machine gives.
double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const auto scale = std::pow(10.0, 3 - std::ceil(std::log10(std::abs(value))));
  return scale < 1 ? std::round(value) : std::round(value * scale) / scale;
}

double per(double total, std::uint64_t count) { return count == 0 ? 0 : total / static_cast<double>(count); }

void add_traffic(json& into, const measurement& of) {
  const auto each_second = [&](std::uint64_t count) { return rounded(static_cast<double>(count) / of.seconds); };
  into["sent"] = of.counts.sent;
  into["sent_per_s"] = each_second(of.counts.sent);
  into["acked_per_s"] = each_second(of.counts.acked);
  into["delivered"] = of.counts.delivered;
  into["delivered_per_s"] = each_second(of.counts.delivered);
  into["notices_per_s"] = each_second(of.counts.notices);
  into["connects_per_s"] = each_second(of.counts.connects);
  into["bytes_per_delivery"] = rounded(per(static_cast<double>(of.bytes), of.counts.delivered));
  into["generator_cores"] = rounded(static_cast<double>(of.own_cpu_ns) / 1e9 / of.seconds);
}

/// Nothing where nothing came: 0 ms would be the best of all.
void add_latency(json& into, const char* name, const histogram& of, double share) {
  into[name] = of.count() == 0 ? json{} : json(rounded(ms(of.quantile(share))));
}

void add_latencies(json& into, stage& on) {
  add_latency(into, "p50_ms", on.latencies(), 0.5);
  add_latency(into, "p90_ms", on.latencies(), 0.9);
  add_latency(into, "p99_ms", on.latencies(), 0.99);
  add_latency(into, "p999_ms", on.latencies(), 0.999);
  add_latency(into, "max_ms", on.latencies(), 1);
  add_latency(into, "ack_p50_ms", on.ack_times(), 0.5);
  add_latency(into, "ack_p99_ms", on.ack_times(), 0.99);
}

/// Of the last group: those before it are the company it comes into.
void add_arrival(json& into, const arrival& last, bool servers_known) {
  into["arrivals_per_s"] = rounded(last.users / last.seconds);
  into["connect_p50_ms"] = rounded(ms(last.p50_ns));
  into["connect_p99_ms"] = rounded(ms(last.p99_ns));
  if (!servers_known) return;
  into["cpu_us_per_connect"] = rounded(per(static_cast<double>(last.server_cpu_ns) / 1e3, last.users));
  into["kib_per_connection"] = rounded(per(static_cast<double>(last.resident_bytes) / 1024, last.users));
}

void add_server(json& into, const stage& on, const measurement& of) {
  if (on.servers().empty()) return;
  const auto cpu = static_cast<double>(of.server_cpu_ns) / 1e3;
  into["server_cores"] = rounded(cpu / 1e6 / of.seconds);
  into["cpu_us_per_delivery"] = rounded(per(cpu, of.counts.delivered));
  into["cpu_us_per_event"] = rounded(per(cpu, of.counts.delivered + of.counts.notices));
  into["server_mib"] = rounded(static_cast<double>(on.servers().resident_bytes()) / 1024 / 1024);
}

void add_verdict(json& into, stage& on, const outcome& made) {
  const auto& of = made.audited;
  into["lost"] = on.book().lost();
  into["doubled"] = on.book().counts().doubled;
  into["reordered"] = on.book().counts().reordered;
  into["stray"] = on.book().counts().stray;
  into["corrupted"] = on.counts().corrupted;
  into["unanswered"] = made.unanswered;
  into["errors"] = on.counts().errors;
  into["failures"] = on.counts().failures;
  into["cut_off"] = on.counts().cut_off;
  into["acked"] = on.counts().acked;
  into["received"] = on.book().counts().received;
  into["connects"] = on.counts().connects;
  if (of.histories) {
    into["kept"] = of.kept;
    into["kept_missing"] = of.missing;
    into["kept_doubled"] = of.doubled;
  }
  if (of.presence) into["presence_wrong"] = of.presence_wrong;
}

json list_of(const std::vector<arrival>& arrivals) {
  auto list = json::array();
  for (const auto& each : arrivals)
    list.push_back({{"group", each.group},
                    {"users", each.users},
                    {"seconds", rounded(each.seconds)},
                    {"cpu_us_per_connect", rounded(per(static_cast<double>(each.server_cpu_ns) / 1e3, each.users))},
                    {"kib_per_connection", rounded(per(static_cast<double>(each.resident_bytes) / 1024, each.users))},
                    {"p50_ms", rounded(ms(each.p50_ns))},
                    {"p99_ms", rounded(ms(each.p99_ns))},
                    {"notices", each.notices}});
  return list;
}

json list_of(const std::vector<sample>& samples) {
  auto list = json::array();
  for (const auto& each : samples)
    list.push_back({{"at", rounded(each.at)},
                    {"connected", each.connected},
                    {"sent", rounded(each.sent_per_second)},
                    {"delivered", rounded(each.delivered_per_second)},
                    {"notices", rounded(each.notices_per_second)},
                    {"errors", each.errors},
                    {"p50_ms", each.has_latency ? json(rounded(each.p50_ms)) : json{}},
                    {"p99_ms", each.has_latency ? json(rounded(each.p99_ms)) : json{}},
                    {"cores", rounded(each.server_cores)},
                    {"mib", rounded(each.server_mib)}});
  return list;
}

}  // namespace

json metrics_of(stage& on, const outcome& of) {
  auto made = json::object();
  made["users"] = on.cast().users.size();
  made["connected"] = on.connected();
  add_traffic(made, of.measured);
  add_latencies(made, on);
  add_arrival(made, of.arrivals.back(), !on.servers().empty());
  add_server(made, on, of.measured);
  add_verdict(made, on, of);
  return made;
}

json result_of(stage& on, const outcome& of) {
  json made{{"script", on.what().name}, {"about", on.what().about}, {"dialect", on.speaks().name}};
  made["metrics"] = metrics_of(on, of);
  made["arrivals"] = list_of(of.arrivals);
  made["seconds"] = list_of(on.history().samples());
  made["distribution"] = json::array();
  for (const auto share : quantiles)
    made["distribution"].push_back(
        {{"share", share},
         {"ms", on.latencies().count() == 0 ? json{} : json(rounded(ms(on.latencies().quantile(share))))}});
  made["expectations"] = json::array();
  for (const auto& text : on.what().expectations) {
    const auto judged = judge(text, made["metrics"]);
    made["expectations"].push_back({{"text", judged.text}, {"found", judged.found}, {"met", judged.met}});
  }
  return made;
}

}  // namespace parley::load
