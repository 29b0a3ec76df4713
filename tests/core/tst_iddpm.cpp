// SPDX-License-Identifier: Apache-2.0
#include "core/schedulers/ddim.h"
#include "core/schedulers/ddpm.h"
#include "core/schedulers/respacing.h"

#include <torch/torch.h>

#include <QtTest>

#include <cmath>

using namespace toca;
using schedulers::GaussianDiffusion;
using schedulers::keptTimesteps;

namespace {

std::shared_ptr<const GaussianDiffusion> diffusionOf(const char* sections)
{
    return std::make_shared<const GaussianDiffusion>(
        schedulers::respacedDiffusion(schedulers::linearBetas(1000), *keptTimesteps(1000, sections)));
}

schedulers::StepNoise ones()
{
    return [](int, const torch::Tensor& like) { return torch::ones_like(like); };
}

/// What a model would say that knows the clean latent; the variance channels say `variance` everywhere.
torch::Tensor perfectPrediction(const GaussianDiffusion& diffusion, const torch::Tensor& x, const torch::Tensor& clean,
    int evaluation, double variance = 0.0)
{
    const double alpha = diffusion.alphasCumprod[static_cast<std::size_t>(diffusion.steps() - 1 - evaluation)];
    const auto noise = (x - std::sqrt(alpha) * clean) / std::sqrt(1 - alpha);
    return torch::cat({noise, torch::full_like(noise, variance)}, 1);
}

torch::Tensor runToEnd(schedulers::Sampler& sampler, const GaussianDiffusion& diffusion, const torch::Tensor& clean)
{
    auto x = torch::randn_like(clean);
    for (int evaluation = 0; evaluation < sampler.schedule().steps; ++evaluation)
        x = sampler.step(evaluation, x, perfectPrediction(diffusion, x, clean, evaluation));
    return x;
}

} // namespace

class TestIddpm : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { torch::manual_seed(5); }
    void keptStepsFollowTheRule_data();
    void keptStepsFollowTheRule();
    void impossibleStepsAreRefused_data();
    void impossibleStepsAreRefused();
    void respacingKeepsTheNoiseLevels();
    void evaluationsRunFromNoiseToPicture();
    void aPerfectModelIsFollowed_data();
    void aPerfectModelIsFollowed();
    void ddimWithoutEtaNeedsNoNoise();
    void ddimWithEtaOneIsAsNoisyAsThePosterior();
    void ddpmVarianceStaysBetweenItsBounds();
    void ddpmWithoutVarianceTakesTheLargest();
    void lastStepAddsNoNoise();
    void cleanLatentInvertsTheNoising();
    void cloneGoesOnAlike();
};

void TestIddpm::keptStepsFollowTheRule_data()
{
    QTest::addColumn<int>("whole");
    QTest::addColumn<QByteArray>("sections");
    QTest::addColumn<QList<int>>("kept");
    QTest::newRow("even") << 10 << QByteArray("4") << QList<int>{0, 3, 6, 9};
    QTest::newRow("halves to even") << 10 << QByteArray("3") << QList<int>{0, 4, 9}; // stride 4.5
    QTest::newRow("one") << 10 << QByteArray("1") << QList<int>{0};
    QTest::newRow("all") << 3 << QByteArray("3") << QList<int>{0, 1, 2};
    QTest::newRow("sections") << 10 << QByteArray("2,3") << QList<int>{0, 4, 5, 7, 9};
    QTest::newRow("remainder first") << 7 << QByteArray("2,1") << QList<int>{0, 3, 4};
    QTest::newRow("stride") << 10 << QByteArray("ddim5") << QList<int>{0, 2, 4, 6, 8};
    QTest::newRow("uneven stride") << 10 << QByteArray("ddim4") << QList<int>{0, 3, 6, 9};
}

void TestIddpm::keptStepsFollowTheRule()
{
    QFETCH(int, whole);
    QFETCH(QByteArray, sections);
    QFETCH(QList<int>, kept);
    const auto result = keptTimesteps(whole, sections.toStdString());
    QVERIFY(result);
    QCOMPARE(QList<int>(result->begin(), result->end()), kept);
}

void TestIddpm::impossibleStepsAreRefused_data()
{
    QTest::addColumn<int>("whole");
    QTest::addColumn<QByteArray>("sections");
    QTest::newRow("empty") << 10 << QByteArray("");
    QTest::newRow("too many") << 10 << QByteArray("11");
    QTest::newRow("too many in a section") << 10 << QByteArray("6,1");
    QTest::newRow("no number") << 10 << QByteArray("five");
    QTest::newRow("negative") << 10 << QByteArray("-3");
    QTest::newRow("zero") << 10 << QByteArray("0");
    QTest::newRow("trailing comma") << 10 << QByteArray("2,");
    QTest::newRow("overflow") << 10 << QByteArray("99999999999999999999");
    QTest::newRow("stride that does not exist") << 10 << QByteArray("ddim6");
    QTest::newRow("stride without number") << 10 << QByteArray("ddim");
    QTest::newRow("no process") << 0 << QByteArray("1");
    QTest::newRow("huge process") << 2000000000 << QByteArray("1");
}

void TestIddpm::impossibleStepsAreRefused()
{
    QFETCH(int, whole);
    QFETCH(QByteArray, sections);
    const auto result = keptTimesteps(whole, sections.toStdString());
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::InvalidArgument);
    QVERIFY(result.error().message.size() < 400);
}

void TestIddpm::respacingKeepsTheNoiseLevels()
{
    const auto whole = diffusionOf("1000"), some = diffusionOf("25");
    const auto betas = schedulers::linearBetas(1000);
    QCOMPARE(betas.front(), 1e-4);
    QCOMPARE(betas.back(), 0.02);
    for (std::size_t i = 0; i < betas.size(); ++i)
        QVERIFY(std::abs(whole->betas[i] - betas[i]) < 1e-14);
    QCOMPARE(some->steps(), 25);
    for (std::size_t i = 0; i < some->timesteps.size(); ++i) {
        const auto original = static_cast<std::size_t>(some->timesteps[i]);
        QVERIFY(std::abs(some->alphasCumprod[i] - whole->alphasCumprod[original]) < 1e-14);
    }
    QCOMPARE(some->posteriorVariance[0], 0.0);
    QCOMPARE(some->posteriorLogVarianceClipped[0], std::log(some->posteriorVariance[1]));
}

void TestIddpm::evaluationsRunFromNoiseToPicture()
{
    const schedulers::DdimSampler sampler(diffusionOf("ddim5"));
    const auto& schedule = sampler.schedule();
    QCOMPARE(schedule.steps, 5);
    for (int evaluation = 0; evaluation < 5; ++evaluation) {
        const auto& info = schedule.evaluations[static_cast<std::size_t>(evaluation)];
        QCOMPARE(info.step, evaluation);
        QCOMPARE(info.timestep, 800.0 - 200.0 * evaluation);
        QCOMPARE(sampler.timestep(evaluation).item<float>(), 800.0f - 200.0f * static_cast<float>(evaluation));
    }
    QVERIFY_THROWS_EXCEPTION(c10::Error, sampler.timestep(5));
}

void TestIddpm::aPerfectModelIsFollowed_data()
{
    QTest::addColumn<QByteArray>("sections");
    QTest::newRow("few") << QByteArray("5");
    QTest::newRow("many") << QByteArray("50");
    QTest::newRow("one") << QByteArray("1");
}

void TestIddpm::aPerfectModelIsFollowed()
{
    QFETCH(QByteArray, sections);
    const auto diffusion = diffusionOf(sections.constData());
    const auto clean = torch::randn({2, 3, 1, 4, 4});
    schedulers::DdimSampler ddim(diffusion);
    schedulers::DdimSampler noisy(diffusion, 0.5, torch::kCPU, ones());
    schedulers::DdpmSampler ddpm(diffusion, ones());
    for (schedulers::Sampler* sampler : {static_cast<schedulers::Sampler*>(&ddim),
             static_cast<schedulers::Sampler*>(&noisy), static_cast<schedulers::Sampler*>(&ddpm)})
        // The last step divides the rounding of the noise by its small share.
        QVERIFY(torch::allclose(runToEnd(*sampler, *diffusion, clean), clean, 1e-3, 1e-3));
}

void TestIddpm::ddimWithoutEtaNeedsNoNoise()
{
    const auto diffusion = diffusionOf("10");
    const auto x = torch::randn({1, 4, 1, 2, 2}), prediction = torch::randn({1, 8, 1, 2, 2});
    schedulers::DdimSampler sampler(diffusion);
    const auto first = sampler.step(3, x, prediction);
    QVERIFY(torch::equal(first, sampler.step(3, x, prediction)));
    QVERIFY(torch::equal(first, sampler.step(3, x, prediction.narrow(1, 0, 4)))); // the variance plays no part
    schedulers::DdimSampler needy(diffusion, 0.5);
    QVERIFY_THROWS_EXCEPTION(c10::Error, needy.step(3, x, prediction));
}

void TestIddpm::ddimWithEtaOneIsAsNoisyAsThePosterior()
{
    const auto diffusion = diffusionOf("10");
    const auto x = torch::randn({1, 4, 1, 2, 2}), prediction = torch::randn({1, 4, 1, 2, 2});
    schedulers::DdimSampler with(diffusion, 1.0, torch::kCPU, ones());
    schedulers::DdimSampler without(
        diffusion, 1.0, torch::kCPU, [](int, const torch::Tensor& like) { return torch::zeros_like(like); });
    const double share = (with.step(4, x, prediction) - without.step(4, x, prediction)).mean().item<double>();
    QVERIFY(std::abs(share - std::sqrt(diffusion->posteriorVariance[5])) < 1e-5);
}

void TestIddpm::ddpmVarianceStaysBetweenItsBounds()
{
    const auto diffusion = diffusionOf("10");
    const auto x = torch::randn({1, 2, 1, 2, 2}), clean = torch::randn_like(x);
    schedulers::DdpmSampler with(diffusion, ones());
    schedulers::DdpmSampler without(diffusion, [](int, const torch::Tensor& like) { return torch::zeros_like(like); });
    const auto deviation = [&](double variance) {
        const auto prediction = perfectPrediction(*diffusion, x, clean, 4, variance);
        return (with.step(4, x, prediction) - without.step(4, x, prediction)).mean().item<double>();
    };
    QVERIFY(std::abs(deviation(-1) - std::sqrt(diffusion->posteriorVariance[5])) < 1e-5);
    QVERIFY(std::abs(deviation(1) - std::sqrt(diffusion->betas[5])) < 1e-5);
    QVERIFY(deviation(-1) < deviation(0) && deviation(0) < deviation(1));
}

void TestIddpm::ddpmWithoutVarianceTakesTheLargest()
{
    const auto diffusion = diffusionOf("10");
    const auto x = torch::randn({1, 2, 1, 2, 2}), clean = torch::randn_like(x);
    schedulers::DdpmSampler sampler(diffusion, ones());
    const auto prediction = perfectPrediction(*diffusion, x, clean, 4, 1.0);
    QVERIFY(
        torch::allclose(sampler.step(4, x, prediction.narrow(1, 0, 2)), sampler.step(4, x, prediction), 1e-5, 1e-6));
}

void TestIddpm::lastStepAddsNoNoise()
{
    const auto diffusion = diffusionOf("4");
    const schedulers::StepNoise none = [](int evaluation, const torch::Tensor& like) {
        TORCH_CHECK(evaluation < 3, "noise was asked for in the last step");
        return torch::randn_like(like);
    };
    const auto clean = torch::randn({1, 3, 1, 2, 2});
    schedulers::DdpmSampler ddpm(diffusion, none);
    schedulers::DdimSampler ddim(diffusion, 1.0, torch::kCPU, none);
    QVERIFY(torch::allclose(runToEnd(ddpm, *diffusion, clean), clean, 1e-3, 1e-3));
    QVERIFY(torch::allclose(runToEnd(ddim, *diffusion, clean), clean, 1e-3, 1e-3));
}

void TestIddpm::cleanLatentInvertsTheNoising()
{
    const auto diffusion = diffusionOf("20");
    const schedulers::DdimSampler sampler(diffusion);
    const auto clean = torch::randn({2, 3, 1, 2, 2}), noise = torch::randn_like(clean);
    const double alpha = diffusion->alphasCumprod[12];
    const auto x = std::sqrt(alpha) * clean + std::sqrt(1 - alpha) * noise;
    QVERIFY(torch::allclose(sampler.cleanLatent(7, x, noise), clean, 1e-4, 1e-4));
}

void TestIddpm::cloneGoesOnAlike()
{
    const auto diffusion = diffusionOf("6");
    schedulers::DdpmSampler sampler(diffusion, ones());
    const auto copy = sampler.clone();
    const auto x = torch::randn({1, 2, 1, 2, 2}), prediction = torch::randn({1, 4, 1, 2, 2});
    QVERIFY(torch::equal(copy->step(2, x, prediction), sampler.step(2, x, prediction)));
    QVERIFY(copy->schedule() == sampler.schedule());
}

QTEST_GUILESS_MAIN(TestIddpm)
#include "tst_iddpm.moc"
