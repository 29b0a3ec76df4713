// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/profile.h"

#include <QtTest>

#include <numeric>
#include <set>
#include <string>
#include <thread>

using namespace toca::cache;

/// Where time is said to go. Durations are only held against each other within one clock.
class TestProfile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void namesDiffer();
    void costsNothingWhenNobodyAsks();
    void innerScopesTakeFromOuterOnes();
    void partsSumUpToTheWhole();
    void restoresWhatRanBefore();
    void belongsToItsThread();
};

namespace {

void wait(int milliseconds)
{
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

double of(const std::array<double, kParts>& seconds, Part part)
{
    return seconds[static_cast<std::size_t>(part)];
}

} // namespace

void TestProfile::namesDiffer()
{
    std::set<std::string_view> names;
    for (int part = 0; part < kParts; ++part)
        names.insert(partName(static_cast<Part>(part)));
    QCOMPARE(static_cast<int>(names.size()), kParts);
}

void TestProfile::costsNothingWhenNobodyAsks()
{
    QVERIFY(!Profile::current());
    const PartScope scope(Part::Mlp); // must not need a profile
    QVERIFY(!Profile::current());
}

void TestProfile::innerScopesTakeFromOuterOnes()
{
    Profile profile;
    {
        const PartScope outer(Part::Attention);
        wait(5);
        {
            const PartScope inner(Part::Scoring);
            wait(20);
        }
    }
    const auto seconds = profile.seconds();
    QVERIFY(of(seconds, Part::Scoring) >= 0.02);
    QVERIFY(of(seconds, Part::Attention) >= 0.005);
    QCOMPARE(of(seconds, Part::Mlp), 0.0);
}

void TestProfile::partsSumUpToTheWhole()
{
    const auto begin = std::chrono::steady_clock::now();
    Profile profile;
    for (int i = 0; i < 1000; ++i) {
        const PartScope a(Part::Mlp);
        const PartScope b(Part::RowMoves);
    }
    wait(3);
    const auto seconds = profile.seconds();
    const double whole = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
    QVERIFY(sum <= whole);
    QVERIFY(sum >= 0.003);
    QVERIFY(of(seconds, Part::Other) >= 0.003);
}

void TestProfile::restoresWhatRanBefore()
{
    Profile outer;
    {
        Profile inner;
        QCOMPARE(Profile::current(), &inner);
    }
    QCOMPARE(Profile::current(), &outer);
    QCOMPARE(outer.enter(Part::Mlp), Part::Other);
    QCOMPARE(outer.enter(Part::Other), Part::Mlp);
}

void TestProfile::belongsToItsThread()
{
    const Profile profile;
    const Profile* elsewhere = &profile;
    std::thread([&] { elsewhere = Profile::current(); }).join();
    QVERIFY(!elsewhere);
}

QTEST_GUILESS_MAIN(TestProfile)
#include "tst_profile.moc"
