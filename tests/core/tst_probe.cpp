// SPDX-License-Identifier: Apache-2.0
#include "core/api/probe.h"
#include "core/api/sensitivity.h"
#include "tests/support/engine_run.h"

#include <QtTest>

#include <algorithm>
#include <numeric>

using namespace toca;
using test::generate;
using test::smallRequest;
using test::told;

namespace {

constexpr plan::TokenGrid kGrid{5, 2, 2}; // of smallRequest: 32 x 32 pixels

GenerationRequest cachedRequest(const std::string& policy)
{
    GenerationRequest request = smallRequest();
    request.steps = 10;
    request.policy = policy;
    return request;
}

ProbeEdit someEdit(ProbeMode mode)
{
    ProbeEdit edit;
    edit.mask = {kGrid, {1, 6, 7}};
    edit.mode = mode;
    edit.firstStep = 5;
    edit.lastStep = 8;
    edit.firstLayer = 2;
    edit.lastLayer = 5;
    return edit;
}

bool isSameTrace(const plan::Trace& a, const plan::Trace& b)
{
    for (std::size_t cell = 0; cell < a.cellCount(); ++cell)
        if (a.cell(cell).action != b.cell(cell).action || a.freshTokens(cell) != b.freshTokens(cell))
            return false;
    return a.publishedCells() == b.publishedCells() && a.publishedEvaluations() == b.publishedEvaluations();
}

} // namespace

class TestProbe : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void withoutAnEditTheRunIsTheSame_data();
    void withoutAnEditTheRunIsTheSame();
    void freshTokensAreComputed();
    void staleTokensAreReused();
    void unfitProbesAreRefused();
    void protectionChangesTheChoice();
    void protectionOfAnotherGridIsRefused();
    void engineMeasuresSensitivity();
    void cancelEndsAProbe();

private:
    std::unique_ptr<Engine> m_engine = test::newEngine();
    Observer m_nobody;
};

void TestProbe::withoutAnEditTheRunIsTheSame_data()
{
    QTest::addColumn<QByteArray>("policy");
    QTest::addColumn<int>("step");
    for (const char* policy : {"none", "fora", "toca", "duca", "pab", "schedule", "taylorseer", "teacache", "clusca"})
        for (const int step : {0, 4, 7, 9})
            QTest::addRow("%s from step %d", policy, step) << QByteArray(policy) << step;
}

void TestProbe::withoutAnEditTheRunIsTheSame()
{
    QFETCH(QByteArray, policy);
    QFETCH(int, step);
    ProbeRequest probe{cachedRequest(policy.toStdString()), {}};
    const auto original = generate(*m_engine, probe.request);
    QVERIFY2(original, told(original).constData());
    probe.edit.firstStep = step;
    probe.edit.lastStep = 9;
    const auto result = m_engine->probe(probe, m_nobody, {});
    QVERIFY2(result, told(result).constData());
    QVERIFY(result->restartedAt <= step);
    if (policy == "none")
        QCOMPARE(result->restartedAt, step);
    if (policy == "toca" && step == 9)
        QVERIFY(result->restartedAt > 0); // it does go back, not to the beginning
    QVERIFY(result->isIdentical);
    QCOMPARE(result->edited.latent, original->latent);
    QVERIFY(result->edited.clip == original->clip);
    QVERIFY(isSameTrace(*result->edited.trace, *original->trace));
    QCOMPARE(result->latentRelativeError, 0.0);
}

void TestProbe::freshTokensAreComputed()
{
    const ProbeRequest probe{cachedRequest("toca"), someEdit(ProbeMode::KeepFresh)};
    const auto result = m_engine->probe(probe, m_nobody, {});
    QVERIFY2(result, told(result).constData());
    QVERIFY(!result->isIdentical);
    const plan::Trace& trace = *result->edited.trace;
    for (int step = 5; step <= 8; ++step)
        for (int layer = 2; layer <= 5; ++layer)
            for (const plan::ModuleKind module : plan::kAllModules)
                for (const std::int32_t token : probe.edit.mask.tokens)
                    QVERIFY(trace.isFresh(trace.cellIndex(step, layer, module), 0, token));
    QVERIFY(result->computedTokens > result->originalTokens);
    QCOMPARE(result->tokenDamage.size(), std::size_t{20});
    QVERIFY(*std::max_element(result->tokenDamage.begin(), result->tokenDamage.end()) > 0);
    QCOMPARE(result->frameRmse.size(), std::size_t{17});
}

void TestProbe::staleTokensAreReused()
{
    const ProbeRequest probe{cachedRequest("none"), someEdit(ProbeMode::KeepStale)};
    const auto result = m_engine->probe(probe, m_nobody, {});
    QVERIFY2(result, told(result).constData());
    QCOMPARE(result->restartedAt, 4); // its outputs are reused
    QVERIFY(!result->isIdentical);
    const plan::Trace& trace = *result->edited.trace;
    for (int step = 0; step < 10; ++step)
        for (int layer = 0; layer < trace.layerCount(); ++layer)
            for (std::int64_t token = 0; token < 20; ++token) {
                const bool isStale =
                    step >= 5 && step <= 8 && layer >= 2 && layer <= 5 && (token == 1 || token == 6 || token == 7);
                QCOMPARE(trace.isFresh(trace.cellIndex(step, layer, plan::ModuleKind::Mlp), 0, token), !isStale);
            }
    QVERIFY(result->computedTokens < result->originalTokens);
    // The tokens that were left alone are damaged most.
    const auto& damage = result->tokenDamage;
    const double marked = static_cast<double>(damage[1] + damage[6] + damage[7]) / 3;
    const double all = static_cast<double>(std::accumulate(damage.begin(), damage.end(), 0.0F)) / 20;
    QVERIFY(marked > all);
}

void TestProbe::unfitProbesAreRefused()
{
    ProbeRequest probe{cachedRequest("toca"), someEdit(ProbeMode::KeepStale)};
    const auto codeOf = [&] {
        const auto result = m_engine->probe(probe, m_nobody, {});
        return result ? ErrorCode::Internal : result.error().code;
    };
    probe.edit.lastStep = 10;
    QCOMPARE(codeOf(), ErrorCode::InvalidArgument);
    probe.edit = someEdit(ProbeMode::KeepStale);
    probe.edit.firstLayer = 7;
    QCOMPARE(codeOf(), ErrorCode::InvalidArgument);
    probe.edit = someEdit(ProbeMode::KeepStale);
    probe.edit.mask.grid = {5, 4, 4};
    QCOMPARE(codeOf(), ErrorCode::InvalidArgument);
    probe.edit = someEdit(ProbeMode::KeepStale);
    probe.request.policy = "taylorseer";
    QCOMPARE(codeOf(), ErrorCode::Unsupported);
}

void TestProbe::protectionChangesTheChoice()
{
    GenerationRequest request = cachedRequest("toca");
    const auto plain = generate(*m_engine, request);
    QVERIFY2(plain, told(plain).constData());
    request.protect = "5x2x2: 9";
    const auto protectedRun = generate(*m_engine, request);
    QVERIFY2(protectedRun, told(protectedRun).constData());
    int chosen = 0, chosenBefore = 0, selections = 0;
    for (std::size_t cell = 0; cell < plain->trace->cellCount(); ++cell) {
        if (plain->trace->cell(cell).action != plan::Action::Subset || plain->trace->cell(cell).computedTokens == 0)
            continue;
        ++selections;
        chosen += protectedRun->trace->isFresh(cell, 0, 9) ? 1 : 0;
        chosenBefore += plain->trace->isFresh(cell, 0, 9) ? 1 : 0;
        QCOMPARE(protectedRun->trace->cell(cell).computedTokens, plain->trace->cell(cell).computedTokens);
    }
    QVERIFY(selections > 0);
    QCOMPARE(chosen, selections);
    QVERIFY(chosenBefore < selections);
    const auto again = requestFromJson(toJson(request));
    QVERIFY2(again, told(again).constData());
    QVERIFY(*again == request);
}

void TestProbe::protectionOfAnotherGridIsRefused()
{
    GenerationRequest request = cachedRequest("toca");
    request.protect = "5x4x4: 1";
    auto result = generate(*m_engine, request);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::InvalidArgument);
    request.protect = "nonsense";
    result = generate(*m_engine, request);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::InvalidArgument);
}

void TestProbe::engineMeasuresSensitivity()
{
    SensitivityJob job;
    job.request = cachedRequest("toca");
    job.options.steps = {5};
    job.options.layers = {3};
    SensitivityObserver nobody;
    const auto record = m_engine->measureSensitivity(job, nobody, {});
    QVERIFY2(record, told(record).constData());
    QVERIFY(record->isComplete);
    QCOMPARE(record->sites.size(), std::size_t{3});
    QVERIFY(record->grid == kGrid);
    for (const SensitivitySite& site : record->sites) {
        QCOMPARE(site.measured(), 20);
        QCOMPARE(site.scores[static_cast<std::size_t>(SensitivityScore::Age)].size(), std::size_t{20});
    }
    // A finished measurement has nothing left to do; one of another request cannot be continued.
    job.earlier = std::make_shared<const SensitivityRecord>(*record);
    const auto again = m_engine->measureSensitivity(job, nobody, {});
    QVERIFY2(again, told(again).constData());
    QCOMPARE(again->evaluations, record->evaluations);
    job.request.seed = 99;
    const auto other = m_engine->measureSensitivity(job, nobody, {});
    QVERIFY(!other);
    QCOMPARE(other.error().code, ErrorCode::InvalidArgument);
    job.earlier.reset();
    job.options.steps = {0};
    job.options.mode = SensitivityMode::Freeze;
    QCOMPARE(m_engine->measureSensitivity(job, nobody, {}).error().code, ErrorCode::InvalidArgument);
}

void TestProbe::cancelEndsAProbe()
{
    std::stop_source source;
    test::Recorder recorder;
    recorder.onStep = [&](int) { source.request_stop(); };
    const auto result =
        m_engine->probe({cachedRequest("none"), someEdit(ProbeMode::KeepStale)}, recorder, source.get_token());
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::Cancelled);
    QVERIFY(recorder.steps.size() <= 2);
}

QTEST_GUILESS_MAIN(TestProbe)
#include "tst_probe.moc"
