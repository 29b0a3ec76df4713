// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/rank_statistics.h"
#include "cache/plan/token_groups.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <numeric>

using namespace toca::plan;

/// Rank correlations and spreads against values worked out by hand, and groups that cover every token once.
class TestRankStatistics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tiesShareTheirMeanRank();
    void spearmanOfHandWorkedValues();
    void whatHasNoCorrelationIsNaN();
    void missingPairsAreLeftOut();
    void quantilesInterpolate();
    void spreadOfZeroIsInfinite();
    void groupsCoverEveryTokenOnce_data();
    void groupsCoverEveryTokenOnce();
};

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}

void TestRankStatistics::tiesShareTheirMeanRank()
{
    const std::vector<double> values{10, 20, 20, 5, 20, 7};
    QCOMPARE(averageRanks(values), (std::vector<double>{3, 5, 5, 1, 5, 2}));
}

void TestRankStatistics::spearmanOfHandWorkedValues()
{
    const std::vector<double> up{1, 2, 3, 4, 5}, squares{1, 4, 9, 16, 25}, down{5, 4, 3, 2, 1};
    QCOMPARE(spearman(up, squares), 1.0);
    QCOMPARE(spearman(up, down), -1.0);
    // The textbook example of intelligence and television: sum of squared rank differences 194, n = 10.
    const std::vector<double> iq{106, 86, 100, 101, 99, 103, 97, 113, 112, 110},
        hours{7, 0, 27, 50, 28, 29, 20, 12, 6, 17};
    QVERIFY(std::abs(spearman(iq, hours) - (1 - 6 * 194.0 / (10 * 99))) < 1e-12);
    // Ties: ranks (1, 2.5, 2.5, 4) and (1, 2, 3, 4): covariance 4.5, variances 4.5 and 5.
    const std::vector<double> tied{1, 2, 2, 3}, plain{1, 2, 3, 4};
    QVERIFY(std::abs(spearman(tied, plain) - 4.5 / std::sqrt(4.5 * 5)) < 1e-12);
}

void TestRankStatistics::whatHasNoCorrelationIsNaN()
{
    const std::vector<double> constant{2, 2, 2, 2}, up{1, 2, 3, 4}, two{1, 2};
    QVERIFY(std::isnan(spearman(constant, up)));
    QVERIFY(std::isnan(spearman(two, two)));
    QVERIFY(std::isnan(spearman({}, {})));
}

void TestRankStatistics::missingPairsAreLeftOut()
{
    const std::vector<double> x{1, kNone, 2, 3, 100}, y{1, -50, 2, 3, kNone};
    QCOMPARE(spearman(x, y), 1.0);
}

void TestRankStatistics::quantilesInterpolate()
{
    const std::vector<double> values{4, 1, kNone, 3, 2};
    QCOMPARE(quantile(values, 0), 1.0);
    QCOMPARE(quantile(values, 1), 4.0);
    QCOMPARE(quantile(values, 0.5), 2.5);
    QVERIFY(std::abs(quantile(values, 0.1) - 1.3) < 1e-12);
    QVERIFY(std::isnan(quantile({}, 0.5)));
}

void TestRankStatistics::spreadOfZeroIsInfinite()
{
    std::vector<double> values(101);
    std::iota(values.begin(), values.end(), 0.0);
    const Spread spread = spreadOf(values);
    QCOMPARE(spread.count, 101);
    QCOMPARE(spread.median, 50.0);
    QVERIFY(std::isinf(spread.largestToSmallest));
    QCOMPARE(spread.p95ToP5, 19.0);
}

void TestRankStatistics::groupsCoverEveryTokenOnce_data()
{
    QTest::addColumn<int>("grouping");
    QTest::addColumn<int>("side");
    QTest::addColumn<int>("count");
    QTest::newRow("tokens") << static_cast<int>(TokenGrouping::Token) << 2 << 70;
    QTest::newRow("blocks with a border") << static_cast<int>(TokenGrouping::Block) << 2 << 2 * 3 * 4;
    QTest::newRow("frames") << static_cast<int>(TokenGrouping::Frame) << 2 << 2;
}

void TestRankStatistics::groupsCoverEveryTokenOnce()
{
    QFETCH(int, grouping);
    QFETCH(int, side);
    QFETCH(int, count);
    const TokenGrid grid{2, 5, 7};
    const auto groups = tokenGroups(grid, static_cast<TokenGrouping>(grouping), side);
    QCOMPARE(static_cast<int>(groups.size()), count);
    std::vector<int> seen(70, 0);
    for (const auto& group : groups) {
        QVERIFY(!group.empty());
        for (const std::int32_t token : group) {
            ++seen[static_cast<std::size_t>(token)];
            QCOMPARE(token / 35, group.front() / 35); // never across frames
        }
    }
    QVERIFY(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }));
    const auto owner = groupOfToken(groups, 70);
    for (std::size_t group = 0; group < groups.size(); ++group)
        for (const std::int32_t token : groups[group])
            QCOMPARE(owner[static_cast<std::size_t>(token)], static_cast<std::int32_t>(group));
}

QTEST_GUILESS_MAIN(TestRankStatistics)
#include "tst_rank_statistics.moc"
