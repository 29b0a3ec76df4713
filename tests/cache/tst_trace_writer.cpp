// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/trace_writer.h"

#include "tests/support/small_stdit3.h"

#include <ATen/record_function.h>
#include <QtTest>

#include <map>
#include <set>
#include <string>

using namespace toca;
using test::SmallRun;

namespace {

constexpr const char* kPolicies[]{"toca", "duca", "taylorseer"};

/// How often operations were called that wait for a device, while it lives.
class WaitingOperations {
public:
    WaitingOperations()
    {
        s_calls.clear();
        m_handle = at::addGlobalCallback(
            at::RecordFunctionCallback(&WaitingOperations::began).scopes({at::RecordScope::FUNCTION}));
    }
    ~WaitingOperations() { at::removeCallback(m_handle); }
    WaitingOperations(const WaitingOperations&) = delete;
    WaitingOperations& operator=(const WaitingOperations&) = delete;

    static std::map<std::string, int> calls() { return s_calls; }

private:
    static std::unique_ptr<at::ObserverContext> began(const at::RecordFunction& function)
    {
        static const std::set<std::string> kWaiting{"aten::_local_scalar_dense", "aten::nonzero", "aten::is_nonzero",
            "aten::equal", "aten::masked_select", "aten::_unique2", "aten::repeat_interleave"};
        if (kWaiting.contains(function.name()))
            ++s_calls[function.name()];
        return nullptr;
    }

    static inline std::map<std::string, int> s_calls;
    at::CallbackHandle m_handle;
};

std::shared_ptr<plan::Trace> traced(const std::string& name, bool gathers, int prompts = 2)
{
    SmallRun run(6, prompts);
    const auto policy = plan::makePolicy(name, {});
    if (!policy)
        qFatal("%s", policy.error().message.c_str());
    const auto plan = (*policy)->plan(run.geometry, run.schedule());
    if (!plan)
        qFatal("%s", plan.error().message.c_str());
    auto trace = std::make_shared<plan::Trace>(run.geometry, run.schedule(), prompts, plan::TraceLevel::Scores);
    cache::CachingSession session(
        run.geometry, cache::startPolicy(**policy, *plan, {true, {}}), {trace, {}, {}, gathers});
    run.denoise(session);
    return trace;
}

} // namespace

/// What a session did, written at once and gathered.
class TestTraceWriter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void gatheredCellsAreTheSame_data();
    void gatheredCellsAreTheSame();
    void cellsOfAnUnfinishedEvaluationAreHeldBack();
    void nothingWaitsForADeviceInsideAnEvaluation_data();
    void nothingWaitsForADeviceInsideAnEvaluation();
};

void TestTraceWriter::gatheredCellsAreTheSame_data()
{
    QTest::addColumn<QString>("policy");
    for (const char* policy : kPolicies)
        QTest::newRow(policy) << policy;
}

void TestTraceWriter::gatheredCellsAreTheSame()
{
    QFETCH(QString, policy);
    const auto direct = traced(policy.toStdString(), false), gathered = traced(policy.toStdString(), true);
    QCOMPARE(gathered->publishedCells(), direct->cellCount());
    int selections = 0, scores = 0;
    for (std::size_t cell = 0; cell < direct->cellCount(); ++cell) {
        QCOMPARE(gathered->cell(cell).action, direct->cell(cell).action);
        QCOMPARE(gathered->cell(cell).computedTokens, direct->cell(cell).computedTokens);
        for (int row = 0; row < direct->selectionRows(); ++row) {
            QCOMPARE(gathered->freshTokens(cell, row), direct->freshTokens(cell, row));
            QCOMPARE(gathered->scores(cell, row), direct->scores(cell, row));
        }
        selections += direct->cell(cell).action == plan::Action::Subset;
        scores += !direct->scores(cell).empty();
    }
    QCOMPARE(gathered->publishedEvaluations(), direct->evaluationCount());
    for (int evaluation = 0; evaluation < direct->evaluationCount(); ++evaluation)
        QCOMPARE(gathered->evaluation(evaluation).latentRms, direct->evaluation(evaluation).latentRms);
    if (policy == "toca") {
        QVERIFY(selections > 0);
        QVERIFY(scores > 0);
    }
}

void TestTraceWriter::cellsOfAnUnfinishedEvaluationAreHeldBack()
{
    const SmallRun run;
    const auto trace = std::make_shared<plan::Trace>(run.geometry, run.schedule());
    cache::TraceWriter writer(trace, /*gathers=*/true);
    plan::TraceCell cell;
    const auto cells = plan::Trace::cellsPerEvaluation(run.geometry);
    for (std::size_t i = 0; i < cells; ++i) {
        writer.append(cell);
        QCOMPARE(trace->publishedCells(), std::size_t{0});
    }
    writer.appendEvaluation({}, torch::full({2, 2}, -3.0F));
    QCOMPARE(trace->publishedCells(), cells);
    QCOMPARE(trace->evaluation(0).latentRms, 3.0);
}

void TestTraceWriter::nothingWaitsForADeviceInsideAnEvaluation_data()
{
    gatheredCellsAreTheSame_data();
}

void TestTraceWriter::nothingWaitsForADeviceInsideAnEvaluation()
{
    // Values that a run reads from a device, all in its first evaluation or once for each: the size of the latent at
    // the end, and the timestep, which is in the computer's memory. Longer runs read nothing else.
    QFETCH(QString, policy);
    const auto callsOf = [&](int steps) {
        SmallRun run(steps);
        const auto made = plan::makePolicy(policy.toStdString(), {});
        const auto plan = (*made)->plan(run.geometry, run.schedule());
        auto trace = std::make_shared<plan::Trace>(run.geometry, run.schedule());
        cache::CachingSession session(run.geometry, cache::startPolicy(**made, *plan), {trace, {}, {}, true});
        const WaitingOperations waiting;
        run.denoise(session);
        return WaitingOperations::calls();
    };
    const auto few = callsOf(4), more = callsOf(10);
    std::map<std::string, int> added;
    for (const auto& [name, count] : more)
        if (const auto before = few.find(name); before == few.end() || before->second != count)
            added[name] = count - (before == few.end() ? 0 : before->second);
    const std::map<std::string, int> expected{{"aten::_local_scalar_dense", 2 * 6}};
    if (added != expected)
        for (const auto& [name, count] : added)
            qInfo("%s: %d more times in six more evaluations", name.c_str(), count);
    QVERIFY(added == expected);
}

QTEST_GUILESS_MAIN(TestTraceWriter)
#include "tst_trace_writer.moc"
