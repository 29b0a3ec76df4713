// SPDX-License-Identifier: Apache-2.0
#include "core/schedulers/dpm_solver.h"

#include <torch/torch.h>

#include <QtTest>

#include <cmath>

using namespace toca;
using schedulers::DiscreteNoiseSchedule;
using schedulers::DpmSolver;
using schedulers::DpmSolverOptions;
using schedulers::dpmSolverOrder;
using schedulers::TimeSpacing;

namespace {

DpmSolverOptions optionsOf(int steps, int order, TimeSpacing spacing = TimeSpacing::Uniform)
{
    DpmSolverOptions options;
    options.steps = steps;
    options.order = order;
    options.spacing = spacing;
    return options;
}

/// The noise that an ideal model would see in x when the clean latent is `clean` everywhere.
torch::Tensor noiseIn(const DpmSolver& solver, int step, const torch::Tensor& x, const torch::Tensor& clean)
{
    return (x - solver.table().alpha[step].item<double>() * clean) / solver.table().sigma[step].item<double>();
}

torch::Tensor toyNoise(const torch::Tensor& x, const DpmSolver& solver, int step)
{
    return 0.8 * x.sin() + 0.0001 * solver.timestep(step);
}

torch::Tensor sampled(DpmSolver& solver, torch::Tensor x)
{
    for (int step = 0; step < solver.schedule().steps; ++step)
        x = solver.step(step, x, toyNoise(x, solver, step));
    return x;
}

torch::Tensor startLatent()
{
    torch::manual_seed(3);
    return torch::randn({2, 3, 1, 4, 4});
}

} // namespace

class TestDpmSolver : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void timesRunFromNoiseToPicture_data();
    void timesRunFromNoiseToPicture();
    void logSnrSpacingIsEven();
    void lambdaHasAnInverse();
    void scheduleAsksForEveryStep();
    void orderRisesAndFalls();
    void certainModelIsFollowed_data();
    void certainModelIsFollowed();
    void orderOneIsDdim();
    void firstStepIsOfOrderOne();
    void higherOrdersAreMoreExact();
    void oneStepGivesTheCleanLatent();
    void cloneContinuesLikeTheOriginal();
    void evaluationZeroStartsAnew();
    void evaluationsMustComeInOrder();
    void extraChannelsAreNotRead();
    void badOptionsAreRefused();
};

void TestDpmSolver::timesRunFromNoiseToPicture_data()
{
    QTest::addColumn<int>("spacing");
    QTest::newRow("uniform") << static_cast<int>(TimeSpacing::Uniform);
    QTest::newRow("logSNR") << static_cast<int>(TimeSpacing::LogSnr);
    QTest::newRow("quadratic") << static_cast<int>(TimeSpacing::Quadratic);
}

void TestDpmSolver::timesRunFromNoiseToPicture()
{
    QFETCH(int, spacing);
    const auto table = schedulers::dpmSolverTable(optionsOf(13, 2, static_cast<TimeSpacing>(spacing)));
    QCOMPARE(table.time.size(0), 14);
    QCOMPARE(table.modelTime.size(0), 13);
    QVERIFY(std::abs(table.time[0].item<double>() - 1.0) < 1e-5);
    QVERIFY(std::abs(table.time[13].item<double>() - 0.001) < 1e-6);
    QVERIFY(std::abs(table.modelTime[0].item<double>() - 999.0) < 1e-2);
    QVERIFY(table.time.diff().lt(0).all().item<bool>());
    QVERIFY(table.lambda.diff().gt(0).all().item<bool>());
    QVERIFY(torch::allclose(table.alpha.square() + table.sigma.square(), torch::ones({14}), 0, 1e-6));
    QVERIFY(torch::allclose(table.modelTime, (table.time.narrow(0, 0, 13) - 0.001) * 1000, 0, 1e-3));
}

void TestDpmSolver::logSnrSpacingIsEven()
{
    // Away from time 0, where float32 does not resolve the noise level.
    const auto lambda = schedulers::dpmSolverTable(optionsOf(20, 2, TimeSpacing::LogSnr)).lambda.narrow(0, 0, 16);
    const auto gaps = lambda.diff();
    QVERIFY2(torch::allclose(gaps, gaps.mean().expand_as(gaps), 1e-2, 0), "steps in lambda must be equal");
}

void TestDpmSolver::lambdaHasAnInverse()
{
    const DiscreteNoiseSchedule noise(1000, 1e-4, 0.02);
    for (const float time : {0.02F, 0.1F, 0.25F, 0.5F, 0.7777F, 0.999F}) {
        const double logAlpha = noise.logAlpha(time);
        const auto lambda = static_cast<float>(logAlpha - 0.5 * std::log(-std::expm1(2 * logAlpha)));
        QVERIFY(std::abs(noise.timeOfLambda(lambda) - time) < 1e-4F);
    }
    // ln alpha as it follows from the betas: half the sum of ln(1 - beta).
    double sum = 0;
    for (int k = 0; k < 500; ++k)
        sum += 0.5 * std::log(1 - (1e-4 + k * (0.02 - 1e-4) / 999));
    QVERIFY(std::abs(noise.logAlpha(0.5F) - sum) < 1e-5);
}

void TestDpmSolver::scheduleAsksForEveryStep()
{
    const DpmSolver solver(optionsOf(7, 2));
    const auto& schedule = solver.schedule();
    QCOMPARE(schedule.steps, 7);
    QCOMPARE(schedule.evaluations.size(), std::size_t{7});
    for (int step = 0; step < 7; ++step) {
        const auto& evaluation = schedule.evaluations[static_cast<std::size_t>(step)];
        QCOMPARE(evaluation.step, step);
        QVERIFY(evaluation.stream == plan::Stream::Joint);
        QCOMPARE(evaluation.timestep, solver.timestep(step).item<double>());
    }
    QCOMPARE(solver.timestep(0).sizes(), torch::IntArrayRef({1}));
}

void TestDpmSolver::orderRisesAndFalls()
{
    const auto orders = [](int steps, int order, bool lower = true) {
        auto options = optionsOf(steps, order);
        options.lowerOrderFinal = lower;
        std::string text;
        for (int step = 0; step < steps; ++step)
            text += std::to_string(dpmSolverOrder(options, step));
        return text;
    };
    QCOMPARE(orders(1, 2), std::string("1"));
    QCOMPARE(orders(2, 2), std::string("11"));
    QCOMPARE(orders(5, 2), std::string("12221"));
    QCOMPARE(orders(9, 2), std::string("122222221"));
    QCOMPARE(orders(10, 2), std::string("1222222222"));
    QCOMPARE(orders(3, 3), std::string("121"));
    QCOMPARE(orders(6, 3), std::string("123321"));
    QCOMPARE(orders(10, 3), std::string("1233333333"));
    QCOMPARE(orders(5, 3, false), std::string("12333"));
    QCOMPARE(orders(4, 1), std::string("1111"));
}

void TestDpmSolver::certainModelIsFollowed_data()
{
    QTest::addColumn<int>("order");
    QTest::addColumn<int>("steps");
    for (const int order : {1, 2, 3})
        for (const int steps : {1, 4, 12})
            QTest::addRow("order %d, %d steps", order, steps) << order << steps;
}

void TestDpmSolver::certainModelIsFollowed()
{
    // A model that always points to the same clean latent leads there along alpha x_0 + sigma noise, in any order.
    QFETCH(int, order);
    QFETCH(int, steps);
    DpmSolver solver(optionsOf(steps, order));
    const auto clean = 0.5 * torch::ones({2, 3, 1, 4, 4}), noise = startLatent();
    const auto& table = solver.table();
    const auto at = [&](int index) {
        return table.alpha[index].item<double>() * clean + table.sigma[index].item<double>() * noise;
    };
    auto x = at(0);
    for (int step = 0; step < steps; ++step) {
        const auto predicted = noiseIn(solver, step, x, clean);
        QVERIFY(torch::allclose(solver.cleanLatent(step, x, predicted), clean, 1e-3, 1e-3));
        x = solver.step(step, x, predicted);
        QVERIFY(torch::allclose(x, at(step + 1), 1e-3, 2e-3));
    }
}

void TestDpmSolver::orderOneIsDdim()
{
    DpmSolver solver(optionsOf(15, 1));
    const auto& table = solver.table();
    auto x = startLatent(), ddim = x;
    for (int step = 0; step < 15; ++step) {
        const auto noise = toyNoise(ddim, solver, step);
        const auto clean = (ddim - table.sigma[step] * noise) / table.alpha[step];
        ddim = table.alpha[step + 1] * clean + table.sigma[step + 1] * noise;
        x = solver.step(step, x, toyNoise(x, solver, step));
        QVERIFY(torch::allclose(x, ddim, 1e-3, 1e-3));
    }
}

void TestDpmSolver::firstStepIsOfOrderOne()
{
    DpmSolver one(optionsOf(20, 1)), three(optionsOf(20, 3));
    const auto x = startLatent();
    QVERIFY(torch::equal(one.step(0, x, toyNoise(x, one, 0)), three.step(0, x, toyNoise(x, three, 0))));
}

void TestDpmSolver::higherOrdersAreMoreExact()
{
    // Data of normal distribution with deviation 0.5: the ideal noise prediction and the exact solution are known.
    const auto spread = [](const DpmSolver& solver, int index) {
        const double alpha = solver.table().alpha[index].item<double>();
        const double sigma = solver.table().sigma[index].item<double>();
        return std::sqrt(0.25 * alpha * alpha + sigma * sigma);
    };
    const auto start = startLatent();
    double last = 1e9;
    for (const int order : {1, 2, 3}) {
        DpmSolver solver(optionsOf(30, order, TimeSpacing::LogSnr));
        auto x = start;
        for (int step = 0; step < 30; ++step) {
            const double sigma = solver.table().sigma[step].item<double>(), s = spread(solver, step);
            x = solver.step(step, x, x * (sigma / (s * s)));
        }
        const double error = (x - start * (spread(solver, 30) / spread(solver, 0))).abs().max().item<double>();
        QVERIFY2(error < last / 2, qPrintable(QString("order %1: %2 after %3").arg(order).arg(error).arg(last)));
        last = error;
    }
    QVERIFY2(last < 5e-3, qPrintable(QString::number(last)));
}

void TestDpmSolver::oneStepGivesTheCleanLatent()
{
    DpmSolver solver(optionsOf(1, 2));
    const auto x = startLatent(), noise = toyNoise(x, solver, 0);
    const auto end = solver.step(0, x, noise), clean = solver.cleanLatent(0, x, noise);
    const double alpha = solver.table().alpha[1].item<double>(), sigma = solver.table().sigma[1].item<double>();
    QVERIFY(torch::allclose(end, alpha * clean + sigma * noise, 1e-3, 1e-3 * clean.abs().max().item<double>()));
}

void TestDpmSolver::cloneContinuesLikeTheOriginal()
{
    DpmSolver solver(optionsOf(12, 3));
    auto x = startLatent();
    for (int step = 0; step < 5; ++step)
        x = solver.step(step, x, toyNoise(x, solver, step));
    const auto copy = solver.clone();
    auto y = x;
    for (int step = 5; step < 12; ++step)
        x = solver.step(step, x, toyNoise(x, solver, step));
    for (int step = 5; step < 12; ++step)
        y = copy->step(step, y, toyNoise(y, solver, step));
    QVERIFY(torch::equal(x, y));
}

void TestDpmSolver::evaluationZeroStartsAnew()
{
    DpmSolver used(optionsOf(6, 2)), fresh(optionsOf(6, 2));
    const auto x = startLatent();
    sampled(used, 3 * x);
    QVERIFY(torch::equal(sampled(used, x), sampled(fresh, x)));
}

void TestDpmSolver::evaluationsMustComeInOrder()
{
    DpmSolver solver(optionsOf(3, 2));
    const auto x = startLatent();
    QVERIFY_EXCEPTION_THROWN(solver.step(1, x, x), c10::Error);
    solver.step(0, x, x);
    QVERIFY_EXCEPTION_THROWN(solver.step(2, x, x), c10::Error);
    solver.step(1, x, x);
    solver.step(2, x, x);
    QVERIFY_EXCEPTION_THROWN(solver.step(3, x, x), c10::Error);
}

void TestDpmSolver::extraChannelsAreNotRead()
{
    DpmSolver solver(optionsOf(3, 2)), same(optionsOf(3, 2));
    const auto x = startLatent();
    const auto wide = torch::cat({x.sin(), torch::full_like(x, 1e9)}, 1);
    QVERIFY(torch::equal(solver.step(0, x, wide), same.step(0, x, x.sin())));
    QVERIFY(torch::equal(solver.cleanLatent(1, x, wide), same.cleanLatent(1, x, x.sin())));
}

void TestDpmSolver::badOptionsAreRefused()
{
    QVERIFY_EXCEPTION_THROWN(DpmSolver(optionsOf(0, 2)), c10::Error);
    QVERIFY_EXCEPTION_THROWN(DpmSolver(optionsOf(10, 0)), c10::Error);
    QVERIFY_EXCEPTION_THROWN(DpmSolver(optionsOf(10, 4)), c10::Error);
    QVERIFY_EXCEPTION_THROWN(DiscreteNoiseSchedule(1, 1e-4, 0.02), c10::Error);
    QVERIFY_EXCEPTION_THROWN(DiscreteNoiseSchedule(1000, 1e-4, 1.0), c10::Error);
}

QTEST_GUILESS_MAIN(TestDpmSolver)
#include "tst_dpm_solver.moc"
