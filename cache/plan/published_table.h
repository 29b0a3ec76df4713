// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/counting_rule.h"
#include "cache/plan/parameters.h"
#include "core/base/expected.h"

#include <optional>
#include <string>
#include <vector>

namespace toca::plan {

/// One published figure.
struct PublishedFigure {
    std::string table; ///< which table of which paper: rows of one table have one uncached run
    std::string geometry; ///< a name of `publishedShapeNames`
    std::string sampler;
    int steps = 0;
    std::string label; ///< "ToCa N = 3, R = 85 %"
    std::string policy;
    std::string preset;
    ParameterValues values; ///< over the preset
    double teraFlops = 0; ///< 0 = only the gain is given
    double gain = 0; ///< uncached / cached; 0 = of the FLOPs given
    bool isSettingKnown = true;
    std::string origin; ///< where the figure was read: in the paper, in a later table, or remembered
    std::string cause; ///< of a difference of more than 2 %, as far as it is known
    std::optional<CountingRule> recount;
};

enum class FigureState {
    Compared,
    SettingUnknown, ///< what was read does not say how the method was set
    DecidedAtRunTime, ///< the method decides from data of the run: there is no planned figure
    UnknownPolicy, ///< this program has no such method
};

/// A published figure beside ours.
struct FigureComparison {
    PublishedFigure figure;
    FigureState state = FigureState::Compared;
    double publishedTeraFlops = 0; ///< as given, or by the gain over the table's uncached run; 0 = neither
    double publishedGain = 0;
    double teraFlops = 0; ///< of our plan
    double gain = 0;
    std::optional<double> difference; ///< of the FLOPs, ours / published - 1
    double gainDifference = 0; ///< of the gain over the own uncached run, ours / published - 1
    std::optional<double> recountedTeraFlops; ///< of our plan by the table's way of counting
    std::optional<double> recountedDifference;

    /// The figure by which this row is judged: FLOPs where they are known, else the gain.
    double decisiveDifference() const { return difference.value_or(gainDifference); }
};

/// The published FLOPs of the tables that this program can plan (figures and their origins: the papers named in each
/// row's table).
const std::vector<PublishedFigure>& publishedFigures();

/// Plans every row. @return an error of a plan that should have been possible
Result<std::vector<FigureComparison>> comparedFigures();

} // namespace toca::plan
