// SPDX-License-Identifier: Apache-2.0
#include "core/api/sensitivity.h"
#include "core/base/atomic_file.h"
#include "core/base/printable.h"
#include "core/base/safetensors_header.h"

#include <nlohmann/json.hpp>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

namespace toca {
namespace {

using Json = nlohmann::ordered_json;
static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

constexpr const char* kFormat = "toca-sensitivity";
constexpr int kVersion = 1;
constexpr std::size_t kMostBytes = std::size_t{1} << 30;
constexpr std::size_t kMostSites = 1 << 20;
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

std::string textOf(const Json& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

class Builder {
public:
    void add(
        const std::string& name, const char* dtype, std::vector<std::size_t> shape, const void* data, std::size_t bytes)
    {
        const std::size_t begin = m_data.size();
        m_data.append(static_cast<const char*>(data), bytes);
        m_header[name] = {{"dtype", dtype}, {"shape", std::move(shape)}, {"data_offsets", {begin, m_data.size()}}};
    }
    void add(const std::string& name, std::vector<std::size_t> shape, const std::vector<float>& values)
    {
        add(name, "F32", std::move(shape), values.data(), values.size() * sizeof(float));
    }
    std::string finish(Json metadata)
    {
        Json header;
        header["__metadata__"] = std::move(metadata);
        header.update(m_header);
        std::string text = textOf(header);
        text.resize((text.size() + 7) / 8 * 8, ' ');
        const std::uint64_t length = text.size();
        std::string file(sizeof length, '\0');
        std::memcpy(file.data(), &length, sizeof length);
        return file.append(text).append(m_data);
    }

private:
    Json m_header = Json::object();
    std::string m_data;
};

Json optionsJson(const SensitivityOptions& options)
{
    Json modules = Json::array();
    for (const plan::ModuleKind module : options.modules)
        modules.push_back(std::string(plan::moduleName(module)));
    return {{"steps", options.steps}, {"layers", options.layers}, {"modules", modules},
        {"group", std::string(plan::tokenGroupingName(options.grouping))}, {"block_side", options.blockSide},
        {"mode", sensitivityModeName(options.mode)}, {"noise", options.noise}, {"seed", options.seed},
        {"final_groups", options.finalGroups}, {"propagation", options.keepPropagation},
        {"maximum_evaluations", options.maximumEvaluations}, {"maximum_seconds", options.maximumSeconds},
        {"batch", options.batch}};
}

/// Reads one file's parts; the first thing wrong is an exception of the JSON library or a `Problem`.
struct Problem {
    std::string text;
};

SensitivityOptions optionsFrom(const Json& json)
{
    SensitivityOptions options;
    options.steps = json.at("steps").get<std::vector<int>>();
    options.layers = json.at("layers").get<std::vector<int>>();
    for (const auto& name : json.at("modules").get<std::vector<std::string>>()) {
        bool isKnown = false;
        for (const plan::ModuleKind module : plan::kAllModules)
            if (name == plan::moduleName(module)) {
                options.modules.push_back(module);
                isKnown = true;
            }
        if (!isKnown)
            throw Problem{"the module " + printable(name) + " is not known"};
    }
    const auto group = json.at("group").get<std::string>();
    int grouping = 0;
    while (grouping < plan::kTokenGroupings
        && group != plan::tokenGroupingName(static_cast<plan::TokenGrouping>(grouping)))
        ++grouping;
    if (grouping == plan::kTokenGroupings)
        throw Problem{"the grouping " + printable(group) + " is not known"};
    options.grouping = static_cast<plan::TokenGrouping>(grouping);
    options.blockSide = json.at("block_side").get<int>();
    const auto mode = json.at("mode").get<std::string>();
    if (mode != "freeze" && mode != "noise")
        throw Problem{"the mode " + printable(mode) + " is not known"};
    options.mode = mode == "freeze" ? SensitivityMode::Freeze : SensitivityMode::Noise;
    options.noise = json.at("noise").get<double>();
    options.seed = json.at("seed").get<std::uint64_t>();
    options.finalGroups = json.at("final_groups").get<int>();
    options.keepPropagation = json.at("propagation").get<bool>();
    options.maximumEvaluations = json.at("maximum_evaluations").get<std::int64_t>();
    options.maximumSeconds = json.at("maximum_seconds").get<double>();
    options.batch = json.at("batch").get<int>();
    if (auto valid = checkSensitivity(options); !valid)
        throw Problem{valid.error().message};
    return options;
}

class FileReader {
public:
    FileReader(const std::string& bytes, const SafetensorsHeader& header)
        : m_bytes(bytes)
        , m_header(header)
    {
    }

    std::string metadata(const char* key) const
    {
        for (const auto& [name, value] : m_header.metadata)
            if (name == key)
                return value;
        throw Problem{std::string("its metadata has no ") + key};
    }
    /// @return null where there is none
    const StoredTensor* find(const std::string& name) const
    {
        for (const StoredTensor& tensor : m_header.tensors)
            if (tensor.name == name)
                return &tensor;
        return nullptr;
    }
    template <class Value>
    std::vector<Value> values(const std::string& name, StoredType type, const std::vector<std::int64_t>& shape) const
    {
        const StoredTensor* tensor = find(name);
        if (!tensor)
            throw Problem{"the tensor " + printable(name) + " is missing"};
        if (tensor->type != type || tensor->shape != shape)
            throw Problem{"the tensor " + printable(name) + " has another type or shape than the options say"};
        std::vector<Value> result((tensor->end - tensor->begin) / sizeof(Value));
        std::memcpy(result.data(), m_bytes.data() + m_header.dataOffset + tensor->begin, result.size() * sizeof(Value));
        return result;
    }

private:
    const std::string& m_bytes;
    const SafetensorsHeader& m_header;
};

SensitivityRecord recordFrom(const FileReader& file)
{
    SensitivityRecord record;
    if (file.metadata("format") != kFormat || file.metadata("format_version") != std::to_string(kVersion))
        throw Problem{"it is not a measurement of this program's format " + std::to_string(kVersion)};
    auto request = requestFromJson(file.metadata("request"));
    if (!request)
        throw Problem{request.error().message};
    record.request = std::move(*request);
    record.options = optionsFrom(Json::parse(file.metadata("options")));
    const Json about = Json::parse(file.metadata("measurement"));
    record.family = about.at("family").get<std::string>();
    record.modelIdentity = about.at("model_identity").get<std::string>();
    record.grid = {about.at("frames").get<std::int64_t>(), about.at("rows").get<std::int64_t>(),
        about.at("columns").get<std::int64_t>()};
    for (const std::int64_t side : {record.grid.frames, record.grid.rows, record.grid.columns})
        if (side < 1 || side > 100000)
            throw Problem{"its token grid is not possible"};
    if (record.grid.frames * record.grid.rows > (1 << 24) || record.grid.tokens() > (1 << 24))
        throw Problem{"its token grid is not possible"};
    for (const int kind : about.at("layer_kinds").get<std::vector<int>>()) {
        if (kind < 0 || kind > static_cast<int>(plan::LayerKind::Temporal))
            throw Problem{"a layer is of no known kind"};
        record.layerKinds.push_back(static_cast<plan::LayerKind>(kind));
    }
    record.evaluations = about.at("evaluations").get<std::int64_t>();
    record.seconds = about.at("seconds").get<double>();
    record.isComplete = about.at("complete").get<bool>();
    record.warnings = about.at("warnings").get<std::vector<std::string>>();

    const StoredTensor* places = file.find("site");
    if (!places || places->shape.size() != 2 || places->shape[1] != 3 || places->shape[0] < 1
        || places->shape[0] > static_cast<std::int64_t>(kMostSites))
        throw Problem{"the tensor 'site' is missing or has a wrong shape"};
    const std::int64_t count = places->shape[0], groups = record.groupCount(), tokens = record.grid.tokens();
    const auto site = file.values<std::int32_t>("site", StoredType::I32, {count, 3});
    using Floats = std::vector<float>;
    const std::vector<std::int64_t> byGroup{count, groups};
    const Floats change = file.values<float>("change", StoredType::F32, byGroup);
    const Floats injected = file.values<float>("injected", StoredType::F32, byGroup);
    const Floats outside = file.values<float>("outside", StoredType::F32, byGroup);
    const Floats finalChange = file.values<float>("final_change", StoredType::F32, byGroup);
    std::map<int, Floats> scores;
    for (int score = 0; score < kSensitivityScores; ++score) {
        const std::string name = std::string("score.") + sensitivityScoreName(static_cast<SensitivityScore>(score));
        if (file.find(name))
            scores[score] = file.values<float>(name, StoredType::F32, {count, tokens});
    }
    Floats propagation;
    if (file.find("propagation"))
        propagation = file.values<float>("propagation", StoredType::F32, {count, groups, tokens});

    for (std::int64_t i = 0; i < count; ++i) {
        SensitivitySite each;
        const auto at = static_cast<std::size_t>(i);
        each.step = site[at * 3];
        each.layer = site[at * 3 + 1];
        const int module = site[at * 3 + 2];
        if (each.step < 0 || each.layer < 0 || each.layer >= static_cast<int>(record.layerKinds.size()) || module < 0
            || module >= plan::kModuleKinds)
            throw Problem{"a site lies outside of the model"};
        each.module = static_cast<plan::ModuleKind>(module);
        const auto part = [](const Floats& all, std::int64_t index, std::int64_t length) {
            return Floats(all.begin() + index * length, all.begin() + (index + 1) * length);
        };
        each.change = part(change, i, groups);
        each.injected = part(injected, i, groups);
        each.outside = part(outside, i, groups);
        each.finalChange = part(finalChange, i, groups);
        for (const auto& [score, values] : scores) {
            Floats own = part(values, i, tokens);
            if (!std::isnan(own.front()))
                each.scores[static_cast<std::size_t>(score)] = std::move(own);
        }
        if (!propagation.empty()) {
            each.propagation.resize(static_cast<std::size_t>(groups));
            for (std::int64_t group = 0; group < groups; ++group) {
                Floats own = part(propagation, i * groups + group, tokens);
                if (!std::isnan(own.front()))
                    each.propagation[static_cast<std::size_t>(group)] = std::make_shared<const Floats>(std::move(own));
            }
        }
        record.sites.push_back(std::move(each));
    }
    return record;
}

} // namespace

Result<void> writeSensitivity(const std::filesystem::path& path, const SensitivityRecord& record)
{
    const std::size_t sites = record.sites.size(), groups = static_cast<std::size_t>(record.groupCount()),
                      tokens = static_cast<std::size_t>(record.grid.tokens());
    Builder file;
    std::vector<std::int32_t> places;
    std::vector<float> change, injected, outside, finalChange;
    bool hasPropagation = false;
    for (const SensitivitySite& site : record.sites) {
        places.insert(places.end(), {site.step, site.layer, static_cast<int>(site.module)});
        change.insert(change.end(), site.change.begin(), site.change.end());
        injected.insert(injected.end(), site.injected.begin(), site.injected.end());
        outside.insert(outside.end(), site.outside.begin(), site.outside.end());
        finalChange.insert(finalChange.end(), site.finalChange.begin(), site.finalChange.end());
        for (const auto& map : site.propagation)
            hasPropagation |= map != nullptr;
    }
    file.add("site", "I32", {sites, 3}, places.data(), places.size() * sizeof(std::int32_t));
    file.add("change", {sites, groups}, change);
    file.add("injected", {sites, groups}, injected);
    file.add("outside", {sites, groups}, outside);
    file.add("final_change", {sites, groups}, finalChange);
    for (int score = 0; score < kSensitivityScores; ++score) {
        std::vector<float> values;
        bool isKnown = false;
        for (const SensitivitySite& site : record.sites) {
            const auto& own = site.scores[static_cast<std::size_t>(score)];
            isKnown |= !own.empty();
            if (own.empty())
                values.insert(values.end(), tokens, kNone);
            else
                values.insert(values.end(), own.begin(), own.end());
        }
        if (isKnown)
            file.add(std::string("score.") + sensitivityScoreName(static_cast<SensitivityScore>(score)),
                {sites, tokens}, values);
    }
    if (hasPropagation) {
        std::vector<float> values;
        for (const SensitivitySite& site : record.sites)
            for (std::size_t group = 0; group < groups; ++group) {
                if (group < site.propagation.size() && site.propagation[group])
                    values.insert(values.end(), site.propagation[group]->begin(), site.propagation[group]->end());
                else
                    values.insert(values.end(), tokens, kNone);
            }
        file.add("propagation", {sites, groups, tokens}, values);
    }
    std::vector<int> kinds;
    for (const plan::LayerKind kind : record.layerKinds)
        kinds.push_back(static_cast<int>(kind));
    const Json about{{"family", record.family}, {"model_identity", record.modelIdentity},
        {"frames", record.grid.frames}, {"rows", record.grid.rows}, {"columns", record.grid.columns},
        {"layer_kinds", kinds}, {"evaluations", record.evaluations}, {"seconds", record.seconds},
        {"complete", record.isComplete}, {"warnings", record.warnings}};
    return writeFileAtomically(path,
        file.finish(
            {{"format", kFormat}, {"format_version", std::to_string(kVersion)}, {"request", toJson(record.request)},
                {"options", textOf(optionsJson(record.options))}, {"measurement", textOf(about)}}));
}

Result<SensitivityRecord> readSensitivity(const std::filesystem::path& path)
{
    const auto bytes = readFile(path, kMostBytes);
    if (!bytes)
        return unexpected(bytes.error());
    const auto header = parseSafetensorsHeader(*bytes, bytes->size(), path.string());
    if (!header)
        return unexpected(header.error());
    const auto damaged = [&](const std::string& problem) {
        return unexpected(
            ErrorCode::BadFormat, "The measurement " + quotedPath(path.string()) + " cannot be read: " + problem + ".");
    };
    try {
        return recordFrom(FileReader(*bytes, *header));
    } catch (const Problem& problem) {
        return damaged(problem.text);
    } catch (const Json::exception& error) {
        return damaged(std::string("its description is damaged (") + error.what() + ")");
    }
}

} // namespace toca
