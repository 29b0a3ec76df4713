// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/verify/reference_case.h"

#include <functional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace toca::verify {

/// What comparing one tensor found.
struct Verdict {
    bool passed = false;
    double largestError = 0; ///< largest absolute difference
    double tolerance = 0; ///< the bound that it was held against
    std::string remark; ///< why it failed, ties, shares
};

/// Compares within the tolerance; a NaN equals only a NaN. Shapes must be equal.
/// @param mask (.., L) for tolerances that only look at masked rows; may be undefined
Verdict compare(const torch::Tensor& actual, const torch::Tensor& reference, const Tolerance& tolerance,
    const torch::Tensor& mask = {});

/// Collects the verdicts of one case and prints a line for each.
class CaseReport {
public:
    /// @param wanted which tensors take part
    CaseReport(const ReferenceCase& reference, std::function<bool(const std::string&)> wanted, std::ostream& out);

    /// True when an expected or selected tensor whose name starts with `prefix` takes part: nothing else need be
    /// computed.
    bool wants(const std::string& prefix) const;
    /// Compares with the stored tensor of this name, if it is an expected one that takes part.
    void check(const std::string& name, const torch::Tensor& actual, const torch::Tensor& mask = {});
    /// A verdict that the caller has come to: selections, token ids.
    void add(const std::string& name, const Verdict& verdict);
    /// Prints what was never computed as unsupported. @param reason e.g. "family 'dit' is not supported"
    void finish(const std::string& reason = "nothing computes this tensor");

    int compared = 0, failed = 0, unsupported = 0;
    std::int64_t selections = 0, ties = 0;

private:
    void line(const std::string& name, const std::string& text);

    const ReferenceCase& m_case;
    std::function<bool(const std::string&)> m_wanted;
    std::ostream& m_out;
    std::set<std::string> m_done;
};

} // namespace toca::verify
