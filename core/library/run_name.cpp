// SPDX-License-Identifier: Apache-2.0
#include "core/library/run_name.h"

#include <algorithm>
#include <ctime>

namespace toca::library {
namespace {

constexpr std::size_t kLongestWords = 48;
constexpr std::size_t kLongestName = 120;

bool isLetterOrDigit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

std::string wordsOf(std::string_view prompt, std::string_view otherwise)
{
    std::string words;
    for (char c : prompt.substr(0, 4 * kLongestWords)) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
        if (isLetterOrDigit(c))
            words += c;
        else if (!words.empty() && words.back() != '-')
            words += '-';
    }
    if (words.size() > kLongestWords) {
        words.resize(kLongestWords + 1);
        // At a whole word where there is one.
        const std::size_t space = words.find_last_of('-');
        words.resize(space == std::string::npos || space == 0 ? kLongestWords : space);
    }
    while (!words.empty() && words.back() == '-')
        words.pop_back();
    return words.empty() ? std::string(otherwise) : words;
}

std::string subjectName(const GenerationRequest& request)
{
    const std::string subject =
        request.classLabel >= 0 ? "class-" + std::to_string(request.classLabel) : wordsOf(request.prompt, "clip");
    return subject + "-seed-" + std::to_string(request.seed);
}

std::string runName(const GenerationRequest& request, std::int64_t seconds)
{
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    char stamp[64] = "";
    if (::gmtime_r(&time, &parts))
        std::strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &parts);
    return std::string(stamp) + "-" + subjectName(request) + "-" + wordsOf(request.policy, "none");
}

bool isPlainName(std::string_view name)
{
    constexpr std::string_view kOthers = "-_.=";
    return !name.empty() && name.size() <= kLongestName && name.front() != '.'
        && std::all_of(name.begin(), name.end(),
            [&](char c) { return isLetterOrDigit(c) || kOthers.find(c) != std::string_view::npos; });
}

} // namespace toca::library
