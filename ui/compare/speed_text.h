// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/run_result.h"

#include <QByteArray>
#include <QString>

#include <vector>

namespace toca::ui {

/// What one kind of work took in the uncached run and in a cached one. Seconds.
struct SpeedPart {
    std::string key; ///< as in RunResult::partSeconds; "rest" = what no other part explains
    QString name;
    QString help;
    double baseline = 0;
    double run = 0;
    bool isInLoop = true; ///< counted in the wall-clock gain: not previews and decoding
    /// Share of the gap: what this part took beyond its share of the uncached run's time at the FLOPs gain.
    double gap = 0;
};

/// Why a run's wall-clock gain is not its FLOPs gain.
struct SpeedReport {
    double flopsGain = 1;
    double wallClockGain = 1;
    double baselineSeconds = 0; ///< denoising loop
    double runSeconds = 0;
    double expectedSeconds = 0; ///< of the run, had it gained what its FLOPs did
    double cacheSeconds = 0; ///< the cache's own work: scoring, selection, gather/scatter, cache traffic
    double savedSeconds = 0; ///< of everything else in the loop
    std::vector<SpeedPart> parts; ///< in their order on the bar; the loop's sum up to the loop's seconds
    double gap() const { return runSeconds - expectedSeconds; }
    bool isEmpty() const { return parts.empty(); }
};

/// @return empty when one of the two has no measured parts
SpeedReport speedReport(const RunResult& run, const RunResult& baseline);

/// "FLOPs gain 2.32 ×, wall-clock gain 1.99 ×. ...": what is between the two, the largest parts first.
QString gapSentence(const SpeedReport& report);
/// When caching pays on this machine, in plain words.
QString breakEvenSentence(const SpeedReport& report);
/// part, in_loop, uncached_seconds, run_seconds, gap_seconds
QByteArray speedCsv(const SpeedReport& report);

} // namespace toca::ui
