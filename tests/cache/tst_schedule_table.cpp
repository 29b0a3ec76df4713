// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/schedule_policy.h"
#include "cache/plan/schedule_table.h"

#include <QtTest>

#include <random>

using namespace toca;
using namespace toca::plan;

namespace {

Geometry videoGeometry(int depth = 4)
{
    ModelShape shape;
    shape.hiddenSize = 64;
    shape.heads = 4;
    shape.depth = depth;
    shape.captionChannels = 32;
    shape.maxTextTokens = 16;
    return *geometryFor(shape, 17, 128, 128, 9);
}

Plan planOf(const std::string& policy, const ParameterValues& values = {}, const std::string& preset = {})
{
    const auto made = makePolicy(policy, values, preset);
    if (!made)
        qFatal("%s", made.error().message.c_str());
    const auto plan = (*made)->plan(videoGeometry(), uniformSchedule("rflow", 30));
    if (!plan)
        qFatal("%s", plan.error().message.c_str());
    return *plan;
}

ScheduleCell randomCell(std::mt19937& random)
{
    switch (random() % 4) {
    case 0:
        return ScheduleCell::compute();
    case 1:
        return ScheduleCell::reuse();
    case 2:
        return ScheduleCell::forecast(1 + static_cast<int>(random() % 4));
    default:
        return {Action::Subset, static_cast<std::uint16_t>(random() % (ScheduleCell::kWhole + 1))};
    }
}

} // namespace

class TestScheduleTable : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writingIsReadBack();
    void writingIsShort();
    void sharesKeepHundredths_data();
    void sharesKeepHundredths();
    void damagedTextSaysWhere_data();
    void damagedTextSaysWhere();
    void anyTextIsReadOrRefused();
    void stretchesToTheRun();
    void repeatsOverTheRun();
    void refusesOtherSizes();
    void firstStepIsComputed();
    void plansBecomeTables_data();
    void plansBecomeTables();
    void whatATableCannotSayIsNamed();
};

void TestScheduleTable::writingIsReadBack()
{
    std::mt19937 random(3);
    for (int round = 0; round < 50; ++round) {
        ScheduleTable table(1 + static_cast<int>(random() % 40), 1 + static_cast<int>(random() % 12));
        for (int step = 0; step < table.steps(); ++step)
            for (int layer = 0; layer < table.layers(); ++layer)
                for (const ModuleKind module : kAllModules)
                    table.at(step, layer, module) = randomCell(random);
        const auto back = ScheduleTable::parse(table.text());
        QVERIFY2(back, back ? "" : back.error().message.c_str());
        QVERIFY(*back == table);
    }
    QVERIFY(ScheduleTable::parse("")->isEmpty());
    QVERIFY(ScheduleTable().text().empty());
}

void TestScheduleTable::writingIsShort()
{
    const ScheduleTable thirds = scheduleOf(planOf("toca")).table;
    QVERIFY2(thirds.text().size() < 300, thirds.text().c_str());
    QCOMPARE(ScheduleTable(30, 8).text(), std::string("30x8"));
    QCOMPARE(ScheduleTable::parse(" 6x2;mlp=c 5r10/6c ; ")->text(), std::string("6x2; mlp = c 5r10 / 6c"));
}

void TestScheduleTable::sharesKeepHundredths_data()
{
    QTest::addColumn<int>("amount");
    QTest::addColumn<QString>("text");
    QTest::newRow("none") << 0 << "r0";
    QTest::newRow("ten") << 1000 << "r10";
    QTest::newRow("half a percent") << 50 << "r0.5";
    QTest::newRow("hundredths") << 1495 << "r14.95";
    QTest::newRow("leading zero") << 1405 << "r14.05";
    QTest::newRow("all") << 10000 << "r100";
}

void TestScheduleTable::sharesKeepHundredths()
{
    QFETCH(int, amount);
    QFETCH(QString, text);
    const auto table = ScheduleTable::parse("2x1; mlp = c " + text.toStdString());
    QVERIFY(table);
    QCOMPARE(int(table->at(1, 0, ModuleKind::Mlp).amount), amount);
    QVERIFY(QString::fromStdString(table->text()).endsWith(text));
}

void TestScheduleTable::damagedTextSaysWhere_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("said");
    QTest::newRow("no size") << "sa = c"
                             << "size";
    QTest::newRow("no steps") << "0x4"
                              << "size";
    QTest::newRow("too many cells") << "1000x1000"
                                    << "cells";
    QTest::newRow("huge number") << "99999999999999999999x2"
                                 << "size";
    QTest::newRow("unknown module") << "2x1; kv = 2c"
                                    << "sa, ca or mlp";
    QTest::newRow("module twice") << "2x1; sa = 2c; sa = 2c"
                                  << "each once";
    QTest::newRow("too few steps") << "3x1; sa = 2c"
                                   << "c, u, f or r";
    QTest::newRow("too many steps") << "3x1; sa = 4c"
                                    << "as many steps";
    QTest::newRow("no steps at all") << "3x1; sa = 0c"
                                     << "as many steps";
    QTest::newRow("too few layers") << "2x3; sa = 2c / 2c"
                                    << "next layer";
    QTest::newRow("too many layers") << "2x3; sa = 4*2c"
                                     << "no more than 3 layers";
    QTest::newRow("ratio above all") << "2x1; sa = c r101"
                                     << "0 to 100";
    QTest::newRow("ratio without number") << "2x1; sa = c r"
                                          << "0 to 100";
    QTest::newRow("order too high") << "2x1; sa = c f5"
                                    << "1 to 4";
    QTest::newRow("rest") << "2x1; sa = 2c x"
                          << "';'";
}

void TestScheduleTable::damagedTextSaysWhere()
{
    QFETCH(QString, text);
    QFETCH(QString, said);
    const auto table = ScheduleTable::parse(text.toStdString());
    QVERIFY(!table);
    QCOMPARE(table.error().code, ErrorCode::InvalidArgument);
    const QString message = QString::fromStdString(table.error().message);
    QVERIFY2(message.contains(said) && message.contains("at character"), qPrintable(message));
}

void TestScheduleTable::anyTextIsReadOrRefused()
{
    std::mt19937 random(11);
    const std::string alphabet = "0123456789xcufr.*/;= samlp";
    for (int round = 0; round < 20000; ++round) {
        std::string text = round % 2 ? "4x2; sa = " : "";
        for (unsigned i = random() % 40; i > 0; --i)
            text += alphabet[random() % alphabet.size()];
        if (const auto table = ScheduleTable::parse(text))
            QCOMPARE(*ScheduleTable::parse(table->text()), *table);
    }
}

void TestScheduleTable::stretchesToTheRun()
{
    // Two steps of one pair of layers, over four steps of four pairs.
    const auto table = ScheduleTable::parse("2x2; mlp = c u / c f");
    const auto fitted = table->fitted(videoGeometry(), uniformSchedule("", 4), ScheduleFit::Stretch);
    QVERIFY(fitted);
    QCOMPARE(fitted->layers(), 8);
    for (int layer = 0; layer < 8; ++layer) {
        QCOMPARE(fitted->at(1, layer, ModuleKind::Mlp), ScheduleCell::compute());
        QCOMPARE(fitted->at(2, layer, ModuleKind::Mlp),
            layer % 2 == 0 ? ScheduleCell::reuse() : ScheduleCell::forecast(1)); // kinds stay apart
        QCOMPARE(fitted->at(3, layer, ModuleKind::SelfAttention), ScheduleCell::compute());
    }
}

void TestScheduleTable::repeatsOverTheRun()
{
    const auto table = ScheduleTable::parse("3x1; sa = c 2u");
    const auto fitted = table->fitted(videoGeometry(), uniformSchedule("", 8), ScheduleFit::Repeat);
    for (int step = 0; step < 8; ++step)
        QCOMPARE(fitted->at(step, 5, ModuleKind::SelfAttention),
            step % 3 == 0 ? ScheduleCell::compute() : ScheduleCell::reuse());
}

void TestScheduleTable::refusesOtherSizes()
{
    const auto table = ScheduleTable::parse("3x8; sa = 8*c 2u");
    QVERIFY(table->fitted(videoGeometry(), uniformSchedule("", 3), ScheduleFit::Refuse));
    const auto refused = table->fitted(videoGeometry(), uniformSchedule("", 4), ScheduleFit::Refuse);
    QVERIFY(!refused);
    QVERIFY(refused.error().message.find("3 steps") != std::string::npos);
    QVERIFY(!makePolicy("schedule", {{"table", std::string("3x")}}));
}

void TestScheduleTable::firstStepIsComputed()
{
    const auto made = makePolicy("schedule", {{"table", std::string("4x1; sa = 4u; ca = 4f2; mlp = 4r10")}}, "thirds");
    QVERIFY(made);
    const auto plan = (*made)->plan(videoGeometry(), uniformSchedule("", 4));
    QVERIFY(plan);
    for (const ModuleKind module : kAllModules)
        QCOMPARE(plan->at(0, 3, module).action, Action::Full);
    QCOMPARE(plan->at(1, 3, ModuleKind::CrossAttention).action, Action::Forecast);
    QCOMPARE(plan->at(1, 3, ModuleKind::Mlp).tokens, static_cast<std::int32_t>(videoGeometry().grid.tokens() / 10));
    // One stored output each: a forecast from one full step alone has no derivative to keep.
    QCOMPARE(plan->cacheBytes(1), 3 * 8 * videoGeometry().moduleOutputBytes(1));
}

void TestScheduleTable::plansBecomeTables_data()
{
    QTest::addColumn<QString>("policy");
    for (const char* policy : {"none", "toca", "fora", "taylorseer", "pab", "ebcache"})
        QTest::newRow(policy) << policy;
}

void TestScheduleTable::plansBecomeTables()
{
    QFETCH(QString, policy);
    ParameterValues values;
    if (policy == "ebcache")
        values["noise_scale"] = 1.0;
    else if (policy == "taylorseer") // the order that the table below takes
        values = {{"interval", std::int64_t{4}}, {"max_order", std::int64_t{4}}, {"first_enhance", std::int64_t{2}}};
    const Plan plan = planOf(policy.toStdString(), values);
    const DerivedSchedule derived = scheduleOf(plan, 4);
    const Plan same = planOf("schedule", {{"table", derived.table.text()}, {"other_size", std::string("refuse")}});
    QCOMPARE(derived.approximation, std::string());
    QCOMPARE(same.totalFlops(), plan.totalFlops());
    QCOMPARE(same.cacheBytes(), plan.cacheBytes());
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation)
        for (int layer = 0; layer < plan.layerCount(); ++layer)
            for (const ModuleKind module : kAllModules)
                QCOMPARE(same.at(evaluation, layer, module), plan.at(evaluation, layer, module));
}

void TestScheduleTable::whatATableCannotSayIsNamed()
{
    const auto noted = [](const Plan& plan) { return QString::fromStdString(scheduleOf(plan).approximation); };
    QVERIFY(noted(planOf("duca")).contains("Skipped"));
    QVERIFY(noted(planOf("taylorseer", {}, "light")).contains("Skipped"));
    QVERIFY(noted(planOf("dbcache")).contains("decides while running"));
    QVERIFY(noted(planOf("fora")).isEmpty());
}

QTEST_GUILESS_MAIN(TestScheduleTable)
#include "tst_schedule_table.moc"
