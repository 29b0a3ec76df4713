// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/arguments.h"
#include "cache/plan/targets.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace toca::app {

/// What a run shall keep, instead of settings typed by hand.
struct Target {
    plan::TargetKind kind = plan::TargetKind::Speed;
    double value = 0; ///< times, bytes or dB
    bool byFlops = false; ///< Speed: times fewer FLOPs, wherever it runs; false: times faster on this machine

    std::string text() const; ///< "2.5 times faster", "at most 400 MB"
};

/// --target-speed, --target-gain, --target-memory, --target-psnr: at most one of them.
struct TargetOptions {
    std::optional<double> speed;
    std::optional<double> gain;
    std::optional<std::string> memory;
    std::optional<double> psnr;

    void addTo(CLI::App& command);
    bool isGiven() const { return speed || gain || memory || psnr; }
    /// @return InvalidArgument naming the option and its range
    Result<std::optional<Target>> target() const;
};

/// "400MB", "1.5 GiB", "1000000": bytes. @return InvalidArgument naming option and text
Result<double> parseBytes(std::string_view option, std::string_view text);

/// A target with the setting that was chosen for it.
struct SolvedTarget {
    Target target;
    plan::TargetAnswer answer;
    std::string policy;

    /// "toca interval=3 fresh_ratio=0.2"
    std::string setting() const;
};

/// The report's `target` (docs/report-schema.md).
nlohmann::ordered_json targetJson(const SolvedTarget& solved);
/// One line before the run: what was asked for, chosen, and why.
std::string targetText(const SolvedTarget& solved);
/// The report of a run with the key `target`; where the report compares with the uncached run, with what was measured.
std::string withTarget(const std::string& report, const SolvedTarget& solved);
/// One line after the run: planned against measured gain. Empty without a comparison.
/// @param report that `withTarget` made
std::string targetOutcome(const std::string& report);

} // namespace toca::app
