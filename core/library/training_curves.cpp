// SPDX-License-Identifier: Apache-2.0
#include "core/library/training_curves.h"

#include <algorithm>
#include <cmath>

namespace toca::library {
namespace {

double axisValue(TrainingAxis axis, std::int64_t step, double hours)
{
    return axis == TrainingAxis::Step ? static_cast<double>(step) : hours;
}

/// A running mean whose first values weigh more, so that it does not start at zero.
class Smoother {
public:
    explicit Smoother(double span)
        : m_share(span > 1 ? 2 / (span + 1) : 1)
    {
    }
    double add(double value)
    {
        m_sum = (1 - m_share) * m_sum + m_share * value;
        m_weight = (1 - m_share) * m_weight + m_share;
        return m_sum / m_weight;
    }

private:
    double m_share;
    double m_sum = 0;
    double m_weight = 0;
};

/// Puts values into their buckets one after the other.
class CurveBuilder {
public:
    CurveBuilder(Curve& curve, double smoothing)
        : m_curve(curve)
        , m_smoother(smoothing)
    {
    }
    /// @param place in buckets; outside of the range only the mean learns of it
    void add(const TrainingStep& step, double place, int buckets, double value)
    {
        if (std::isnan(value))
            return;
        const double smooth = m_smoother.add(value);
        if (place < 0 || place > buckets)
            return;
        const int bucket = std::min(static_cast<int>(place), buckets - 1);
        auto& points = m_curve.points;
        if (points.empty() || points.back().bucket != bucket)
            points.push_back({.bucket = bucket, .low = value, .high = value});
        CurvePoint& point = points.back();
        point.step = step.step;
        point.hours = step.hours;
        point.value = value;
        point.smooth = smooth;
        point.low = std::min(point.low, value);
        point.high = std::max(point.high, value);
    }

private:
    Curve& m_curve;
    Smoother m_smoother;
};

} // namespace

TrainingCurves curvesOf(const TrainingHistory& history, const CurveRequest& request)
{
    TrainingCurves curves;
    curves.request = request;
    curves.request.buckets = std::clamp(request.buckets, 1, 100'000);
    curves.standing = history.standing();
    const auto& steps = history.steps();
    const auto& validations = history.validations();
    if (!steps.empty()) {
        curves.wholeFrom = axisValue(request.axis, steps.front().step, steps.front().hours);
        curves.wholeTo = axisValue(request.axis, steps.back().step, steps.back().hours);
    } else if (!validations.empty()) {
        curves.wholeFrom = axisValue(request.axis, validations.front().step, validations.front().hours);
        curves.wholeTo = axisValue(request.axis, validations.back().step, validations.back().hours);
    }
    if (request.axis == TrainingAxis::Hours)
        curves.wholeFrom = 0;
    const double least = request.axis == TrainingAxis::Step ? 1 : 1.0 / 3600;
    curves.wholeTo = std::max(curves.wholeTo, curves.wholeFrom + least);
    curves.from = request.range ? request.range->first : curves.wholeFrom;
    curves.to = request.range ? request.range->second : curves.wholeTo;
    if (!(std::isfinite(curves.from) && std::isfinite(curves.to) && curves.to - curves.from >= least * 1e-3)) {
        curves.from = curves.wholeFrom;
        curves.to = curves.wholeTo;
    }

    const int buckets = curves.request.buckets;
    for (const std::string& kind : history.kinds())
        curves.losses.push_back({kind, {}});
    std::vector<CurveBuilder> losses;
    losses.reserve(curves.losses.size());
    for (Curve& curve : curves.losses)
        losses.emplace_back(curve, request.smoothing);
    CurveBuilder rate(curves.learningRate, 1);
    CurveBuilder norm(curves.gradientNorm, request.smoothing);
    CurveBuilder speed(curves.samplesPerSecond, 1); // the log's value is a mean already
    for (const TrainingStep& step : steps) {
        const double place = curves.placeOf(axisValue(request.axis, step.step, step.hours));
        losses[step.kind].add(step, place, buckets, static_cast<double>(step.loss));
        rate.add(step, place, buckets, static_cast<double>(step.learningRate));
        norm.add(step, place, buckets, static_cast<double>(step.gradientNorm));
        speed.add(step, place, buckets, static_cast<double>(step.samplesPerSecond));
    }
    // Of the step, because a validation corrects the hours before it.
    const auto hoursAt = [&steps](std::int64_t step, double otherwise) {
        const auto after = std::upper_bound(steps.begin(), steps.end(), step,
            [](std::int64_t wanted, const TrainingStep& one) { return wanted < one.step; });
        return after == steps.begin() ? otherwise : (after - 1)->hours;
    };
    for (TrainingValidation validation : validations) {
        validation.hours = hoursAt(validation.step, validation.hours);
        if (const double place = curves.placeOf(axisValue(request.axis, validation.step, validation.hours));
            place >= 0 && place <= buckets)
            curves.validations.push_back({place, validation});
    }
    for (TrainingMark mark : history.marks()) {
        mark.hours = hoursAt(mark.step, mark.hours);
        if (const double place = curves.placeOf(axisValue(request.axis, mark.step, mark.hours));
            place >= 0 && place <= buckets)
            curves.marks.push_back({place, std::move(mark)});
    }
    return curves;
}

} // namespace toca::library
