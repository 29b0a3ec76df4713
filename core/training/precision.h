// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace toca::training {

/// While it lives, matrix products on this thread are computed in bfloat16 and sums and norms in float32. Weights,
/// gradients and the optimiser stay float32.
class MixedPrecision {
public:
    explicit MixedPrecision(bool isOn);
    ~MixedPrecision();
    MixedPrecision(const MixedPrecision&) = delete;
    MixedPrecision& operator=(const MixedPrecision&) = delete;

private:
    bool m_isOn;
};

/// Makes results independent of how threads share the work, for the life of the program: two runs then give the same
/// bits on the same machine with the same number of threads.
void makeDeterministic();

} // namespace toca::training
