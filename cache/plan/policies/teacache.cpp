// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/teacache.h"

#include "cache/plan/calibration.h"
#include "cache/plan/policies/spec_makers.h"
#include "core/base/printable.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace toca::plan {
namespace {

constexpr std::size_t kCoefficients = 5; // degree 4

/// "217.546,-118.329,..." @return InvalidArgument
Result<std::vector<double>> coefficientsOf(const std::string& text)
{
    std::vector<double> coefficients;
    const char* at = text.data();
    const char* const end = at + text.size();
    bool isGood = true;
    while (isGood && at < end) {
        while (at < end && *at == ' ')
            ++at;
        double value = 0;
        const auto [after, status] = std::from_chars(at, end, value);
        isGood = status == std::errc() && std::isfinite(value) && coefficients.size() < kCoefficients;
        coefficients.push_back(value);
        at = after;
        while (at < end && *at == ' ')
            ++at;
        if (at < end && isGood)
            isGood = *at++ == ',' && at < end;
    }
    if (!isGood || coefficients.size() != kCoefficients)
        return unexpected(ErrorCode::InvalidArgument,
            "The parameter coefficients cannot be " + printable(text)
                + "; it must be five numbers with commas between them, highest power first, or empty.");
    return coefficients;
}

Result<std::unique_ptr<Policy>> make(const ParameterValues& values, const PolicyContext& context)
{
    TeaCacheOptions options;
    options.threshold = valueOf<double>(values, "threshold");
    if (const auto& given = valueOf<std::string>(values, "coefficients"); !given.empty()) {
        auto coefficients = coefficientsOf(given);
        if (!coefficients)
            return unexpected(coefficients.error());
        options.polynomial.coefficients = std::move(*coefficients);
    } else if (options.threshold > 0) {
        const auto calibration = calibrationFor("teacache", valueOf<std::string>(values, "calibration"), context);
        if (!calibration)
            return unexpected(calibration.error());
        if (!calibration->method.empty()) {
            options.polynomial.coefficients = calibration->values.at("coefficients");
            options.polynomial.minimum = calibration->values.at("range")[0];
            options.polynomial.maximum = calibration->values.at("range")[1];
        }
    }
    return std::unique_ptr<Policy>(std::make_unique<TeaCachePolicy>(values, std::move(options)));
}

} // namespace

double ChangePolynomial::operator()(double change) const
{
    if (std::isnan(change))
        return std::numeric_limits<double>::infinity(); // nothing is known: compute
    const double inside = std::clamp(change, minimum, maximum);
    const double value = std::max(0.0, polynomialAt(coefficients, inside));
    return inside > 0 && std::isfinite(inside) ? value * (change / inside) : value;
}

ThresholdDecision TeaCacheDecisions::decide(const TeaCacheOptions& options, const StreamPlace& place, double change)
{
    ThresholdDecision decision;
    decision.scalars.threshold = options.threshold;
    if (isForced(place)) {
        decision.isForced = true;
        m_accumulated = 0;
        return decision;
    }
    m_accumulated += options.polynomial(change);
    decision.scalars.signal = change;
    decision.scalars.accumulated = m_accumulated;
    decision.isSkipped = m_accumulated < options.threshold; // false for NaN
    if (!decision.isSkipped)
        m_accumulated = 0;
    return decision;
}

TeaCachePolicy::TeaCachePolicy(ParameterValues parameters, TeaCacheOptions options)
    : m_parameters(std::move(parameters))
    , m_options(std::move(options))
{
}

Result<Plan> TeaCachePolicy::plan(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    Plan plan(geometry, schedule);
    if (m_options.threshold <= 0)
        return plan;
    bool isAnyDecided = false;
    const auto places = streamPlaces(schedule);
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        if (TeaCacheDecisions::isForced(places[static_cast<std::size_t>(evaluation)]))
            continue;
        decideLater(plan, evaluation, 0, plan.layerCount());
        isAnyDecided = true;
    }
    if (isAnyDecided) {
        plan.setDecidedAtRunTime();
        // The last modulated input and the residual of all layers.
        plan.setCachedElements(2 * rowsOfStreams(geometry, schedule) * geometry.grid.tokens() * geometry.hiddenSize);
    }
    return plan;
}

PolicyEntry teaCachePolicyEntry()
{
    PolicyEntry entry;
    entry.name = "teacache";
    entry.title = "TeaCache: skips steps by the timestep embedding";
    entry.summary = "Jumps over all layers and adds their last residual while the first layer's modulated input has "
                    "changed little.";
    entry.source = "arXiv 2411.19108";
    entry.parameters = {
        numberSpec("threshold", "Threshold",
            "Estimated relative change of the output up to which the last residual is used again; 0 computes every "
            "step. Published for Open-Sora: 0.1 slow, 0.2 fast; for FLUX 0.25 to 0.8.",
            "Decision", 0.1, 0, 1000, 0.01),
        calibrationSpec(
            "The polynomial fitted to this model, made by `toca calibrate --policy teacache`; empty takes the model's "
            "own. One of other weights is refused."),
        textSpec("coefficients", "Coefficients",
            "The polynomial itself instead of a file: five numbers, highest power first. Published for Open-Sora "
            "v1.2's weights: 217.546007,-118.329252,26.8662585,-0.0459364272,0.048442624.",
            "Calibration", ParameterKind::Text, true),
    };
    entry.presets = {
        {"opensora-slow", "Open-Sora, slow", "TeaCache paper, Open-Sora v1.2: threshold 0.1", {{"threshold", 0.1}},
            "stdit3"},
        {"opensora-fast", "Open-Sora, fast", "TeaCache paper, Open-Sora v1.2: threshold 0.2", {{"threshold", 0.2}},
            "stdit3"},
        {"careful", "Careful", "own setting, not published: threshold 0.1 with the model's own polynomial",
            {{"threshold", 0.1}}, ""},
    };
    entry.make = make;
    return entry;
}

} // namespace toca::plan
