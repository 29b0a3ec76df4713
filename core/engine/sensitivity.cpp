// SPDX-License-Identifier: Apache-2.0
#include "core/engine/sensitivity.h"

#include <torch/torch.h>

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace toca::engine {
namespace {

using cache::CapturingRun;
using cache::PerturbingRun;
using cache::RowRange;

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
constexpr std::int64_t kTokensAtOnce = 4096; ///< of all rows: more gain nothing on a CPU
constexpr std::int64_t kMostSlots = 16;
constexpr double kMostPropagationBytes = 256e6;

/// The same permutation for a seed everywhere.
std::vector<std::int32_t> shuffled(std::size_t count, std::uint64_t seed)
{
    std::vector<std::int32_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    std::mt19937_64 random(seed);
    for (std::size_t i = count; i > 1; --i)
        std::swap(order[i - 1], order[random() % i]);
    return order;
}

/// Rows of one prompt -> rows of many, [conditional x slots | unconditional x slots].
torch::Tensor repeatedRows(const torch::Tensor& rows, std::int64_t slots)
{
    return rows.defined() ? rows.repeat_interleave(slots, 0) : rows;
}

models::Conditions repeatedConditions(const models::Conditions& one, std::int64_t slots)
{
    models::Conditions many = one;
    for (torch::Tensor* rows : {&many.text, &many.mask, &many.labels, &many.fps, &many.height, &many.width})
        *rows = repeatedRows(*rows, slots);
    return many;
}

double normOf(const torch::Tensor& values)
{
    return values.to(torch::kFloat64).norm().item<double>();
}

} // namespace

SensitivityMeter::SensitivityMeter(
    SensitivitySubject subject, SensitivityRecord& record, SensitivityObserver& observer, std::stop_token stop)
    : m_subject(std::move(subject))
    , m_record(record)
    , m_observer(observer)
    , m_stop(std::move(stop))
    , m_groups(record.groups())
    , m_order(shuffled(m_groups.size(), record.options.seed))
    , m_geometry(m_subject.geometry)
    , m_captured(std::make_shared<CapturingRun::State>())
    , m_perturbation(std::make_shared<PerturbingRun::Perturbation>())
    , m_startSeconds(record.seconds)
    , m_start(std::chrono::steady_clock::now())
{
    SensitivityOptions& options = m_record.options;
    if (options.batch == 0)
        options.batch = static_cast<int>(
            std::clamp<std::int64_t>(kTokensAtOnce / (m_geometry.rows() * m_geometry.grid.tokens()), 1, kMostSlots));
    m_slots = options.batch;
    m_geometry.prompts = static_cast<int>(m_slots);
    m_conditions = repeatedConditions(m_subject.input->conditions, m_slots);
    m_captured->hasCrossAttention = m_geometry.crossAttention;
    m_capturing = std::make_unique<cache::CachingSession>(
        m_geometry, std::make_unique<CapturingRun>(m_captured), cache::SessionOptions{nullptr, m_stop});
    m_perturbing = std::make_unique<cache::CachingSession>(
        m_geometry, std::make_unique<PerturbingRun>(m_perturbation), cache::SessionOptions{nullptr, m_stop});
    const double bytes = 4.0 * static_cast<double>(m_record.sites.size()) * static_cast<double>(m_groups.size())
        * static_cast<double>(m_record.grid.tokens());
    if (options.keepPropagation && bytes > kMostPropagationBytes) {
        options.keepPropagation = false;
        m_record.warnings.push_back("The maps of error propagation would take more than 256 MB and are not kept; "
                                    "choose fewer layers, modules or steps, or larger groups.");
    }
}

bool SensitivityMeter::isOver() const
{
    const SensitivityOptions& options = m_record.options;
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - m_start;
    return m_stop.stop_requested()
        || (options.maximumEvaluations > 0 && m_evaluationsHere >= options.maximumEvaluations)
        || (options.maximumSeconds > 0 && seconds.count() >= options.maximumSeconds);
}

void SensitivityMeter::countTotal()
{
    const auto finals = std::min<std::size_t>(static_cast<std::size_t>(m_record.options.finalGroups), m_groups.size());
    m_total = static_cast<std::int64_t>(m_record.sites.size() * (m_groups.size() + finals));
    m_done = 0;
    for (const SensitivitySite& site : m_record.sites) {
        m_done += site.measured();
        m_done += std::count_if(
            site.finalChange.begin(), site.finalChange.end(), [](float value) { return !std::isnan(value); });
    }
    m_done = std::min(m_done, m_total);
}

void SensitivityMeter::report(std::int64_t measurements, std::int64_t evaluations)
{
    m_done += measurements;
    m_doneHere += measurements;
    m_evaluationsHere += evaluations;
    m_record.evaluations += evaluations;
    SensitivityProgress progress;
    progress.done = m_done;
    progress.total = m_total;
    progress.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
    m_record.seconds = m_startSeconds + progress.seconds;
    if (m_doneHere > 0)
        progress.etaSeconds =
            progress.seconds * static_cast<double>(m_total - m_done) / static_cast<double>(m_doneHere);
    m_observer.sensitivityProgress(progress, m_record);
}

void SensitivityMeter::run()
{
    try {
        countTotal();
        m_record.isComplete = false;
        const auto isMissing = [](float value) { return std::isnan(value); };
        const bool hasAll = std::all_of(m_record.sites.begin(), m_record.sites.end(),
            [&](const auto& site) { return std::none_of(site.change.begin(), site.change.end(), isMissing); });
        if (!hasAll || m_record.options.finalGroups > 0) {
            recordLatents();
            measurePredictions();
            if (m_record.options.finalGroups > 0)
                for (SensitivitySite& site : m_record.sites)
                    measureFinals(site);
        }
        m_record.isComplete = m_done >= m_total;
    } catch (const cache::RunCancelled&) {
        m_record.isComplete = false; // what is measured stays
    }
    m_record.seconds =
        m_startSeconds + std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
}

void SensitivityMeter::measurePredictions()
{
    // In rounds that grow, so that a short budget gives every site its share.
    for (std::size_t first = 0, end = 1; first < batches(); first = end, end *= 2)
        for (SensitivitySite& site : m_record.sites)
            for (std::size_t batch = first; batch < std::min(end, batches()); ++batch) {
                const std::vector<std::int32_t> groups = batchOf(batch);
                if (!std::isnan(site.change[static_cast<std::size_t>(groups.front())]))
                    continue;
                if (isOver())
                    return;
                prepareSite(site);
                measureBatch(site, groups);
            }
}

torch::Tensor SensitivityMeter::guidedAt(int evaluation, const torch::Tensor& latents)
{
    const plan::SamplerSchedule& schedule = m_subject.sampler->schedule();
    const plan::EvaluationInfo& info = schedule.evaluations[static_cast<std::size_t>(evaluation)];
    const torch::Tensor t = m_subject.sampler->timestep(evaluation);
    const cache::EvaluationView view{evaluation, info.step, schedule.steps, info.stream, t[0].item<double>(), latents};
    const auto prediction = m_perturbing->evaluate(
        view, [&](RowRange rows) { return m_subject.model->predict(latents, t, m_conditions, rows, *m_perturbing); });
    return schedulers::guided(prediction, m_subject.input->guidance, m_geometry.guidanceRows == 2);
}

void SensitivityMeter::prepareSite(SensitivitySite& site)
{
    capture(site.step);
    if (m_site == &site)
        return;
    const cache::ModulePlace place{site.layer, site.module};
    m_perturbation->isActive = true;
    m_perturbation->place = place;
    m_perturbation->layerInput = m_captured->now.layerInputs.at(site.layer);
    for (const plan::ModuleKind module : plan::kAllModules) {
        const auto found = m_captured->now.outputs.find({site.layer, module});
        m_perturbation->outputs[static_cast<std::size_t>(module)] =
            found == m_captured->now.outputs.end() ? torch::Tensor() : found->second;
    }
    m_output = firstSlot(m_captured->now.outputs.at(place), m_slots);
    m_before = firstSlot(m_captured->before.outputs.at(place), m_slots);
    m_outputNorm = normOf(m_output);
    m_noise = noiseOf(site);
    m_site = &site;
    m_reference.guided = evaluate(site, {});
    m_reference.norm = normOf(m_reference.guided[0].narrow(0, 0, m_subject.input->guidance.channels));
}

torch::Tensor SensitivityMeter::noiseOf(const SensitivitySite& site) const
{
    std::size_t most = 0;
    for (const auto& group : m_groups)
        most = std::max(most, group.size());
    // The same error for every group, so that groups differ by their tokens alone.
    const std::uint64_t seed = m_record.options.seed * 1000003 + static_cast<std::uint64_t>(site.step) * 30011
        + static_cast<std::uint64_t>(site.layer) * 3 + static_cast<std::uint64_t>(site.module);
    const at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    const torch::Tensor noise =
        torch::randn({m_output.size(0), static_cast<std::int64_t>(most), m_output.size(2)}, generator, torch::kFloat32);
    const double size = m_outputNorm / std::sqrt(static_cast<double>(m_output.numel()));
    return (noise * (m_record.options.noise * size)).to(m_output.device(), m_output.scalar_type());
}

torch::Tensor SensitivityMeter::errorOf(const SensitivitySite&, std::int32_t group) const
{
    const auto& tokens = m_groups[static_cast<std::size_t>(group)];
    if (m_record.options.mode == SensitivityMode::Noise)
        return m_noise.narrow(1, 0, static_cast<std::int64_t>(tokens.size()));
    const auto ids = torch::tensor(std::vector<std::int64_t>(tokens.begin(), tokens.end())).to(m_output.device());
    return m_before.index_select(1, ids) - m_output.index_select(1, ids);
}

torch::Tensor SensitivityMeter::evaluate(const SensitivitySite& site, const std::vector<std::int32_t>& groups)
{
    torch::Tensor& output = m_perturbation->outputs[static_cast<std::size_t>(site.module)];
    const torch::Tensor clean = output;
    if (!groups.empty())
        output = clean.clone();
    for (std::size_t slot = 0; slot < groups.size(); ++slot) {
        const auto& tokens = m_groups[static_cast<std::size_t>(groups[slot])];
        const auto ids = torch::tensor(std::vector<std::int64_t>(tokens.begin(), tokens.end())).to(clean.device());
        const torch::Tensor error = errorOf(site, groups[slot]);
        for (std::int64_t row = 0; row < error.size(0); ++row)
            output[row * m_slots + static_cast<std::int64_t>(slot)].index_add_(0, ids, error[row]);
    }
    const auto guided = guidedAt(site.step, m_latents.at(site.step).repeat({m_slots, 1, 1, 1, 1}));
    output = clean;
    return guided;
}

std::size_t SensitivityMeter::batches() const
{
    const auto slots = static_cast<std::size_t>(m_slots);
    return (m_order.size() + slots - 1) / slots;
}

std::vector<std::int32_t> SensitivityMeter::batchOf(std::size_t batch) const
{
    const auto slots = static_cast<std::size_t>(m_slots);
    const std::size_t end = std::min(m_order.size(), (batch + 1) * slots);
    return {m_order.begin() + static_cast<std::ptrdiff_t>(batch * slots),
        m_order.begin() + static_cast<std::ptrdiff_t>(end)};
}

torch::Tensor SensitivityMeter::tokenNorms(const torch::Tensor& squares) const
{
    const plan::TokenGrid& grid = m_record.grid;
    torch::Tensor sum = squares.sum(1); // (slots, T, h, w)
    const auto patch = [](std::int64_t size, std::int64_t tokens) { return (size + tokens - 1) / tokens; };
    const std::int64_t pt = patch(sum.size(1), grid.frames), ph = patch(sum.size(2), grid.rows),
                       pw = patch(sum.size(3), grid.columns);
    sum = torch::constant_pad_nd(
        sum, {0, pw * grid.columns - sum.size(3), 0, ph * grid.rows - sum.size(2), 0, pt * grid.frames - sum.size(1)});
    return sum.view({-1, grid.frames, pt, grid.rows, ph, grid.columns, pw}).sum({2, 4, 6}).flatten(1);
}

void SensitivityMeter::measureBatch(SensitivitySite& site, const std::vector<std::int32_t>& groups)
{
    const std::int64_t channels = m_subject.input->guidance.channels;
    const torch::Tensor guided = evaluate(site, groups);
    const auto squaresOf = [&](const torch::Tensor& values) {
        return values.narrow(1, 0, channels).to(torch::kFloat64).square();
    };
    const torch::Tensor squares = tokenNorms(squaresOf(guided - m_reference.guided)).cpu(); // (slots, N)
    const torch::Tensor typical =
        tokenNorms(squaresOf(m_reference.guided.narrow(0, 0, 1))).mean().sqrt().clamp_min(1e-12).cpu();
    for (std::size_t slot = 0; slot < groups.size(); ++slot) {
        const auto group = static_cast<std::size_t>(groups[slot]);
        const torch::Tensor own = squares[static_cast<std::int64_t>(slot)];
        const double all = own.sum().item<double>();
        double inside = 0;
        const double* values = own.const_data_ptr<double>();
        for (const std::int32_t token : m_groups[group])
            inside += values[token];
        const auto relative = [](double value, double whole) {
            return static_cast<float>(whole > 0 ? value / whole : 0);
        };
        site.injected[group] = relative(normOf(errorOf(site, groups[slot])), m_outputNorm);
        site.outside[group] = relative(std::max(0.0, all - inside), all);
        if (m_record.options.keepPropagation) {
            site.propagation.resize(m_groups.size());
            site.propagation[group] =
                std::make_shared<const std::vector<float>>(valuesOf(own.sqrt() / typical.item<double>()));
        }
        site.change[group] = relative(std::sqrt(all), m_reference.norm);
    }
    report(static_cast<std::int64_t>(groups.size()), static_cast<std::int64_t>(groups.size()));
}

std::vector<std::int32_t> SensitivityMeter::finalGroups(const SensitivitySite& site) const
{
    std::vector<std::int32_t> order(m_groups.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
        return site.change[static_cast<std::size_t>(a)] > site.change[static_cast<std::size_t>(b)];
    });
    const auto count = std::min<std::size_t>(static_cast<std::size_t>(m_record.options.finalGroups), order.size());
    std::vector<std::int32_t> chosen;
    for (std::size_t i = 0; i < count; ++i)
        chosen.push_back(order[count == 1 ? 0 : i * (order.size() - 1) / (count - 1)]);
    return chosen;
}

torch::Tensor SensitivityMeter::finish(int step, const torch::Tensor& guided)
{
    m_perturbation->isActive = false;
    m_site = nullptr;
    const DenoisingInput& input = *m_subject.input;
    const auto kept = [&](torch::Tensor z) {
        return input.given.defined() ? torch::where(input.conditions.isGiven.view({1, 1, -1, 1, 1}), input.given, z)
                                     : z;
    };
    // One sampler for each slot: a history or a noise is that of a run of its own.
    std::vector<std::unique_ptr<schedulers::Sampler>> samplers;
    std::vector<torch::Tensor> latents;
    for (std::int64_t slot = 0; slot < m_slots; ++slot) {
        samplers.push_back(m_samplers.at(step)->clone());
        latents.push_back(kept(samplers.back()->step(step, m_latents.at(step), guided.narrow(0, slot, 1))));
    }
    const int evaluations = static_cast<int>(m_subject.sampler->schedule().evaluations.size());
    for (int evaluation = step + 1; evaluation < evaluations; ++evaluation) {
        const torch::Tensor next = guidedAt(evaluation, torch::cat(latents));
        for (std::int64_t slot = 0; slot < m_slots; ++slot) {
            const auto at = static_cast<std::size_t>(slot);
            latents[at] = kept(samplers[at]->step(evaluation, latents[at], next.narrow(0, slot, 1)));
        }
    }
    return torch::cat(latents);
}

void SensitivityMeter::measureFinals(SensitivitySite& site)
{
    if (site.measured() < static_cast<int>(m_groups.size()))
        return;
    const std::vector<std::int32_t> chosen = finalGroups(site);
    const auto slots = static_cast<std::size_t>(m_slots);
    const std::int64_t left = static_cast<std::int64_t>(m_subject.sampler->schedule().evaluations.size()) - site.step;
    for (std::size_t first = 0; first < chosen.size(); first += slots) {
        const std::vector<std::int32_t> groups(chosen.begin() + static_cast<std::ptrdiff_t>(first),
            chosen.begin() + static_cast<std::ptrdiff_t>(std::min(chosen.size(), first + slots)));
        const auto isMissing = [&](std::int32_t group) {
            return std::isnan(site.finalChange[static_cast<std::size_t>(group)]);
        };
        const auto missing = std::count_if(groups.begin(), groups.end(), isMissing);
        if (missing == 0)
            continue;
        if (isOver())
            return;
        prepareSite(site);
        const torch::Tensor clean = m_reference.guided, changed = evaluate(site, groups);
        if (m_finalStep != site.step || !torch::equal(clean, m_finalStart)) {
            m_finalReference = finish(site.step, clean);
            m_finalStart = clean;
            m_finalStep = site.step;
        }
        const torch::Tensor latents = finish(site.step, changed);
        for (std::size_t slot = 0; slot < groups.size(); ++slot) {
            const auto at = static_cast<std::int64_t>(slot);
            const double whole = normOf(m_finalReference[at]);
            const double change = normOf(latents[at] - m_finalReference[at]);
            site.finalChange[static_cast<std::size_t>(groups[slot])] =
                static_cast<float>(whole > 0 ? change / whole : 0);
        }
        report(missing, left * static_cast<std::int64_t>(groups.size()));
    }
}

} // namespace toca::engine
