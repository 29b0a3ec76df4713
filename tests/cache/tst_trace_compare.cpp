// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/trace_compare.h"
#include "tests/ui/small_run.h"

#include <QTest>

#include <functional>

using namespace toca::plan;
using namespace toca::ui::testing;

/// Two runs decide alike only when every cell and every token does.
class TraceCompareTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalRunsHaveNoDifference();
    void findsTheFirstDifference_data();
    void findsTheFirstDifference();

private:
    using Change = std::function<void(int cell, TraceCell&, std::vector<std::int64_t>&)>;
    static std::shared_ptr<Trace> made(const Change& change = {}, int steps = 4)
    {
        const Plan plan = smallPlan(steps);
        auto trace = std::make_shared<Trace>(plan.geometry(), plan.schedule());
        int index = 0;
        for (int step = 0; step < steps; ++step) {
            for (int layer = 0; layer < plan.layerCount(); ++layer)
                for (const ModuleKind module : kAllModules) {
                    const PlannedModule& decided = plan.at(step, layer, module);
                    TraceCell cell;
                    cell.action = decided.action;
                    cell.computedTokens = decided.action == Action::Full ? 12 : decided.tokens;
                    cell.seconds = 0.001f * static_cast<float>(std::rand() % 100); // times do not count
                    std::vector<std::int64_t> fresh;
                    if (decided.action == Action::Subset)
                        fresh = {0, 1, 7};
                    if (change)
                        change(index, cell, fresh);
                    trace->append(cell, fresh);
                    ++index;
                }
            trace->appendEvaluation({});
        }
        return trace;
    }
};

void TraceCompareTest::equalRunsHaveNoDifference()
{
    QVERIFY(!firstDifference(*made(), *made()));
}

void TraceCompareTest::findsTheFirstDifference_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("says");
    QTest::newRow("token") << 0 << "step 1, layer 1, mlp, row 0: token 7 was computed before and is not now";
    QTest::newRow("action") << 1 << "step 1, layer 0, self_attention: reuse of 0 tokens before, full of 12 tokens now";
    QTest::newRow("fewer evaluations") << 2 << "evaluations: 4 before, 3 now";
    QTest::newRow("count") << 3 << "step 2, layer 0, mlp: subset of 3 tokens before, subset of 2 tokens now";
}

void TraceCompareTest::findsTheFirstDifference()
{
    QFETCH(int, kind);
    QFETCH(QString, says);
    const auto other = made(
        [&](int index, TraceCell& cell, std::vector<std::int64_t>& fresh) {
            if (kind == 0 && index >= 11 && !fresh.empty())
                fresh = {0, 1, 9};
            if (kind == 1 && index == 6) {
                cell.action = Action::Full;
                cell.computedTokens = 12;
            }
            if (kind == 3 && index >= 12 && !fresh.empty()) {
                fresh = {0, 1};
                cell.computedTokens = 2;
            }
        },
        kind == 2 ? 3 : 4);
    const auto difference = firstDifference(*made(), *other);
    QVERIFY(difference.has_value());
    QCOMPARE(QString::fromStdString(*difference), says);
}

QTEST_GUILESS_MAIN(TraceCompareTest)
#include "tst_trace_compare.moc"
