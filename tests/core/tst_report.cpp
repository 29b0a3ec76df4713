// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policy.h"
#include "core/api/run_result.h"

#include <QTest>

// Qt Test tries all conversions of a value that it prints.
#define JSON_USE_IMPLICIT_CONVERSIONS 0
#include <nlohmann/json.hpp>

#include <cmath>

using namespace toca;
using nlohmann::json;

namespace {

constexpr int kSteps = 6;

/// A run that did exactly what was planned; one second and 10 bytes of cache more per step.
RunResult finishedRun(const char* policy)
{
    RunResult run;
    run.request.policy = policy;
    run.request.steps = kSteps;
    const auto geometry = plan::geometryFor(*plan::publishedShape("opensora-v1.2"), 17, 32, 32, 3);
    if (!geometry)
        qFatal("%s", geometry.error().message.c_str());
    run.plan = *(*plan::makePolicy(policy))->plan(*geometry, plan::uniformSchedule("rflow", kSteps));
    auto trace = std::make_shared<plan::Trace>(*geometry, run.plan.schedule());
    trace->setOnce(run.plan.totalFlops(), 0);
    double once = run.plan.totalFlops();
    for (int evaluation = 0; evaluation < kSteps; ++evaluation) {
        for (int layer = 0; layer < run.plan.layerCount(); ++layer)
            for (const plan::ModuleKind module : plan::kAllModules) {
                const plan::PlannedModule& planned = run.plan.at(evaluation, layer, module);
                trace->append({planned.action, planned.action == plan::Action::Subset, planned.tokens, 0.5f, 0.25f, 2});
            }
        const double flops = run.plan.evaluationFlops(evaluation);
        trace->appendEvaluation({plan::EvaluationDecision::Run, 1.0, flops, 10 * (evaluation + 1), 1});
        once -= flops;
    }
    trace->setOnce(once, 0);
    run.trace = trace;
    Frame frame{16, 16, std::vector<std::uint8_t>(16 * 16 * 3, 100)};
    run.clip = {8, {frame}};
    run.latent = {1, 2};
    run.times.denoising = kSteps;
    run.times.decoding = 1;
    run.threads = 2;
    run.device = "cpu";
    run.versions = {{"libtorch", "2.11.0"}};
    return run;
}

} // namespace

class TestReport : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void holdsTheRun();
    void settingsAreComplete();
    void tokensAreThoseOfThePlan();
    void modulesSumUp();
    void evaluationsOfAStepAreSummed();
    void comparisonStandsAtTheTop();
    void identicalClipsHaveNoPsnr();
    void incomparableClipsSaySo();
    void unfinishedAndOddRunsAreReported();
};

void TestReport::holdsTheRun()
{
    const RunResult run = finishedRun("toca");
    const json report = json::parse(reportJson(run, nullptr, "out/clip.mp4"));
    QVERIFY(report["clip"] == "out/clip.mp4");
    QVERIFY(report["versions"]["libtorch"] == "2.11.0");
    QVERIFY(!report["versions"]["toca"].get<std::string>().empty());
    QVERIFY(report["device"] == "cpu");
    QCOMPARE(report["planned_flops"].get<double>(), run.plan.totalFlops());
    QVERIFY(std::abs(report["counted_flops"].get<double>() / run.plan.totalFlops() - 1) < 1e-12);
    QCOMPARE(report["peak_cache_bytes"].get<int>(), 10 * kSteps);
    QCOMPARE(report["seconds"]["total"].get<double>(), kSteps + 1.0);
    QCOMPARE(report["steps"].size(), std::size_t{kSteps});
    const json& step = report["steps"][4];
    QCOMPARE(step["step"].get<int>(), 4);
    QCOMPARE(step["seconds"].get<double>(), 1.0);
    QCOMPARE(step["cache_bytes"].get<int>(), 50);
    QCOMPARE(step["flops"].get<double>(), run.plan.evaluationFlops(4));
    QVERIFY(std::abs(step["fresh_ratio"].get<double>() - run.plan.freshRatio(4)) < 1e-12);
    QVERIFY(std::abs(step["timestep"].get<double>() - 1000.0 / 3) < 1e-9);
    QVERIFY(!report.contains("wall_clock_gain"));
}

void TestReport::settingsAreComplete()
{
    RunResult run = finishedRun("toca");
    run.request.prompt = "a red ball";
    run.request.policyParameters = {{"fresh_ratio", 0.5}};
    const json settings = json::parse(reportJson(run, nullptr, ""))["settings"];
    QVERIFY(settings["prompt"] == "a red ball");
    QCOMPARE(settings["parameters"]["fresh_ratio"].get<double>(), 0.5);
    QCOMPARE(settings["parameters"]["cross_attention_interval"].get<int>(), 6);
    // The settings can be run again.
    QVERIFY(requestFromJson(settings.dump()));
}

void TestReport::tokensAreThoseOfThePlan()
{
    const RunResult run = finishedRun("toca");
    const json tokens = json::parse(reportJson(run, nullptr, ""))["tokens_computed"];
    QCOMPARE(tokens.size(), std::size_t{kSteps});
    for (int step = 0; step < kSteps; ++step)
        for (int layer = 0; layer < run.plan.layerCount(); ++layer)
            for (const plan::ModuleKind module : plan::kAllModules)
                QCOMPARE(tokens[static_cast<std::size_t>(step)][static_cast<std::size_t>(layer)]
                               [static_cast<std::size_t>(module)]
                                   .get<int>(),
                    run.plan.at(step, layer, module).tokens);
}

void TestReport::modulesSumUp()
{
    const json modules = json::parse(reportJson(finishedRun("fora"), nullptr, ""))["modules"];
    QCOMPARE(modules.size(), std::size_t{3});
    for (const char* name : {"self_attention", "cross_attention", "mlp"}) {
        QCOMPARE(modules[name]["seconds"].get<double>(), 0.5 * kSteps * 56);
        QCOMPARE(modules[name]["selection_seconds"].get<double>(), 0.25 * kSteps * 56);
        QCOMPARE(modules[name]["flops"].get<double>(), 2.0 * kSteps * 56);
    }
}

void TestReport::evaluationsOfAStepAreSummed()
{
    RunResult run;
    plan::Geometry geometry;
    geometry.grid = {1, 1, 4};
    geometry.hiddenSize = 1;
    geometry.layers = {plan::LayerKind::Joint};
    plan::SamplerSchedule schedule = plan::uniformSchedule("two", 2);
    schedule.evaluations = {
        {0, plan::Stream::Conditional, 900}, {0, plan::Stream::Unconditional, 900}, {1, plan::Stream::Joint, 500}};
    run.plan = plan::Plan(geometry, schedule);
    auto trace = std::make_shared<plan::Trace>(geometry, schedule);
    for (int evaluation = 0; evaluation < 3; ++evaluation) {
        for (int i = 0; i < 3; ++i)
            trace->append({plan::Action::Full, false, evaluation == 1 ? 2 : 4, 0, 0, 0});
        trace->appendEvaluation({plan::EvaluationDecision::Run, 1.5, 10, 7, 0});
    }
    run.trace = trace;
    const json report = json::parse(reportJson(run, nullptr, ""));
    QCOMPARE(report["steps"].size(), std::size_t{2});
    QCOMPARE(report["steps"][0]["seconds"].get<double>(), 3.0);
    QCOMPARE(report["steps"][0]["fresh_ratio"].get<double>(), 0.75);
    QVERIFY(report["tokens_computed"] == json::parse("[[[6,6,6]],[[4,4,4]]]"));
}

void TestReport::comparisonStandsAtTheTop()
{
    RunResult run = finishedRun("toca"), baseline = finishedRun("none");
    run.times.denoising = 2;
    run.clip.frames[0].rgb[0] = 110;
    run.latent = {1, 2.5};
    const json report = json::parse(reportJson(run, &baseline, ""));
    QCOMPARE(report["wall_clock_gain"].get<double>(), 3.0);
    QCOMPARE(report["end_to_end_gain"].get<double>(), 7.0 / 3);
    const double flopsGain = baseline.plan.totalFlops() / run.plan.totalFlops();
    QVERIFY(std::abs(report["flops_gain"].get<double>() - flopsGain) < 1e-9);
    QVERIFY(std::abs(report["gain_ratio"].get<double>() - 3.0 / flopsGain) < 1e-9);
    QVERIFY(std::abs(report["psnr_db"].get<double>() - 10 * std::log10(255.0 * 255 * 768 / 100)) < 1e-9);
    QVERIFY(report["ssim"].get<double>() < 1);
    QVERIFY(std::abs(report["latent_relative_error"].get<double>() - 0.5 / std::sqrt(5.0)) < 1e-9);
    QVERIFY(report["identical"] == false);
    QCOMPARE(report["baseline"]["seconds"]["denoising"].get<double>(), 6.0);
}

void TestReport::identicalClipsHaveNoPsnr()
{
    const RunResult run = finishedRun("none");
    const json report = json::parse(reportJson(run, &run, ""));
    QVERIFY(report["psnr_db"].is_null());
    QVERIFY(report["identical"] == true);
    QCOMPARE(report["ssim"].get<double>(), 1.0);
    QCOMPARE(report["latent_relative_error"].get<double>(), 0.0);
}

void TestReport::incomparableClipsSaySo()
{
    RunResult run = finishedRun("none"), baseline = run;
    baseline.clip.frames.clear();
    const json report = json::parse(reportJson(run, &baseline, ""));
    QVERIFY(report["psnr_db"].is_null());
    QVERIFY(!report["fidelity_error"].get<std::string>().empty());
}

void TestReport::unfinishedAndOddRunsAreReported()
{
    RunResult run = finishedRun("none");
    run.trace = nullptr;
    run.request.prompt = std::string(1, '\xff'); // no UTF-8
    run.warnings = {"This setting caches nothing."};
    const json report = json::parse(reportJson(run, nullptr, ""));
    QVERIFY(!report.contains("steps"));
    QVERIFY(report["clip"].is_null());
    QVERIFY(report["warnings"][0] == "This setting caches nothing.");
}

QTEST_GUILESS_MAIN(TestReport)
#include "tst_report.moc"
