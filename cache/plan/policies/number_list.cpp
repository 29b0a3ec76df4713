// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/number_list.h"

#include "core/base/printable.h"

#include <charconv>

namespace toca::plan {

Result<std::vector<std::int64_t>> numberList(
    const std::string& parameter, const std::string& text, std::int64_t minimum, std::int64_t maximum)
{
    std::vector<std::int64_t> numbers;
    const char* at = text.data();
    const char* const end = at + text.size();
    const auto skipBlanks = [&] {
        while (at < end && *at == ' ')
            ++at;
    };
    skipBlanks();
    while (at < end) {
        std::int64_t value = 0;
        const auto [after, status] = std::from_chars(at, end, value);
        at = after;
        skipBlanks();
        const bool isLast = at == end;
        const bool isSeparated = !isLast && *at == ',' && end - at > 1;
        if (status != std::errc() || value < minimum || value > maximum || !(isLast || isSeparated))
            return unexpected(ErrorCode::InvalidArgument,
                "The parameter " + parameter + " cannot be " + printable(text) + "; it must be whole numbers from "
                    + std::to_string(minimum) + " to " + std::to_string(maximum) + " with commas between them.");
        numbers.push_back(value);
        if (isSeparated) {
            ++at;
            skipBlanks();
            if (at == end)
                return unexpected(ErrorCode::InvalidArgument,
                    "The parameter " + parameter + " cannot be " + printable(text) + "; it ends with a comma.");
        }
    }
    return numbers;
}

} // namespace toca::plan
