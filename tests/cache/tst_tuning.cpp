// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/published_run.h"
#include "cache/plan/tuning.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace toca;
using namespace toca::plan;

/// The search for settings of a given gain.
class TuningTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPolicyIsTunedOrNamed();
    void knobsAreParametersOfTheirPolicies();
    void reachesGainsOnPublishedModels_data();
    void reachesGainsOnPublishedModels();
    void theStartIsKeptWhereItFits();
    void findsThresholds_data();
    void findsThresholds();
    void saysHowNearItCame();
    void passesErrorsOn();
    void refusesWhatItCannotTune();
};

namespace {

/// Gains of plans on a published model.
TuningGainOf plannedOn(const char* geometryName, const PolicyEntry& policy, std::string_view preset)
{
    const auto run = publishedRun(geometryName);
    const auto shape = publishedShape(geometryName);
    const auto geometry = geometryFor(*shape, run->frames, run->width, run->height, run->textTokens);
    const auto schedule = samplerSchedule(run->sampler, run->steps, run->frames, run->width, run->height);
    return [=, &policy, preset = std::string(preset)](const ParameterValues& values) -> Result<TuningGain> {
        PolicyContext context;
        context.family = shape->family;
        const auto made = makePolicy(policy.name, values, preset, context);
        if (!made)
            return unexpected(made.error());
        const auto plan = (*made)->plan(*geometry, schedule);
        if (!plan)
            return unexpected(plan.error());
        return TuningGain{plan->flopsGain(), false};
    };
}

} // namespace

void TuningTest::everyPolicyIsTunedOrNamed()
{
    for (const PolicyEntry& entry : policyEntries()) {
        // What computes everything, was learnt or was painted has nothing to turn.
        const bool isFixed = entry.name == "none" || entry.name == "harmonica" || entry.name == "schedule";
        QVERIFY2(isFixed != (tuningKnobs(entry.name) != nullptr), entry.name.c_str());
    }
    QVERIFY(!tuningKnobs("nothing"));
}

void TuningTest::knobsAreParametersOfTheirPolicies()
{
    for (const PolicyEntry& entry : policyEntries()) {
        const TuningKnobs* knobs = tuningKnobs(entry.name);
        if (!knobs)
            continue;
        QVERIFY2(knobs->intervals.empty() != knobs->threshold.empty(), entry.name.c_str());
        std::vector<std::string> names;
        for (const auto& [name, value] : knobs->fixed)
            names.push_back(name);
        for (const auto& interval : knobs->intervals)
            names.push_back(interval.name);
        for (const std::string& name : {knobs->fine, knobs->threshold})
            if (!name.empty())
                names.push_back(name);
        for (const std::string& name : names) {
            const bool isThere = std::any_of(entry.parameters.begin(), entry.parameters.end(),
                [&](const ParameterSpec& spec) { return spec.name == name; });
            QVERIFY2(isThere, (entry.name + "." + name).c_str());
        }
    }
}

void TuningTest::reachesGainsOnPublishedModels_data()
{
    QTest::addColumn<QString>("geometry");
    QTest::addColumn<QString>("policy");
    QTest::addColumn<double>("target");
    for (const char* geometry : {"opensora-v1.2", "dit-xl-2-256", "pixart-alpha-256"})
        for (const char* policy : {"toca", "duca", "fora", "taylorseer", "clusca", "deltadit", "ebcache"})
            for (const double target : {2.0, 3.0})
                QTest::addRow("%s %s %.0f", geometry, policy, target) << geometry << policy << target;
}

void TuningTest::reachesGainsOnPublishedModels()
{
    QFETCH(QString, geometry);
    QFETCH(QString, policy);
    QFETCH(double, target);
    const PolicyEntry* entry = findPolicy(policy.toStdString());
    if (!entry)
        QSKIP("not registered");
    const std::string name = geometry.toStdString(), family = publishedShape(name)->family;
    const auto gainOf = plannedOn(name.c_str(), *entry, "");
    const auto tuned = tunedToGain(*entry, "", family, {}, target, gainOf);
    QVERIFY2(tuned, tuned ? "" : tuned.error().message.c_str());
    QVERIFY(!tuned->gain.isMeasured);
    QCOMPARE(tuned->runs, 0);
    QVERIFY(tuned->plans > 0 && tuned->plans < 200);
    // Whole intervals of few steps cannot hit every gain; DuCa's published lists for Open-Sora end at 2.8.
    const double off = std::abs(tuned->gain.flopsGain / target - 1);
    QVERIFY2(off < 0.08, qPrintable(QString::number(tuned->gain.flopsGain)));
    QCOMPARE(gainOf(tuned->values)->flopsGain, tuned->gain.flopsGain); // the values are what was measured
}

void TuningTest::theStartIsKeptWhereItFits()
{
    // The published setting of Open-Sora gains 2.356: asked for that, nothing is turned.
    const PolicyEntry& toca = *findPolicy("toca");
    const auto tuned =
        tunedToGain(toca, "", "stdit3", {{"age_weight", 0.5}}, 2.356, plannedOn("opensora-v1.2", toca, ""));
    QVERIFY(tuned);
    QCOMPARE(std::get<std::int64_t>(tuned->values.at("mlp_interval")), std::int64_t{3});
    QCOMPARE(std::get<std::int64_t>(tuned->values.at("cross_attention_interval")), std::int64_t{6});
    QCOMPARE(std::get<double>(tuned->values.at("fresh_ratio")), 0.1);
    QCOMPARE(std::get<double>(tuned->values.at("age_weight")), 0.5); // what was given stays
}

void TuningTest::findsThresholds_data()
{
    QTest::addColumn<double>("scale");
    QTest::newRow("far above the start") << 8.0;
    QTest::newRow("near the start") << 0.1;
    QTest::newRow("far below the start") << 0.002;
}

void TuningTest::findsThresholds()
{
    QFETCH(double, scale);
    // A response with steps, as the number of skipped evaluations has.
    int runs = 0;
    const auto response = [&](const ParameterValues& values) -> Result<TuningGain> {
        ++runs;
        const double threshold = std::get<double>(values.at("threshold"));
        const int skipped = static_cast<int>(std::min(27.0, 20 * std::log1p(threshold / scale)));
        return TuningGain{30.0 / (30 - skipped), true};
    };
    const auto tuned = tunedToGain(*findPolicy("easycache"), "", "stdit3", {}, 2.0, response);
    QVERIFY(tuned);
    QCOMPARE(tuned->gain.flopsGain, 2.0);
    QVERIFY(tuned->gain.isMeasured);
    QCOMPARE(tuned->runs, runs);
    QVERIFY2(runs < 18, QByteArray::number(runs));
}

void TuningTest::saysHowNearItCame()
{
    const auto stuck = [](const ParameterValues&) -> Result<TuningGain> { return TuningGain{1.3, true}; };
    const auto tuned = tunedToGain(*findPolicy("easycache"), "", "stdit3", {}, 3.0, stuck);
    QVERIFY(tuned);
    QCOMPARE(tuned->gain.flopsGain, 1.3);
    QVERIFY(tuned->runs < 18);
    // A gain above the target at the start is met from below.
    const auto high = [](const ParameterValues& values) -> Result<TuningGain> {
        return TuningGain{1 + std::get<double>(values.at("threshold")) * 100, true};
    };
    const auto low = tunedToGain(*findPolicy("easycache"), "", "stdit3", {}, 1.5, high);
    QVERIFY(low);
    QVERIFY(std::abs(low->gain.flopsGain / 1.5 - 1) < 0.02);
}

void TuningTest::passesErrorsOn()
{
    int asked = 0;
    const auto failing = [&](const ParameterValues&) -> Result<TuningGain> {
        if (++asked == 3)
            return unexpected(ErrorCode::Cancelled, "stopped");
        return TuningGain{1.1, true};
    };
    for (const char* policy : {"easycache", "fora"}) {
        asked = 0;
        const auto tuned = tunedToGain(*findPolicy(policy), "", "stdit3", {}, 2.0, failing);
        QVERIFY(!tuned);
        QVERIFY(tuned.error().code == ErrorCode::Cancelled);
        QCOMPARE(asked, 3);
    }
}

void TuningTest::refusesWhatItCannotTune()
{
    const auto never = [](const ParameterValues&) -> Result<TuningGain> { return TuningGain{}; };
    QVERIFY(!tunedToGain(*findPolicy("none"), "", "stdit3", {}, 2.0, never));
    QVERIFY(!tunedToGain(*findPolicy("fora"), "", "stdit3", {}, 0.5, never));
    QVERIFY(!tunedToGain(*findPolicy("fora"), "", "stdit3", {}, std::nan(""), never));
}

QTEST_GUILESS_MAIN(TuningTest)
#include "tst_tuning.moc"
