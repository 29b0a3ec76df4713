// SPDX-License-Identifier: Apache-2.0
#include "core/training/clip_source.h"
#include "core/training/diffusion_loss.h"
#include "core/training/noise_levels.h"
#include "core/training/random.h"
#include "core/world/world.h"

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
    void weightsSayWhereTheLossLooks()
    {
        const auto clean = torch::randn({2, 3, 2, 4, 4}), noise = torch::randn({2, 3, 2, 4, 4});
        const auto prediction = torch::randn({2, 3, 2, 4, 4});
        const auto even = torch::full({2, 1, 2, 4, 4}, 3.0);
        QVERIFY(torch::allclose(
            weightedFlowLoss(prediction, clean, noise, even), flowLoss(prediction, clean, noise), 1e-5, 1e-6));
        auto corner = torch::zeros({2, 1, 2, 4, 4});
        corner.select(3, 0).fill_(1); // the first row alone
        QVERIFY(torch::allclose(weightedFlowLoss(prediction, clean, noise, corner),
            (prediction - (clean - noise)).square().select(3, 0).mean(), 1e-5, 1e-6));
    }
    void objectsAreWhereTheirCellsAre()
    {
        namespace world = toca::world;
        const ClipSize size{128, 128, 17};
        const auto clips = worldClips(kTrainingSeeds, 24, size, 0.5);
        const world::WorldOptions options{128, 128, 17, 0.5, true};
        double marked = 0;
        for (std::int64_t i = 0; i < clips->count(); ++i) {
            world::Scene scene = world::sceneOf(kTrainingSeeds + static_cast<std::uint64_t>(i), options);
            std::vector<std::uint8_t> full(17 * 128 * 128 * 3), empty(full.size());
            world::render(scene, 128, 128, 17, full);
            scene.description.objects.clear();
            scene.paths.clear();
            world::render(scene, 128, 128, 17, empty);
            const auto cells = clips->objectCells(i, size, 5, 16, 16);
            QCOMPARE(cells.size(), std::size_t{5 * 16 * 16});
            for (std::size_t pixel = 0; pixel < full.size(); ++pixel) {
                if (std::abs(full[pixel] - empty[pixel]) <= 90) // the same, or the object's soft shadow
                    continue;
                const std::size_t column = pixel / 3 % 128, row = pixel / 384 % 128, frame = pixel / 384 / 128;
                const std::size_t latent = frame == 0 ? 0 : 1 + (frame - 1) / 4;
                const std::string where = "clip " + std::to_string(i) + " frame " + std::to_string(frame) + " row "
                    + std::to_string(row) + " column " + std::to_string(column);
                QVERIFY2(cells[(latent * 16 + row / 8) * 16 + column / 8] == 1.0F, where.c_str());
            }
            for (const float cell : cells)
                marked += cell;
        }
        marked /= 24 * 5 * 16 * 16;
        QVERIFY2(marked > 0.03 && marked < 0.5, std::to_string(marked).c_str());
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
    void weighedAsVelocityItIsTheLossOfTheVelocity()
    {
        const DiffusionLoss loss;
        const auto options = torch::TensorOptions(torch::kFloat64);
        const auto clean = torch::randn({4, 2, 4, 4}, options), noise = torch::randn({4, 2, 4, 4}, options);
        const auto guess = noise + 0.1 * torch::randn({4, 2, 4, 4}, options);
        const auto t = torch::tensor({1, 200, 400, 600}, torch::kInt64); // below the most weight
        const auto noisy = loss.input(clean, noise, t);
        const auto weighed = loss(guess, clean, noisy, noise, t, /*perRow=*/true, {.asVelocity = true});
        // The velocity that follows from the guessed noise: what is left of x_t, scaled back, is the guessed clip.
        const auto noiseShare = loss.input(torch::zeros_like(clean), torch::ones_like(noise), t);
        const auto signalShare = loss.input(torch::ones_like(clean), torch::zeros_like(noise), t);
        const auto velocity = (noisy - noiseShare * guess) / signalShare - guess;
        const auto expected = flowLoss(velocity, clean, noise, /*perRow=*/true);
        QVERIFY(torch::allclose(weighed, expected, 1e-9, 0));
        const auto last = loss.velocityWeights(torch::tensor({998, 999}, torch::kInt64));
        QVERIFY(torch::equal(last, torch::full({2}, DiffusionLoss::kMostWeight, options)));
    }
    void levelsOfTheFlowAreTheNearestSteps()
    {
        const DiffusionLoss loss;
        const auto all = torch::arange(loss.steps(), torch::kInt64);
        const auto ones = torch::ones({loss.steps(), 1}), zeros = torch::zeros({loss.steps(), 1});
        const auto ratio = (loss.input(zeros, ones, all) / loss.input(ones, zeros, all)).flatten();
        for (const double level : {0.0, 0.02, 0.3, 0.5, 0.731, 0.9, 0.97, 0.999, 1.0}) {
            const auto found = loss.stepsAt(torch::tensor({level}, torch::kFloat64)).item<std::int64_t>();
            const double wanted = std::log(std::max(level, 1e-9) / std::max(1 - level, 1e-9));
            const auto nearest = (ratio.log() - wanted).abs().argmin().item<std::int64_t>();
            QVERIFY2(std::abs(found - nearest) <= 1, (std::to_string(level) + ": " + std::to_string(found)).c_str());
        }
    }
    void cellsSayWhereTheNoiseCounts()
    {
        const DiffusionLoss loss;
        const auto clean = torch::randn({2, 3, 4, 4}), noise = torch::randn({2, 3, 4, 4});
        const auto guess = torch::randn({2, 3, 4, 4});
        const auto t = torch::tensor({10, 700}, torch::kInt64);
        const auto noisy = loss.input(clean, noise, t);
        auto corner = torch::zeros({2, 1, 4, 4});
        corner.select(2, 0).fill_(5); // the first row alone
        QVERIFY(torch::allclose(loss(guess, clean, noisy, noise, t, false, {.cells = corner}),
            (guess - noise).square().select(2, 0).mean(), 1e-5, 1e-6));
        QVERIFY(torch::allclose(loss(guess, clean, noisy, noise, t, false, {.cells = torch::full({2, 1, 4, 4}, 5.0)}),
            (guess - noise).square().mean(), 1e-5, 1e-6));
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
