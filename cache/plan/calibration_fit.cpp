// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/calibration.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace toca::plan {

double polynomialAt(const std::vector<double>& coefficients, double x)
{
    double value = 0;
    for (const double coefficient : coefficients)
        value = value * x + coefficient;
    return value;
}

Result<std::vector<double>> fitPolynomial(const std::vector<double>& x, const std::vector<double>& y, int degree)
{
    const std::size_t terms = static_cast<std::size_t>(std::max(degree, 0)) + 1;
    const std::size_t points = x.size();
    if (points != y.size())
        return unexpected(ErrorCode::InvalidArgument, "A polynomial cannot be fitted to lists of different lengths.");
    double scale = 0;
    for (std::size_t i = 0; i < points; ++i) {
        if (!std::isfinite(x[i]) || !std::isfinite(y[i]))
            return unexpected(
                ErrorCode::InvalidArgument, "A polynomial cannot be fitted to numbers that are not finite.");
        scale = std::max(scale, std::abs(x[i]));
    }
    if (std::set<double>(x.begin(), x.end()).size() < terms)
        return unexpected(ErrorCode::InvalidArgument,
            "A polynomial of degree " + std::to_string(degree) + " needs at least " + std::to_string(terms)
                + " different values; record more steps or prompts.");
    // Columns 1, u, u^2, .. of u = x / scale, made orthogonal twice over: the plain normal equations would lose half
    // of the digits.
    std::vector<std::vector<double>> q(terms, std::vector<double>(points));
    std::vector<std::vector<double>> r(terms, std::vector<double>(terms, 0.0));
    const auto dot = [](const std::vector<double>& a, const std::vector<double>& b) {
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
            sum += a[i] * b[i];
        return sum;
    };
    for (std::size_t term = 0; term < terms; ++term) {
        for (std::size_t i = 0; i < points; ++i)
            q[term][i] = std::pow(x[i] / scale, static_cast<double>(term));
        const double before = std::sqrt(dot(q[term], q[term]));
        for (int pass = 0; pass < 2; ++pass) {
            for (std::size_t earlier = 0; earlier < term; ++earlier) {
                const double part = dot(q[earlier], q[term]);
                r[earlier][term] += part;
                for (std::size_t i = 0; i < points; ++i)
                    q[term][i] -= part * q[earlier][i];
            }
        }
        r[term][term] = std::sqrt(dot(q[term], q[term]));
        if (!(r[term][term] > 1e-13 * before))
            return unexpected(ErrorCode::InvalidArgument,
                "The values are too alike for a polynomial of degree " + std::to_string(degree)
                    + "; record more steps or prompts.");
        for (double& value : q[term])
            value /= r[term][term];
    }
    std::vector<double> ascending(terms); // in u
    for (std::size_t term = terms; term-- > 0;) {
        double value = dot(q[term], y);
        for (std::size_t later = term + 1; later < terms; ++later)
            value -= r[term][later] * ascending[later];
        ascending[term] = value / r[term][term];
    }
    std::vector<double> coefficients(terms);
    for (std::size_t term = 0; term < terms; ++term)
        coefficients[terms - 1 - term] = ascending[term] / std::pow(scale, static_cast<double>(term));
    return coefficients;
}

Result<NoiseScaleFit> fitNoiseScale(const std::vector<double>& uncached,
    const std::function<Result<std::vector<double>>(double)>& cachedAt, double minimum, double maximum)
{
    NoiseScaleFit fit;
    // Squared mean of ln(cached / uncached).
    const auto mismatchAt = [&](double scale) -> Result<double> {
        const auto cached = cachedAt(scale);
        if (!cached)
            return unexpected(cached.error());
        ++fit.runs;
        if (cached->size() != uncached.size() || uncached.empty())
            return unexpected(ErrorCode::InvalidArgument,
                "The cached runs gave " + std::to_string(cached->size()) + " norms of the latent, the uncached ones "
                    + std::to_string(uncached.size()) + ".");
        double sum = 0;
        for (std::size_t i = 0; i < uncached.size(); ++i) {
            if (!(uncached[i] > 0) || !((*cached)[i] > 0) || !std::isfinite(uncached[i])
                || !std::isfinite((*cached)[i]))
                return unexpected(ErrorCode::InvalidArgument,
                    "A norm of the latent is not positive: the run became NaN or infinite.");
            const double ratio = std::log((*cached)[i] / uncached[i]);
            sum += ratio * ratio;
        }
        return std::sqrt(sum / static_cast<double>(uncached.size()));
    };
    const auto atOne = mismatchAt(1.0);
    if (!atOne)
        return unexpected(atOne.error());
    fit.mismatchAtOne = *atOne;
    fit.mismatch = *atOne;

    const double shrink = (std::sqrt(5.0) - 1) / 2;
    double low = minimum, high = maximum;
    double left = high - shrink * (high - low), right = low + shrink * (high - low);
    auto atLeft = mismatchAt(left), atRight = mismatchAt(right);
    const auto keep = [&fit](double scale, double mismatch) {
        if (mismatch < fit.mismatch) {
            fit.scale = scale;
            fit.mismatch = mismatch;
        }
    };
    while (true) {
        if (!atLeft)
            return unexpected(atLeft.error());
        if (!atRight)
            return unexpected(atRight.error());
        keep(left, *atLeft);
        keep(right, *atRight);
        if (high - low <= (maximum - minimum) / 100)
            return fit;
        if (*atLeft < *atRight) {
            high = right;
            right = left;
            atRight = atLeft;
            left = high - shrink * (high - low);
            atLeft = mismatchAt(left);
        } else {
            low = left;
            left = right;
            atLeft = atRight;
            right = low + shrink * (high - low);
            atRight = mismatchAt(right);
        }
    }
}

} // namespace toca::plan
