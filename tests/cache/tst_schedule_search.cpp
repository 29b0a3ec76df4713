// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policy.h"
#include "cache/plan/schedule_search.h"

#include <QTest>

#include <cmath>
#include <set>

using namespace toca;
using namespace toca::plan;

/// The search on a made-up fidelity whose best schedule is known to be denser at the first steps.
class ScheduleSearchTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void staysBelowItsLimitAndGetsBetter();
    void goesOnFromItsPoints();
    void givesUpEarly();
    void refusesDamagedPoints_data();
    void refusesDamagedPoints();

private:
    static SearchProblem problem()
    {
        ModelShape shape;
        shape.family = "stdit3";
        shape.hiddenSize = 64;
        shape.heads = 4;
        shape.depth = 2;
        shape.inChannels = 4;
        shape.outChannels = 8;
        shape.captionChannels = 32;
        shape.maxTextTokens = 16;
        SearchProblem made;
        made.geometry = *geometryFor(shape, 17, 64, 64, 8, 1, true);
        made.schedule = uniformSchedule("rflow", 20);
        made.context.family = "stdit3";
        const auto toca = makePolicy("toca", {}, {}, made.context);
        const auto planned = (*toca)->plan(made.geometry, made.schedule);
        made.starts = {*planned};
        made.limit = planned->totalFlops() * (1 + 1e-9);
        return made;
    }
    /// Early steps matter most; forecasts are worth half of computing.
    static double worth(const std::string& text)
    {
        const auto table = ScheduleTable::parse(text);
        double sum = 0;
        for (int step = 0; step < table->steps(); ++step)
            for (int layer = 0; layer < table->layers(); ++layer)
                for (const ModuleKind module : kAllModules) {
                    const ScheduleCell& cell = table->at(step, layer, module);
                    sum += std::exp(-step / 6.0)
                        * (cell.action == Action::Full            ? 1.0
                                : cell.action == Action::Forecast ? 0.5
                                : cell.action == Action::Subset   ? 0.3
                                                                  : 0.0);
                }
        return 30 + sum;
    }
    static void run(ScheduleSearch& search, int count)
    {
        for (int i = 0; i < count; ++i) {
            auto point = search.next();
            if (!point)
                return;
            point->fidelity = {worth(point->table), worth(point->table) + 1};
            point->isComplete = true;
            search.tell(std::move(*point));
        }
    }
};

void ScheduleSearchTest::staysBelowItsLimitAndGetsBetter()
{
    ScheduleSearch search(problem());
    const auto first = search.next();
    QVERIFY(first.has_value());
    QCOMPARE(first->origin, "start 1");
    run(search, 120);
    QCOMPARE(search.points().size(), 120u);
    std::set<std::string> tables;
    for (const SearchPoint& point : search.points()) {
        QVERIFY2(point.cost <= search.problem().limit, point.origin.c_str());
        QVERIFY(tables.insert(point.table).second); // nothing is tried twice
        // The cost is that of the plan which the policy would follow.
        const auto policy = makePolicy("schedule", {{"table", point.table}}, {}, search.problem().context);
        QCOMPARE(point.cost, (*policy)->plan(search.problem().geometry, search.problem().schedule)->totalFlops());
    }
    const double start = worth(first->table);
    double family = start;
    for (std::size_t i = 0; i < 16; ++i)
        family = std::max(family, worth(search.points()[i].table));
    QVERIFY(family > start); // denser first beats the start
    QVERIFY(worth(search.best()->table) > family); // and small changes beat the families
}

void ScheduleSearchTest::goesOnFromItsPoints()
{
    ScheduleSearch whole(problem());
    run(whole, 60);
    ScheduleSearch first(problem());
    run(first, 35);
    ScheduleSearch second(problem());
    QVERIFY(second.setPoints(first.pointsJson()).has_value());
    QVERIFY(second.points() == first.points());
    run(second, 25);
    QVERIFY(second.points() == whole.points());
}

void ScheduleSearchTest::givesUpEarly()
{
    ScheduleSearch search(problem());
    QVERIFY(!search.isHopeless({10}));
    auto point = search.next();
    point->fidelity = {40, 30};
    point->isComplete = true;
    search.tell(std::move(*point));
    QVERIFY(search.isHopeless({38}));
    QVERIFY(!search.isHopeless({39.5}));
    QVERIFY(!search.isHopeless({20, 20})); // complete: nothing to save
    auto other = search.next();
    other->fidelity = {99};
    other->isComplete = false; // given up: never the best
    search.tell(std::move(*other));
    QCOMPARE(search.best()->fidelity.front(), 40.0);
}

void ScheduleSearchTest::refusesDamagedPoints_data()
{
    QTest::addColumn<QByteArray>("json");
    for (const char* json : {"", "{}", "[1]", R"([{"table": "x"}])",
             R"([{"table": "6x8; sa = 9c", "origin": "", "cost": 1, "fidelity_db": [1], "complete": true}])",
             R"([{"table": "", "origin": "", "cost": 1, "fidelity_db": ["x"], "complete": true}])",
             R"([{"table": "", "origin": "", "cost": 1, "fidelity_db": [], "complete": true}])"})
        QTest::newRow(json) << QByteArray(json);
}

void ScheduleSearchTest::refusesDamagedPoints()
{
    QFETCH(QByteArray, json);
    ScheduleSearch search(problem());
    QVERIFY(!search.setPoints(json.toStdString()).has_value());
    QVERIFY(search.points().empty());
}

QTEST_GUILESS_MAIN(ScheduleSearchTest)
#include "tst_schedule_search.moc"
