// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace toca::plan {

/// A policy parameter's value. Integers are kept apart from numbers so that 3 stays 3 in files.
using ParameterValue = std::variant<bool, std::int64_t, double, std::string>;
using ParameterValues = std::map<std::string, ParameterValue>;

/// Text is a list or table in writing ("0,2,2"); File the path of a file that the policy reads.
enum class ParameterKind : std::uint8_t { Boolean, Integer, Number, Choice, Text, File };

/// Declares one parameter; command line, window, presets, reports and tests read this and nothing else.
struct ParameterSpec {
    std::string name; ///< "fresh_ratio": the `--set` key
    std::string label; ///< "Fresh ratio": for the window
    std::string help; ///< one or two sentences with unit and source
    std::string group; ///< "Selection", "Refresh", "Scores"
    ParameterKind kind = ParameterKind::Number;
    ParameterValue defaultValue = 0.0;
    double minimum = 0.0; ///< for Integer and Number, inclusive; for Text and File unused
    double maximum = 1.0;
    double stepSize = 0.01;
    std::string unit; ///< "" or "steps", "tokens"
    std::vector<std::string> choices; ///< for Choice
    bool advanced = false; ///< folded away for newcomers
};

/// A named set of values with its source ("ToCa paper, Open-Sora v1.2, R = 85 %").
struct Preset {
    std::string name;
    std::string label;
    std::string source;
    ParameterValues values; ///< only what differs from the defaults
    std::string family; ///< the model family it was made for; "" = any
};

/// "0.1", "3", "true", "constant"
std::string toText(const ParameterValue& value);

/// Parses `text` as the parameter's kind and checks its range.
/// @return InvalidArgument naming the parameter, the text and the range or choices.
Result<ParameterValue> parseParameter(const ParameterSpec& spec, std::string_view text);

/// Fills in the defaults and checks every value; unknown names are an error that lists the known ones.
Result<ParameterValues> completed(const std::vector<ParameterSpec>& specs, const ParameterValues& given);

} // namespace toca::plan
