// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/caching_session.h"
#include "tests/support/small_stdit3.h"

#include <QtTest>

using namespace toca;
using cache::CachingSession;
using cache::Evidence;
using cache::FeatureStore;
using cache::LayerAction;
using cache::LayerView;
using cache::ModuleAction;
using cache::RowRange;
using cache::TokenSubset;
using plan::Action;
using plan::ModuleKind;
using test::SmallRun;

namespace {

/// A policy made of lambdas for the places where a policy sees what was computed.
class HookRun final : public cache::PolicyRun {
public:
    std::function<LayerAction(const LayerView&)> layer;
    std::function<torch::Tensor(const LayerView&, torch::Tensor, const torch::Tensor&)> check;
    std::function<ModuleAction(const plan::Site&, const Evidence&)> module;
    std::function<void(const plan::Site&, RowRange, const torch::Tensor&, FeatureStore&)> computed;
    std::function<torch::Tensor(const TokenSubset&, const torch::Tensor& fresh, torch::Tensor mixed)> subset;

    LayerAction onLayer(const LayerView& view, FeatureStore&) override
    {
        return layer ? layer(view) : LayerAction::run();
    }
    torch::Tensor afterCheck(
        const LayerView& view, torch::Tensor drafted, const torch::Tensor& real, FeatureStore&) override
    {
        return check ? check(view, drafted, real) : drafted;
    }
    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override
    {
        return module ? module(site, evidence) : ModuleAction::full(false);
    }
    void afterModule(const plan::Site& site, RowRange rows, const torch::Tensor& output, FeatureStore& store) override
    {
        if (computed)
            computed(site, rows, output, store);
    }
    torch::Tensor afterSubset(const plan::Site&, RowRange, const TokenSubset& chosen, const torch::Tensor& fresh,
        torch::Tensor mixed, FeatureStore&) override
    {
        return subset ? subset(chosen, fresh, mixed) : mixed;
    }
    std::unique_ptr<cache::PolicyRun> clone() const override { return std::make_unique<HookRun>(*this); }
};

} // namespace

class TestPolicyHooks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void policySeesEveryFullOutputAndMayForecastFromIt();
    void policyMayChangeWhatASubsetGives();
    void checkedLayerIsHeldAgainstTheRealOne();
    void checkDecidesWhatGoesOn();
    void checkedLayerMustNotCompute();
    void copyOfTheStoreSharesWhatTheOriginalShares();
};

void TestPolicyHooks::policySeesEveryFullOutputAndMayForecastFromIt()
{
    SmallRun run(3);
    auto policy = std::make_unique<HookRun>();
    int seen = 0;
    policy->computed = [&](const plan::Site& site, RowRange rows, const torch::Tensor& output, FeatureStore& store) {
        ++seen;
        QCOMPARE(rows.count, std::int64_t{2});
        if (site.layer == 1 && site.module == ModuleKind::Mlp)
            store.named("kept") = output;
    };
    torch::Tensor given;
    policy->module = [&](const plan::Site& site, const Evidence& evidence) {
        if (site.step == 0 || site.layer != 1 || site.module != ModuleKind::Mlp)
            return ModuleAction::full(false);
        given = evidence.features().named("kept") * 2;
        return ModuleAction::forecastAs(given);
    };
    auto trace = std::make_shared<plan::Trace>(run.geometry, run.schedule());
    CachingSession session(run.geometry, std::move(policy), {trace, {}});
    run.denoise(session);
    const int modules = run.geometry.layerCount() * plan::kModuleKinds;
    QCOMPARE(seen, 3 * modules - 2); // one module was not computed in two steps
    const auto& cell = trace->cell(trace->cellIndex(2, 1, ModuleKind::Mlp));
    QCOMPARE(cell.action, Action::Forecast);
    QCOMPARE(cell.flops, 0.0);
    QVERIFY(given.defined());
}

void TestPolicyHooks::policyMayChangeWhatASubsetGives()
{
    SmallRun run(1);
    const std::int64_t tokens = run.geometry.grid.tokens();
    auto policy = std::make_unique<HookRun>();
    policy->module = [](const plan::Site& site, const Evidence&) {
        return site.step == 0 ? ModuleAction::full(true)
                              : ModuleAction::subsetOf(torch::tensor({{3, 8}}, torch::kInt64));
    };
    policy->subset = [](const TokenSubset& chosen, const torch::Tensor& fresh, torch::Tensor mixed) {
        // Every token takes over a tenth of the first chosen one.
        if (chosen.count() != 2 || !torch::equal(mixed[0][8], fresh[0][1]))
            qFatal("the chosen tokens are not where they belong");
        return mixed.lerp_(fresh.narrow(1, 0, 1), 0.1);
    };
    CachingSession session(run.geometry, std::move(policy));
    const auto x = torch::zeros({2, tokens, 4});
    torch::Tensor out;
    for (int step = 0; step < 2; ++step)
        session.evaluate({step, step, 2, plan::Stream::Joint, 0.0, {}}, [&](RowRange) {
            out = session.module(ModuleKind::Mlp, x,
                [&](const TokenSubset& subset) { return torch::full_like(subset.gather(x), step == 0 ? 1.0 : 11.0); });
            return out;
        });
    QCOMPARE(out[0][0][0].item<float>(), 2.0F); // 1 + (11 - 1) / 10
    QCOMPARE(out[1][3][2].item<float>(), 11.0F);
    // The change is in the stored output as well.
    QVERIFY(torch::equal(session.features().output(0, ModuleKind::Mlp, {0, 2}), out));
}

void TestPolicyHooks::checkedLayerIsHeldAgainstTheRealOne()
{
    SmallRun run(2);
    const int last = run.geometry.layerCount() - 1;
    auto policy = std::make_unique<HookRun>();
    torch::Tensor input, drafted, real, after;
    policy->layer = [&](const LayerView& view) {
        if (view.site.step == 0 || view.site.layer != last)
            return LayerAction::run();
        input = view.x.clone();
        return LayerAction::runAndCheck();
    };
    int computedInTheCheck = 0;
    policy->computed = [&](const plan::Site& site, RowRange, const torch::Tensor&, FeatureStore&) {
        computedInTheCheck += site.step == 1 && site.layer == last;
    };
    policy->module = [&](const plan::Site& site, const Evidence&) {
        return site.step == 0 ? ModuleAction::full(true) : ModuleAction::reuse();
    };
    policy->check = [&](const LayerView& view, torch::Tensor draft, const torch::Tensor& full) {
        if (view.site.layer != last)
            qFatal("another layer was checked");
        drafted = draft.clone();
        real = full.clone();
        return draft;
    };
    auto trace = std::make_shared<plan::Trace>(run.geometry, run.schedule());
    CachingSession session(run.geometry, std::move(policy), {trace, {}});
    run.denoise(session);
    QVERIFY(drafted.defined() && !torch::equal(drafted, real));
    QCOMPARE(computedInTheCheck, 0); // a check renews nothing
    QCOMPARE(trace->publishedCells(), trace->cellCount());
    for (const ModuleKind module : plan::kAllModules) {
        const auto& checked = trace->cell(trace->cellIndex(1, last, module));
        QCOMPARE(checked.action, Action::Full);
        QCOMPARE(checked.computedTokens, static_cast<std::int32_t>(run.geometry.grid.tokens()));
        QCOMPARE(trace->cell(trace->cellIndex(1, last - 1, module)).action, Action::Reuse);
    }

    // The real output is what the layer gives for this input when all of it is computed.
    auto again = std::make_unique<HookRun>();
    again->layer = [&](const LayerView& view) {
        return view.site.step == 1 && view.site.layer == 0 ? LayerAction::jump(last, input) : LayerAction::run();
    };
    class AfterRun final : public cache::PolicyRun {
    public:
        AfterRun(std::unique_ptr<HookRun> hooks, torch::Tensor& result)
            : m_hooks(std::move(hooks))
            , m_result(result)
        {
        }
        LayerAction onLayer(const LayerView& view, FeatureStore& store) override
        {
            return m_hooks->onLayer(view, store);
        }
        void afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore&) override
        {
            if (view.site.step == 1)
                m_result = out.clone();
        }
        std::unique_ptr<cache::PolicyRun> clone() const override { return nullptr; }

    private:
        std::unique_ptr<HookRun> m_hooks;
        torch::Tensor& m_result;
    };
    CachingSession full(run.geometry, std::make_unique<AfterRun>(std::move(again), after));
    run.denoise(full);
    QVERIFY(torch::equal(after, real));
}

void TestPolicyHooks::checkDecidesWhatGoesOn()
{
    SmallRun run(2);
    const int last = run.geometry.layerCount() - 1;
    const auto policyThatTakes = [&](bool takesReal) {
        auto policy = std::make_unique<HookRun>();
        policy->layer = [last](const LayerView& view) {
            return view.site.step > 0 && view.site.layer == last ? LayerAction::runAndCheck() : LayerAction::run();
        };
        policy->module = [](const plan::Site& site, const Evidence&) {
            return site.step == 0 ? ModuleAction::full(true) : ModuleAction::reuse();
        };
        policy->check = [takesReal](const LayerView&, torch::Tensor drafted, const torch::Tensor& real) {
            return takesReal ? real : drafted;
        };
        return policy;
    };
    CachingSession drafted(run.geometry, policyThatTakes(false));
    CachingSession real(run.geometry, policyThatTakes(true));
    QVERIFY(!torch::equal(run.denoise(drafted), run.denoise(real)));
}

void TestPolicyHooks::checkedLayerMustNotCompute()
{
    SmallRun run(1);
    auto policy = std::make_unique<HookRun>();
    policy->layer = [](const LayerView&) { return LayerAction::runAndCheck(); };
    CachingSession session(run.geometry, std::move(policy));
    QVERIFY_EXCEPTION_THROWN(run.denoise(session), c10::Error);
}

void TestPolicyHooks::copyOfTheStoreSharesWhatTheOriginalShares()
{
    SmallRun run(1);
    FeatureStore store(run.geometry);
    const auto output = torch::randn({2, 6, 4});
    store.setOutput(0, ModuleKind::Mlp, {0, 2}, output);
    store.factors(0, ModuleKind::Mlp, {0, 2}).derivatives = {output, torch::randn({2, 6, 4})};
    FeatureStore copy = store.clone();
    QCOMPARE(store.bytes(), std::int64_t{2 * 2 * 6 * 4 * 4});
    QCOMPARE(copy.bytes(), store.bytes());
    copy.output(0, ModuleKind::Mlp, {0, 2}).zero_();
    QCOMPARE(copy.factors(0, ModuleKind::Mlp, {0, 2}).derivatives[0].features().abs().sum().item<float>(), 0.0F);
    QVERIFY(store.output(0, ModuleKind::Mlp, {0, 2}).abs().sum().item<float>() > 0);
}

QTEST_GUILESS_MAIN(TestPolicyHooks)
#include "tst_policy_hooks.moc"
