// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/counting_rule.h"
#include "cache/plan/flops.h"
#include "cache/plan/policy.h"
#include "cache/plan/published_run.h"
#include "cache/plan/published_table.h"

#include <QTest>

#include <cmath>
#include <set>

using namespace toca;
using namespace toca::plan;

/// Plans beside the published figures, and the ways of counting behind them.
class PublishedTableTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void figuresAgreeOrTheCauseIsKnown_data();
    void figuresAgreeOrTheCauseIsKnown();
    void everyPublishedMethodIsCompared();
    void tablesBeginWithTheirUncachedRun();
    void everyGeometryHasItsRun_data();
    void everyGeometryHasItsRun();
    void refusesSamplersOfOtherFamilies();
    void schedulesOfTheSamplers();
    void rulesCountByHand();
};

void PublishedTableTest::figuresAgreeOrTheCauseIsKnown_data()
{
    QTest::addColumn<int>("row");
    const auto rows = comparedFigures();
    QVERIFY2(rows, rows ? "" : rows.error().message.c_str());
    for (std::size_t i = 0; i < rows->size(); ++i)
        QTest::newRow(((*rows)[i].figure.table + ": " + (*rows)[i].figure.label).c_str()) << static_cast<int>(i);
}

void PublishedTableTest::figuresAgreeOrTheCauseIsKnown()
{
    QFETCH(int, row);
    const auto rows = comparedFigures();
    const FigureComparison& each = (*rows)[static_cast<std::size_t>(row)];
    QVERIFY(!each.figure.origin.empty());
    if (each.state == FigureState::SettingUnknown) {
        QVERIFY(!each.figure.cause.empty());
        return;
    }
    if (each.state != FigureState::Compared)
        return;
    const QByteArray found = QByteArray::number(each.teraFlops) + " T, " + QByteArray::number(each.gain) + " times";
    // A figure is met by our own counting, or by the rule that its table is found to count by: then more closely.
    if (each.recountedDifference) {
        QVERIFY2(std::abs(*each.recountedDifference) < 0.0025, QByteArray::number(*each.recountedTeraFlops));
        QVERIFY(!each.figure.recount->description.empty());
    }
    const double allowed = each.figure.policy == "none" ? 0.01 : 0.02;
    if (std::abs(each.decisiveDifference()) >= allowed) {
        QVERIFY2(!each.figure.cause.empty(), found);
        QVERIFY2(each.recountedDifference, found); // a cause that was found out can be computed
    }
}

void PublishedTableTest::everyPublishedMethodIsCompared()
{
    const auto rows = comparedFigures();
    QVERIFY(rows);
    std::set<std::string> compared, waiting;
    for (const FigureComparison& row : *rows) {
        QVERIFY2(row.state != FigureState::UnknownPolicy, row.figure.policy.c_str());
        (row.state == FigureState::Compared ? compared : waiting).insert(row.figure.policy);
    }
    for (const char* policy : {"none", "fora", "toca", "duca", "taylorseer", "pab"})
        QVERIFY2(compared.contains(policy), policy);
    // They wait for data of a run or for a calibration.
    QVERIFY(waiting.contains("teacache"));
    QVERIFY(!compared.contains("teacache"));
}

void PublishedTableTest::tablesBeginWithTheirUncachedRun()
{
    std::set<std::string> tables;
    std::string last;
    for (const PublishedFigure& figure : publishedFigures()) {
        if (figure.table == last) {
            QVERIFY2(figure.teraFlops > 0 || figure.gain > 0, figure.label.c_str());
            continue;
        }
        QCOMPARE(figure.policy, std::string("none"));
        QVERIFY2(tables.insert(figure.table).second, figure.table.c_str()); // rows of a table stand together
        last = figure.table;
    }
}

void PublishedTableTest::everyGeometryHasItsRun_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("tokens");
    QTest::addColumn<int>("steps");
    QTest::newRow("opensora-v1.2") << "opensora-v1.2" << 23850 << 30;
    QTest::newRow("dit-xl-2-256") << "dit-xl-2-256" << 256 << 50;
    QTest::newRow("dit-xl-2-512") << "dit-xl-2-512" << 1024 << 50;
    QTest::newRow("pixart-alpha-256") << "pixart-alpha-256" << 256 << 20;
    QTest::newRow("pixart-alpha-512") << "pixart-alpha-512" << 1024 << 20;
    QTest::newRow("pixart-alpha-1024") << "pixart-alpha-1024" << 4096 << 20;
}

void PublishedTableTest::everyGeometryHasItsRun()
{
    QFETCH(QString, name);
    QFETCH(int, tokens);
    QFETCH(int, steps);
    const std::string geometryName = name.toStdString();
    const auto names = publishedShapeNames();
    QVERIFY(std::find(names.begin(), names.end(), geometryName) != names.end());
    QCOMPARE(names.size(), std::size_t{6}); // a new one needs a row above
    const auto run = publishedRun(geometryName);
    QVERIFY2(run, run ? "" : run.error().message.c_str());
    QCOMPARE(run->steps, steps);
    const auto geometry =
        geometryFor(*publishedShape(geometryName), run->frames, run->width, run->height, run->textTokens);
    QVERIFY2(geometry, geometry ? "" : geometry.error().message.c_str());
    QCOMPARE(geometry->grid.tokens(), std::int64_t{tokens});
}

void PublishedTableTest::refusesSamplersOfOtherFamilies()
{
    QCOMPARE(publishedRun("dit-xl-2-256", "ddpm")->steps, 250);
    const auto refused = publishedRun("dit-xl-2-256", "rflow");
    QVERIFY(!refused);
    QVERIFY(refused.error().message.find("ddim, ddpm") != std::string::npos);
    QVERIFY(!publishedRun("sora-2"));
}

void PublishedTableTest::schedulesOfTheSamplers()
{
    // At 512x512 and one frame the transform of rectified flow changes nothing.
    const auto plain = samplerSchedule("rflow", 4, 1, 512, 512);
    QCOMPARE(plain.evaluations[1].timestep, 750.0);
    const auto clip = samplerSchedule("rflow", 4, 51, 512, 512); // ratio sqrt(15)
    const double ratio = std::sqrt(15.0);
    QVERIFY(std::abs(clip.evaluations[1].timestep - 1000 * ratio * 0.75 / (1 + (ratio - 1) * 0.75)) < 1e-9);
    // 999 / 49 = 20.39: the kept steps of IDDPM, the noisiest first.
    const auto ddim = samplerSchedule("ddim", 50, 1, 256, 256);
    QCOMPARE(ddim.evaluations.front().timestep, 999.0);
    QCOMPARE(ddim.evaluations[1].timestep, 979.0);
    QCOMPARE(ddim.evaluations.back().timestep, 0.0);
    QCOMPARE(samplerSchedule("ddim", 1, 1, 256, 256).evaluations.size(), std::size_t{1});
    const auto dpm = samplerSchedule("dpm-solver++", 20, 1, 256, 256);
    QCOMPARE(dpm.evaluations.front().timestep, 999.0);
    QVERIFY(std::abs(dpm.evaluations[10].timestep - 499.5) < 1e-9);
    QCOMPARE(dpm.name, std::string("dpm-solver++"));
}

void PublishedTableTest::rulesCountByHand()
{
    // 4 tokens, width 2, one layer, 2 rows, 3 text tokens of 5 values, MLP 8 wide; two steps, the second one reuses.
    Geometry geometry;
    geometry.family = "pixart";
    geometry.grid = {1, 2, 2};
    geometry.hiddenSize = 2;
    geometry.mlpHiddenSize = 8;
    geometry.layers = {LayerKind::Joint};
    geometry.textTokens = 3;
    geometry.captionChannels = 5;
    geometry.captionTokens = 10;
    Plan plan(geometry, uniformSchedule("dpm-solver++", 2));
    for (const ModuleKind module : kAllModules)
        plan.at(1, 0, module) = {Action::Reuse, 0, false};
    CountingRule rule;
    rule.textTokens = 3;
    QCOMPARE(flopsBy(rule, plan), plan.totalFlops()); // our own rule

    // Without products: projections 4 x 2 x 4 x 4 and MLP 4 x 4 x 16, cross-attention's two projections 2 x 2 x 4 x 4.
    const double caption = 2.0 * 10 * (5 * 2 + 2 * 2), projections = 4.0 * 3 * 4 * 2;
    rule.attentionProducts = false;
    QCOMPARE(flopsBy(rule, plan), 2 * (128.0 + 256 + 64) + caption + projections);
    rule.textWork = CountingRule::TextWork::EveryEvaluation;
    QCOMPARE(flopsBy(rule, plan), 2 * (128.0 + 256 + 64) + 2 * (caption + projections));
    rule.textWork = CountingRule::TextWork::WithCrossAttention;
    rule.besides = 1000;
    QCOMPARE(flopsBy(rule, plan), 2 * (128.0 + 256 + 64) + 2 * caption + projections + 1000);
    // Each of 2 rows' 4 queries meets 2 x 3 text tokens: 2 x 4 x 4 x 6 x 2; its own 4 keys: 2 x 4 x 4 x 4 x 2.
    rule = {};
    rule.textTokens = 3;
    rule.textAcrossRows = true;
    QCOMPARE(flopsBy(rule, plan), 2 * (128.0 + 256 + 64) + 384 + 256 + caption + projections);
    // One row fewer where only the conditional one is computed, nothing where the prediction is reused.
    rule.textAcrossRows = false;
    plan.decision(0) = EvaluationDecision::ReusePrediction;
    QCOMPARE(plan.rows(0), std::int64_t{0});
    QCOMPARE(flopsBy(rule, plan), caption + projections);
}

QTEST_GUILESS_MAIN(PublishedTableTest)
#include "tst_published_table.moc"
