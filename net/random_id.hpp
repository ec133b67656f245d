// Identifiers that cannot be guessed, from the kernel's random numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::net {

/// 128 random bits in 22 characters of base64url.
std::string random_id();

/// Where an Engine.IO session lives; part of its sid, so that any shard and any node can find the owner.
struct sid_owner {
  std::uint32_t node = 0;
  std::uint8_t shard = 0;
};

/// The owner in 8 characters, then 128 random bits.
std::string make_sid(sid_owner owner);

/// The owner that a sid names; nothing when it is none of ours.
std::optional<sid_owner> owner_of(std::string_view sid);

}  // namespace parley::net
