// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/fastercache_run.h"
#include "cache/plan/policies/fastercache_policy.h"
#include "tests/support/policy_properties.h"

using namespace toca;
using plan::Action;
using plan::EvaluationDecision;
using plan::ModuleKind;
using plan::ParameterValues;
using test::SmallRun;

namespace {

std::vector<plan::FasterCacheStep> stepsOf(
    const ParameterValues& values, const plan::Geometry& geometry, int steps, const std::string& preset = {})
{
    const auto policy = test::policyNamed("fastercache", values, preset);
    return dynamic_cast<const plan::FasterCachePolicy&>(*policy).steps(geometry, plan::uniformSchedule("rflow", steps));
}

} // namespace

class TestPolicyFasterCache : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everythingFullEqualsTheBaseline();
    void stepsAreThePublishedOnes();
    void attentionIsExtrapolatedFromTheLastTwo();
    void bothRowsNeverReadWhatWasStoredOfOne();
    void withoutGuidanceOnlyAttentionIsCached();
    void frequenciesAreScaledLikeThePublishedTransform_data();
    void frequenciesAreScaledLikeThePublishedTransform();
    void rebuiltRowIsConditionalPlusDifference();
    void planIsWhatIsDone_data();
    void planIsWhatIsDone();
    void severalPromptsKeepTheirOwnDifference();
    void resumedRunEqualsTheWhole();
};

void TestPolicyFasterCache::everythingFullEqualsTheBaseline()
{
    SmallRun run(12);
    const auto outcome = test::runPolicy(
        run, "fastercache", {{"attention_interval", std::int64_t{1}}, {"guidance_interval", std::int64_t{1}}});
    QVERIFY(outcome.plan.cachesNothing());
    QCOMPARE(outcome.trace->peakCacheBytes(), std::int64_t{0});
    QVERIFY(torch::equal(outcome.latent, run.uncached()));
}

void TestPolicyFasterCache::stepsAreThePublishedOnes()
{
    // scripts/opensora of the published code, its counter = our step + 1: attention is extrapolated when counter > 7
    // and even, w = (counter - 7) / 20 * 0.9; one row when counter > 11 and not a multiple of 5; low frequencies grow
    // by 1.15 up to counter 25, high ones from counter 20.
    const auto steps = stepsOf({}, SmallRun().geometry, 30);
    double low = 1, high = 1;
    for (int counter = 1; counter <= 30; ++counter) {
        const auto& step = steps[static_cast<std::size_t>(counter - 1)];
        const bool oneRow = counter > 11 && counter % 5 != 0;
        QCOMPARE(step.isConditionalOnly, oneRow);
        if (oneRow) {
            low *= counter <= 25 ? 1.15 : 1.0;
            high *= counter >= 20 ? 1.15 : 1.0;
            QVERIFY(std::abs(step.lowScale - low) < 1e-12 && std::abs(step.highScale - high) < 1e-12);
        } else {
            low = high = 1;
        }
        // Where both rows run, the published code for Open-Sora spreads the conditional row's attention over both; its
        // other scripts and diffusers compute, and so does this.
        const bool isEven = counter > 7 && counter % 2 == 0;
        QCOMPARE(step.extrapolatesAttention, isEven && (oneRow || counter < 20));
        if (step.extrapolatesAttention)
            QVERIFY(std::abs(step.weight - (counter - 7) / 20.0 * 0.9) < 1e-12);
    }
}

void TestPolicyFasterCache::attentionIsExtrapolatedFromTheLastTwo()
{
    SmallRun run(8);
    const auto policy = test::policyNamed("fastercache",
        {{"attention_from", 0.5}, {"weight", 0.5}, {"weight_rises", false}, {"guidance_interval", std::int64_t{1}}});
    const auto plan = test::planOf(*policy, run.geometry, run.schedule());
    auto session = cache::CachingSession(run.geometry, cache::startPolicy(*policy, plan));
    // A module whose output is the square of the step: 0 1 4 9 16 .. At step 5 it is taken for 16 + (16 - 9) / 2, at
    // step 7 for 36 + (36 - 16) / 2.
    const auto x = torch::zeros({2, run.geometry.grid.tokens(), 4});
    for (int step = 0; step < 8; ++step) {
        torch::Tensor out;
        session.evaluate({step, step, 8, plan::Stream::Joint, 0.0, {}}, [&](cache::RowRange) {
            out = session.module(ModuleKind::SelfAttention, x,
                [&](const cache::TokenSubset&) { return torch::full_like(x, step * step); });
            return out;
        });
        const double expected = step == 5 ? 19.5 : step == 7 ? 46.0 : step * step;
        QCOMPARE(out[1][3][2].item<double>(), expected);
    }
}

void TestPolicyFasterCache::bothRowsNeverReadWhatWasStoredOfOne()
{
    const auto geometry = SmallRun().geometry;
    for (const std::int64_t guidance : {2, 3, 5, 7})
        for (const std::int64_t attention : {2, 3, 4}) {
            const auto steps =
                stepsOf({{"guidance_interval", guidance}, {"attention_interval", attention}, {"guidance_from", 0.2}},
                    geometry, 40);
            bool oneRowSinceBoth = false;
            for (const auto& step : steps) {
                if (step.extrapolatesAttention && !step.isConditionalOnly)
                    QVERIFY(!oneRowSinceBoth);
                if (!step.extrapolatesAttention)
                    oneRowSinceBoth = step.isConditionalOnly;
            }
        }
}

void TestPolicyFasterCache::withoutGuidanceOnlyAttentionIsCached()
{
    auto geometry = SmallRun().geometry;
    geometry.guidanceRows = 1;
    const auto plan = test::planOf(*test::policyNamed("fastercache"), geometry, plan::uniformSchedule("rflow", 30));
    for (int step = 0; step < 30; ++step)
        QCOMPARE(plan.decision(step), EvaluationDecision::Run);
    QCOMPARE(plan.at(29, 0, ModuleKind::SelfAttention).action, Action::Forecast);
    QVERIFY(plan.flopsGain() > 1.0);
}

void TestPolicyFasterCache::frequenciesAreScaledLikeThePublishedTransform_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::newRow("even") << 16 << 24;
    QTest::newRow("odd") << 15 << 17;
    QTest::newRow("mixed") << 20 << 13;
    QTest::newRow("tiny") << 4 << 4;
}

void TestPolicyFasterCache::frequenciesAreScaledLikeThePublishedTransform()
{
    QFETCH(int, height);
    QFETCH(int, width);
    torch::manual_seed(3);
    const auto difference = torch::randn({2, 4, 3, height, width});
    // Shifted complex spectrum, a disc of a fifth of the shorter side around its centre.
    const auto spectrum = torch::fft::fftshift(torch::fft::fft2(difference), std::vector<std::int64_t>{-2, -1});
    const auto y = torch::arange(height).unsqueeze(1) - height / 2, x = torch::arange(width).unsqueeze(0) - width / 2;
    const std::int64_t radius = std::min(height, width) / 5;
    const auto disc = (y * y + x * x <= radius * radius).to(torch::kFloat32);
    const auto scaled = spectrum * (1.3 * disc + 0.6 * (1 - disc));
    const auto expected =
        torch::real(torch::fft::ifft2(torch::fft::ifftshift(scaled, std::vector<std::int64_t>{-2, -1})));
    QVERIFY(torch::allclose(cache::scaledFrequencies(difference, 1.3, 0.6), expected, 1e-4, 1e-5));
    QVERIFY(torch::equal(cache::scaledFrequencies(difference, 1.0, 1.0), difference));
}

void TestPolicyFasterCache::rebuiltRowIsConditionalPlusDifference()
{
    SmallRun run(10);
    const ParameterValues values{{"attention_interval", std::int64_t{1}}, {"guidance_interval", std::int64_t{4}},
        {"guidance_from", 0.3}, {"low_factor", 1.0}, {"high_factor", 1.0}};
    const auto policy = test::policyNamed("fastercache", values);
    const auto plan = test::planOf(*policy, run.geometry, run.schedule());
    cache::CachingSession session(run.geometry, cache::startPolicy(*policy, plan));
    torch::Tensor difference;
    int rebuilt = 0;
    run.denoise(session, [&](const engine::DenoisingStep& step) {
        if (plan.decision(step.step) == EvaluationDecision::Run) {
            difference = (step.prediction[1] - step.prediction[0]).clone();
            return;
        }
        ++rebuilt;
        if (!torch::equal(step.prediction[1], step.prediction[0] + difference))
            qFatal("the unconditional row is not the conditional one plus the last difference");
    });
    QCOMPARE(rebuilt, 5); // steps 4 to 10 counted from 1, without the 4th and the 8th: 5 6 7, 9 10
}

void TestPolicyFasterCache::planIsWhatIsDone_data()
{
    QTest::addColumn<QString>("preset");
    for (const auto& preset : plan::findPolicy("fastercache")->presets)
        QTest::newRow(preset.name.c_str()) << QString::fromStdString(preset.name);
}

void TestPolicyFasterCache::planIsWhatIsDone()
{
    QFETCH(QString, preset);
    SmallRun run(30);
    const auto outcome = test::runPolicy(run, "fastercache", {}, preset.toStdString());
    QCOMPARE(test::differenceFromPlan(outcome), QString());
    QVERIFY(outcome.plan.flopsGain() > 1.05);
    QVERIFY(torch::equal(outcome.latent, test::runPolicy(run, "fastercache", {}, preset.toStdString()).latent));
}

void TestPolicyFasterCache::severalPromptsKeepTheirOwnDifference()
{
    SmallRun run(12, 2);
    const auto outcome = test::runPolicy(run, "fastercache");
    QCOMPARE(test::differenceFromPlan(outcome), QString());
    // The second prompt alone gives the same clip.
    SmallRun single(12, 2);
    auto& conditions = single.input.conditions;
    single.input.noise = run.input.noise.narrow(0, 1, 1);
    conditions.text = torch::cat({conditions.text.narrow(0, 1, 1), conditions.text.narrow(0, 3, 1)});
    conditions.mask = conditions.mask.narrow(0, 0, 1);
    for (auto* values : {&conditions.fps, &conditions.height, &conditions.width})
        *values = values->narrow(0, 0, 1);
    single.timesteps = run.timesteps.narrow(1, 0, 1);
    single.geometry.prompts = 1;
    const auto alone = test::runPolicy(single, "fastercache");
    QVERIFY(torch::allclose(alone.latent[0], outcome.latent[1], 1e-3, 1e-3));
}

void TestPolicyFasterCache::resumedRunEqualsTheWhole()
{
    SmallRun run(15);
    for (const int step : {4, 7, 10, 12}) {
        const auto [whole, resumed] = test::wholeAndResumed(run, "fastercache", {}, step);
        QVERIFY(torch::equal(whole, resumed));
    }
}

QTEST_GUILESS_MAIN(TestPolicyFasterCache)
#include "tst_policy_fastercache.moc"
