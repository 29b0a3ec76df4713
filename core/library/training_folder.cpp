// SPDX-License-Identifier: Apache-2.0
#include "core/library/training_folder.h"

#include "core/library/training_history.h"

#include <charconv>
#include <map>
#include <optional>
#include <string>

namespace toca::library {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostSamples = 64; ///< of a milestone, as of `toca train --samples`
constexpr std::size_t kMostMilestones = 10'000;

std::optional<std::int64_t> numberIn(std::string_view text, std::int64_t most)
{
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool isWhole = failed == std::errc() && end == text.data() + text.size() && !text.empty();
    return isWhole && number >= 0 && number <= most ? std::optional(number) : std::nullopt;
}

} // namespace

bool TrainingFolder::isTraining() const
{
    std::error_code ignored;
    return fs::is_regular_file(log(), ignored);
}

bool TrainingFolder::hasModel() const
{
    std::error_code failed;
    const fs::directory_iterator entries(model(), failed);
    return !failed && entries != fs::directory_iterator();
}

std::vector<TrainingMilestone> TrainingFolder::milestones() const
{
    std::map<std::int64_t, TrainingMilestone> found;
    std::error_code failed;
    for (fs::directory_iterator entry(path / "samples", failed), end; !failed && entry != end;
         entry.increment(failed)) {
        // step-000500-1.mp4
        const std::string name = entry->path().stem().string();
        const std::string ending = entry->path().extension().string();
        const auto dash = name.rfind('-');
        if (name.rfind("step-", 0) != 0 || dash <= 5 || dash == std::string::npos
            || (ending != ".mp4" && ending != ".png"))
            continue;
        const auto step = numberIn(std::string_view(name).substr(5, dash - 5), TrainingHistory::kMostSteps);
        const auto number = numberIn(std::string_view(name).substr(dash + 1), kMostSamples);
        if (!step || !number || *number == 0 || (found.size() >= kMostMilestones && !found.contains(*step)))
            continue;
        TrainingMilestone& milestone = found[*step];
        milestone.step = *step;
        if (milestone.samples.size() < static_cast<std::size_t>(*number))
            milestone.samples.resize(static_cast<std::size_t>(*number));
        milestone.samples[static_cast<std::size_t>(*number) - 1] = entry->path();
    }
    std::vector<TrainingMilestone> milestones;
    for (auto& [step, milestone] : found)
        milestones.push_back(std::move(milestone));
    return milestones;
}

} // namespace toca::library
