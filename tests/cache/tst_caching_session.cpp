// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/caching_session.h"

#include "cache/plan/flops.h"
#include "tests/support/small_stdit3.h"

#include <QtTest>

using namespace toca;
using cache::CachingSession;
using cache::EvaluationAction;
using cache::EvaluationView;
using cache::Evidence;
using cache::FeatureStore;
using cache::LayerAction;
using cache::LayerView;
using cache::ModuleAction;
using plan::Action;
using plan::EvaluationDecision;
using plan::ModuleKind;
using test::SmallRun;

namespace {

/// A policy made of lambdas, one per hook place: each test sets the one that it is about.
class HookRun final : public cache::PolicyRun {
public:
    std::function<EvaluationDecision(const EvaluationView&)> evaluation;
    std::function<LayerAction(const LayerView&, FeatureStore&)> layer;
    std::function<void(const LayerView&, const torch::Tensor&, FeatureStore&)> after;
    std::function<ModuleAction(const plan::Site&, const Evidence&)> module;
    std::function<torch::Tensor(const EvaluationView&, torch::Tensor)> prediction;
    int order = 0;

    EvaluationAction onEvaluation(const EvaluationView& view, FeatureStore&) override
    {
        return {evaluation ? evaluation(view) : EvaluationDecision::Run};
    }
    LayerAction onLayer(const LayerView& view, FeatureStore& store) override
    {
        return layer ? layer(view, store) : LayerAction::run();
    }
    void afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore& store) override
    {
        if (after)
            after(view, out, store);
    }
    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override
    {
        return module ? module(site, evidence) : ModuleAction::full(false);
    }
    torch::Tensor onPrediction(const EvaluationView& view, torch::Tensor out, FeatureStore&) override
    {
        return prediction ? prediction(view, out) : out;
    }
    bool keepsPrediction() const override { return static_cast<bool>(evaluation); }
    int forecastOrder() const override { return order; }
    std::unique_ptr<cache::PolicyRun> clone() const override { return std::make_unique<HookRun>(*this); }
};

std::shared_ptr<plan::Trace> traceFor(const SmallRun& run)
{
    return std::make_shared<plan::Trace>(run.geometry, run.schedule());
}

} // namespace

class TestCachingSession : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void skippedEvaluationReusesThePrediction();
    void oneGuidanceRowKeepsTheOther();
    void jumpOverLayersTakesTheGivenTokens();
    void jumpWithStoredResidualEqualsTheFullRunWhenNothingChanges();
    void querySubsetOfAttentionEqualsItsRowsOfTheFullOutput();
    void keysAndValuesOfTheTextAreComputedOnce();
    void valuesPerTimestepAreComputedInBlocks();
    void changedPredictionIsWhatTheSamplerSees();
    void blendCarriesGradients();
    void subsetCarriesGradients();
    void forecastIsExactForAPolynomial();
    void fullSubsetDoesNotRenewAges();
    void subsetComputesExactlyItsTokens();
    void agesCountSelections();
    void restoredSessionRepeatsTheRun();
    void reuseBeforeAnythingIsStoredIsAnError();
    void stopThrowsWithinOneModule();
    void traceCountsWhatWasComputed();
};

void TestCachingSession::skippedEvaluationReusesThePrediction()
{
    SmallRun run;
    auto policy = std::make_unique<HookRun>();
    policy->evaluation = [](const EvaluationView& view) {
        return view.step % 2 == 1 ? EvaluationDecision::ReusePrediction : EvaluationDecision::Run;
    };
    auto trace = traceFor(run);
    CachingSession session(run.geometry, std::move(policy), {trace, {}});
    std::vector<torch::Tensor> predictions;
    run.denoise(session, [&](const engine::DenoisingStep& step) { predictions.push_back(step.prediction.clone()); });
    for (int step = 0; step < run.steps(); step += 2)
        QVERIFY(torch::equal(predictions[step], predictions[step + 1]));
    QVERIFY(!torch::equal(predictions[0], predictions[2]));
    QCOMPARE(trace->publishedCells(), trace->cellCount());
    QCOMPARE(trace->cell(trace->cellIndex(1, 0, ModuleKind::Mlp)).action, Action::Skip);
    QCOMPARE(trace->evaluation(1).decision, EvaluationDecision::ReusePrediction);
    QCOMPARE(trace->evaluation(1).flops, 0.0);
}

void TestCachingSession::oneGuidanceRowKeepsTheOther()
{
    SmallRun run;
    auto policy = std::make_unique<HookRun>();
    policy->evaluation = [](const EvaluationView& view) {
        return view.step == 0 ? EvaluationDecision::Run : EvaluationDecision::ConditionalOnly;
    };
    auto trace = traceFor(run);
    CachingSession session(run.geometry, std::move(policy), {trace, {}});
    std::vector<torch::Tensor> predictions, latents;
    run.denoise(session, [&](const engine::DenoisingStep& step) {
        predictions.push_back(step.prediction.clone());
        latents.push_back(step.before.clone());
    });
    QVERIFY(torch::equal(predictions[0][1], predictions[3][1]));
    // The computed row is what a run of both rows gives for this latent.
    SmallRun single;
    single.input.noise = latents[3];
    single.timesteps = run.timesteps.narrow(0, 3, 1);
    auto uncached = CachingSession::uncached(single.geometry);
    torch::Tensor reference;
    single.denoise(uncached, [&](const engine::DenoisingStep& step) { reference = step.prediction.clone(); });
    QVERIFY(torch::allclose(predictions[3][0], reference[0], 1e-5, 1e-5));
    QVERIFY(trace->evaluation(3).flops < 0.6 * trace->evaluation(0).flops);
}

void TestCachingSession::jumpOverLayersTakesTheGivenTokens()
{
    SmallRun run;
    const int layers = run.geometry.layerCount();
    auto policy = std::make_unique<HookRun>();
    int jumps = 0;
    policy->layer = [&](const LayerView& view, FeatureStore&) {
        if (view.site.layer != 1)
            return LayerAction::run();
        ++jumps;
        return LayerAction::jump(layers, view.x); // all later layers add nothing
    };
    auto trace = traceFor(run);
    CachingSession session(run.geometry, std::move(policy), {trace, {}});
    run.denoise(session);
    QCOMPARE(jumps, run.steps());
    QCOMPARE(trace->cell(trace->cellIndex(0, 0, ModuleKind::Mlp)).action, Action::Full);
    QCOMPARE(trace->cell(trace->cellIndex(0, layers - 1, ModuleKind::Mlp)).action, Action::Skip);
    QCOMPARE(trace->publishedCells(), trace->cellCount());
}

void TestCachingSession::jumpWithStoredResidualEqualsTheFullRunWhenNothingChanges()
{
    // Two evaluations of the same latent at the same time: a stored residual of layers 1.. is then exact.
    SmallRun run(2);
    run.timesteps = torch::full({2, 1}, 500.0);
    const int layers = run.geometry.layerCount();
    auto policy = std::make_unique<HookRun>();
    policy->layer = [&](const LayerView& view, FeatureStore& store) {
        if (view.site.layer == 1 && view.site.step == 0)
            store.named("in") = view.x.clone();
        if (view.site.layer == 1 && view.site.step == 1)
            return LayerAction::jump(layers, view.x + store.named("residual"));
        return LayerAction::run();
    };
    policy->after = [&](const LayerView& view, const torch::Tensor& out, FeatureStore& store) {
        if (view.site.layer == layers - 1)
            store.named("residual") = out - store.named("in");
    };
    CachingSession session(run.geometry, std::move(policy));
    std::vector<torch::Tensor> predictions;
    run.denoise(session, [&](const engine::DenoisingStep& step) { predictions.push_back(step.prediction.clone()); });
    QVERIFY(torch::allclose(predictions[0], predictions[1], 1e-4, 1e-4)); // dt is 0 in the first step: same latent
}

void TestCachingSession::querySubsetOfAttentionEqualsItsRowsOfTheFullOutput()
{
    SmallRun run(1);
    const std::int64_t tokens = run.geometry.grid.tokens();
    const auto ids = torch::tensor({{2, 7, 11, 12, 30, 35}}, torch::kInt64);
    // The MLP and cross-attention are full in both runs; self-attention computes six queries over a stored zero output.
    std::map<int, torch::Tensor> full, subset;
    for (const bool isSubset : {false, true}) {
        auto policy = std::make_unique<HookRun>();
        policy->layer = [&](const LayerView& view, FeatureStore& store) {
            if (isSubset)
                store.setOutput(view.site.layer, ModuleKind::SelfAttention, {0, 2}, torch::zeros_like(view.x));
            return view.site.layer < 2 ? LayerAction::run() : LayerAction::jump(run.geometry.layerCount(), view.x);
        };
        policy->module = [&](const plan::Site& site, const Evidence&) {
            if (site.module == ModuleKind::SelfAttention)
                return isSubset ? ModuleAction::subsetOf(ids) : ModuleAction::full(true);
            return ModuleAction::full(false);
        };
        CachingSession session(run.geometry, std::move(policy));
        run.denoise(session);
        auto& outputs = isSubset ? subset : full;
        outputs[0] = session.features().output(0, ModuleKind::SelfAttention, {0, 2}).clone();
    }
    const auto flat = ids[0];
    QVERIFY(torch::allclose(subset[0].index_select(1, flat), full[0].index_select(1, flat), 1e-4, 1e-5));
    auto rest = torch::ones({tokens}, torch::kBool);
    rest.index_fill_(0, flat, false);
    QCOMPARE(subset[0].index({torch::indexing::Slice(), rest}).abs().max().item<double>(), 0.0);
}

void TestCachingSession::keysAndValuesOfTheTextAreComputedOnce()
{
    SmallRun run;
    CachingSession session = CachingSession::uncached(run.geometry);
    int computed = 0;
    const auto value = [&] {
        ++computed;
        return torch::arange(2, torch::kFloat32).view({2, 1});
    };
    const auto first = session.once("kv", value);
    const auto second = session.once("kv", value);
    QCOMPARE(computed, 1);
    QVERIFY(first.is_same(second));
    // Whether they are stored or not, the result is the same: the text does not change during a run.
    const auto once = run.uncached();
    SmallRun again;
    torch::Tensor z = again.input.noise;
    for (int step = 0; step < again.steps(); ++step) { // a new session per step: nothing is kept between steps
        SmallRun single;
        single.input.start = z;
        single.input.first = step;
        single.input.end = step + 1;
        auto fresh = CachingSession::uncached(single.geometry);
        z = single.denoise(fresh);
    }
    QVERIFY(torch::equal(once, z));
}

void TestCachingSession::valuesPerTimestepAreComputedInBlocks()
{
    constexpr int kEvaluations = 20;
    SmallRun run;
    CachingSession session = CachingSession::uncached(run.geometry);
    const auto timesteps = torch::arange(kEvaluations, torch::kFloat32).view({-1, 1}) * 10 + 5;
    std::vector<std::int64_t> sizes;
    const auto both = torch::tensor({0.25F, 0.5F}); // what else the value depends on, for each row
    const auto valueAt = [&](int evaluation, const torch::Tensor& timestep) {
        torch::Tensor value;
        const auto model = [&](cache::RowRange rows) {
            value = session.perTimestep("value", timestep, [&](const torch::Tensor& all) {
                sizes.push_back(all.size(0));
                const auto others = rows.of(both);
                return (all + others.repeat_interleave(all.size(0) / others.size(0))).view({-1, 1});
            });
            session.layers(torch::zeros({1}), [](int, const torch::Tensor& x) { return x; });
            return torch::zeros({2, 1});
        };
        session.evaluate({evaluation, evaluation, kEvaluations, plan::Stream::Joint, 0, {}}, model);
        return value;
    };
    // Not known beforehand: each by itself.
    QVERIFY(torch::equal(valueAt(0, torch::tensor({5.0F, 5.0F})), torch::tensor({{5.25F}, {5.5F}})));
    QCOMPARE(sizes, (std::vector<std::int64_t>{2}));
    sizes.clear();
    session.setTimesteps(timesteps);
    for (int evaluation = 0; evaluation < kEvaluations; ++evaluation) {
        const float t = 10.0F * static_cast<float>(evaluation) + 5.0F;
        QVERIFY(torch::equal(valueAt(evaluation, torch::tensor({t, t})), torch::tensor({{t + 0.25F}, {t + 0.5F}})));
    }
    QCOMPARE(sizes, (std::vector<std::int64_t>{2 * 16, 2 * 4}));
}

void TestCachingSession::changedPredictionIsWhatTheSamplerSees()
{
    SmallRun run;
    auto policy = std::make_unique<HookRun>();
    policy->prediction = [](const EvaluationView&, torch::Tensor prediction) { return prediction * 0; };
    CachingSession session(run.geometry, std::move(policy));
    QVERIFY(torch::equal(run.denoise(session), run.input.noise)); // no velocity, no movement
}

void TestCachingSession::blendCarriesGradients()
{
    SmallRun run(2);
    auto weight = torch::full({}, 0.5, torch::requires_grad());
    auto policy = std::make_unique<HookRun>();
    policy->module = [&](const plan::Site& site, const Evidence&) {
        return site.step == 0 ? ModuleAction::full(true) : ModuleAction::blend(weight, true);
    };
    CachingSession session(run.geometry, std::move(policy));
    const auto out = run.denoiseWithGradients(session);
    out.square().mean().backward();
    QVERIFY(weight.grad().defined());
    const double gradient = weight.grad().item<double>();
    // Finite difference of the same loss.
    const auto lossAt = [&](double value) {
        auto other = std::make_unique<HookRun>();
        other->module = [value](const plan::Site& site, const Evidence&) {
            return site.step == 0 ? ModuleAction::full(true) : ModuleAction::blend(torch::full({}, value), true);
        };
        CachingSession plain(run.geometry, std::move(other));
        return run.denoise(plain).square().mean().item<double>();
    };
    const double difference = (lossAt(0.55) - lossAt(0.45)) / 0.1;
    QVERIFY2(std::abs(gradient - difference) <= 0.05 * std::abs(difference) + 1e-4,
        qPrintable(QString("%1 against %2").arg(gradient).arg(difference)));
}

void TestCachingSession::subsetCarriesGradients()
{
    SmallRun run(2);
    run.input.noise.set_requires_grad(true);
    auto policy = std::make_unique<HookRun>();
    policy->module = [&](const plan::Site& site, const Evidence&) {
        if (site.step == 0)
            return ModuleAction::full(true);
        return site.module == ModuleKind::Mlp ? ModuleAction::subsetOf(torch::arange(5).unsqueeze(0))
                                              : ModuleAction::reuse();
    };
    CachingSession session(run.geometry, std::move(policy));
    run.denoiseWithGradients(session).square().mean().backward();
    QVERIFY(run.input.noise.grad().defined());
    QVERIFY(run.input.noise.grad().abs().sum().item<double>() > 0.0);
}

void TestCachingSession::forecastIsExactForAPolynomial()
{
    // A module whose output is quadratic in the step: order 2 from three full steps reproduces differences of the
    // published kind.
    plan::Geometry geometry = SmallRun().geometry;
    auto policy = std::make_unique<HookRun>();
    policy->order = 1;
    policy->module = [](const plan::Site& site, const Evidence&) {
        return site.step < 2 ? ModuleAction::full(true) : ModuleAction::forecast(1);
    };
    CachingSession session(geometry, std::move(policy));
    const auto x = torch::zeros({2, geometry.grid.tokens(), 4});
    for (int step = 0; step < 5; ++step) {
        EvaluationView view{step, step, 5, plan::Stream::Joint, 0.0, {}};
        session.evaluate(view, [&](cache::RowRange) {
            const auto out = session.module(
                ModuleKind::Mlp, x, [&](const cache::TokenSubset&) { return torch::full_like(x, 3.0 + 2.0 * step); });
            // linear: a first-order forecast is exact
            if (std::abs(out[0][0][0].item<double>() - (3.0 + 2.0 * step)) > 1e-5)
                qFatal("forecast of a linear output is wrong");
            return out;
        });
    }
    QVERIFY(session.cacheBytes() >= 2 * x.numel() * 4); // output and one derivative
}

void TestCachingSession::fullSubsetDoesNotRenewAges()
{
    SmallRun run(3);
    const std::int64_t tokens = run.geometry.grid.tokens();
    auto policy = std::make_unique<HookRun>();
    std::vector<double> oldest;
    policy->module = [&](const plan::Site& site, const Evidence& evidence) {
        if (site.module != ModuleKind::Mlp || site.layer != 0)
            return ModuleAction::full(false);
        if (site.step == 0)
            return ModuleAction::full(true);
        oldest.push_back(evidence.ages().max().item<double>());
        return site.step == 1 ? ModuleAction::subset(0, {}) : ModuleAction::subset(tokens, torch::zeros({1, tokens}));
    };
    CachingSession session(run.geometry, std::move(policy));
    run.denoise(session);
    QCOMPARE(oldest, (std::vector<double>{0.0, 1.0}));
    const auto ages = session.features().ages(0, ModuleKind::Mlp, {0, 2}, 1, torch::zeros({2, tokens, 1}));
    QCOMPARE(ages.abs().max().item<double>(), 0.0); // all chosen, so all are young again
}

void TestCachingSession::subsetComputesExactlyItsTokens()
{
    SmallRun run(1);
    const std::int64_t tokens = run.geometry.grid.tokens();
    CachingSession session(run.geometry, [&] {
        auto policy = std::make_unique<HookRun>();
        policy->module = [&](const plan::Site& site, const Evidence&) {
            if (site.step == 0)
                return ModuleAction::full(true);
            auto score = torch::zeros({1, tokens});
            score[0][4] = 3;
            score[0][9] = 2;
            return ModuleAction::subset(2, score);
        };
        return policy;
    }());
    const auto x = torch::randn({2, tokens, 4});
    const auto module = [&](int step, double value) {
        torch::Tensor out;
        session.evaluate({step, step, 2, plan::Stream::Joint, 0.0, {}}, [&](cache::RowRange) {
            out = session.module(ModuleKind::Mlp, x, [&](const cache::TokenSubset& subset) {
                const auto gathered = subset.gather(x);
                if (step == 1 && (gathered.size(1) != 2 || !torch::equal(gathered[0][0], x[0][4])))
                    qFatal("the wrong tokens were gathered");
                return torch::full_like(gathered, value);
            });
            return out;
        });
        return out.clone();
    };
    QCOMPARE(module(0, 1.0).sum().item<double>(), 2.0 * tokens * 4);
    const auto mixed = module(1, 5.0);
    QCOMPARE(mixed.eq(5.0).sum().item<std::int64_t>(), 2 * 2 * 4);
    QCOMPARE(mixed[1][9][0].item<double>(), 5.0);
    QCOMPARE(mixed[0][0][0].item<double>(), 1.0);
}

void TestCachingSession::agesCountSelections()
{
    SmallRun run(5);
    const std::int64_t tokens = run.geometry.grid.tokens();
    auto policy = std::make_unique<HookRun>();
    torch::Tensor seen;
    policy->module = [&](const plan::Site& site, const Evidence& evidence) {
        if (site.module != ModuleKind::Mlp || site.step == 0)
            return ModuleAction::full(true);
        if (site.layer == 3)
            seen = evidence.ages().clone();
        return ModuleAction::subsetOf(torch::tensor({{1, 2}}, torch::kInt64));
    };
    CachingSession session(run.geometry, std::move(policy));
    run.denoise(session);
    QCOMPARE(seen[0][0].item<double>(), 3.0); // three selections before the last one left token 0 out
    QCOMPARE(seen[0][1].item<double>(), 0.0);
    QCOMPARE(seen.size(1), tokens);
}

void TestCachingSession::restoredSessionRepeatsTheRun()
{
    SmallRun run(4);
    const auto policy = [&] {
        auto hooks = std::make_unique<HookRun>();
        hooks->module = [&](const plan::Site& site, const Evidence& evidence) {
            if (site.step == 0)
                return ModuleAction::full(true);
            if (site.module != ModuleKind::Mlp)
                return ModuleAction::reuse();
            return ModuleAction::subset(6, evidence.ages() + torch::linspace(0, 0.5, run.geometry.grid.tokens()));
        };
        return hooks;
    };
    CachingSession session(run.geometry, policy());
    torch::Tensor latentAtTwo;
    cache::SessionState state{nullptr, FeatureStore(run.geometry), cache::EvidenceStore(run.geometry)};
    const auto final = run.denoise(session, [&](const engine::DenoisingStep& step) {
        if (step.step == 1) {
            state = session.save();
            latentAtTwo = step.after.clone();
        }
    });
    session.restore(state);
    // Continue from step 2 by hand.
    auto z = latentAtTwo;
    models::Stdit3Denoiser denoiser(run.model);
    schedulers::RectifiedFlowSampler sampler(run.timesteps, 1000);
    for (int step = 2; step < 4; ++step) {
        const torch::NoGradGuard noGrad;
        const auto t = run.timesteps[step];
        const auto prediction = session.evaluate({step, step, 4, plan::Stream::Joint, t[0].item<double>(), z},
            [&](cache::RowRange rows) { return denoiser.predict(z, t, run.input.conditions, rows, session); });
        z = sampler.step(step, z, schedulers::guided(prediction, run.input.guidance, true));
    }
    QVERIFY(torch::equal(z, final));
}

void TestCachingSession::reuseBeforeAnythingIsStoredIsAnError()
{
    SmallRun run(1);
    auto policy = std::make_unique<HookRun>();
    policy->module = [](const plan::Site&, const Evidence&) { return ModuleAction::reuse(); };
    CachingSession session(run.geometry, std::move(policy));
    QVERIFY_EXCEPTION_THROWN(run.denoise(session), c10::Error);
}

void TestCachingSession::stopThrowsWithinOneModule()
{
    SmallRun run;
    std::stop_source stop;
    auto policy = std::make_unique<HookRun>();
    int modules = 0;
    policy->module = [&](const plan::Site&, const Evidence&) {
        if (++modules == 4)
            stop.request_stop();
        return ModuleAction::full(false);
    };
    CachingSession session(run.geometry, std::move(policy), {nullptr, stop.get_token()});
    QVERIFY_EXCEPTION_THROWN(run.denoise(session), cache::RunCancelled);
    QCOMPARE(modules, 4);
}

void TestCachingSession::traceCountsWhatWasComputed()
{
    SmallRun run;
    auto trace = traceFor(run);
    auto policy = std::make_unique<HookRun>();
    policy->module = [](const plan::Site& site, const Evidence&) {
        if (site.step % 3 == 0)
            return ModuleAction::full(true);
        return site.module == ModuleKind::Mlp ? ModuleAction::subsetOf(torch::tensor({{0, 5, 35}}, torch::kInt64))
                                              : ModuleAction::reuse();
    };
    CachingSession session(run.geometry, std::move(policy), {trace, {}});
    run.denoise(session);
    const auto cell = trace->cellIndex(1, 2, ModuleKind::Mlp);
    QCOMPARE(trace->cell(cell).computedTokens, 3);
    QVERIFY(trace->isFresh(cell, 0, 5));
    QVERIFY(!trace->isFresh(cell, 0, 6));
    double flops = 0;
    for (int step = 0; step < run.steps(); ++step) {
        flops += plan::fixedFlops(run.geometry, 2);
        for (int layer = 0; layer < run.geometry.layerCount(); ++layer)
            for (const auto module : plan::kAllModules) {
                const std::int64_t computed =
                    step % 3 == 0 ? run.geometry.grid.tokens() : (module == ModuleKind::Mlp ? 3 : 0);
                flops += plan::moduleFlops(run.geometry, layer, module, computed, 2);
            }
    }
    QVERIFY(std::abs(trace->flops() - flops) <= 1e-9 * flops);
    QCOMPARE(trace->publishedEvaluations(), run.steps());
}

QTEST_GUILESS_MAIN(TestCachingSession)
#include "tst_caching_session.moc"
