// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/half_float.h"
#include "cache/plan/trace.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <thread>

using namespace toca;
using namespace toca::plan;

namespace {

/// 70 tokens, so that a row needs two words; one spatial and one temporal layer.
Geometry smallGeometry()
{
    Geometry geometry;
    geometry.family = "stdit3";
    geometry.grid = {7, 2, 5};
    geometry.hiddenSize = 8;
    geometry.mlpHiddenSize = 32;
    geometry.layers = {LayerKind::Spatial, LayerKind::Temporal};
    return geometry;
}

TraceCell subset(std::int32_t tokens)
{
    return {Action::Subset, true, tokens, 0.5f, 0.125f, 10};
}

/// One evaluation in which layer 1's MLP does `cell` and everything else is reused.
void appendWithMlp(
    Trace& trace, const TraceCell& cell, std::vector<std::int64_t> fresh = {}, std::span<const float> scores = {})
{
    for (int layer = 0; layer < 2; ++layer)
        for (const ModuleKind module : kAllModules) {
            const bool here = layer == 1 && module == ModuleKind::Mlp;
            if (here)
                trace.append(cell, fresh, scores);
            else
                trace.append({Action::Reuse, false, 0, 0, 0, 0});
        }
    trace.appendEvaluation({EvaluationDecision::Run, 1.0, 100, 1000, 0.5});
}

} // namespace

class TestTrace : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cellsAndSitesCorrespond();
    void freshTokensOfEachAction();
    void rowsHaveTheirOwnTokens();
    void agesCountEvaluationsSinceComputed();
    void agesOfStreamsAreApart();
    void scoresAreKeptAtTheirLevelOnly();
    void sumsCountNothingTwice();
    void surplusAndForeignValuesAreIgnored();
    void readerSeesWholeCellsWhileTheyAreWritten();
    void halvesRoundToNearestEven();
    void sizeIsKnownBefore();
};

void TestTrace::cellsAndSitesCorrespond()
{
    const Trace trace(smallGeometry(), uniformSchedule("rflow", 4));
    QCOMPARE(trace.cellCount(), std::size_t{4 * 2 * 3});
    QCOMPARE(trace.publishedCells(), std::size_t{0});
    for (std::size_t cell = 0; cell < trace.cellCount(); ++cell) {
        const Site site = trace.siteOf(cell);
        QCOMPARE(trace.cellIndex(site.evaluation, site.layer, site.module), cell);
        QCOMPARE(site.step, site.evaluation);
    }
    QCOMPARE(trace.siteOf(3 * 6 + 5).module, ModuleKind::Mlp);
    QCOMPARE(trace.siteOf(3 * 6 + 5).layer, 1);
}

void TestTrace::freshTokensOfEachAction()
{
    Trace trace(smallGeometry(), uniformSchedule("rflow", 1));
    trace.append({Action::Full, false, 70, 0, 0, 0});
    trace.append(subset(3), std::vector<std::int64_t>{69, 0, 64});
    trace.append({Action::Forecast, false, 0, 0, 0, 0});
    QCOMPARE(trace.publishedCells(), std::size_t{3});
    QCOMPARE(trace.freshTokens(0), std::vector<std::uint8_t>(70, 1));
    std::vector<std::uint8_t> expected(70, 0);
    expected[0] = expected[64] = expected[69] = 1;
    QCOMPARE(trace.freshTokens(1), expected);
    QCOMPARE(trace.freshTokens(2), std::vector<std::uint8_t>(70, 0));
    QVERIFY(trace.isFresh(1, 0, 64) && !trace.isFresh(1, 0, 63));
}

void TestTrace::rowsHaveTheirOwnTokens()
{
    Trace trace(smallGeometry(), uniformSchedule("rflow", 1), 2);
    trace.append(subset(2), std::vector<std::int64_t>{1, 2, 2, 3});
    QVERIFY(trace.isFresh(0, 0, 1) && trace.isFresh(0, 0, 2) && !trace.isFresh(0, 0, 3));
    QVERIFY(!trace.isFresh(0, 1, 1) && trace.isFresh(0, 1, 2) && trace.isFresh(0, 1, 3));
}

void TestTrace::agesCountEvaluationsSinceComputed()
{
    Trace trace(smallGeometry(), uniformSchedule("rflow", 5));
    appendWithMlp(trace, subset(1), {9}); // before the first full step: the rest was never computed
    appendWithMlp(trace, {Action::Full, false, 70, 0, 0, 0});
    appendWithMlp(trace, subset(2), {4, 5});
    appendWithMlp(trace, subset(0));
    appendWithMlp(trace, subset(1), {5});
    const auto age = [&](int evaluation, std::size_t token) {
        return trace.ages(trace.cellIndex(evaluation, 1, ModuleKind::Mlp))[token];
    };
    QCOMPARE(age(0, 9), 0);
    QCOMPARE(age(0, 8), 1);
    QCOMPARE(age(1, 8), 0);
    QCOMPARE(age(2, 4), 0);
    QCOMPARE(age(2, 6), 1);
    QCOMPARE(age(3, 4), 1);
    QCOMPARE(age(4, 4), 2);
    QCOMPARE(age(4, 5), 0);
    QCOMPARE(age(4, 6), 3);
    // Other modules and layers have ages of their own.
    QCOMPARE(trace.ages(trace.cellIndex(4, 0, ModuleKind::Mlp))[5], 5);
}

void TestTrace::agesOfStreamsAreApart()
{
    SamplerSchedule schedule = uniformSchedule("rflow", 4);
    schedule.evaluations[1].stream = schedule.evaluations[3].stream = Stream::Unconditional;
    Trace trace(smallGeometry(), schedule);
    appendWithMlp(trace, {Action::Full, false, 70, 0, 0, 0});
    appendWithMlp(trace, {Action::Full, false, 70, 0, 0, 0});
    appendWithMlp(trace, subset(1), {7});
    appendWithMlp(trace, subset(1), {8});
    const auto ages = trace.ages(trace.cellIndex(3, 1, ModuleKind::Mlp));
    QCOMPARE(ages[8], 0);
    QCOMPARE(ages[7], 1); // computed by the other stream only
}

void TestTrace::scoresAreKeptAtTheirLevelOnly()
{
    std::vector<float> scores(70);
    for (std::size_t i = 0; i < scores.size(); ++i)
        scores[i] = static_cast<float>(i) / 64; // exact in 16 bits
    Trace without(smallGeometry(), uniformSchedule("rflow", 2));
    appendWithMlp(without, subset(1), {3}, scores);
    QVERIFY(without.scores(5).empty());
    Trace with(smallGeometry(), uniformSchedule("rflow", 2), 1, TraceLevel::Scores);
    appendWithMlp(with, subset(1), {3}, scores);
    QCOMPARE(with.scores(5), scores);
    QVERIFY(with.scores(4).empty());
    QVERIFY(with.bytes() > without.bytes());
}

void TestTrace::sumsCountNothingTwice()
{
    Trace trace(smallGeometry(), uniformSchedule("rflow", 3));
    trace.setOnce(7, 0.25);
    QCOMPARE(trace.flops(), 7.0);
    appendWithMlp(trace, subset(1), {3});
    trace.append(subset(0)); // of an evaluation that is not finished: 10 FLOPs, 0.5 s
    QCOMPARE(trace.flops(), 117.0);
    QCOMPARE(trace.seconds(), 1.75);
    QCOMPARE(trace.peakCacheBytes(), 1000);
    QCOMPARE(trace.publishedEvaluations(), 1);
}

void TestTrace::surplusAndForeignValuesAreIgnored()
{
    Trace trace(smallGeometry(), uniformSchedule("rflow", 1));
    appendWithMlp(trace, subset(3), {3, -1, 70});
    appendWithMlp(trace, subset(1), {3});
    QCOMPARE(trace.publishedCells(), trace.cellCount());
    QCOMPARE(trace.publishedEvaluations(), 1);
    const auto fresh = trace.freshTokens(5);
    QCOMPARE(std::count(fresh.begin(), fresh.end(), 1), 1);
}

void TestTrace::readerSeesWholeCellsWhileTheyAreWritten()
{
    constexpr int kEvaluations = 4000;
    Trace trace(smallGeometry(), uniformSchedule("rflow", kEvaluations), 1, TraceLevel::Scores);
    std::atomic<bool> consistent{true};
    std::size_t looks = 0;
    // Every published cell i must have been written completely: token i % 70, FLOPs i, score i % 1024.
    std::jthread reader([&] {
        std::size_t next = 0;
        while (next < trace.cellCount()) {
            const std::size_t published = trace.publishedCells();
            for (; next < published; ++next) {
                const auto token = static_cast<std::int64_t>(next % 70);
                const bool whole = trace.cell(next).flops == static_cast<double>(next) && trace.isFresh(next, 0, token)
                    && trace.scores(next)[0] == static_cast<float>(next % 1024);
                consistent = consistent && whole;
                ++looks;
            }
            const int evaluations = trace.publishedEvaluations();
            if (evaluations > 0 && trace.evaluation(evaluations - 1).cacheBytes != evaluations)
                consistent = false;
        }
    });
    std::vector<float> scores(70);
    for (int evaluation = 0; evaluation < kEvaluations; ++evaluation) {
        for (std::size_t i = 0; i < 6; ++i) {
            const std::size_t cell = static_cast<std::size_t>(evaluation) * 6 + i;
            scores[0] = static_cast<float>(cell % 1024);
            const std::int64_t token = static_cast<std::int64_t>(cell % 70);
            trace.append({Action::Subset, true, 1, 0, 0, static_cast<double>(cell)}, {&token, 1}, scores);
        }
        trace.appendEvaluation({EvaluationDecision::Run, 0, 0, evaluation + 1, 0});
    }
    reader.join();
    QCOMPARE(looks, trace.cellCount());
    QVERIFY(consistent);
}

void TestTrace::halvesRoundToNearestEven()
{
    QCOMPARE(toHalf(1.0f), std::uint16_t{0x3c00});
    QCOMPARE(toHalf(-2.0f), std::uint16_t{0xc000});
    QCOMPARE(toHalf(65504.0f), std::uint16_t{0x7bff});
    QCOMPARE(toHalf(65520.0f), std::uint16_t{0x7c00});
    QCOMPARE(toHalf(1.0f + 1.0f / 2048), std::uint16_t{0x3c00}); // halfway: to even
    QCOMPARE(toHalf(1.0f + 3.0f / 2048), std::uint16_t{0x3c02});
    QCOMPARE(toHalf(std::ldexp(1.0f, -24)), std::uint16_t{1});
    QCOMPARE(toHalf(std::ldexp(1.0f, -26)), std::uint16_t{0});
    QVERIFY(std::isnan(fromHalf(toHalf(std::numeric_limits<float>::quiet_NaN()))));
    for (std::uint32_t bits = 0; bits < 0x10000u; ++bits) {
        const float value = fromHalf(static_cast<std::uint16_t>(bits));
        if (!std::isnan(value))
            QCOMPARE(toHalf(value), static_cast<std::uint16_t>(bits));
    }
}

void TestTrace::sizeIsKnownBefore()
{
    const SamplerSchedule schedule = uniformSchedule("rflow", 3);
    const Trace trace(smallGeometry(), schedule, 2);
    QCOMPARE(Trace::bytesFor(smallGeometry(), schedule, 2), trace.bytes());
    // Open-Sora at 480p with 30 steps: decisions alone stay far below 1 % of the cache.
    const auto geometry = geometryFor(*publishedShape("opensora-v1.2"), 51, 854, 480, 25);
    QVERIFY(Trace::bytesFor(*geometry, uniformSchedule("rflow", 30)) < (std::size_t{20} << 20));
}

QTEST_GUILESS_MAIN(TestTrace)
#include "tst_trace.moc"
