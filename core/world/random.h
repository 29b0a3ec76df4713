// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace toca::world {

/// Random numbers that are the same on every machine and with every standard library: SplitMix64 (Steele et al. 2014),
/// and only exactly rounded arithmetic on top.
class Random {
public:
    /// @param stream numbers of different streams of one seed have nothing to do with each other
    explicit constexpr Random(std::uint64_t seed, std::uint64_t stream = 0)
        : m_state(mixed(seed + kStep) ^ mixed(~stream * kStep))
    {
    }

    constexpr std::uint64_t next() { return mixed(m_state += kStep); }
    /// From 0 to `count` - 1. @pre 0 < count < 2^32
    constexpr std::size_t below(std::size_t count)
    {
        return static_cast<std::size_t>(((next() >> 32) * static_cast<std::uint64_t>(count)) >> 32);
    }
    /// From 0 (included) to 1 (excluded), in steps of 2^-53.
    constexpr double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
    constexpr double uniform(double low, double high) { return low + (high - low) * uniform(); }
    constexpr bool chance(double probability) { return uniform() < probability; }

private:
    static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15;
    static constexpr std::uint64_t mixed(std::uint64_t value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    std::uint64_t m_state;
};

} // namespace toca::world
