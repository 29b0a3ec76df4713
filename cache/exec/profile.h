// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace toca::cache {

/// What the time of a run is spent on.
enum class Part : std::uint8_t {
    Other, ///< nothing named below
    Attention,
    CrossAttention,
    Mlp,
    Modulation, ///< norms, modulation, gates and residuals
    Conditioning, ///< embeddings, modulation vectors, final layer, patches
    Scoring, ///< evidence and scores
    Selection, ///< ranking and ages
    RowMoves, ///< gather and scatter
    CacheTraffic, ///< storing, forecasting and mixing module outputs
    Sampler, ///< guidance and the step of the sampler
    Preview,
    Decoding,
    Trace,
};
inline constexpr int kParts = 14;
std::string_view partName(Part part); ///< "attention", "cross_attention", ...

/// Divides the wall-clock time of one thread among parts: at every moment exactly one part is running, so that the
/// parts sum up to the whole. Active on the constructing thread for its lifetime; without one a scope costs a
/// thread-local read.
class Profile {
public:
    Profile();
    ~Profile();
    Profile(const Profile&) = delete;
    Profile& operator=(const Profile&) = delete;

    static Profile* current() { return t_current; }

    /// Goes on with another part. @return the one that was running
    Part enter(Part part);
    /// Seconds of each part up to now.
    std::array<double, kParts> seconds();

private:
    using Clock = std::chrono::steady_clock;

    static thread_local Profile* t_current;
    std::array<Clock::duration, kParts> m_spent{};
    Clock::time_point m_since;
    Part m_part = Part::Other;
    Profile* m_outer;
};

/// The time of its scope belongs to `part`, but for the scopes inside it.
class PartScope {
public:
    explicit PartScope(Part part)
        : m_profile(Profile::current())
        , m_outer(m_profile ? m_profile->enter(part) : part)
    {
    }
    ~PartScope()
    {
        if (m_profile)
            m_profile->enter(m_outer);
    }
    PartScope(const PartScope&) = delete;
    PartScope& operator=(const PartScope&) = delete;

private:
    Profile* m_profile;
    Part m_outer;
};

} // namespace toca::cache
