// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"

#include <array>
#include <string>
#include <string_view>

namespace toca::plan {

/// What modules cost in seconds on one machine with one model, learned from finished runs; plans become times by it.
///
/// Work that is computed counts by FLOPs, all other work (reuse, forecast, choosing tokens, the rest of an evaluation)
/// by the size of a module's output: so a measurement also serves another number of tokens, less exactly.
class ModuleCosts {
public:
    bool isEmpty() const { return m_runs == 0; }
    int runs() const { return m_runs; } ///< that were learned from

    /// Takes over a finished run. What was known before counts half as much with each run that measures it anew.
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
    enum class Work : std::uint8_t { Full, Subset, EmptySubset, Reuse, Forecast };
    static constexpr std::size_t kWorks = 5;
    static constexpr std::size_t kPlaces = 3 * kModuleKinds; ///< layer kind x module kind

    struct Sum {
        double flops = 0;
        double elements = 0; ///< numbers in the module's output, all rows
        double seconds = 0;
        bool isKnown() const { return elements > 0; }
        bool operator==(const Sum&) const = default;
    };
    static Work workOf(Action action, std::int32_t tokens);
    static std::size_t placeOf(const Geometry& geometry, int layer, ModuleKind module);
    /// Seconds per FLOP of full modules at this place, else everywhere; 0 when none was measured.
    double perFlop(std::size_t place) const;
    /// @return seconds; `isMeasured` turns false when they are a guess
    double secondsOf(Work work, std::size_t place, double flops, double elements, bool& isMeasured) const;

    int m_runs = 0;
    std::array<std::array<Sum, kWorks>, kPlaces> m_modules{};
    Sum m_entered; ///< an evaluation beside its modules
    Sum m_notEntered; ///< an evaluation whose prediction is reused
    Sum m_once; ///< the work done once per run; elements = 1
};

} // namespace toca::plan
