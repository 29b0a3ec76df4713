// SPDX-License-Identifier: Apache-2.0
#include "app/cli/sweep_run.h"

#include "app/cli/clip_files.h"
#include "app/cli/console.h"
#include "app/cli/report_row.h"
#include "app/cli/run_series.h"
#include "app/cli/version_text.h"
#include "cache/plan/trace.h"
#include "core/base/atomic_file.h"
#include "core/library/run_name.h"
#include "core/library/stored_pixels.h"

#include <algorithm>

namespace toca::app {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;
using std::chrono::steady_clock;

constexpr const char* kPixels = "pixels.safetensors";
// The table is written anew each time, so not after every short run.
constexpr std::chrono::seconds kBetweenTables{2};

double seconds(steady_clock::duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

std::string clockText(double left)
{
    const auto whole = static_cast<long>(left + 0.5);
    const std::string rest = std::to_string(whole % 60);
    return std::to_string(whole / 60) + ":" + (rest.size() < 2 ? "0" : "") + rest;
}

double numberAt(const Json& row, const char* key)
{
    const auto found = row.find(key);
    return found != row.end() && found->is_number() ? found->get<double>() : 0;
}

/// A run that is broken is kept for whoever wants to look at it; a new one takes its place.
Result<void> putAside(const fs::path& folder)
{
    std::error_code error;
    fs::path aside;
    for (int number = 1; number < 10'000; ++number) {
        aside = folder.parent_path() / ("." + folder.filename().string() + "-damaged-" + std::to_string(number));
        if (fs::exists(fs::symlink_status(aside, error)))
            continue;
        fs::rename(folder, aside, error);
        if (!error) {
            warn("'" + folder.string() + "' was no complete run of this sweep and is now '" + aside.filename().string()
                + "'; it is made again.");
            return {};
        }
        break;
    }
    return unexpected(ErrorCode::Io,
        "'" + folder.string() + "' is no complete run of this sweep and cannot be put aside: " + error.message()
            + ". Remove it.");
}

} // namespace

Result<SweepFolder> SweepFolder::open(
    const library::RunLibrary& library, const std::string& name, const SweepPlan& plan)
{
    if (!library::isPlainName(name))
        return unexpected(ErrorCode::InvalidArgument,
            "--name cannot be '" + oneLine(name, 80) + "'; use up to 120 letters, digits and the signs - _ . =");
    const fs::path path = library.folder() / name;
    std::error_code error;
    fs::create_directory(path, error);
    if (!fs::is_directory(path))
        return unexpected(ErrorCode::Io, "Cannot make the folder '" + path.string() + "': " + error.message() + ".");
    auto lock = library::Lock::take(path);
    if (!lock)
        return unexpected(lock.error());
    library::removeAbandoned(path);
    const std::string text = plan.json().dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    if (fs::exists(path / "sweep.json")) {
        const auto there = readFile(path / "sweep.json");
        if (!there)
            return unexpected(there.error());
        if (*there != text)
            return unexpected(ErrorCode::InvalidArgument,
                "'" + path.string()
                    + "' holds another sweep (see its sweep.json); give this one another --name, or repeat that one's "
                      "options to continue it.");
    } else if (auto written = writeFileAtomically(path / "sweep.json", text); !written) {
        return unexpected(written.error());
    }
    return SweepFolder(path, std::move(*lock));
}

Result<bool> SweepFolder::has(const SweepRun& run) const
{
    const fs::path folder = m_path / run.id;
    std::error_code error;
    if (!fs::exists(fs::symlink_status(folder, error)))
        return false;
    const auto stored = library::readRun(folder);
    if (stored && stored->request == run.request && library::readReport(folder))
        return true;
    if (auto done = putAside(folder); !done)
        return unexpected(done.error());
    return false;
}

Result<void> Sweep::run(std::stop_token stop)
{
    m_start = m_written = steady_clock::now();
    Result<void> done;
    for (std::size_t i = 0; i < m_plan.caseCount() && done; ++i)
        done = runCase(m_plan.at(i), stop);
    m_progress.clear();
    // Also after an error: what is done is told.
    if (auto written = writeResults(/*isLast=*/true); !written && done)
        return written;
    if (!done && done.error().code == ErrorCode::Cancelled)
        return unexpected(ErrorCode::Cancelled,
            "The sweep was stopped: " + std::to_string(m_done) + " of " + std::to_string(m_plan.runCount())
                + " runs are done. The same command goes on from there.");
    return done;
}

Result<void> Sweep::runCase(const SweepCase& each, std::stop_token stop)
{
    std::vector<const SweepRun*> missing;
    for (const SweepRun& point : each.points) {
        const auto isThere = m_folder.has(point);
        if (!isThere)
            return unexpected(isThere.error());
        if (!*isThere)
            missing.push_back(&point);
        m_done += *isThere ? 1 : 0;
    }
    std::optional<Reference> uncachedRun;
    if (!missing.empty()) {
        auto made = reference(each.baseline, stop);
        if (!made)
            return unexpected(made.error());
        uncachedRun = std::move(*made);
    }
    ++m_done;
    for (const SweepRun& point : each.points) {
        if (std::find(missing.begin(), missing.end(), &point) != missing.end()) {
            const auto result = generate(point, stop);
            if (!result)
                return unexpected(result.error());
            const auto report = [&](const std::string& clip) {
                return reportJson(*result, figuresOf(*result), *uncachedRun, clip);
            };
            if (auto stored = store(point, *result, report, nullptr, stop); !stored)
                return stored;
            ++m_done;
        }
        if (auto added = addResult(point); !added)
            return added;
        if (auto written = writeResults(/*isLast=*/false); !written)
            return written;
    }
    return {};
}

Result<Reference> Sweep::reference(const SweepRun& baseline, std::stop_token stop)
{
    const auto isThere = m_folder.has(baseline);
    if (!isThere)
        return unexpected(isThere.error());
    if (*isThere) {
        if (auto stored = storedReference(baseline))
            return stored;
        if (auto aside = putAside(m_folder.path() / baseline.id); !aside)
            return unexpected(aside.error());
    }
    auto result = generate(baseline, stop);
    if (!result)
        return unexpected(result.error());
    const auto report = [&](const std::string& clip) { return reportJson(*result, nullptr, clip); };
    const Reference made = referenceOf(*result);
    if (auto stored = store(baseline, *result, report, &made, stop); !stored)
        return unexpected(stored.error());
    return made;
}

Result<Reference> Sweep::storedReference(const SweepRun& baseline) const
{
    const fs::path folder = m_folder.path() / baseline.id;
    auto pixels = library::readPixels(folder / kPixels);
    if (!pixels)
        return unexpected(pixels.error());
    const auto report = library::readReport(folder);
    if (!report)
        return unexpected(report.error());
    const Json row = rowOf(Json::parse(*report));
    Reference stored;
    stored.figures = {numberAt(row, "counted_flops"), numberAt(row, "denoising_seconds"),
        numberAt(row, "total_seconds"), static_cast<std::int64_t>(numberAt(row, "peak_cache_bytes"))};
    stored.clip = std::move(pixels->clip);
    stored.latent = std::move(pixels->latent);
    if (!(stored.figures.flops > 0 && stored.figures.denoising > 0))
        return unexpected(ErrorCode::BadFormat, "The report of '" + folder.string() + "' lacks its figures.");
    return stored;
}

Result<RunResult> Sweep::generate(const SweepRun& run, std::stop_token stop)
{
    if (!m_isWarm) {
        GenerationRequest few = run.request;
        few.steps = std::min(few.steps, kWarmUpSteps);
        m_progress.begin("warm-up");
        if (auto warmed = m_engine.generate(few, m_progress, stop); !warmed)
            return warmed;
        m_isWarm = true;
        m_start = steady_clock::now();
    }
    m_progress.begin(label(run));
    auto result = m_engine.generate(run.request, m_progress, stop);
    if (!result)
        return result;
    ++m_made;
    result->versions.merge(libraryVersions());
    return result;
}

std::string Sweep::label(const SweepRun& run) const
{
    std::string text = "run " + std::to_string(m_done + 1) + "/" + std::to_string(m_plan.runCount());
    if (m_made > 0) {
        const double perRun = seconds(steady_clock::now() - m_start) / static_cast<double>(m_made);
        text += ", all done in " + clockText(perRun * static_cast<double>(m_plan.runCount() - m_done));
    }
    if (run.varied.empty())
        text += ", uncached";
    for (std::size_t i = 0; i < run.varied.size(); ++i)
        text += ", " + m_plan.variations()[i].key + "=" + plan::toText(run.varied[i]);
    return text;
}

Result<void> Sweep::store(const SweepRun& run, const RunResult& result,
    const std::function<std::string(const std::string& clip)>& report, const Reference* pixels, std::stop_token stop)
{
    auto writer = library::RunWriter::begin(m_folder.path(), run.id);
    if (!writer)
        return unexpected(writer.error());
    const std::string requestJson = toJson(run.request);
    std::string clip;
    if (m_keeps.clips) {
        clip = result.clip.frames.size() == 1 ? "clip.png" : "clip.mp4";
        if (auto saved = saveClip(writer->file(clip), result.clip, requestJson, stop); !saved)
            return unexpected(saved.error());
    }
    if (m_keeps.traces && result.trace)
        if (auto saved = plan::writeTrace(writer->file("trace.safetensors"), *result.trace, requestJson); !saved)
            return saved;
    if (pixels)
        if (auto saved = library::writePixels(writer->file(kPixels), {pixels->clip, pixels->latent}); !saved)
            return saved;
    if (auto saved = writer->setRequest(run.request); !saved)
        return saved;
    if (auto saved = writer->setReport(report(clip)); !saved)
        return saved;
    if (auto committed = writer->commit(library::RunWriter::Taken::Fail); !committed)
        return unexpected(committed.error());
    return {};
}

Result<void> Sweep::addResult(const SweepRun& run)
{
    const auto report = library::readReport(m_folder.path() / run.id);
    if (!report)
        return unexpected(report.error());
    Json row{{"id", run.id}};
    if (run.request.classLabel >= 0)
        row["class"] = run.request.classLabel;
    else
        row["prompt"] = run.request.prompt;
    row["seed"] = run.request.seed;
    for (std::size_t i = 0; i < run.varied.size(); ++i)
        row[m_plan.variations()[i].key] = std::visit([](const auto& held) { return Json(held); }, run.varied[i]);
    row.update(rowOf(Json::parse(*report)));
    m_results.push_back(std::move(row));
    return {};
}

Result<void> Sweep::writeResults(bool isLast)
{
    if (m_results.empty() || (!isLast && steady_clock::now() - m_written < kBetweenTables))
        return {};
    m_written = steady_clock::now();
    return writeFileAtomically(m_folder.path() / "results.csv", csvTable(m_results));
}

} // namespace toca::app
