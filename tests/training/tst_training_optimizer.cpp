// SPDX-License-Identifier: Apache-2.0
#include "core/training/gradients.h"
#include "core/training/moving_average.h"
#include "core/training/optimizer.h"
#include "core/training/schedule.h"

#include <QTest>

#include <torch/torch.h>

using namespace toca::training;

namespace {

TrainedParameter parameterOf(const torch::Tensor& value, const torch::Tensor& gradient, bool isMatrix)
{
    auto parameter = value.clone();
    parameter.set_requires_grad(true);
    parameter.mutable_grad() = gradient.clone();
    return {"p", parameter, isMatrix};
}

} // namespace

class TestTrainingOptimizer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void orthogonalizedKeepsDirectionsAndEvensOutTheirLengths()
    {
        torch::manual_seed(2);
        for (const auto& shape : {std::vector<std::int64_t>{1, 12, 30}, {1, 30, 12}}) {
            const auto matrix = torch::randn(shape);
            const auto turned = orthogonalized(matrix, torch::kFloat32)[0];
            const auto singular = std::get<1>(torch::linalg_svd(turned, false));
            QVERIFY(singular.min().item<float>() > 0.6F); // Jordan et al. 2024: between 0.7 and 1.2
            QVERIFY(singular.max().item<float>() < 1.3F);
            const auto [u, s, vh] = torch::linalg_svd(matrix[0], false);
            const auto nearest = torch::matmul(u, vh);
            QVERIFY((turned - nearest).norm().item<float>() < 0.35F * nearest.norm().item<float>());
        }
    }
    void muonMovesByTheScaledRate()
    {
        torch::manual_seed(3);
        const auto value = torch::zeros({8, 32});
        const auto parameter = parameterOf(value, torch::randn({8, 32}), true);
        OptimizerOptions options;
        options.weightDecay = 0;
        options.iterationType = torch::kFloat32;
        Optimizer optimizer({parameter}, options);
        optimizer.step(0.01);
        // 0.2 sqrt(32) times a matrix of 8 nearly orthonormal rows
        const double rms = parameter.value.square().mean().sqrt().item<double>();
        QVERIFY(std::abs(rms - 0.01 * 0.2) < 0.0004);
    }
    void adamAgreesWithTheFormula()
    {
        const auto parameter = parameterOf(torch::tensor({1.0F, -2.0F}), torch::tensor({0.5F, -0.1F}), false);
        OptimizerOptions options;
        options.adamScale = 1;
        Optimizer optimizer({parameter}, options);
        std::vector<double> value{1, -2}, first{0, 0}, second{0, 0};
        const double gradient[2] = {0.5, -0.1};
        for (int step = 1; step <= 3; ++step) {
            optimizer.step(0.1);
            for (std::size_t i = 0; i < 2; ++i) {
                first[i] = 0.9 * first[i] + 0.1 * gradient[i];
                second[i] = 0.98 * second[i] + 0.02 * gradient[i] * gradient[i];
                value[i] -= 0.1 * (first[i] / (1 - std::pow(0.9, step)))
                    / (std::sqrt(second[i] / (1 - std::pow(0.98, step))) + 1e-8);
            }
        }
        for (std::int64_t i = 0; i < 2; ++i)
            QVERIFY(std::abs(parameter.value[i].item<double>() - value[static_cast<std::size_t>(i)]) < 1e-5);
    }
    void longGradientsAreShortened()
    {
        const auto parameter = parameterOf(torch::zeros({2}), torch::tensor({3.0F, 4.0F}), false);
        QCOMPARE(gradientNorm({parameter}), 5.0);
        clipGradients({parameter}, 5.0, 1.0);
        QVERIFY(std::abs(gradientNorm({parameter}) - 1) < 1e-6);
        clipGradients({parameter}, 1.0, 2.0);
        QVERIFY(std::abs(gradientNorm({parameter}) - 1) < 1e-6);
    }
    void scheduleWarmsUpStaysAndDecaysOnDemand()
    {
        Schedule schedule;
        schedule.warmupSteps = 4;
        QCOMPARE(schedule.factor(0), 0.25);
        QCOMPARE(schedule.factor(3), 1.0);
        QCOMPARE(schedule.factor(1'000'000), 1.0);
        schedule.decayStart = 100;
        schedule.decaySteps = 10;
        QCOMPARE(schedule.factor(100), 1.0);
        QCOMPARE(schedule.factor(105), 0.5);
        QVERIFY(schedule.factor(109) > 0);
        QVERIFY(!schedule.isFinished(109));
        QVERIFY(schedule.isFinished(110));
    }
    void averageFollowsSlowlyAndForgetsTheFirstValues()
    {
        const auto parameter = parameterOf(torch::zeros({1}), torch::zeros({1}), false);
        MovingAverage average({parameter}, 0.9);
        parameter.value.data().fill_(1);
        average.update(1); // decay (1 + 1) / (10 + 1)
        QVERIFY(std::abs(average.values()[0].item<double>() - (1 - 2.0 / 11)) < 1e-6);
        for (int step = 2; step < 300; ++step)
            average.update(step);
        QVERIFY(std::abs(average.values()[0].item<double>() - 1) < 1e-6);
    }
};

QTEST_GUILESS_MAIN(TestTrainingOptimizer)
#include "tst_training_optimizer.moc"
