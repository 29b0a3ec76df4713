// SPDX-License-Identifier: Apache-2.0
#include "core/world/checker.h"

#include <QtTest>

#include <algorithm>

using namespace toca::world;

class TestChecker : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsTrueRenderings_data();
    void readsTrueRenderings();
    void noticesWhatIsWrong_data();
    void noticesWhatIsWrong();
    void bearsNoise();
    void findsNothingInAnEmptyPicture();
    void refusesOtherSizes();
    void takesAnyPixels();
};

namespace {

std::vector<std::uint8_t> rendered(const Scene& scene, int width, int height, int frames)
{
    std::vector<std::uint8_t> rgb(static_cast<std::size_t>(width * height * frames) * 3);
    render(scene, width, height, frames, rgb);
    return rgb;
}

} // namespace

void TestChecker::readsTrueRenderings_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("frames");
    QTest::addColumn<double>("pairShare");
    QTest::addColumn<int>("clips");
    QTest::newRow("one object") << 128 << 128 << 17 << 0.0 << 150;
    QTest::newRow("two objects") << 128 << 128 << 17 << 1.0 << 60;
    QTest::newRow("pictures") << 128 << 128 << 1 << 0.22 << 200;
    QTest::newRow("wide and large") << 320 << 256 << 9 << 0.22 << 40;
}

void TestChecker::readsTrueRenderings()
{
    QFETCH(int, width);
    QFETCH(int, height);
    QFETCH(int, frames);
    QFETCH(double, pairShare);
    QFETCH(int, clips);
    const Checker checker(width, height);
    const WorldOptions options{width, height, frames, pairShare};
    std::array<int, kAttributeNames.size()> right{}, asked{};
    for (int i = 0; i < clips; ++i) {
        const Scene scene = sceneOf(500'000 + static_cast<std::uint64_t>(i), options);
        const auto seen = checker.measure(rendered(scene, width, height, frames), frames);
        QVERIFY(bool(seen));
        const auto attributes = attributesOf(judge(scene.description, *seen));
        for (std::size_t k = 0; k < attributes.size(); ++k)
            if (attributes[k]) {
                ++asked[k];
                right[k] += *attributes[k];
            }
    }
    for (std::size_t k = 0; k < right.size(); ++k) {
        if (asked[k] < 10)
            continue;
        const double share = static_cast<double>(right[k]) / asked[k];
        qInfo("%s: %.1f %% of %d", kAttributeNames[k], 100 * share, asked[k]);
        QVERIFY2(share >= 0.97, kAttributeNames[k]);
    }
}

void TestChecker::noticesWhatIsWrong_data()
{
    QTest::addColumn<QString>("asked");
    QTest::addColumn<QString>("shown");
    QTest::addColumn<int>("wrong"); // index into kAttributeNames; -1: nothing
    const QString base = "a large red star moves up on a blue background";
    QTest::newRow("nothing") << base << base << -1;
    QTest::newRow("colour") << base << "a large green star moves up on a blue background" << 0;
    QTest::newRow("shape") << base << "a large red cross moves up on a blue background" << 1;
    QTest::newRow("size") << base << "a small red star moves up on a blue background" << 2;
    QTest::newRow("motion") << base << "a large red star moves down on a blue background" << 3;
    QTest::newRow("resting") << base << "a large red star stays still on a blue background" << 3;
    QTest::newRow("backdrop") << base << "a large red star moves up in a cloudy sky" << 4;
    QTest::newRow("two") << "a red ball and a blue star move up on a gray gradient"
                         << "a red ball moves up on a gray gradient" << 5;
    QTest::newRow("relation") << "a red ball moves to the left above a blue star on a gray gradient"
                              << "a red ball moves to the left below a blue star on a gray gradient" << 3;
    QTest::newRow("orbit") << "a red ball orbits around a blue star on a gray gradient"
                           << "a red ball and a blue star move to the right on a gray gradient" << 3;
    QTest::newRow("spin") << "a red square spins in a night sky"
                          << "a red square stays still in a night sky" << 3;
    QTest::newRow("no one sees a ball spin") << "a red ball spins in a night sky"
                                             << "a red ball stays still in a night sky" << -1;
}

void TestChecker::noticesWhatIsWrong()
{
    QFETCH(QString, asked);
    QFETCH(QString, shown);
    QFETCH(int, wrong);
    const auto question = parseCaption(asked.toStdString());
    const auto answer = parseCaption(shown.toStdString());
    QVERIFY(question && answer);
    const Checker checker(128, 128);
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
        const auto seen = checker.measure(rendered(sceneFor(*answer, seed), 128, 128, 17), 17);
        QVERIFY(bool(seen));
        const Verdict verdict = judge(*question, *seen);
        QCOMPARE(verdict.isFollowed(), wrong < 0);
        if (wrong >= 0)
            QCOMPARE(attributesOf(verdict)[static_cast<std::size_t>(wrong)], std::optional(false));
    }
}

void TestChecker::bearsNoise()
{
    const Checker checker(128, 128);
    int followed = 0;
    for (std::uint64_t seed = 0; seed < 25; ++seed) {
        const Scene scene = sceneOf(900'000 + seed, {128, 128, 17, 0.0});
        auto rgb = rendered(scene, 128, 128, 17);
        std::uint32_t state = static_cast<std::uint32_t>(seed) + 1;
        for (std::uint8_t& value : rgb) {
            state = state * 1664525 + 1013904223; // +-8 levels
            value = static_cast<std::uint8_t>(std::clamp(value + static_cast<int>(state >> 28) - 8, 0, 255));
        }
        const auto seen = checker.measure(rgb, 17);
        QVERIFY(bool(seen));
        followed += judge(scene.description, *seen).isFollowed();
    }
    QVERIFY2(followed >= 24, std::to_string(followed).c_str());
}

void TestChecker::findsNothingInAnEmptyPicture()
{
    const std::vector<std::uint8_t> gray(128 * 128 * 3 * 3, 140);
    const auto seen = Checker(128, 128).measure(gray, 3);
    QVERIFY(bool(seen));
    QCOMPARE(seen->objectCount, 0);
    QVERIFY(seen->objects.empty());
    QCOMPARE(seen->backdrop, Backdrop::Gray);
    QVERIFY(!judge(*parseCaption("a red ball bounces"), *seen).isFollowed());
}

void TestChecker::refusesOtherSizes()
{
    const Checker checker(128, 128);
    QVERIFY(!checker.measure(std::vector<std::uint8_t>(100), 1));
    QVERIFY(!checker.measure({}, 0));
    QVERIFY(!checker.measure(toca::Clip{}));
    const auto refused = checker.measure(toca::Clip{8, {{64, 64, std::vector<std::uint8_t>(64 * 64 * 3)}}});
    QVERIFY(!refused);
    QVERIFY2(refused.error().message.find("64 x 64") != std::string::npos, refused.error().message.c_str());
}

void TestChecker::takesAnyPixels()
{
    std::uint32_t state = 7;
    for (const auto& [width, height, frames] :
        {std::tuple{8, 8, 1}, std::tuple{9, 200, 2}, std::tuple{700, 8, 3}, std::tuple{64, 48, 90}}) {
        const Checker checker(width, height);
        for (int pattern = 0; pattern < 3; ++pattern) {
            std::vector<std::uint8_t> rgb(static_cast<std::size_t>(width * height * frames) * 3);
            for (std::uint8_t& value : rgb) {
                state = state * 1664525 + 1013904223;
                value = pattern == 0 ? static_cast<std::uint8_t>(state >> 24)
                    : pattern == 1   ? 255
                                     : (state >> 31) * 255;
            }
            const auto seen = checker.measure(rgb, frames);
            QVERIFY(bool(seen));
            QVERIFY(seen->objects.size() <= 2);
        }
    }
}

QTEST_GUILESS_MAIN(TestChecker)
#include "tst_checker.moc"
