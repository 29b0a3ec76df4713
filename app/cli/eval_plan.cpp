// SPDX-License-Identifier: Apache-2.0
#include "app/cli/eval_plan.h"

#include "app/cli/console.h"
#include "core/base/atomic_file.h"

#include <algorithm>

namespace toca::app {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

std::string numbered(const char* kind, std::size_t index)
{
    const std::string number = std::to_string(index + 1);
    return kind + std::string("-") + std::string(number.size() < 3 ? 3 - number.size() : 0, '0') + number;
}

Json parsed(const std::string& text)
{
    return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

Result<void> writeJson(const fs::path& path, const Json& json)
{
    return writeFileAtomically(path, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

} // namespace

std::vector<EvalCase> evalCases(const EvalCounts& counts, const GenerationRequest& request)
{
    std::vector<EvalCase> cases;
    const auto add = [&](const char* kind, std::size_t count, std::size_t objects) {
        auto scenes = world::heldOutScenes(count, objects, request.width, request.height, request.frames);
        for (std::size_t i = 0; i < scenes.size(); ++i) {
            std::string prompt = world::captionOf(scenes[i]);
            cases.push_back({numbered(kind, i), std::move(scenes[i]), std::move(prompt), {request.seed + i}});
        }
    };
    add("one", counts.singles, 1);
    for (std::size_t i = 0; i < std::min(counts.sheetPrompts, cases.size()); ++i)
        cases[i].isOnSheet = true;
    add("two", counts.pairs, 2);
    const auto scenes = world::heldOutScenes(counts.seedGroups, 1, request.width, request.height, request.frames);
    for (std::size_t i = 0; i < scenes.size(); ++i) {
        EvalCase group{numbered("seeds", i), scenes[i], world::captionOf(scenes[i]), {}, /*isSeedGroup=*/true};
        for (std::uint64_t seed = 0; seed < counts.seedsPerGroup; ++seed)
            group.seeds.push_back(request.seed + 100'000 + seed);
        cases.push_back(std::move(group));
    }
    return cases;
}

std::vector<EvalCase> evalClasses(
    const EvalCounts& counts, const GenerationRequest& request, const std::vector<std::string>& classNames)
{
    constexpr std::size_t kStride = 37; // shares no factor with the 80 classes: neighbours differ in both words
    std::vector<EvalCase> cases;
    for (std::size_t i = 0; i < counts.singles; ++i) {
        const std::size_t label = i * kStride % classNames.size();
        world::Description shown;
        shown.objects.push_back({static_cast<world::Colour>(label / world::kShapes),
            static_cast<world::Shape>(label % world::kShapes), static_cast<world::Size>(i % world::kSizes)});
        const std::uint64_t seed = request.seed + i;
        cases.push_back({numbered("class", i), world::sceneFor(shown, seed, {request.width, request.height, 1}),
            classNames[label], {seed}, /*isSeedGroup=*/false, i < counts.sheetPrompts, static_cast<int>(label)});
    }
    return cases;
}

GenerationRequest requestFor(const Racer& contestant, const EvalCase& each, std::uint64_t seed)
{
    GenerationRequest request = contestant.request;
    request.prompt = each.classLabel < 0 ? each.prompt : std::string();
    request.classLabel = each.classLabel;
    request.seed = seed;
    return request;
}

Result<EvalFolder> EvalFolder::open(const fs::path& path, const Json& asked)
{
    std::error_code error;
    fs::create_directories(path, error);
    if (!fs::is_directory(path))
        return unexpected(ErrorCode::Io, "Cannot make the folder '" + path.string() + "': " + error.message() + ".");
    auto lock = library::Lock::take(path);
    if (!lock)
        return unexpected(lock.error());
    if (fs::exists(path / "plan.json")) {
        const auto there = readFile(path / "plan.json");
        if (!there)
            return unexpected(there.error());
        if (parsed(*there) != asked)
            return unexpected(ErrorCode::InvalidArgument,
                "'" + path.string()
                    + "' holds another evaluation (see its plan.json); give this one another --out, or repeat that "
                      "one's options to continue it.");
    } else if (auto written = writeJson(path / "plan.json", asked); !written) {
        return unexpected(written.error());
    }
    return EvalFolder(path, std::move(*lock));
}

bool EvalFolder::restore(std::vector<Racer>& contestants) const
{
    const auto text = readFile(m_path / "settings.json");
    if (!text)
        return false;
    const Json kept = parsed(*text);
    if (!kept.is_array() || kept.size() != contestants.size())
        return false;
    std::vector<GenerationRequest> requests;
    for (const Json& each : kept) {
        auto request = requestFromJson(each.is_object() ? each.value("request", Json::object()).dump() : "");
        if (!request || !each.contains("flops_gain") || !each["flops_gain"].is_number())
            return false;
        requests.push_back(std::move(*request));
    }
    for (std::size_t i = 0; i < contestants.size(); ++i) {
        contestants[i].request.policyParameters = std::move(requests[i].policyParameters);
        if (const double gain = kept[i]["flops_gain"].get<double>(); gain > 0)
            contestants[i].tuned = plan::Tuned{contestants[i].request.policyParameters, {gain, false}, 0, 0};
    }
    return true;
}

Result<void> EvalFolder::keep(const std::vector<Racer>& contestants) const
{
    Json kept = Json::array();
    for (const Racer& each : contestants)
        kept.push_back({{"name", each.name}, {"request", parsed(toJson(each.request))},
            {"flops_gain", each.tuned ? each.tuned->gain.flopsGain : 0.0}});
    return writeJson(m_path / "settings.json", kept);
}

Json EvalFolder::read(const std::string& id) const
{
    const auto text = readFile(m_path / (id + ".json"));
    Json result = text ? parsed(*text) : Json(nullptr);
    return result.is_object() && result.contains("contestants") ? result : Json(nullptr);
}

Result<void> EvalFolder::write(const std::string& id, const Json& result) const
{
    return writeJson(m_path / (id + ".json"), result);
}

} // namespace toca::app
