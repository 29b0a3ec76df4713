// SPDX-License-Identifier: Apache-2.0
#include "core/library/cost_folder.h"

#include "core/base/atomic_file.h"

#include <cstdlib>

namespace toca::library {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongest = std::size_t{1} << 20;
constexpr std::size_t kLongestName = 80;

/// A name of letters, digits, '-' and '_' only.
std::string plain(const std::string& text)
{
    std::string kept = text.substr(0, kLongestName);
    for (char& letter : kept)
        if (!((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9')
                || letter == '-'))
            letter = '_';
    return kept;
}

/// Prompts differ in length, which cross-attention's FLOPs account for; all else changes the time per FLOP.
std::string fileName(const plan::Geometry& geometry, const std::string& device, int threads)
{
    return plain(device) + "-" + std::to_string(threads) + "threads-" + std::to_string(geometry.grid.frames) + "x"
        + std::to_string(geometry.grid.rows) + "x" + std::to_string(geometry.grid.columns) + "-"
        + std::to_string(geometry.rows()) + "rows.json";
}

std::optional<plan::ModuleCosts> readCosts(const fs::path& file)
{
    const auto text = readFile(file, kLongest);
    if (!text)
        return {};
    const auto costs = plan::ModuleCosts::fromJson(*text);
    return costs && !costs->isEmpty() ? std::optional(*costs) : std::nullopt;
}

} // namespace

fs::path CostFolder::defaultFolder()
{
    const char* cache = std::getenv("XDG_CACHE_HOME");
    if (cache && *cache == '/') // the specification: relative paths are ignored
        return fs::path(cache) / "toca-studio" / "costs";
    const char* home = std::getenv("HOME");
    return home && *home ? fs::path(home) / ".cache" / "toca-studio" / "costs" : fs::path();
}

fs::path CostFolder::modelFolder(const ModelInfo& model) const
{
    return m_folder / plain(model.identity.empty() ? "model-" + model.name : model.identity);
}

std::optional<plan::ModuleCosts> CostFolder::costs(
    const ModelInfo& model, const plan::Geometry& geometry, const std::string& device, int threads) const
{
    if (m_folder.empty())
        return {};
    return readCosts(modelFolder(model) / fileName(geometry, device, threads));
}

std::optional<plan::ModuleCosts> CostFolder::latest(const ModelInfo& model) const
{
    std::optional<plan::ModuleCosts> newest;
    fs::file_time_type when;
    std::error_code error;
    if (m_folder.empty())
        return newest;
    for (const fs::directory_entry& entry : fs::directory_iterator(modelFolder(model), error)) {
        std::error_code problem;
        const auto written = entry.last_write_time(problem);
        if (problem || entry.path().extension() != ".json" || (newest && written <= when))
            continue;
        if (auto costs = readCosts(entry.path())) {
            newest = std::move(costs);
            when = written;
        }
    }
    return newest;
}

std::optional<CostFolder::Lesson> CostFolder::lesson(const ModelInfo& model, const RunResult& run) const
{
    if (m_folder.empty() || !run.trace || run.trace->publishedEvaluations() == 0)
        return {};
    Lesson lesson{modelFolder(model) / fileName(run.trace->geometry(), run.device, run.threads), {}};
    lesson.costs = readCosts(lesson.file).value_or(plan::ModuleCosts());
    lesson.costs.learn(*run.trace, run.times.denoising);
    return lesson.costs.isEmpty() ? std::nullopt : std::optional(lesson);
}

Result<void> CostFolder::keep(const Lesson& lesson)
{
    std::error_code error; // is said by the writing
    fs::create_directories(lesson.file.parent_path(), error);
    return writeFileAtomically(lesson.file, lesson.costs.json() + "\n");
}

Result<void> CostFolder::learn(const ModelInfo& model, const RunResult& run) const
{
    const auto learned = lesson(model, run);
    return learned ? keep(*learned) : Result<void>();
}

} // namespace toca::library
