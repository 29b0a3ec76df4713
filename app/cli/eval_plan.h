// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/race.h"
#include "core/library/run_writer.h"
#include "core/world/held_out.h"

#include <nlohmann/json.hpp>

namespace toca::app {

struct EvalCounts {
    std::size_t singles = 72; ///< held-out prompts with one object
    std::size_t pairs = 0; ///< and with two
    std::size_t seedGroups = 3; ///< prompts that are run with several seeds
    std::size_t seedsPerGroup = 4;
    std::size_t sheetPrompts = 24; ///< on the contact sheets
};

/// One prompt with its seeds: several for what measures how much seeds differ.
struct EvalCase {
    std::string id; ///< "one-001", "two-001", "seeds-001"
    world::Scene scene;
    std::string prompt; ///< the scene's plainest caption
    std::vector<std::uint64_t> seeds;
    bool isSeedGroup = false;
    bool isOnSheet = false;
    int classLabel = -1; ///< of a class-conditional model, which is asked for this instead of the prompt
};

/// The fixed list of prompts, by how many of each kind are wanted. The n-th prompt is the same whatever the counts.
std::vector<EvalCase> evalCases(const EvalCounts& counts, const GenerationRequest& request);

/// The classes of the world in a fixed order, each with a scene that shows it: what a class-conditional model is judged
/// by. A class says colour and shape; size and backdrop are the scene's own. Pairs and seed groups are left out.
std::vector<EvalCase> evalClasses(
    const EvalCounts& counts, const GenerationRequest& request, const std::vector<std::string>& classNames);

/// Frames of a clip on a contact sheet: the first, the middle and the last one, or the picture.
inline std::size_t framesOnSheet(int frames)
{
    return frames > 1 ? 3 : 1;
}

/// The request of one contestant for a case.
GenerationRequest requestFor(const Racer& contestant, const EvalCase& each, std::uint64_t seed);

/// A folder that holds one evaluation: plan.json says which, then a file for each finished prompt.
class EvalFolder {
public:
    /// Makes the folder or takes it up again, and locks it.
    /// @param asked what makes two evaluations the same
    /// @return InvalidArgument when it holds another evaluation or another process works on it, Io
    static Result<EvalFolder> open(const std::filesystem::path& path, const nlohmann::ordered_json& asked);

    const std::filesystem::path& path() const { return m_path; }
    /// The searched settings of an earlier call are taken from the folder: false when there are none.
    bool restore(std::vector<Racer>& contestants) const;
    Result<void> keep(const std::vector<Racer>& contestants) const;

    /// What was kept of a finished prompt; null when it is not finished.
    nlohmann::ordered_json read(const std::string& id) const;
    Result<void> write(const std::string& id, const nlohmann::ordered_json& result) const;
    std::filesystem::path pixels(const std::string& id) const { return m_path / (id + ".safetensors"); }

private:
    EvalFolder(std::filesystem::path path, library::Lock lock)
        : m_path(std::move(path))
        , m_lock(std::move(lock))
    {
    }
    std::filesystem::path m_path;
    library::Lock m_lock;
};

} // namespace toca::app
