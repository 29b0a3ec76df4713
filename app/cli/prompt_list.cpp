// SPDX-License-Identifier: Apache-2.0
#include "app/cli/prompt_list.h"

#include "core/base/atomic_file.h"

#include <string_view>

namespace toca::app {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxPrompts = 10'000;

std::string_view trimmed(std::string_view line)
{
    constexpr std::string_view kSpaces = " \t\r\v\f";
    const std::size_t first = line.find_first_not_of(kSpaces);
    return first == std::string_view::npos ? std::string_view()
                                           : line.substr(first, line.find_last_not_of(kSpaces) - first + 1);
}

} // namespace

Result<std::vector<std::string>> readPrompts(const std::filesystem::path& path)
{
    const auto content = readFile(path, kMaxFileBytes);
    if (!content)
        return unexpected(content.error());
    std::string_view rest = *content;
    if (rest.starts_with("\xEF\xBB\xBF"))
        rest.remove_prefix(3);
    std::vector<std::string> prompts;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = trimmed(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        if (line.empty() || line.front() == '#')
            continue;
        if (prompts.size() == kMaxPrompts)
            return unexpected(ErrorCode::TooLarge,
                "'" + path.string() + "' has more than " + std::to_string(kMaxPrompts)
                    + " prompts; split it into several files.");
        prompts.emplace_back(line);
    }
    if (prompts.empty())
        return unexpected(
            ErrorCode::InvalidArgument, "'" + path.string() + "' holds no prompt; write one on each line.");
    return prompts;
}

} // namespace toca::app
