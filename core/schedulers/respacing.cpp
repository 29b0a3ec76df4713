// SPDX-License-Identifier: Apache-2.0
#include "core/schedulers/respacing.h"

#include <charconv>
#include <cmath>
#include <set>

namespace toca::schedulers {
namespace {

constexpr int kMaxTimesteps = 1'000'000;

Unexpected invalid(std::string_view sections, const std::string& what)
{
    return unexpected(ErrorCode::InvalidArgument,
        "The steps '" + std::string(sections.substr(0, 100)) + "' " + what
            + ". Give a number (50), numbers of sections (10,15,20) or a stride rule (ddim50).");
}

/// @return the number, or -1
int positive(std::string_view text)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value > 0 ? value : -1;
}

} // namespace

Result<std::vector<int>> keptTimesteps(int timesteps, std::string_view sections)
{
    if (timesteps < 1 || timesteps > kMaxTimesteps)
        return unexpected(ErrorCode::InvalidArgument,
            "A diffusion process of " + std::to_string(timesteps)
                + " steps is not possible; the number must be from 1 to " + std::to_string(kMaxTimesteps) + ".");
    if (sections.starts_with("ddim")) {
        const int wanted = positive(sections.substr(4));
        if (wanted < 1)
            return invalid(sections, "hold no step count after 'ddim'");
        for (int stride = 1; stride < timesteps; ++stride)
            if ((timesteps + stride - 1) / stride == wanted) {
                std::vector<int> kept;
                for (int step = 0; step < timesteps; step += stride)
                    kept.push_back(step);
                return kept;
            }
        return invalid(sections, "cannot be reached with an integer stride through " + std::to_string(timesteps));
    }

    std::vector<int> counts;
    for (std::size_t begin = 0; begin <= sections.size();) {
        const std::size_t end = std::min(sections.find(',', begin), sections.size());
        counts.push_back(positive(sections.substr(begin, end - begin)));
        if (counts.back() < 1)
            return invalid(sections, "are not numbers above 0");
        if (counts.size() > static_cast<std::size_t>(timesteps))
            return invalid(sections, "have more sections than the process has steps");
        begin = end + 1;
    }
    const int sectionCount = static_cast<int>(counts.size());
    std::set<int> kept; // a stride below 1 cannot occur, but rounding may meet a step twice
    int start = 0;
    for (int section = 0; section < sectionCount; ++section) {
        const int size = timesteps / sectionCount + (section < timesteps % sectionCount ? 1 : 0);
        const int count = counts[static_cast<std::size_t>(section)];
        if (count > size)
            return invalid(
                sections, "ask for " + std::to_string(count) + " steps in a section of " + std::to_string(size));
        const double stride = count <= 1 ? 1.0 : static_cast<double>(size - 1) / (count - 1);
        double position = 0;
        for (int i = 0; i < count; ++i, position += stride) // summed up, as published: it decides how halves round
            kept.insert(start + static_cast<int>(std::nearbyint(position)));
        start += size;
    }
    return std::vector<int>(kept.begin(), kept.end());
}

} // namespace toca::schedulers
