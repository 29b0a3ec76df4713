// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/library/training_history.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace toca::library {

enum class TrainingAxis { Step, Hours };

struct CurveRequest {
    TrainingAxis axis = TrainingAxis::Step;
    std::optional<std::pair<double, double>> range; ///< in steps or hours; none = all
    int buckets = 600; ///< into which the range is divided, about one a pixel
    double smoothing = 100; ///< steps of its kind over which a curve is averaged; 0 or 1 = not at all

    bool operator==(const CurveRequest&) const = default;
};

/// The steps of one kind within one bucket.
struct CurvePoint {
    int bucket = 0;
    std::int64_t step = 0; ///< the last of them, with its values
    double hours = 0;
    double value = 0;
    double smooth = 0;
    double low = 0; ///< of all of them
    double high = 0;
};

struct Curve {
    std::string kind; ///< of the steps; "" = of all
    std::vector<CurvePoint> points; ///< ascending by bucket, at most one a bucket; no values that are no numbers
};

/// A value at a place of the axis, in buckets and fractions of them.
struct PlacedValidation {
    double place = 0;
    TrainingValidation validation;
};
struct PlacedMark {
    double place = 0;
    TrainingMark mark;
};

/// A training thinned out to what a plot can show: 500 000 steps become some hundred points.
struct TrainingCurves {
    CurveRequest request;
    double from = 0, to = 1; ///< the range that was asked for, or all
    double wholeFrom = 0, wholeTo = 1;
    std::vector<Curve> losses; ///< by kind
    Curve learningRate, gradientNorm, samplesPerSecond;
    std::vector<PlacedValidation> validations; ///< within the range
    std::vector<PlacedMark> marks; ///< within the range
    TrainingStanding standing;

    /// Of a value of the axis, in buckets.
    double placeOf(double value) const { return (value - from) / (to - from) * request.buckets; }
    double valueAt(double place) const { return from + place / request.buckets * (to - from); }
};

TrainingCurves curvesOf(const TrainingHistory& history, const CurveRequest& request);

} // namespace toca::library
