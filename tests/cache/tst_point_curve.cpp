// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/point_curve.h"
#include "cache/plan/policies/toca_policy.h"

#include <QtTest>

#include <random>

using namespace toca;
using namespace toca::plan;

namespace {

Geometry geometry()
{
    ModelShape shape;
    shape.hiddenSize = 64;
    shape.heads = 4;
    shape.depth = 5;
    shape.captionChannels = 32;
    shape.maxTextTokens = 16;
    return *geometryFor(shape, 17, 256, 256, 9);
}

Plan planOf(const char* policy, ParameterValues values)
{
    const auto made = makePolicy(policy, values);
    if (!made)
        qFatal("%s", made.error().message.c_str());
    return *(*made)->plan(geometry(), uniformSchedule("rflow", 31));
}

} // namespace

class TestPointCurve : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void straightBetweenPointsLevelOutside();
    void writingIsReadBack();
    void damagedTextIsRefused_data();
    void damagedTextIsRefused();
    void pointsAreClampedAndSorted();
    void withoutCurvesThePlanIsThePublishedOne_data();
    void withoutCurvesThePlanIsThePublishedOne();
    void curvesMultiplyTheRatio();
    void wrongCurvesMakeNoPolicy();
};

void TestPointCurve::straightBetweenPointsLevelOutside()
{
    const auto curve = PointCurve::parse("x", "0.25:2, 0.75:1");
    QVERIFY(curve);
    QCOMPARE(curve->at(0.0), 2.0);
    QCOMPARE(curve->at(0.5), 1.5);
    QCOMPARE(curve->at(1.0), 1.0);
    QCOMPARE(PointCurve().at(0.3), 1.0);
    QCOMPARE(PointCurve::positionOf(15, 31), 0.5);
    QCOMPARE(PointCurve::positionOf(0, 1), 0.0);
}

void TestPointCurve::writingIsReadBack()
{
    std::mt19937 random(5);
    std::uniform_real_distribution<double> any(-0.5, 11);
    for (int round = 0; round < 200; ++round) {
        std::vector<PointCurve::Point> points(random() % 70);
        for (auto& point : points)
            point = {any(random), any(random)};
        const PointCurve curve = PointCurve::of(points);
        const auto back = PointCurve::parse("x", curve.text());
        QVERIFY2(back, curve.text().c_str());
        QVERIFY(*back == curve);
    }
}

void TestPointCurve::damagedTextIsRefused_data()
{
    QTest::addColumn<QString>("text");
    for (const char* text : {"1", "0:1,", ",", "0:1 1:2", "0:x", "0:nan", "0:inf", "-0.1:1", "1.1:1", "0:-1", "0:11",
             "0.5:1, 0.5:2", "0.6:1, 0.5:2"})
        QTest::newRow(text) << text;
}

void TestPointCurve::damagedTextIsRefused()
{
    QFETCH(QString, text);
    const auto curve = PointCurve::parse("step_curve", text.toStdString());
    QVERIFY(!curve);
    QCOMPARE(curve.error().code, ErrorCode::InvalidArgument);
    QVERIFY(curve.error().message.find("step_curve") != std::string::npos);
}

void TestPointCurve::pointsAreClampedAndSorted()
{
    QCOMPARE(PointCurve::of({{1.5, 20}, {-1, -2}, {0.5, 1.23456}, {0.5, 3}}).text(), std::string("0:0, 0.5:3, 1:10"));
}

void TestPointCurve::withoutCurvesThePlanIsThePublishedOne_data()
{
    QTest::addColumn<QString>("policy");
    QTest::newRow("toca") << "toca";
    QTest::newRow("duca") << "duca";
}

void TestPointCurve::withoutCurvesThePlanIsThePublishedOne()
{
    QFETCH(QString, policy);
    const Plan published = planOf(policy.toUtf8(), {});
    QCOMPARE(planOf(policy.toUtf8(), {{"step_curve", std::string()}, {"layer_curve", std::string(" ")}}), published);
    // A curve of ones changes nothing either.
    QCOMPARE(planOf(policy.toUtf8(), {{"step_curve", std::string("0:1, 1:1")}}), published);
    QVERIFY(!(planOf(policy.toUtf8(), {{"step_curve", std::string("0:1, 1:5")}}) == published));
}

void TestPointCurve::curvesMultiplyTheRatio()
{
    const std::int64_t tokens = geometry().grid.tokens();
    const Plan plan = planOf("toca",
        {{"fresh_ratio", 0.1}, {"mlp_factor", 1.0}, {"mlp_interval", std::int64_t{1000}},
            {"step_curve", std::string("0:4, 1:0")}, {"layer_curve", std::string("0:0.5, 1:1.5")}});
    for (const int step : {3, 15, 30}) {
        for (int layer = 0; layer < plan.layerCount(); ++layer) {
            const double ratio = 0.1 * (4 - 4 * step / 30.0) * (0.5 + (layer / 2) / 4.0);
            QCOMPARE(plan.at(step, layer, ModuleKind::Mlp).action, Action::Subset);
            QVERIFY2(
                std::abs(plan.at(step, layer, ModuleKind::Mlp).tokens - ratio * static_cast<double>(tokens)) <= 1.0,
                qPrintable(QString("step %1 layer %2").arg(step).arg(layer)));
        }
    }
}

void TestPointCurve::wrongCurvesMakeNoPolicy()
{
    for (const char* policy : {"toca", "duca"}) {
        const auto made = makePolicy(policy, {{"layer_curve", std::string("0:x")}});
        QVERIFY(!made);
        QVERIFY(made.error().message.find("layer_curve") != std::string::npos);
    }
}

QTEST_GUILESS_MAIN(TestPointCurve)
#include "tst_point_curve.moc"
