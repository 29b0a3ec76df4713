// SPDX-License-Identifier: Apache-2.0
#include "tests/support/policy_properties.h"
#include "tests/support/small_dit.h"
#include "tests/support/small_pixart.h"

#include <QtTest>

using namespace toca;
using cache::CachingSession;
using plan::Action;
using plan::ModuleKind;
using test::differenceFromPlan;
using test::runPolicy;

namespace {

const plan::ParameterValues kAlwaysFull{{"interval", std::int64_t{1}}, {"fresh_ratio", 0.0},
    {"spatial_attention_interval", std::int64_t{1}}, {"temporal_attention_interval", std::int64_t{1}},
    {"cross_attention_interval", std::int64_t{1}}, {"mlp_interval", std::int64_t{1}}};

/// A bare model of equal layers: each adds its number of the evaluation, 1, 2, ..., so that one sees what was run.
class CountingModel {
public:
    explicit CountingModel(const std::string& family, int layers)
    {
        m_geometry.family = family;
        m_geometry.grid = {1, 2, 2};
        m_geometry.hiddenSize = m_geometry.mlpHiddenSize = m_geometry.patchInputs = m_geometry.patchOutputs = 4;
        m_geometry.crossAttention = family != "dit";
        for (int layer = 0; layer < layers; ++layer)
            m_geometry.layers.push_back(family != "stdit3" ? plan::LayerKind::Joint
                    : layer % 2 == 0                       ? plan::LayerKind::Spatial
                                                           : plan::LayerKind::Temporal);
    }
    const plan::Geometry& geometry() const { return m_geometry; }

    /// One number for what the final layer reads: all tokens are alike.
    double evaluate(CachingSession& session, int step, int steps)
    {
        const cache::EvaluationView view{step, step, steps, plan::Stream::Joint, 0.0, torch::zeros({1, 1, 1, 1, 1})};
        const auto out = session.evaluate(view, [&](cache::RowRange rows) {
            const auto zero = torch::zeros({rows.count, 4, 4});
            return session.layers(zero, [&](int, const torch::Tensor& x) {
                auto y = x;
                for (const ModuleKind module : plan::kAllModules) {
                    if (module == ModuleKind::CrossAttention && !m_geometry.crossAttention)
                        continue;
                    y = y + session.module(module, y, [&](const cache::TokenSubset& subset) {
                        session.leaveEvidence(cache::EvidenceKind::SelfAttentionInfluence, subset, [&] {
                            return torch::ones({rows.count, subset.count()});
                        });
                        session.leaveEvidence(cache::EvidenceKind::ValueNorm, subset, [&] {
                            return torch::ones({rows.count, subset.count()});
                        });
                        session.leaveEvidence(cache::EvidenceKind::CrossAttentionEntropy, subset, [&] {
                            return torch::ones({rows.count, subset.count()});
                        });
                        return torch::full({rows.count, subset.count(), 4}, step + 1.0);
                    });
                }
                return y;
            });
        });
        return out[0][0][0].item<double>();
    }

private:
    plan::Geometry m_geometry;
};

std::vector<double> valuesOf(CountingModel& model, const plan::ParameterValues& values, int steps)
{
    plan::PolicyContext context;
    context.family = model.geometry().family;
    const auto policy = test::policyNamed("duca", values, {}, context);
    const auto plan = test::planOf(*policy, model.geometry(), plan::uniformSchedule("", steps));
    CachingSession session(model.geometry(), cache::startPolicy(*policy, plan));
    std::vector<double> seen;
    for (int step = 0; step < steps; ++step)
        seen.push_back(model.evaluate(session, step, steps));
    return seen;
}

template <class Run>
void checkFamily(const plan::ParameterValues& values)
{
    Run run(9);
    const auto uncached = run.uncached();
    QVERIFY(torch::equal(runPolicy(run, "duca", kAlwaysFull).latent, uncached));
    const auto outcome = runPolicy(run, "duca", values);
    QCOMPARE(differenceFromPlan(outcome), QString());
    QVERIFY(!torch::equal(outcome.latent, uncached));
    QVERIFY(torch::equal(runPolicy(run, "duca", values).latent, outcome.latent)); // repeatable
}

} // namespace

class TestDucaRun : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void clips() { checkFamily<test::SmallRun>({}); }
    void classPictures() { checkFamily<test::SmallDitRun>({{"fresh_ratio", 0.2}}); }
    void classPicturesByValueNorms() { checkFamily<test::SmallDitRun>({{"score", std::string("kv-norm")}}); }
    void textPictures() { checkFamily<test::SmallPixart>({}); }
    void textPicturesByValueNorms() { checkFamily<test::SmallPixart>({{"score", std::string("kv-norm")}}); }
    void aggressiveStepsRepeatTheLastFeatures();
    void firstLayerIsCachedThoughItsResultIsThrownAway();
    void aggressiveModulesAloneAddNothing();
    void valueNormsOfEachRowChooseApart();
    void resumedRunsAreTheSame();
};

void TestDucaRun::aggressiveStepsRepeatTheLastFeatures()
{
    CountingModel model("pixart", 3);
    // Full, conservative, aggressive, ...: 3 layers x 3 modules; without fresh tokens the stored outputs are used.
    const auto seen = valuesOf(model, {{"fresh_ratio", 0.0}}, 7);
    QCOMPARE(seen, (std::vector<double>{9, 9, 9, 36, 36, 36, 63}));
    // All tokens of cross-attention and MLP fresh: the aggressive step has what the step before had.
    const auto fresh = valuesOf(
        model, {{"fresh_ratio", 1.0}, {"ratio_schedule", std::string("constant")}, {"interval", std::int64_t{3}}}, 6);
    QCOMPARE(fresh, (std::vector<double>{9, 3 * (1 + 2 + 2), 15, 36, 3 * (4 + 5 + 5), 42}));
}

void TestDucaRun::firstLayerIsCachedThoughItsResultIsThrownAway()
{
    // DiT: in a mixed step layer 0 is full and the others aggressive (reference README section 10).
    CountingModel model("dit", 3);
    const auto policy = [&] {
        plan::PolicyContext context;
        context.family = "dit";
        return test::policyNamed(
            "duca", {{"fresh_ratio", 0.001}, {"ratio_schedule", std::string("constant")}}, {}, context);
    }();
    const auto plan = test::planOf(*policy, model.geometry(), plan::uniformSchedule("", 50));
    QCOMPARE(plan.at(17, 0, ModuleKind::Mlp).action, Action::Full);
    QCOMPARE(plan.at(17, 1, ModuleKind::Mlp).action, Action::Skip);
    CachingSession session(model.geometry(), cache::startPolicy(*policy, plan));
    std::vector<double> seen;
    for (int step = 0; step < 19; ++step)
        seen.push_back(model.evaluate(session, step, 50));
    QCOMPARE(seen[17], seen[16]);
    // Step 18 reuses: layer 0 from step 17, layers 1 and 2 from their last full step 13.
    QCOMPARE(seen[18], 2.0 * 18 + 2 * 2.0 * 14);
}

void TestDucaRun::aggressiveModulesAloneAddNothing()
{
    // Cross-attention every step, attention and MLP aggressive at step 2: the layers are entered.
    CountingModel model("stdit3", 2);
    const auto seen = valuesOf(model,
        {{"cross_attention_interval", std::int64_t{1}}, {"warmup_steps", std::int64_t{1}}, {"fresh_ratio", 0.0}}, 4);
    QCOMPARE(seen, (std::vector<double>{6, 2 * (1 + 2 + 1), 2 * 3, 24}));
}

void TestDucaRun::valueNormsOfEachRowChooseApart()
{
    test::SmallRun run(6);
    const auto chosen = [&](bool together) {
        const auto policy = test::policyNamed("duca", {{"fresh_ratio", 0.3}, {"shared_selection", together}});
        const auto plan = test::planOf(*policy, run.geometry, run.schedule());
        auto trace = std::make_shared<plan::Trace>(run.geometry, run.schedule(), together ? 1 : 2);
        CachingSession session(run.geometry, cache::startPolicy(*policy, plan), {trace, {}});
        run.denoise(session);
        int different = 0, selections = 0;
        for (std::size_t cell = 0; cell < trace->publishedCells(); ++cell) {
            if (trace->cell(cell).action != Action::Subset)
                continue;
            ++selections;
            different += trace->freshTokens(cell, 0) != trace->freshTokens(cell, together ? 0 : 1) ? 1 : 0;
        }
        return std::pair(selections, different);
    };
    QCOMPARE(chosen(true).second, 0);
    const auto [selections, different] = chosen(false);
    QVERIFY(selections > 0);
    QVERIFY(different > 0);
}

void TestDucaRun::resumedRunsAreTheSame()
{
    test::SmallRun run(9);
    for (const int step : {3, 4, 6}) {
        const auto [whole, resumed] = test::wholeAndResumed(run, "duca", {{"fresh_ratio", 0.3}}, step);
        QVERIFY(torch::equal(whole, resumed));
    }
}

QTEST_GUILESS_MAIN(TestDucaRun)
#include "tst_duca_run.moc"
