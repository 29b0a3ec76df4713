// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/verify/comparison.h"

#include <string>
#include <vector>

namespace toca::verify {

/// Computes a case's expected tensors and reports each. Errors are failures of the whole case.
using CaseRunner = Result<void> (*)(const ReferenceCase& reference, CaseReport& report);

Result<void> runStdit3Case(const ReferenceCase& reference, CaseReport& report);
Result<void> runDitCase(const ReferenceCase& reference, CaseReport& report);
Result<void> runPixartCase(const ReferenceCase& reference, CaseReport& report);
Result<void> runT5Case(const ReferenceCase& reference, CaseReport& report);
Result<void> runVaeCase(const ReferenceCase& reference, CaseReport& report);
Result<void> runPipelineCase(const ReferenceCase& reference, CaseReport& report);
Result<void> runPickleCase(const ReferenceCase& reference, CaseReport& report);
Result<void> runSchedulersCase(const ReferenceCase& reference, CaseReport& report);

struct FamilyEntry {
    std::string name; ///< `family` in case.json
    CaseRunner run;
};
/// All families that can be verified; adding one = its file and one line in families.cpp.
const std::vector<FamilyEntry>& families();

} // namespace toca::verify
