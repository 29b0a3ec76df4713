// SPDX-License-Identifier: Apache-2.0
#include "core/api/run_result.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace toca {
namespace {

constexpr int kWindowRadius = 5; // 11 x 11
constexpr double kSigma = 1.5; // pixels
constexpr double kPeak = 255;
constexpr double kC1 = 0.01 * kPeak * (0.01 * kPeak);
constexpr double kC2 = 0.03 * kPeak * (0.03 * kPeak);

Result<void> checkPair(const Clip& clip, const Clip& baseline)
{
    const auto invalid = [](std::string message) { return unexpected(ErrorCode::InvalidArgument, std::move(message)); };
    if (clip.frames.size() != baseline.frames.size())
        return invalid("The clips cannot be compared: one has " + std::to_string(clip.frames.size())
            + " frames, the other " + std::to_string(baseline.frames.size()) + ".");
    if (clip.frames.empty())
        return invalid("The clips cannot be compared: they have no frames.");
    for (std::size_t i = 0; i < clip.frames.size(); ++i) {
        const Frame& a = clip.frames[i];
        const Frame& b = baseline.frames[i];
        if (a.width != b.width || a.height != b.height)
            return invalid("The clips cannot be compared: frame " + std::to_string(i) + " has "
                + std::to_string(a.width) + "x" + std::to_string(a.height) + " pixels in one and "
                + std::to_string(b.width) + "x" + std::to_string(b.height) + " in the other.");
        const auto bytes = a.width < 1 || a.height < 1
            ? std::size_t{0}
            : static_cast<std::size_t>(a.width) * static_cast<std::size_t>(a.height) * 3;
        if (bytes == 0 || a.rgb.size() != bytes || b.rgb.size() != bytes)
            return invalid("The clips cannot be compared: frame " + std::to_string(i)
                + " does not have width x height x 3 bytes of pixels.");
    }
    return {};
}

double psnrOf(double squaredError, double values)
{
    if (squaredError == 0)
        return std::numeric_limits<double>::infinity();
    return 10 * std::log10(kPeak * kPeak * values / squaredError);
}

double squaredErrorOf(const Frame& a, const Frame& b)
{
    std::uint64_t sum = 0; // exact: at most 65025 per value
    for (std::size_t i = 0; i < a.rgb.size(); ++i) {
        const int difference = a.rgb[i] - b.rgb[i];
        sum += static_cast<std::uint64_t>(difference * difference);
    }
    return static_cast<double>(sum);
}

std::vector<double> lumaOf(const Frame& frame)
{
    std::vector<double> luma(frame.rgb.size() / 3);
    for (std::size_t i = 0; i < luma.size(); ++i)
        luma[i] = 0.299 * frame.rgb[3 * i] + 0.587 * frame.rgb[3 * i + 1] + 0.114 * frame.rgb[3 * i + 2];
    return luma;
}

std::vector<double> gaussian(int radius)
{
    std::vector<double> weights;
    double sum = 0;
    for (int i = -radius; i <= radius; ++i) {
        weights.push_back(std::exp(-0.5 * i * i / (kSigma * kSigma)));
        sum += weights.back();
    }
    for (double& weight : weights)
        weight /= sum;
    return weights;
}

/// Gaussian-weighted means of an image, computed row by row where the window lies inside.
class SeparableFilter {
public:
    SeparableFilter(std::size_t width, std::size_t height)
        : m_width(width)
        , m_height(height)
        , m_weights(gaussian(std::min(kWindowRadius, static_cast<int>((std::min(width, height) - 1) / 2))))
        , m_rows(outputWidth() * height)
    {
    }

    std::size_t outputWidth() const { return m_width - m_weights.size() + 1; }
    std::size_t outputHeight() const { return m_height - m_weights.size() + 1; }

    /// @return outputHeight() x outputWidth() values
    std::vector<double> operator()(const std::vector<double>& image)
    {
        const std::size_t width = outputWidth();
        std::fill(m_rows.begin(), m_rows.end(), 0.0);
        for (std::size_t y = 0; y < m_height; ++y)
            for (std::size_t k = 0; k < m_weights.size(); ++k)
                for (std::size_t x = 0; x < width; ++x)
                    m_rows[y * width + x] += m_weights[k] * image[y * m_width + x + k];
        std::vector<double> result(outputHeight() * width, 0.0);
        for (std::size_t y = 0; y < outputHeight(); ++y)
            for (std::size_t k = 0; k < m_weights.size(); ++k)
                for (std::size_t x = 0; x < width; ++x)
                    result[y * width + x] += m_weights[k] * m_rows[(y + k) * width + x];
        return result;
    }

private:
    std::size_t m_width, m_height;
    std::vector<double> m_weights;
    std::vector<double> m_rows; // filtered along x only
};

std::vector<double> products(const std::vector<double>& a, const std::vector<double>& b)
{
    std::vector<double> result(a.size());
    std::transform(a.begin(), a.end(), b.begin(), result.begin(), [](double x, double y) { return x * y; });
    return result;
}

double ssimOf(const Frame& first, const Frame& second)
{
    const std::vector<double> a = lumaOf(first), b = lumaOf(second);
    SeparableFilter filter(static_cast<std::size_t>(first.width), static_cast<std::size_t>(first.height));
    const std::vector<double> meanA = filter(a), meanB = filter(b);
    const std::vector<double> aa = filter(products(a, a)), bb = filter(products(b, b)), ab = filter(products(a, b));
    double sum = 0;
    for (std::size_t i = 0; i < meanA.size(); ++i) {
        const double varianceA = aa[i] - meanA[i] * meanA[i];
        const double varianceB = bb[i] - meanB[i] * meanB[i];
        const double covariance = ab[i] - meanA[i] * meanB[i];
        sum += (2 * meanA[i] * meanB[i] + kC1) * (2 * covariance + kC2)
            / ((meanA[i] * meanA[i] + meanB[i] * meanB[i] + kC1) * (varianceA + varianceB + kC2));
    }
    return sum / static_cast<double>(meanA.size());
}

double relativeError(const std::vector<float>& a, const std::vector<float>& b)
{
    double difference = 0, norm = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
        difference += (x - y) * (x - y);
        norm += y * y;
    }
    if (difference == 0)
        return 0;
    return std::sqrt(difference / norm); // infinite for a baseline of zeros
}

} // namespace

Result<Fidelity> fidelity(
    const Clip& clip, const Clip& baseline, const std::vector<float>& latent, const std::vector<float>& baselineLatent)
{
    if (auto checked = checkPair(clip, baseline); !checked)
        return unexpected(checked.error());
    if (latent.size() != baselineLatent.size())
        return unexpected(ErrorCode::InvalidArgument,
            "The latents cannot be compared: one has " + std::to_string(latent.size()) + " values, the other "
                + std::to_string(baselineLatent.size()) + ".");
    Fidelity result;
    double squaredError = 0, values = 0, ssim = 0;
    for (std::size_t i = 0; i < clip.frames.size(); ++i) {
        const double error = squaredErrorOf(clip.frames[i], baseline.frames[i]);
        const double count = static_cast<double>(clip.frames[i].rgb.size());
        squaredError += error;
        values += count;
        result.framePsnrDb.push_back(psnrOf(error, count));
        result.frameSsim.push_back(error == 0 ? 1.0 : ssimOf(clip.frames[i], baseline.frames[i]));
        ssim += result.frameSsim.back();
    }
    result.identical = squaredError == 0;
    result.psnrDb = psnrOf(squaredError, values);
    result.ssim = ssim / static_cast<double>(clip.frames.size());
    result.latentRelativeError = relativeError(latent, baselineLatent);
    return result;
}

} // namespace toca
