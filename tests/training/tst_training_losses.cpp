// SPDX-License-Identifier: Apache-2.0
#include "core/training/diffusion_loss.h"
#include "core/training/noise_levels.h"
#include "core/training/random.h"

#include <QTest>

#include <torch/torch.h>

using namespace toca::training;

class TestTrainingLosses : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { torch::manual_seed(4); }

    void theTrueVelocityCostsNothing()
    {
        const auto clean = torch::randn({2, 3, 1, 2, 2}), noise = torch::randn({2, 3, 1, 2, 2});
        const auto sigma = torch::full_like(clean, 7.0); // channels behind the velocity are not read
        QCOMPARE(flowLoss(torch::cat({clean - noise, sigma}, 1), clean, noise).item<float>(), 0.0F);
        QVERIFY(flowLoss(noise - clean, clean, noise).item<float>() > 1);
    }
    void flowGoesFromTheClipToNoise()
    {
        const auto clean = torch::randn({3, 2, 1, 1, 1}), noise = torch::randn({3, 2, 1, 1, 1});
        const auto x = flowInput(clean, noise, torch::tensor({0.0F, 0.25F, 1.0F}));
        QVERIFY(torch::allclose(x[0], clean[0]));
        QVERIFY(torch::allclose(x[1], 0.75 * clean[1] + 0.25 * noise[1]));
        QVERIFY(torch::allclose(x[2], noise[2]));
    }
    void noiseLevelsFollowTheirLocation()
    {
        auto generator = generatorFor(1, 2);
        NoiseLevels levels;
        levels.evenShare = 0;
        const auto t = levels.draw(20000, generator);
        // The median of sigmoid(normal + 1) is sigmoid(1).
        QVERIFY(std::abs(t.median().item<double>() - 0.7311) < 0.01);
        QVERIFY(t.min().item<double>() > 0 && t.max().item<double>() < 1);
        levels.evenShare = 1;
        const auto even = levels.draw(20000, generator);
        QVERIFY(std::abs(even.mean().item<double>() - 0.5) < 0.01);
        QVERIFY(std::abs(even.square().mean().item<double>() - 1.0 / 3) < 0.01);
    }
    void randomnessIsAFunctionOfSeedAndStep()
    {
        auto a = generatorFor(7, 3), b = generatorFor(7, 3), c = generatorFor(7, 4);
        const auto first = torch::randn({4}, a);
        QVERIFY(torch::equal(first, torch::randn({4}, b)));
        QVERIFY(!torch::equal(first, torch::randn({4}, c)));
    }
    void theTrueNoiseAndTheLowerVarianceCostNothing()
    {
        const DiffusionLoss loss;
        const auto clean = torch::randn({3, 2, 4, 4}), noise = torch::randn({3, 2, 4, 4});
        const auto t = torch::tensor({1, 400, 999}, torch::kInt64);
        const auto noisy = loss.input(clean, noise, t);
        const auto low = torch::full_like(clean, -1.0);
        const auto perfect = loss(torch::cat({noise, low}, 1), clean, noisy, noise, t);
        QVERIFY2(std::abs(perfect.item<double>()) < 1e-3, std::to_string(perfect.item<double>()).c_str());
        // A variance that is too large costs; at late steps both bounds are nearly the same.
        const auto high = loss(torch::cat({noise, -low}, 1), clean, noisy, noise, t, /*perRow=*/true);
        QVERIFY(high[0].item<double>() > 0.05);
    }
    void onlyTheVarianceLearnsFromTheBound()
    {
        const DiffusionLoss loss;
        const auto clean = torch::randn({1, 2, 4, 4}), noise = torch::randn({1, 2, 4, 4});
        const auto t = torch::tensor({500}, torch::kInt64);
        const auto noisy = loss.input(clean, noise, t);
        auto guess = torch::zeros({1, 2, 4, 4}).set_requires_grad(true);
        auto variance = torch::zeros({1, 2, 4, 4}).set_requires_grad(true);
        loss(torch::cat({guess, variance}, 1), clean, noisy, noise, t).backward();
        // The gradient of the squared error alone.
        QVERIFY(torch::allclose(guess.grad(), 2 * (guess.detach() - noise) / static_cast<double>(noise.numel())));
        QVERIFY(variance.grad().abs().max().item<double>() > 0);
    }
    void noiseGrowsWithTheStep()
    {
        const DiffusionLoss loss;
        const auto clean = torch::ones({2, 1, 1, 1}), noise = torch::zeros({2, 1, 1, 1});
        const auto x = loss.input(clean, noise, torch::tensor({0, 999}, torch::kInt64));
        QVERIFY(x[0].item<double>() > 0.999);
        QVERIFY(x[1].item<double>() < 0.01);
    }
};

QTEST_GUILESS_MAIN(TestTrainingLosses)
#include "tst_training_losses.moc"
