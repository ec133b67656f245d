#include "protocol/dialects/conformance.hpp"

#include "protocol/dialects/wording.hpp"

namespace parley::dialects {
namespace {

class conformance_dialect final : public dialect {
 public:
  dialect_id id() const override { return dialect_id::conformance; }
  std::string_view name() const override { return "conformance"; }
  std::vector<std::string_view> command_names() const override {
    return {"message", "message-with-ack", "emit-with-ack"};
  }

  decoded decode(const wire_command& in, const identity&, const payload_limits&) const override {
    if (in.name == "message") return command::emit_back{"message-back", in.args.to_json()};
    if (in.name == "message-with-ack") return command::acknowledge{in.args.to_json()};
    if (in.name == "emit-with-ack") return command::emit_back{"emit-with-ack", in.args.to_json(), true};
    return not_mine{};
  }

  void encode(const domain_event& what, wire_events& out) const override {
    const auto* opened = std::get_if<event::session_opened>(&what.body);
    if (!opened) return;
    out.push_back({"auth", opened->auth.empty() ? "{}" : opened->auth});
  }
};

}  // namespace

const dialect& conformance() {
  static const conformance_dialect instance;
  return instance;
}

}  // namespace parley::dialects
