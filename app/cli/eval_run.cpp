// SPDX-License-Identifier: Apache-2.0
#include "app/cli/eval_run.h"

#include "app/cli/prompt_check.h"
#include "core/library/stored_pixels.h"

#include <cmath>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::steady_clock;

std::string clockText(double left)
{
    const auto whole = static_cast<long>(left + 0.5);
    const std::string rest = std::to_string(whole % 60);
    return std::to_string(whole / 60) + ":" + (rest.size() < 2 ? "0" : "") + rest;
}

void addStrip(Clip& strips, const Clip& clip)
{
    const std::size_t count = framesOnSheet(static_cast<int>(clip.frames.size())), last = clip.frames.size() - 1;
    for (std::size_t i = 0; i < count; ++i)
        strips.frames.push_back(clip.frames[i * last / std::max<std::size_t>(1, count - 1)]);
}

Json finite(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

/// Root of the mean squared difference of two clips' pixels, in 8-bit levels.
double pixelDistance(const Clip& a, const Clip& b)
{
    double sum = 0, count = 0;
    for (std::size_t frame = 0; frame < std::min(a.frames.size(), b.frames.size()); ++frame)
        for (std::size_t i = 0; i < std::min(a.frames[frame].bytes(), b.frames[frame].bytes()); ++i) {
            const double difference = static_cast<double>(a.frames[frame].rgb[i]) - b.frames[frame].rgb[i];
            sum += difference * difference;
            ++count;
        }
    return count > 0 ? std::sqrt(sum / count) : 0;
}

/// Mean over all pairs.
double spread(const std::vector<Clip>& clips)
{
    double sum = 0, pairs = 0;
    for (std::size_t i = 0; i < clips.size(); ++i)
        for (std::size_t j = i + 1; j < clips.size(); ++j) {
            sum += pixelDistance(clips[i], clips[j]);
            ++pairs;
        }
    return pairs > 0 ? sum / pairs : 0;
}

} // namespace

Evaluation::Evaluation(Engine& engine, VaeRoundTrip& vae, const std::vector<Racer>& contestants,
    const std::vector<EvalCase>& cases, const EvalFolder& folder, Progress& progress)
    : m_engine(engine)
    , m_vae(vae)
    , m_contestants(contestants)
    , m_cases(cases)
    , m_folder(folder)
    , m_progress(progress)
    , m_checker(contestants.front().request.width, contestants.front().request.height)
{
    for (const EvalCase& each : cases)
        m_runs += each.seeds.size() * contestants.size();
}

Result<void> Evaluation::run(std::stop_token stop)
{
    m_start = steady_clock::now();
    for (const EvalCase& each : m_cases) {
        Json result = m_folder.read(each.id);
        if (result.is_null()) {
            auto made = each.isSeedGroup ? evaluateSeeds(each, stop) : evaluate(each, stop);
            if (!made && made.error().code == ErrorCode::Cancelled)
                return unexpected(ErrorCode::Cancelled,
                    "The evaluation was stopped: " + std::to_string(m_results.size()) + " of "
                        + std::to_string(m_cases.size()) + " prompts are done. The same command goes on from there.");
            if (!made)
                return unexpected(made.error());
            result = std::move(*made);
            if (auto written = m_folder.write(each.id, result); !written)
                return written;
        } else {
            m_done += each.seeds.size() * m_contestants.size();
        }
        m_results.push_back(std::move(result));
    }
    m_progress.clear();
    return {};
}

Result<RunResult> Evaluation::generate(
    const Racer& contestant, const EvalCase& each, std::uint64_t seed, std::stop_token stop)
{
    std::string label = "clip " + std::to_string(m_done + 1) + "/" + std::to_string(m_runs) + ", " + contestant.name;
    if (m_made > 0) {
        const double all = std::chrono::duration<double>(steady_clock::now() - m_start).count();
        label += ", all done in " + clockText(all / static_cast<double>(m_made) * static_cast<double>(m_runs - m_done));
    }
    m_progress.begin(std::move(label));
    auto run = m_engine.generate(requestFor(contestant, each, seed), m_progress, std::move(stop));
    if (run) {
        ++m_done;
        ++m_made;
    }
    return run;
}

Clip Evaluation::truth(const EvalCase& each, std::uint64_t seed) const
{
    const GenerationRequest& request = m_contestants.front().request;
    world::Scene scene = each.scene;
    if (each.isSeedGroup)
        scene = world::sceneFor(scene.description, seed, {request.width, request.height, request.frames});
    const std::size_t frameBytes =
        static_cast<std::size_t>(request.width) * static_cast<std::size_t>(request.height) * 3;
    std::vector<std::uint8_t> rgb(frameBytes * static_cast<std::size_t>(request.frames));
    world::render(scene, request.width, request.height, request.frames, rgb);
    Clip clip{request.fps, {}};
    for (int frame = 0; frame < request.frames; ++frame) {
        const auto begin = rgb.begin() + static_cast<std::ptrdiff_t>(frameBytes) * frame;
        clip.frames.push_back(
            {request.width, request.height, {begin, begin + static_cast<std::ptrdiff_t>(frameBytes)}});
    }
    return clip;
}

Json Evaluation::measured(const EvalCase& each, const Clip& clip) const
{
    const auto seen = m_checker.measure(clip);
    if (!seen)
        return nullptr;
    world::Verdict verdict = world::judge(each.scene.description, *seen);
    if (each.classLabel >= 0) // says nothing about these
        verdict.size = verdict.backdrop = verdict.motion = std::nullopt;
    return {{"attributes", verdictJson(verdict)}, {"follows_prompt", verdict.isFollowed()},
        {"seen", measurementJson(*seen)}};
}

Result<Json> Evaluation::evaluate(const EvalCase& each, std::stop_token stop)
{
    Json result{{"id", each.id}, {"prompt", each.prompt}, {"seed", each.seeds.front()},
        {"objects", each.scene.objectCount()}, {"motion", each.scene.isPicture() ? "" : nameOf(each.scene.motion())},
        {"shape", nameOf(each.scene.shape())}, {"colour", nameOf(each.scene.colour())},
        {"backdrop", nameOf(each.scene.backdrop())}, {"contestants", Json::array()}};
    const Clip real = truth(each, 0);
    result["truth"] = measured(each, real);
    const auto decoded = m_vae.roundTrip(real, m_contestants.front().request, stop);
    if (!decoded && decoded.error().code != ErrorCode::Unsupported)
        return unexpected(decoded.error());
    result["vae"] = decoded ? measured(each, *decoded) : Json(nullptr);
    if (decoded)
        if (const auto kept = fidelity(*decoded, real))
            result["vae"]["psnr_db"] = finite(kept->psnrDb);

    Clip strips{real.fps, {}};
    addStrip(strips, real);
    std::optional<RunResult> baseline;
    for (const Racer& contestant : m_contestants) {
        auto run = generate(contestant, each, each.seeds.front(), stop);
        if (!run)
            return unexpected(run.error());
        Json row{{"name", contestant.name}};
        row.update(measured(each, run->clip));
        const RunFigures figures = figuresOf(*run);
        row["denoising_seconds"] = figures.denoising;
        row["total_seconds"] = figures.total;
        if (baseline) {
            const Gains gained = gains(*run, *baseline);
            row["flops_gain"] = gained.flops;
            row["wall_clock_gain"] = gained.wallClock;
            if (const auto kept = fidelity(run->clip, baseline->clip, run->latent, baseline->latent)) {
                row["identical"] = kept->identical;
                row["psnr_db"] = finite(kept->psnrDb);
                row["ssim"] = kept->ssim;
            }
        }
        result["contestants"].push_back(std::move(row));
        addStrip(strips, run->clip);
        if (!baseline)
            baseline = std::move(*run);
    }
    if (each.isOnSheet)
        if (auto kept = library::writePixels(m_folder.pixels(each.id), {std::move(strips), {}}); !kept)
            return unexpected(kept.error());
    return result;
}

Result<Json> Evaluation::evaluateSeeds(const EvalCase& each, std::stop_token stop)
{
    Json result{{"id", each.id}, {"prompt", each.prompt}, {"seeds", each.seeds}, {"contestants", Json::array()}};
    std::vector<Clip> real;
    for (const std::uint64_t seed : each.seeds)
        real.push_back(truth(each, seed));
    result["truth_spread"] = spread(real);
    for (const Racer& contestant : m_contestants) {
        std::vector<Clip> clips;
        for (const std::uint64_t seed : each.seeds) {
            auto run = generate(contestant, each, seed, stop);
            if (!run)
                return unexpected(run.error());
            clips.push_back(std::move(run->clip));
        }
        result["contestants"].push_back({{"name", contestant.name}, {"spread", spread(clips)}});
    }
    return result;
}

} // namespace toca::app
