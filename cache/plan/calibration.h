// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace toca::plan {

/// From which runs a calibration was made. Holds no date: the same runs give the same file.
struct CalibrationSource {
    std::vector<std::string> prompts; ///< or class numbers as texts
    std::vector<std::uint64_t> seeds;
    int steps = 0;
    std::string sampler; ///< "rflow"
    double guidanceScale = 1.0;
    int frames = 1;
    int width = 0; ///< pixels
    int height = 0;
    std::string program; ///< version of the program that made it
    bool operator==(const CalibrationSource&) const = default;
};

/// Numbers that a caching method fitted to one model: TeaCache's polynomial, MagCache's ratios, EB-Cache's noise scale.
struct Calibration {
    std::string method; ///< "teacache", "magcache", "ebcache": the policy's name
    std::string modelIdentity; ///< content identity of the weights (core/engine/model_identity.h), never empty
    std::string modelName; ///< for people
    /// By name; each method demands its own:
    ///   teacache: "coefficients" (5, highest power first), "range" (2: least and largest change that was fitted)
    ///   magcache: "ratios" (one for each step, the first is 1)
    ///   ebcache:  "noise_scale" (1)
    /// and any of them may hold "quality" figures of the fit, which nothing depends on.
    std::map<std::string, std::vector<double>> values;
    CalibrationSource source;
    bool operator==(const Calibration&) const = default;
};

/// The methods that a calibration exists for.
const std::vector<std::string>& calibratedMethods();

/// @return InvalidArgument naming what is missing, not finite or out of range
Result<void> checkCalibration(const Calibration& calibration);

/// Deterministic JSON. @pre checkCalibration
std::string calibrationJson(const Calibration& calibration);
/// @param fileName only for messages
/// @return BadFormat naming file and field; every size and number is checked
Result<Calibration> calibrationFromJson(std::string_view json, const std::string& fileName);

/// Writes atomically. @return InvalidArgument or Io
Result<void> writeCalibration(const std::filesystem::path& path, const Calibration& calibration);
/// @return NotFound, Io, TooLarge or BadFormat; never trusts the file
Result<Calibration> readCalibration(const std::filesystem::path& path);

/// The calibration that a policy is to use: `file` if given, else `<method>.json` of the model's own folder.
///
/// A calibration of other weights is refused. Where the weights are not known (plans of bare geometries) a file is
/// taken as it is, and no file is needed.
///
/// @return empty values when the weights are not known and no file is named; NotFound with the command that makes one;
///         InvalidArgument for another method's or another model's calibration; and what `readCalibration` returns
Result<Calibration> calibrationFor(std::string_view method, const std::string& file, const PolicyContext& context);

/// The parameter `calibration` of such a policy.
ParameterSpec calibrationSpec(std::string help);

// Fitting

/// Least squares on a polynomial of this degree.
/// @param x, y as many values as each other, finite, x not negative
/// @return coefficients, highest power first; InvalidArgument when x has fewer than degree + 1 different values
Result<std::vector<double>> fitPolynomial(const std::vector<double>& x, const std::vector<double>& y, int degree);

/// The polynomial at x; coefficients highest power first.
double polynomialAt(const std::vector<double>& coefficients, double x);

/// What `fitNoiseScale` found.
struct NoiseScaleFit {
    double scale = 1.0;
    double mismatch = 0.0; ///< root mean square of ln(|x_t| of the cached run / of the uncached run) at `scale`
    double mismatchAtOne = 0.0; ///< the same without scaling
    int runs = 0; ///< cached runs made
};

/// EB-Cache's noise scale (arXiv 2503.07120): the divisor of the predicted noise with which the latent of the cached
/// run keeps the norm that it has in the uncached one, searched by golden section to a hundredth of the interval.
/// @param uncached norms of the latent at every evaluation, one after the other for all prompts
/// @param cachedAt the same of cached runs with the given scale
/// @return what `cachedAt` returned as error, or InvalidArgument when the numbers of norms differ or are not positive
Result<NoiseScaleFit> fitNoiseScale(const std::vector<double>& uncached,
    const std::function<Result<std::vector<double>>(double scale)>& cachedAt, double minimum = 0.9,
    double maximum = 1.1);

} // namespace toca::plan
