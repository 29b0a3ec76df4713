// SPDX-License-Identifier: Apache-2.0
#include "core/api/run_result.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace toca;

namespace {

Frame filled(int width, int height, std::uint8_t red, std::uint8_t green, std::uint8_t blue)
{
    Frame frame{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3))};
    for (std::size_t i = 0; i < frame.rgb.size(); i += 3) {
        frame.rgb[i] = red;
        frame.rgb[i + 1] = green;
        frame.rgb[i + 2] = blue;
    }
    return frame;
}

Frame noise(int width, int height, unsigned seed)
{
    Frame frame = filled(width, height, 0, 0, 0);
    std::mt19937 random(seed);
    for (auto& value : frame.rgb)
        value = static_cast<std::uint8_t>(random());
    return frame;
}

/// The definition, window by window: the reference for the separable filter.
double slowSsim(const Frame& first, const Frame& second, int radius)
{
    const auto luma = [](const Frame& frame, int x, int y) {
        const auto at = static_cast<std::size_t>(y * frame.width + x) * 3;
        return 0.299 * frame.rgb[at] + 0.587 * frame.rgb[at + 1] + 0.114 * frame.rgb[at + 2];
    };
    const auto weight = [](int x, int y) { return std::exp(-(x * x + y * y) / (2 * 1.5 * 1.5)); };
    const double c1 = std::pow(0.01 * 255, 2), c2 = std::pow(0.03 * 255, 2);
    double sum = 0;
    int places = 0;
    for (int y = radius; y < first.height - radius; ++y) {
        for (int x = radius; x < first.width - radius; ++x, ++places) {
            double total = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
            for (int j = -radius; j <= radius; ++j)
                for (int i = -radius; i <= radius; ++i) {
                    const double w = weight(i, j), p = luma(first, x + i, y + j), q = luma(second, x + i, y + j);
                    total += w;
                    a += w * p;
                    b += w * q;
                    aa += w * p * p;
                    bb += w * q * q;
                    ab += w * p * q;
                }
            a /= total;
            b /= total;
            const double va = aa / total - a * a, vb = bb / total - b * b, cov = ab / total - a * b;
            sum += (2 * a * b + c1) * (2 * cov + c2) / ((a * a + b * b + c1) * (va + vb + c2));
        }
    }
    return sum / places;
}

} // namespace

class TestFidelity : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equalClipsAreIdentical();
    void psnrByHand();
    void psnrIsOverTheClip();
    void ssimOfFlatFramesByHand();
    void ssimAgreesWithTheDefinition_data();
    void ssimAgreesWithTheDefinition();
    void latentErrorByHand();
    void differentClipsCannotBeCompared();
    void gainsCompareTimesAndFlops();
};

void TestFidelity::equalClipsAreIdentical()
{
    const Clip clip{8, {noise(20, 16, 1), noise(20, 16, 2)}};
    const auto result = fidelity(clip, clip, {1, 2}, {1, 2});
    QVERIFY(result);
    QVERIFY(result->identical);
    QVERIFY(std::isinf(result->psnrDb) && result->psnrDb > 0);
    QCOMPARE(result->ssim, 1.0);
    QCOMPARE(result->latentRelativeError, 0.0);
    QCOMPARE(result->frameSsim, (std::vector<double>{1, 1}));
}

void TestFidelity::psnrByHand()
{
    // Differences 3, 4 and 0 everywhere: mean square 25 / 3.
    const Clip a{8, {filled(16, 16, 103, 54, 7)}}, b{8, {filled(16, 16, 100, 50, 7)}};
    const auto result = fidelity(a, b);
    QVERIFY(result);
    QVERIFY(!result->identical);
    QVERIFY(std::abs(result->psnrDb - 10 * std::log10(255.0 * 255 * 3 / 25)) < 1e-12);
    QCOMPARE(result->framePsnrDb, std::vector<double>{result->psnrDb});
    // The largest difference there is.
    const auto worst = fidelity({8, {filled(4, 4, 0, 0, 0)}}, {8, {filled(4, 4, 255, 255, 255)}});
    QCOMPARE(worst->psnrDb, 0.0);
}

void TestFidelity::psnrIsOverTheClip()
{
    const Frame base = filled(16, 16, 100, 100, 100), changed = filled(16, 16, 110, 110, 110);
    const auto result = fidelity({8, {base, changed}}, {8, {base, base}});
    QVERIFY(result);
    QVERIFY(std::isinf(result->framePsnrDb[0]));
    QVERIFY(std::abs(result->psnrDb - 10 * std::log10(255.0 * 255 / 50)) < 1e-12);
    QVERIFY(!result->identical);
}

void TestFidelity::ssimOfFlatFramesByHand()
{
    // Without variance only the luminance term is left.
    const auto result = fidelity({8, {filled(16, 16, 100, 100, 100)}}, {8, {filled(16, 16, 120, 120, 120)}});
    const double c1 = 2.55 * 2.55;
    QVERIFY(std::abs(result->ssim - (2 * 100 * 120 + c1) / (100 * 100 + 120 * 120 + c1)) < 1e-9);
}

void TestFidelity::ssimAgreesWithTheDefinition_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("radius");
    QTest::newRow("wide") << 33 << 17 << 5;
    QTest::newRow("one place") << 11 << 11 << 5;
    QTest::newRow("smaller than the window") << 20 << 8 << 3;
    QTest::newRow("one pixel") << 1 << 1 << 0;
}

void TestFidelity::ssimAgreesWithTheDefinition()
{
    QFETCH(int, width);
    QFETCH(int, height);
    QFETCH(int, radius);
    Frame a = noise(width, height, 1), b = a;
    std::mt19937 random(9);
    for (auto& value : b.rgb)
        value = static_cast<std::uint8_t>(
            std::clamp(static_cast<int>(value) + static_cast<int>(random() % 61) - 30, 0, 255));
    const Frame c = noise(width, height, 3);
    const auto near = fidelity({8, {a}}, {8, {b}}), far = fidelity({8, {a, a}}, {8, {c, b}});
    QVERIFY(near && far);
    QVERIFY(std::abs(near->ssim - slowSsim(a, b, radius)) < 1e-9);
    QVERIFY(std::abs(far->frameSsim[0] - slowSsim(a, c, radius)) < 1e-9);
    QVERIFY(std::abs(far->ssim - (slowSsim(a, c, radius) + slowSsim(a, b, radius)) / 2) < 1e-9);
}

void TestFidelity::latentErrorByHand()
{
    const Clip clip{8, {filled(2, 2, 1, 2, 3)}};
    QCOMPARE(fidelity(clip, clip, {3, 4, 1}, {3, 4, 0})->latentRelativeError, 0.2);
    QVERIFY(std::isinf(fidelity(clip, clip, {1}, {0})->latentRelativeError));
    QVERIFY(!fidelity(clip, clip, {1, 2}, {1}));
}

void TestFidelity::differentClipsCannotBeCompared()
{
    const Clip one{8, {filled(4, 4, 0, 0, 0)}}, two{8, {filled(4, 4, 0, 0, 0), filled(4, 4, 0, 0, 0)}};
    QCOMPARE(fidelity(one, two).error().code, ErrorCode::InvalidArgument);
    QCOMPARE(fidelity(one, {8, {filled(4, 5, 0, 0, 0)}}).error().code, ErrorCode::InvalidArgument);
    QCOMPARE(fidelity({}, {}).error().code, ErrorCode::InvalidArgument);
    Clip broken = one;
    broken.frames[0].rgb.pop_back();
    QCOMPARE(fidelity(broken, broken).error().code, ErrorCode::InvalidArgument);
    broken.frames[0] = {-4, -4, {}};
    QCOMPARE(fidelity(broken, broken).error().code, ErrorCode::InvalidArgument);
}

void TestFidelity::gainsCompareTimesAndFlops()
{
    RunResult run, baseline;
    plan::Geometry geometry;
    geometry.layers = {plan::LayerKind::Joint};
    const auto trace = [&](double flops) {
        auto made = std::make_shared<plan::Trace>(geometry, plan::uniformSchedule("rflow", 1));
        made->setOnce(flops, 0);
        return made;
    };
    run.trace = trace(20);
    baseline.trace = trace(50);
    run.times.denoising = 2;
    run.times.decoding = 3;
    baseline.times.denoising = 6;
    baseline.times.decoding = 4;
    baseline.times.loading = 100; // not part of the end-to-end time
    const Gains gain = gains(run, baseline);
    QCOMPARE(gain.flops, 2.5);
    QCOMPARE(gain.wallClock, 3.0);
    QCOMPARE(gain.endToEnd, 2.0);
    run.times = {};
    QCOMPARE(gains(run, baseline).wallClock, 1.0); // nothing measured, nothing claimed
}

QTEST_GUILESS_MAIN(TestFidelity)
#include "tst_fidelity.moc"
