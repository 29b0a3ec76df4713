// SPDX-License-Identifier: Apache-2.0
// Scores taken apart again from what a trace keeps, against the parts that the policy added up.
#include "cache/plan/score_parts.h"
#include "tests/support/small_stdit3.h"

#include <QtTest>

using namespace toca;

namespace {

struct Parts {
    std::vector<float> age, evidence, final;
};

std::vector<float> plain(const torch::Tensor& values)
{
    const auto held = values[0].to(torch::kFloat).contiguous();
    return {held.const_data_ptr<float>(), held.const_data_ptr<float>() + held.numel()};
}

} // namespace

class TestScoreParts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void partsAreWhatThePolicyAdded_data();
    void partsAreWhatThePolicyAdded();
    void nothingWithoutScores();
    void otherPoliciesHaveNoParts();
};

void TestScoreParts::partsAreWhatThePolicyAdded_data()
{
    QTest::addColumn<double>("self");
    QTest::addColumn<double>("text");
    QTest::addColumn<double>("bonus");
    QTest::newRow("s2") << 0.0 << 1.0 << 0.0;
    QTest::newRow("s1") << 1.0 << 0.0 << 0.0;
    QTest::newRow("s2 with bonus") << 0.0 << 1.0 << 0.6;
    QTest::newRow("both") << 0.5 << 1.0 << 0.3;
}

void TestScoreParts::partsAreWhatThePolicyAdded()
{
    QFETCH(double, self);
    QFETCH(double, text);
    QFETCH(double, bonus);
    test::SmallRun run;
    const plan::ParameterValues values{{"fresh_ratio", 0.3}, {"self_attention_weight", self},
        {"cross_attention_weight", text}, {"spatial_bonus", bonus}};
    const auto policy = plan::makePolicy("toca", values);
    QVERIFY2(policy, policy ? "" : policy.error().message.c_str());
    const auto plan = (*policy)->plan(run.geometry, run.schedule());
    QVERIFY(plan);
    auto trace =
        std::make_shared<plan::Trace>(run.geometry, run.schedule(), run.geometry.prompts, plan::TraceLevel::Scores);
    std::map<std::size_t, Parts> added;
    cache::PolicyRunOptions options;
    options.scoreAlways = true;
    options.scoreObserver = [&](const plan::Site& site, const cache::ScoreParts& parts) {
        Parts& kept = added[trace->cellIndex(site.evaluation, site.layer, site.module)];
        kept.age = plain(parts.age);
        kept.final = plain(parts.final);
        torch::Tensor evidence = torch::zeros_like(parts.age);
        if (parts.crossAttention.defined())
            evidence = evidence + text * parts.crossAttention;
        if (parts.selfAttention.defined())
            evidence = evidence + self * parts.selfAttention;
        kept.evidence = plain(evidence);
    };
    cache::CachingSession session(run.geometry, cache::startPolicy(**policy, *plan, options), {trace, {}});
    run.denoise(session);
    QVERIFY(added.size() > 4);

    const auto known = plan::tokenwiseOptions("toca", values, {}, run.geometry.family);
    QVERIFY(known);
    bool anyAge = false;
    for (const auto& [cell, parts] : added) {
        const auto shares = plan::scoreShares(*trace, cell, 0, *known);
        QVERIFY(shares);
        for (std::size_t token = 0; token < parts.age.size(); ++token) {
            const double tolerance = 2e-3 * std::max(1.0F, std::abs(parts.final[token])); // 16 bits are kept
            QVERIFY(std::abs(shares->age[token] - parts.age[token]) < 1e-6);
            QVERIFY(std::abs(shares->evidence[token] - parts.evidence[token]) < tolerance);
            QVERIFY(std::abs(shares->evidence[token] + shares->age[token] + shares->bonus[token] - parts.final[token])
                < tolerance);
            anyAge = anyAge || parts.age[token] > 0;
        }
        QCOMPARE(shares->evidenceName.find("s1") != std::string::npos, self > 0);
    }
    QVERIFY(anyAge);
}

void TestScoreParts::nothingWithoutScores()
{
    plan::Trace trace(plan::Geometry(), plan::uniformSchedule("rflow", 1));
    QVERIFY(!plan::scoreShares(trace, 0, 0, {}));
}

void TestScoreParts::otherPoliciesHaveNoParts()
{
    QVERIFY(!plan::tokenwiseOptions("fora", {}, {}, "stdit3"));
    QVERIFY(!plan::tokenwiseOptions("nonsense", {}, {}, "stdit3"));
    QVERIFY(plan::tokenwiseOptions("duca", {}, {}, "stdit3"));
}

QTEST_GUILESS_MAIN(TestScoreParts)
#include "tst_score_parts.moc"
