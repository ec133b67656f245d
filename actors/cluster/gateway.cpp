#include "actors/cluster/gateway.hpp"

#include "actors/cluster/node_message.hpp"

namespace parley {
namespace {

bool understands(std::uint32_t version) { return version + 1 >= wire::version && version <= wire::version + 1; }

}  // namespace

caf::behavior gateway_actor(caf::event_based_actor* self, steward_hdl steward) {
  self->set_default_handler(take_no_notice);
  return {[self, steward](const node_packet& packet) {
    if (packet.type() != node_packet::kind::hello || self->current_sender() == nullptr) return;
    auto hello = wire::decode<node_hello>(packet.bytes);
    if (!hello || !understands(hello->version)) return;
    self->send(steward, node_calls{hello->number, std::move(hello->name), hello->to,
                                   caf::actor_cast<caf::actor>(self->current_sender())});
  }};
}

}  // namespace parley
