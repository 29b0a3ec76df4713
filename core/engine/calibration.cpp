// SPDX-License-Identifier: Apache-2.0
#include "core/engine/calibration.h"

#include "cache/plan/policies/stream_places.h"
#include "core/api/version.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

namespace toca::engine {

namespace {

constexpr int kDegree = 4;
constexpr int kScaleRuns = 13; // cached runs of each request in the search of the noise scale

std::string rounded(double value, int digits = 4)
{
    char text[64];
    return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits).ptr};
}

plan::CalibrationSource sourceOf(const std::vector<GenerationRequest>& requests, const plan::SignalRecord& record)
{
    const GenerationRequest& first = requests.front();
    plan::CalibrationSource source;
    std::set<std::string> texts;
    std::set<std::uint64_t> seeds;
    for (const GenerationRequest& request : requests) {
        const std::string text = request.classLabel >= 0 ? std::to_string(request.classLabel) : request.prompt;
        if (texts.insert(text).second)
            source.prompts.push_back(text);
        if (seeds.insert(request.seed).second)
            source.seeds.push_back(request.seed);
    }
    source.steps = first.steps;
    source.sampler = record.schedule.name;
    source.guidanceScale = first.guidanceScale;
    source.frames = first.frames;
    source.width = first.width;
    source.height = first.height;
    source.program = programVersion();
    return source;
}

/// @param runs that will be made in all, for the progress
Result<std::vector<plan::SignalRecord>> recordAll(Engine& engine, const std::vector<GenerationRequest>& requests,
    int runs, const CalibrationProgress& progress, const std::stop_token& stop)
{
    std::vector<plan::SignalRecord> records;
    plan::SignalOptions options;
    options.firstLayerPairs = false; // only DBCache reads them, which needs no calibration
    for (const GenerationRequest& request : requests) {
        Observer observer;
        auto record = engine.recordSignals(request, options, observer, stop);
        if (!record)
            return unexpected(record.error());
        records.push_back(std::move(*record));
        progress(static_cast<int>(records.size()), runs);
    }
    return records;
}

Result<void> fitTeaCache(const std::vector<plan::SignalRecord>& records, CalibrationOutcome& outcome)
{
    std::vector<double> input, output;
    for (const plan::SignalRecord& record : records) {
        for (const plan::EvaluationSignals& signals : record.evaluations) {
            if (!std::isfinite(signals.modulatedChange) || !std::isfinite(signals.outputChange))
                continue; // the first of its stream, or a run that became NaN
            input.push_back(signals.modulatedChange);
            output.push_back(signals.outputChange);
        }
    }
    const auto coefficients = plan::fitPolynomial(input, output, kDegree);
    if (!coefficients)
        return unexpected(coefficients.error());
    // Share of the output's variance that the polynomial explains.
    double mean = 0, residual = 0, variance = 0;
    for (const double value : output)
        mean += value / static_cast<double>(output.size());
    for (std::size_t i = 0; i < output.size(); ++i) {
        residual += std::pow(output[i] - plan::polynomialAt(*coefficients, input[i]), 2);
        variance += std::pow(output[i] - mean, 2);
    }
    const double explained = variance > 0 ? 1 - residual / variance : 1;
    const auto [least, most] = std::minmax_element(input.begin(), input.end());
    auto& values = outcome.calibration.values;
    values["coefficients"] = *coefficients;
    values["range"] = {*least, *most};
    values["quality"] = {explained, static_cast<double>(input.size())};
    outcome.notes.push_back("The polynomial explains " + rounded(100 * explained, 3)
        + " % of the output's variance over " + std::to_string(input.size()) + " changes of the modulated input from "
        + rounded(*least) + " to " + rounded(*most) + ".");
    if (explained < 0.5)
        outcome.warnings.push_back("The modulated input says little about this model's output ("
            + rounded(100 * explained, 3) + " % of the variance); another method may serve it better.");
    if (input.size() < 50)
        outcome.warnings.push_back("Only " + std::to_string(input.size())
            + " changes were recorded; the paper takes 70 prompts. Give more prompts, seeds or steps.");
    return {};
}

Result<void> fitMagCache(const std::vector<plan::SignalRecord>& records, CalibrationOutcome& outcome)
{
    // By place in a stream: conditional and unconditional evaluations share one curve.
    std::vector<double> sums, counts, squares;
    for (const plan::SignalRecord& record : records) {
        const auto places = plan::streamPlaces(record.schedule);
        for (std::size_t i = 0; i < places.size(); ++i) {
            const auto index = static_cast<std::size_t>(places[i].index);
            if (index >= sums.size())
                for (auto* list : {&sums, &counts, &squares})
                    list->resize(index + 1);
            const double ratio = index == 0 ? 1.0 : record.evaluations[i].residualRatio;
            if (!std::isfinite(ratio))
                return unexpected(ErrorCode::InvalidArgument,
                    "A run became NaN or infinite, so there are no ratios to take from it. Check the model's weights "
                    "and "
                    "the guidance scale.");
            sums[index] += ratio;
            squares[index] += ratio * ratio;
            ++counts[index];
        }
    }
    auto& ratios = outcome.calibration.values["ratios"];
    double spread = 0;
    for (std::size_t i = 0; i < sums.size(); ++i) {
        ratios.push_back(sums[i] / counts[i]);
        spread = std::max(spread, std::sqrt(std::max(0.0, squares[i] / counts[i] - ratios[i] * ratios[i])));
    }
    outcome.calibration.values["quality"] = {spread};
    if (ratios.size() > 1) {
        const auto [least, most] = std::minmax_element(ratios.begin() + 1, ratios.end());
        outcome.notes.push_back("The ratios of " + std::to_string(ratios.size() - 1) + " steps lie from "
            + rounded(*least) + " to " + rounded(*most) + "; over the runs they differ by at most " + rounded(spread, 2)
            + " (standard deviation).");
    }
    if (spread > 0.1)
        outcome.warnings.push_back("The ratios differ from run to run by " + rounded(spread, 2)
            + " (standard deviation); the method takes them for a property of the model.");
    return {};
}

double meanSquare(const std::vector<float>& a, const std::vector<float>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
        sum += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
    return a.empty() ? 0 : sum / static_cast<double>(a.size());
}

double rms(const std::vector<float>& latent)
{
    double sum = 0;
    for (const float value : latent)
        sum += static_cast<double>(value) * value;
    return latent.empty() ? 0 : std::sqrt(sum / static_cast<double>(latent.size()));
}

Result<void> fitEbCache(Engine& engine, const CalibrationJob& job, const std::vector<plan::SignalRecord>& records,
    const CalibrationProgress& progress, const std::stop_token& stop, CalibrationOutcome& outcome)
{
    std::vector<double> uncached;
    for (const plan::SignalRecord& record : records) {
        for (std::size_t i = 1; i < record.evaluations.size(); ++i) // the first latent is the start noise
            uncached.push_back(record.evaluations[i].latentRms);
        uncached.push_back(rms(record.latent));
    }
    const int runs = static_cast<int>(job.requests.size());
    int done = runs;
    std::map<double, double> errors; // mean square of the final latents, by scale
    const auto cachedAt = [&](double scale) -> Result<std::vector<double>> {
        std::vector<double> norms;
        double sum = 0;
        for (std::size_t run = 0; run < job.requests.size(); ++run) {
            GenerationRequest request = job.requests[run];
            request.policy = "ebcache";
            request.policyParameters["noise_scale"] = scale;
            Observer observer;
            const auto result = engine.generate(request, observer, stop);
            if (!result)
                return unexpected(result.error());
            for (int i = 1; i < result->trace->evaluationCount(); ++i)
                norms.push_back(result->trace->evaluation(i).latentRms);
            norms.push_back(rms(result->latent));
            sum += meanSquare(result->latent, records[run].latent) / runs;
            progress(++done, std::max(done, runs * (kScaleRuns + 1)));
        }
        errors[scale] = sum;
        return norms;
    };
    const auto fit = plan::fitNoiseScale(uncached, cachedAt);
    if (!fit)
        return unexpected(fit.error());
    const double error = errors.at(fit->scale), errorAtOne = errors.at(1.0);
    const double best = std::min_element(errors.begin(), errors.end(), [](const auto& a, const auto& b) {
        return a.second < b.second;
    })->second;
    outcome.calibration.values["noise_scale"] = {fit->scale};
    outcome.calibration.values["quality"] = {fit->mismatch, fit->mismatchAtOne, error, errorAtOne};
    outcome.notes.push_back("With the noise scale " + rounded(fit->scale)
        + " the latents' norms differ from the uncached "
          "ones by "
        + rounded(100 * fit->mismatch, 3) + " % (without scaling by " + rounded(100 * fit->mismatchAtOne, 3)
        + " %), and the final latents by a mean square of " + rounded(error, 3) + " (without scaling "
        + rounded(errorAtOne, 3) + ", least seen " + rounded(best, 3) + ").");
    if (fit->scale != 1.0 && error >= errorAtOne)
        outcome.warnings.push_back(
            "Matching the norms does not bring the cached runs nearer to the uncached ones here; "
            "noise_scale=1 is as good.");
    return {};
}

} // namespace

Result<CalibrationOutcome> calibrate(
    Engine& engine, const CalibrationJob& job, const CalibrationProgress& progress, std::stop_token stop)
{
    const auto& methods = plan::calibratedMethods();
    if (std::find(methods.begin(), methods.end(), job.method) == methods.end())
        return unexpected(ErrorCode::InvalidArgument,
            "The policy '" + job.method.substr(0, 80)
                + "' needs no calibration; those that do: teacache, magcache, ebcache.");
    if (job.requests.empty())
        return unexpected(ErrorCode::InvalidArgument, "A calibration needs at least one run.");
    const bool isEbCache = job.method == "ebcache";
    const int runs = static_cast<int>(job.requests.size());
    const auto records = recordAll(engine, job.requests, isEbCache ? runs * (kScaleRuns + 1) : runs, progress, stop);
    if (!records)
        return unexpected(records.error());
    CalibrationOutcome outcome;
    outcome.calibration.method = job.method;
    outcome.calibration.modelIdentity = records->front().modelIdentity;
    outcome.calibration.modelName = records->front().modelName;
    outcome.calibration.source = sourceOf(job.requests, records->front());
    const auto fitted = isEbCache  ? fitEbCache(engine, job, *records, progress, stop, outcome)
        : job.method == "teacache" ? fitTeaCache(*records, outcome)
                                   : fitMagCache(*records, outcome);
    if (!fitted)
        return unexpected(fitted.error());
    return outcome;
}

} // namespace toca::engine
