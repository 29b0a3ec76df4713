// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/caching_session.h"

#include "cache/exec/ops/select_tokens.h"
#include "cache/exec/profile.h"
#include "cache/exec/stopwatch.h"
#include "cache/plan/flops.h"

#include <algorithm>

namespace toca::cache {

using plan::Action;
using plan::EvaluationDecision;
using plan::ModuleKind;

namespace {

constexpr const char* kPrediction = "prediction";
/// Enough rows that a product is no longer bound by memory, few enough that their values stay small.
constexpr std::int64_t kTimestepsAtOnce = 16;

Part partOf(ModuleKind module)
{
    switch (module) {
    case ModuleKind::SelfAttention:
        return Part::Attention;
    case ModuleKind::CrossAttention:
        return Part::CrossAttention;
    case ModuleKind::Mlp:
        break;
    }
    return Part::Mlp;
}

/// Computes everything, keeps nothing.
class UncachedRun final : public PolicyRun {
public:
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<UncachedRun>(); }
};

} // namespace

CachingSession::CachingSession(plan::Geometry geometry, std::unique_ptr<PolicyRun> policy, SessionOptions options)
    : m_geometry(std::move(geometry))
    , m_policy(std::move(policy))
    , m_options(std::move(options))
    , m_trace(m_options.trace, m_options.gathersTrace)
    , m_features(m_geometry, m_options.storage)
    , m_evidence(m_geometry)
    , m_rows(RowRange::of(m_geometry, plan::Stream::Joint))
{
}

CachingSession CachingSession::uncached(plan::Geometry geometry, SessionOptions options)
{
    return {std::move(geometry), std::make_unique<UncachedRun>(), std::move(options)};
}

torch::Tensor CachingSession::evaluate(const EvaluationView& view, const Model& model)
{
    throwIfCancelled();
    const PartScope scope(Part::Conditioning);
    const Stopwatch watch(nullptr);
    m_moduleFlops = 0;
    m_pass = Pass::Normal;
    m_site = {view.evaluation, view.step, view.stream, 0, ModuleKind::SelfAttention};
    const RowRange all = RowRange::of(m_geometry, view.stream);
    const EvaluationAction action = m_policy->onEvaluation(view, m_features);

    torch::Tensor prediction;
    m_rows = all;
    if (action.decision != EvaluationDecision::Run)
        TORCH_CHECK(m_features.hasNamed(kPrediction), "CachingSession: the policy reuses a prediction at step ",
            view.step, ", but none is stored");
    switch (action.decision) {
    case EvaluationDecision::Run:
        prediction = model(all);
        break;
    case EvaluationDecision::ReusePrediction:
        prediction = m_features.named(kPrediction);
        recordSkipped(0, m_geometry.layerCount());
        break;
    case EvaluationDecision::ConditionalOnly: {
        TORCH_CHECK(view.stream == plan::Stream::Joint && m_geometry.guidanceRows == 2,
            "CachingSession: only an evaluation that carries both guidance rows can compute one of them");
        m_rows = RowRange::of(m_geometry, plan::Stream::Conditional);
        const torch::Tensor conditional = model(m_rows);
        const RowRange unconditional = RowRange::of(m_geometry, plan::Stream::Unconditional);
        prediction = torch::cat({conditional, unconditional.of(m_features.named(kPrediction))});
        break;
    }
    }
    const bool entered = action.decision != EvaluationDecision::ReusePrediction;
    const std::int64_t enteredRows = m_rows.count;
    m_rows = all;
    prediction = m_policy->onPrediction(view, prediction, m_features);
    if (m_policy->keepsPrediction())
        m_features.named(kPrediction) = prediction;

    if (m_trace.isWanted()) {
        const PartScope tracing(Part::Trace);
        plan::TraceEvaluation record;
        record.decision = action.decision;
        record.seconds = watch.elapsed();
        record.flops = m_moduleFlops + (entered ? plan::fixedFlops(m_geometry, enteredRows) : 0.0);
        record.cacheBytes = cacheBytes();
        record.scalars = m_policy->decisionScalars();
        m_trace.appendEvaluation(std::move(record), view.latent);
    }
    return prediction;
}

torch::Tensor CachingSession::layers(torch::Tensor x,
    const std::function<torch::Tensor(int, const torch::Tensor&)>& run,
    const std::function<torch::Tensor(int, const torch::Tensor&)>& modulatedInput)
{
    const int count = m_geometry.layerCount();
    for (int layer = 0; layer < count;) {
        throwIfCancelled();
        m_site.layer = layer;
        m_site.module = ModuleKind::SelfAttention;
        LayerView view{m_site, x, {}};
        if (modulatedInput)
            view.modulatedInput = [&modulatedInput, layer, &x] { return modulatedInput(layer, x); };
        LayerAction action = m_policy->onLayer(view, m_features);
        if (action.nextLayer) {
            TORCH_CHECK(*action.nextLayer > layer && *action.nextLayer <= count && action.x.sizes() == x.sizes(),
                "CachingSession: cannot jump from layer ", layer, " to ", *action.nextLayer, " of ", count);
            recordSkipped(layer, *action.nextLayer);
            x = std::move(action.x);
            layer = *action.nextLayer;
            continue;
        }
        torch::Tensor out = action.check ? runChecked(view, x, run) : run(layer, x);
        m_policy->afterLayer(view, out, m_features);
        x = std::move(out);
        ++layer;
    }
    return x;
}

torch::Tensor CachingSession::runChecked(
    const LayerView& view, const torch::Tensor& x, const std::function<torch::Tensor(int, const torch::Tensor&)>& run)
{
    m_pass = Pass::Draft;
    torch::Tensor drafted = run(view.site.layer, x);
    m_pass = Pass::Check;
    const torch::Tensor real = run(view.site.layer, x);
    m_pass = Pass::Normal;
    return m_policy->afterCheck(view, std::move(drafted), real, m_features);
}

ModuleOutput CachingSession::moduleOutput(
    ModuleKind module, const torch::Tensor& x, const Compute& compute, const std::function<torch::Tensor()>& scored)
{
    throwIfCancelled();
    const Stopwatch watch(nullptr);
    m_selectionSeconds = 0;
    if (module == ModuleKind::Mlp && !m_geometry.crossAttention && m_pass != Pass::Draft)
        recordAbsent(); // the cell of the cross-attention that this family has not
    m_site.module = module;
    const ModuleAction action = [&] {
        if (m_pass == Pass::Check)
            return ModuleAction::full(false);
        const PartScope scoring(Part::Scoring);
        const Stopwatch deciding(&m_selectionSeconds);
        const Evidence evidence(
            m_evidence, m_features, m_geometry, m_site, m_rows, selectionRows(), x, scored ? &scored : nullptr);
        return m_policy->onModule(m_site, evidence);
    }();
    const PartScope storing(Part::CacheTraffic); // what is not computing
    m_wanted = m_pass == Pass::Normal ? m_policy->evidenceWanted(m_site) : EvidenceSet{0};
    Cell cell;
    cell.action = action.action;
    ModuleOutput output = carryOut(action, x, compute, cell);
    m_wanted = 0;
    if (m_pass == Pass::Draft) { // the full pass after it is the one that is recorded
        TORCH_CHECK(cell.computed == 0, "CachingSession: a checked layer must be decided without computing");
        return output;
    }
    if (m_pass == Pass::Normal && action.action == Action::Full)
        m_policy->afterModule(m_site, m_rows, output.features(), m_features);
    cell.selectionSeconds = m_selectionSeconds;
    record(cell, watch.elapsed());
    return output;
}

ModuleOutput CachingSession::carryOut(
    const ModuleAction& action, const torch::Tensor& x, const Compute& compute, Cell& cell)
{
    switch (action.action) {
    case Action::Full:
        return computeFull(action, x, compute, cell);
    case Action::Subset:
        return computeSubset(action, x, compute, cell);
    case Action::Reuse:
        return storedOutput();
    case Action::Forecast:
        return forecast(action);
    case Action::Blend:
        return blend(action, x, compute, cell);
    case Action::Skip:
        break;
    }
    return {torch::zeros_like(x)}; // a module skipped alone adds nothing
}

torch::Tensor CachingSession::computeFull(
    const ModuleAction& action, const torch::Tensor& x, const Compute& compute, Cell& cell)
{
    cell.computed = x.size(1);
    torch::Tensor output = computed(compute, TokenSubset::all(x.size(1)));
    if (action.keep) {
        m_features.keep(m_site.layer, m_site.module, m_rows, output, m_site.step, m_policy->forecastOrder());
        // Only a full computation renews the ages; a subset of all tokens does not.
        m_features.ages(m_site.layer, m_site.module, m_rows, selectionRows(), x).zero_();
    }
    return output;
}

ModuleOutput CachingSession::computeSubset(
    const ModuleAction& action, const torch::Tensor& x, const Compute& compute, Cell& cell)
{
    const std::int64_t tokens = x.size(1);
    const ModuleOutput stored = storedOutput();
    cell.selected = true;
    cell.computed = std::clamp<std::int64_t>(action.count, 0, tokens);
    cell.score = action.score;
    TokenSubset subset = TokenSubset::all(tokens);
    {
        const PartScope scope(Part::Selection);
        const Stopwatch selecting(&m_selectionSeconds);
        torch::Tensor& ages = m_features.ages(m_site.layer, m_site.module, m_rows, selectionRows(), x);
        if (cell.computed > 0)
            cell.ids = action.ids.defined() ? action.ids : selectTokens(action.score, cell.computed);
        renewAges(ages, cell.ids); // also when nothing is chosen (reference README section 6.3 s3)
        if (cell.computed == 0)
            return stored;
        const std::int64_t repeats = x.size(0) / cell.ids.size(0);
        subset =
            TokenSubset::chosen(repeats == 1 ? cell.ids : cell.ids.repeat({repeats, 1}), tokens, &m_selectionSeconds);
    }
    const torch::Tensor fresh = computed(compute, subset);
    if (torch::GradMode::is_enabled() && (stored.features().requires_grad() || fresh.requires_grad())) {
        // Gradients need the old values: mix functionally.
        const auto index = subset.ids().unsqueeze(-1).expand({-1, -1, fresh.size(2)});
        torch::Tensor mixed = stored.features().scatter(1, index, fresh);
        m_features.setOutput(m_site.layer, m_site.module, m_rows, mixed);
        return m_policy->afterSubset(m_site, m_rows, subset, fresh, mixed, m_features);
    }
    m_features.setTokens(m_site.layer, m_site.module, m_rows, subset, fresh);
    // The table itself, with the fresh rows; an offloaded one hands out copies, so that it is read again.
    const ModuleOutput mixed = m_features.storage().isOffloaded(m_site.module) ? storedOutput() : stored;
    if (mixed.isCoded() && !m_policy->rewritesSubsets())
        return mixed;
    return m_policy->afterSubset(m_site, m_rows, subset, fresh, mixed.features(), m_features);
}

ModuleOutput CachingSession::forecast(const ModuleAction& action)
{
    if (action.output.defined())
        return action.output;
    if (action.order == 0)
        return storedOutput();
    return m_features.forecast(m_site.layer, m_site.module, m_rows, m_site.step, action.order);
}

torch::Tensor CachingSession::blend(
    const ModuleAction& action, const torch::Tensor& x, const Compute& compute, Cell& cell)
{
    const torch::Tensor stored = storedOutput().features();
    cell.computed = x.size(1);
    const torch::Tensor fresh = computed(compute, TokenSubset::all(x.size(1)));
    torch::Tensor mixed = action.weight * fresh + (1 - action.weight) * stored;
    if (action.keep)
        m_features.setOutput(m_site.layer, m_site.module, m_rows, mixed);
    return mixed;
}

void CachingSession::leaveEvidence(
    EvidenceKind kind, const TokenSubset& subset, const std::function<torch::Tensor()>& values)
{
    if (!wants(kind))
        return;
    const PartScope scope(Part::Scoring);
    const Stopwatch scoring(&m_selectionSeconds);
    m_evidence.record(kind, m_site.layer, m_rows, subset, values());
}

torch::Tensor CachingSession::once(const std::string& name, const std::function<torch::Tensor()>& compute)
{
    auto found = m_once.find(name);
    if (found != m_once.end()) {
        const auto& [range, value] = found->second;
        if (m_rows.begin >= range.begin && m_rows.begin + m_rows.count <= range.begin + range.count)
            return RowRange{m_rows.begin - range.begin, m_rows.count}.of(value);
    }
    torch::Tensor value = compute();
    m_once[name] = {m_rows, value};
    return value;
}

torch::Tensor CachingSession::constant(const std::string& name, const std::function<torch::Tensor()>& compute)
{
    torch::Tensor& value = m_constants[name];
    if (!value.defined())
        value = compute();
    return value;
}

torch::Tensor CachingSession::perTimestep(const std::string& name, const torch::Tensor& timestep,
    const std::function<torch::Tensor(const torch::Tensor& timesteps)>& compute)
{
    if (!m_timesteps.defined() || m_site.evaluation >= m_timesteps.size(0))
        return compute(timestep);
    // Tables begin at fixed places, so that a run that begins in the middle computes the same numbers.
    const std::int64_t first = m_site.evaluation / kTimestepsAtOnce * kTimestepsAtOnce;
    TimestepTable& table = m_tables[{name, m_rows.begin}];
    if (table.first != first || m_rows.count > table.rows.count) {
        const std::int64_t count = std::min(kTimestepsAtOnce, m_timesteps.size(0) - first);
        const auto each = m_timesteps.narrow(0, first, count).t(); // (P or 1, K)
        const auto all = each.repeat({timestep.size(0) / each.size(0), 1}).flatten();
        table = {first, m_rows, compute(all).view({timestep.size(0), count, -1})};
    }
    return RowRange{0, m_rows.count}.of(table.values).select(1, m_site.evaluation - first).contiguous();
}

std::int64_t CachingSession::selectionRows() const
{
    return m_policy->selectsPerRow() ? m_rows.count : std::min<std::int64_t>(m_rows.count, m_geometry.prompts);
}

void CachingSession::recordAbsent()
{
    plan::TraceCell absent;
    absent.action = Action::Skip;
    m_trace.append(absent);
}

ModuleOutput CachingSession::storedOutput() const
{
    TORCH_CHECK(m_features.hasOutput(m_site.layer, m_site.module), "CachingSession: the policy reuses ",
        std::string(plan::moduleName(m_site.module)), " of layer ", m_site.layer, " at step ", m_site.step,
        " before it was computed");
    return m_features.stored(m_site.layer, m_site.module, m_rows);
}

torch::Tensor CachingSession::computed(const Compute& compute, const TokenSubset& subset) const
{
    const PartScope scope(partOf(m_site.module));
    return compute(subset);
}

void CachingSession::record(const Cell& cell, double seconds)
{
    const PartScope scope(Part::Trace);
    const double flops = plan::moduleFlops(m_geometry, m_site.layer, m_site.module, cell.computed, m_rows.count);
    m_moduleFlops += flops;
    plan::TraceCell record;
    record.action = cell.action;
    record.selected = cell.selected;
    record.computedTokens = static_cast<std::int32_t>(cell.computed);
    record.seconds = static_cast<float>(seconds);
    record.selectionSeconds = static_cast<float>(cell.selectionSeconds);
    record.flops = flops;
    m_trace.append(record, cell.ids, cell.score);
}

void CachingSession::recordSkipped(int firstLayer, int endLayer)
{
    for (int layer = firstLayer; layer < endLayer; ++layer)
        for (int module = 0; module < plan::kModuleKinds; ++module)
            recordAbsent();
}

SessionState CachingSession::save() const
{
    return {m_policy->clone(), m_features.clone(), m_evidence.clone()};
}

void CachingSession::restore(const SessionState& state)
{
    m_policy = state.policy->clone();
    m_features = state.features.clone();
    m_evidence = state.evidence.clone();
}

void CachingSession::throwIfCancelled() const
{
    if (m_options.stop.stop_requested())
        throw RunCancelled();
}

} // namespace toca::cache
