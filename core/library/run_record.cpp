// SPDX-License-Identifier: Apache-2.0
#include "core/library/run_record.h"

#include "cache/plan/policy.h"
#include "core/base/atomic_file.h"
#include "core/library/run_library.h"
#include "core/library/stored_pixels.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <sys/stat.h>

namespace toca::library {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestOrigin = 64 << 10;
constexpr std::size_t kLongestText = 4000; // of one of its texts
constexpr std::size_t kMostFiles = 100'000; // of one folder, when its size is added up
constexpr const char* kOriginFile = "run.json";
constexpr const char* kStarFile = "starred";

bool isFile(const fs::path& path)
{
    std::error_code error;
    return fs::is_regular_file(fs::symlink_status(path, error));
}

Json parsed(const std::string& text, int deepest)
{
    return Json::parse(
        text, [deepest](int depth, Json::parse_event_t, Json&) { return depth <= deepest; }, false);
}

double numberIn(const Json& object, const char* key)
{
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() && found->is_number() ? found->get<double>()
                                                                             : RunRecord::kUnknown;
}

std::string textIn(const Json& object, const char* key)
{
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string())
        return {};
    return found->get<std::string>().substr(0, kLongestText);
}

Json objectIn(const Json& object, const char* key)
{
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() && found->is_object() ? *found : Json::object();
}

std::int64_t bytesOf(const fs::path& folder)
{
    std::int64_t bytes = 0;
    std::size_t files = 0;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (const fs::directory_iterator end; !error && entry != end && files < kMostFiles;
         entry.increment(error), ++files) {
        struct stat info { };
        if (::lstat(entry->path().c_str(), &info) == 0 && S_ISREG(info.st_mode))
            bytes += static_cast<std::int64_t>(info.st_size);
    }
    return bytes;
}

/// The file that says where a run came from; an empty object where it is missing or damaged.
Json originFileOf(const fs::path& folder)
{
    if (!isFile(folder / kOriginFile))
        return Json::object();
    const auto text = readFile(folder / kOriginFile, kLongestOrigin);
    Json json = text ? parsed(*text, 4) : Json();
    return json.is_object() && json.value("format", Json()) == "toca-run" ? json : Json::object();
}

void addReport(RunRecord& record, const Json& report)
{
    record.seconds = numberIn(objectIn(report, "seconds"), "denoising");
    record.totalSeconds = numberIn(objectIn(report, "seconds"), "total");
    record.flops = numberIn(report, "counted_flops");
    record.cacheBytes = numberIn(report, "peak_cache_bytes");
    record.flopsGain = numberIn(report, "flops_gain");
    record.timeGain = numberIn(report, "wall_clock_gain");
    record.psnrDb = numberIn(report, "psnr_db");
    record.ssim = numberIn(report, "ssim");
    record.latentError = numberIn(report, "latent_relative_error");
    const auto identical = report.find("identical");
    if (identical != report.end() && identical->is_boolean() && identical->get<bool>())
        record.psnrDb = std::numeric_limits<double>::infinity();
}

/// What happened, as the plan that would have said so.
plan::Plan planOf(const plan::Trace& trace)
{
    plan::Plan made(trace.geometry(), trace.schedule());
    for (int evaluation = 0; evaluation < trace.publishedEvaluations(); ++evaluation) {
        made.decision(evaluation) = trace.evaluation(evaluation).decision;
        for (int layer = 0; layer < trace.layerCount(); ++layer)
            for (const plan::ModuleKind module : plan::kAllModules) {
                const plan::TraceCell& cell = trace.cell(trace.cellIndex(evaluation, layer, module));
                made.at(evaluation, layer, module) = {cell.action, cell.computedTokens, false};
            }
    }
    return made;
}

plan::Plan planOf(const GenerationRequest& request, const plan::Trace& trace)
{
    plan::PolicyContext context;
    context.family = trace.geometry().family;
    const auto policy = plan::makePolicy(request.policy, request.policyParameters, request.preset, context);
    auto planned =
        policy ? (*policy)->plan(trace.geometry(), trace.schedule()) : Result<plan::Plan>(unexpected(policy.error()));
    return planned ? std::move(*planned) : planOf(trace);
}

RunTimes timesIn(const Json& seconds)
{
    const auto at = [&](const char* key) {
        const double value = numberIn(seconds, key);
        return std::isfinite(value) && value > 0 ? value : 0;
    };
    return {
        at("loading"), at("text"), at("condition"), at("denoising"), at("preview"), at("decoding"), at("first_frame")};
}

/// The shape of a latent, where it belongs to so many values.
std::vector<std::int64_t> shapeIn(const Json& file, std::size_t values)
{
    std::vector<std::int64_t> shape;
    const auto found = file.find("latent_shape");
    if (found == file.end() || !found->is_array() || found->size() > 8)
        return {};
    std::size_t product = 1;
    for (const Json& side : *found) {
        if (!side.is_number_unsigned() || side.get<std::uint64_t>() > (1u << 24))
            return {};
        shape.push_back(side.get<std::int64_t>());
        product *= static_cast<std::size_t>(shape.back());
        if (product > values)
            return {};
    }
    return product == values ? shape : std::vector<std::int64_t>();
}

} // namespace

std::string baselineKey(const GenerationRequest& request)
{
    GenerationRequest baseline = request;
    baseline.policy = "none";
    baseline.preset.clear();
    baseline.policyParameters.clear();
    baseline.protect.clear(); // spares tokens of a cached run only
    baseline.traceLevel = plan::TraceLevel::Decisions;
    return toJson(baseline);
}

RunRecord readRecord(const fs::path& folder, const std::string& id)
{
    RunRecord record;
    record.id = id;
    record.folder = folder;
    record.bytes = bytesOf(folder);
    record.isStarred = isFile(folder / kStarFile);
    const Json origin = originFileOf(folder);
    record.isOwn = !origin.empty();
    record.origin = {textIn(origin, "kind"), textIn(origin, "group"), textIn(origin, "job"), textIn(origin, "title")};
    auto run = readRun(folder);
    if (!run) {
        record.problem = run.error().message;
        return record;
    }
    record.request = std::move(run->request);
    record.baselineKey = baselineKey(record.request);
    record.finished = run->finished;
    record.hasClip = !run->clip.empty();
    record.hasTrace = !run->trace.empty();
    record.hasPixels = isFile(folder / "pixels.safetensors");
    record.hasThumbnail = isFile(folder / "thumbnail.png");
    const auto text = readReport(folder);
    if (!text) {
        record.problem = text.error().message;
        return record;
    }
    addReport(record, parsed(*text, 8));
    return record;
}

std::uint64_t stampOf(const fs::path& folder)
{
    // FNV-1a over the times and sizes of what is read.
    std::uint64_t stamp = 14695981039346656037ULL;
    const auto add = [&stamp](std::uint64_t value) { stamp = (stamp ^ value) * 1099511628211ULL; };
    for (const char* name : {"", "request.json", "report.json", kOriginFile, kStarFile, "thumbnail.png"}) {
        struct stat info { };
        const bool isThere = ::lstat((folder / name).c_str(), &info) == 0;
        if (!isThere && *name == '\0')
            return 0;
        add(isThere ? static_cast<std::uint64_t>(info.st_mtim.tv_sec) : 1);
        add(isThere ? static_cast<std::uint64_t>(info.st_mtim.tv_nsec) : 2);
        add(isThere ? static_cast<std::uint64_t>(info.st_size) : 3);
    }
    return stamp;
}

Result<void> writeRun(RunWriter& writer, const RunResult& run, const RunResult* baseline, const RunOrigin& origin,
    const std::string& clipName)
{
    if (run.trace)
        if (auto written = plan::writeTrace(writer.file("trace.safetensors"), *run.trace, toJson(run.request));
            !written)
            return written;
    if (!run.clip.isEmpty())
        if (auto written = writePixels(writer.file("pixels.safetensors"), {run.clip, run.latent}); !written)
            return written;
    Json file{{"format", "toca-run"}, {"version", 1}, {"kind", origin.kind}, {"group", origin.group},
        {"job", origin.job}, {"title", origin.title}, {"latent_shape", run.latentShape}};
    if (auto written = writeFileAtomically(
            writer.file(kOriginFile), file.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
        !written)
        return written;
    if (auto written = writer.setRequest(run.request); !written)
        return written;
    return writer.setReport(reportJson(run, baseline, clipName));
}

Result<RunResult> readResult(const fs::path& folder)
{
    auto stored = readRun(folder);
    if (!stored)
        return unexpected(stored.error());
    if (stored->trace.empty() || !isFile(folder / "pixels.safetensors"))
        return unexpected(ErrorCode::NotFound,
            "The run '" + folder.string() + "' has no trace or no pixels; only its clip can be opened.");
    const auto trace = plan::readTrace(stored->trace);
    if (!trace)
        return unexpected(trace.error());
    auto pixels = readPixels(folder / "pixels.safetensors");
    if (!pixels)
        return unexpected(pixels.error());
    const auto text = readReport(folder);
    if (!text)
        return unexpected(text.error());
    const Json report = parsed(*text, 8);
    RunResult run;
    run.request = std::move(stored->request);
    run.trace = trace->trace;
    run.plan = planOf(run.request, *run.trace);
    run.clip = std::move(pixels->clip);
    run.latent = std::move(pixels->latent);
    run.latentShape = shapeIn(originFileOf(folder), run.latent.size());
    run.times = timesIn(objectIn(report, "seconds"));
    const double threads = numberIn(report, "threads");
    run.threads = threads >= 0 && threads <= 4096 ? static_cast<int>(threads) : 0;
    run.device = textIn(report, "device");
    const Json versions = objectIn(report, "versions");
    for (const auto& [name, version] : versions.items())
        if (version.is_string() && name != "toca")
            run.versions[name] = version.get<std::string>();
    if (const auto warnings = report.find("warnings"); warnings != report.end() && warnings->is_array())
        for (const Json& warning : *warnings)
            if (warning.is_string())
                run.warnings.push_back(warning.get<std::string>());
    return run;
}

Result<void> setStarred(const fs::path& folder, bool isStarred)
{
    if (isStarred)
        return writeFileAtomically(folder / kStarFile, "");
    std::error_code error;
    fs::remove(folder / kStarFile, error);
    if (error)
        return unexpected(
            ErrorCode::Io, "Cannot remove '" + (folder / kStarFile).string() + "': " + error.message() + ".");
    return {};
}

Result<void> addComparison(const fs::path& folder, const RunResult& baseline)
{
    const auto run = readResult(folder);
    if (!run)
        return unexpected(run.error());
    const auto stored = readRun(folder);
    return writeFileAtomically(
        folder / "report.json", reportJson(*run, &baseline, stored ? stored->clip.filename().string() : std::string()));
}

} // namespace toca::library
