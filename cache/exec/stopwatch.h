// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace toca::cache {

/// Adds the time of its scope to a sum of seconds (or to nothing, when the sum is null). On a GPU this is the time of
/// launching: nothing is synchronised for the sake of a clock.
class Stopwatch {
public:
    explicit Stopwatch(double* sum)
        : m_sum(sum)
        , m_start(std::chrono::steady_clock::now())
    {
    }
    ~Stopwatch()
    {
        if (m_sum)
            *m_sum += elapsed();
    }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

    double elapsed() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count(); }

private:
    double* m_sum;
    std::chrono::steady_clock::time_point m_start;
};

} // namespace toca::cache
