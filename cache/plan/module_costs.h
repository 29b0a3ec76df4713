// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace toca::plan {

/// What modules cost in seconds on one machine with one model, learned from finished runs; plans become times by it.
///
/// Work that is computed counts by FLOPs, all other work (reuse, forecast, choosing tokens, the rest of an evaluation)
/// by the size of a module's output: so a measurement also serves another number of tokens, less exactly. Full modules
/// are told apart by what the run caches, since keeping features, updating forecasts and gathering evidence for scores
/// take time that an uncached run does not need.
class ModuleCosts {
public:
    bool isEmpty() const { return m_runs == 0; }
    int runs() const { return m_runs; } ///< that were learned from

    /// Takes over a finished run. The first four that measure something count alike; then what was known before counts
    /// three quarters as much with each further one.
    /// @param denoisingSeconds of the whole loop; what no evaluation accounts for is spread over them
    void learn(const Trace& trace, double denoisingSeconds);

    struct Estimate {
        double seconds = 0;
        /// False when the plan does something that no run has measured yet; then that part is a guess.
        bool isMeasured = true;
    };
    /// Seconds of the denoising loop. @pre !isEmpty()
    Estimate secondsOf(const Plan& plan) const;

    std::string json() const; ///< one line
    /// @return BadFormat for anything that `json` does not write: unknown keys, negative or infinite numbers
    static Result<ModuleCosts> fromJson(std::string_view json);

    bool operator==(const ModuleCosts&) const = default;

private:
    /// What a run does beside computing everything.
    enum class Caching : std::uint8_t { None, Reuse, Select, Forecast };
    static constexpr std::size_t kCachings = 4;
    /// The first ones are full modules by Caching.
    enum class Work : std::uint8_t { Full, FullReuse, FullSelect, FullForecast, Subset, EmptySubset, Reuse, Forecast };
    static constexpr std::size_t kWorks = 8;
    static constexpr std::size_t kPlaces = 3 * kModuleKinds; ///< layer kind x module kind

    struct Sum {
        double flops = 0;
        double elements = 0; ///< numbers in the module's output, all rows
        double seconds = 0;
        double runs = 0; ///< that were added
        bool isKnown() const { return elements > 0; }
        bool operator==(const Sum&) const = default;
    };
    static Work workOf(Action action, std::int32_t tokens, Caching caching);
    static bool isFull(Work work) { return work <= Work::FullForecast; }
    /// What a run does when it also does this.
    static Caching with(Caching caching, Action action);
    static Caching cachingOf(const Plan& plan);
    static Caching cachingOf(const Trace& trace);
    static std::size_t placeOf(const Geometry& geometry, int layer, ModuleKind module);
    /// The sum of the samples whose times are in the middle. @param outside 1 / share left out at each end
    static Sum middleOf(std::vector<Sum>& samples, std::size_t outside);
    /// Seconds per FLOP of full modules at this place, else in other runs, else everywhere; 0 when none was measured.
    double perFlop(std::size_t place, Work full) const;
    /// @return seconds; `isMeasured` turns false when they are a guess
    double secondsOf(Work work, std::size_t place, double flops, double elements, bool& isMeasured) const;

    int m_runs = 0;
    std::array<std::array<Sum, kWorks>, kPlaces> m_modules{};
    std::array<Sum, kCachings> m_entered{}; ///< an evaluation beside its modules, by what the run caches
    Sum m_notEntered; ///< an evaluation whose prediction is reused
    Sum m_once; ///< the work done once per run; elements = 1
};

} // namespace toca::plan
