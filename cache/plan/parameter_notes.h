// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace toca::plan {

/// The formula in which a parameter of a policy stands and where it is published, as plain text:
/// "S = w1 s1 + w2 s2 + w3 age / N, plus the spatial bonus. ToCa, section 3.3". Empty where there is none to tell.
struct ParameterNote {
    std::string formula;
    std::string source;
};
ParameterNote parameterNote(std::string_view policy, std::string_view parameter);

} // namespace toca::plan
