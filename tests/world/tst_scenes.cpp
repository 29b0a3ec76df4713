// SPDX-License-Identifier: Apache-2.0
#include "core/world/held_out.h"
#include "core/world/random.h"
#include "core/world/world.h"

#include <QCryptographicHash>
#include <QtTest>

#include <map>
#include <set>
#include <string>

using namespace toca::world;

class TestScenes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void randomNumbersAreTheSameEverywhere();
    void seedsMeanTheSameEverywhere();
    void everythingOccurs();
    void nothingVanishes();
    void objectsStayInThePicture();
    void picturesAreTheSameAgain();
    void sizesOfPicturesShowTheSameScene();
    void heldOutScenesAreTheSameAgain();
    void heldOutStillsComeAgainWhenThereAreNoMore();
    void heldOutIsOneInForty();
};

namespace {

std::vector<std::uint8_t> rendered(const Scene& scene, int width = 128, int height = 128, int frames = 17)
{
    std::vector<std::uint8_t> rgb(static_cast<std::size_t>(width * height * frames) * 3);
    render(scene, width, height, frames, rgb);
    return rgb;
}

} // namespace

void TestScenes::randomNumbersAreTheSameEverywhere()
{
    Random random(1, 2);
    std::vector<std::uint64_t> numbers;
    for (int i = 0; i < 3; ++i)
        numbers.push_back(random.next());
    const std::vector<std::uint64_t> known{2330308508355755017ULL, 17078255989537270802ULL, 865610522287162319ULL};
    QCOMPARE(numbers, known);
    for (int i = 0; i < 1000; ++i) {
        QVERIFY(random.below(7) < 7);
        const double share = random.uniform();
        QVERIFY(share >= 0 && share < 1);
    }
}

void TestScenes::seedsMeanTheSameEverywhere()
{
    QCOMPARE(captionOf(sceneOf(0)), std::string("a small cyan heart moves up and to the left on a yellow background"));
    QCOMPARE(captionOf(sceneOf(6)), std::string("a red triangle orbits around a black ring on a green gradient"));
    QString numbers;
    for (std::uint64_t seed = 0; seed < 200; ++seed)
        for (const Path& path : sceneOf(seed).paths)
            for (const double value : {path.x, path.y, path.radius, path.reachX, path.reachY, path.phase, path.turns})
                numbers += QString::number(value, 'g', 17) + ' ';
    const QByteArray hash = QCryptographicHash::hash(numbers.toUtf8(), QCryptographicHash::Sha256).toHex();
    QCOMPARE(hash, QByteArray("d7625ba52f0d4122947748bab0994c9913e14006b914732a1114fbf72b219a7a"));
}

void TestScenes::everythingOccurs()
{
    std::map<std::string, int> counts;
    for (std::uint64_t seed = 0; seed < 6000; ++seed) {
        const Scene scene = sceneOf(seed);
        ++counts[nameOf(scene.backdrop()) + std::string(" backdrop")];
        ++counts[nameOf(scene.motion()) + std::string(" motion")];
        ++counts[scene.description.relation ? nameOf(*scene.description.relation) : "alone"];
        for (const ObjectDescription& object : scene.description.objects) {
            ++counts[nameOf(object.colour) + std::string(" colour")];
            ++counts[nameOf(object.shape) + std::string(" shape")];
        }
        ++counts[nameOf(scene.size()) + std::string(" size")];
    }
    QCOMPARE(counts.size(), kBackdrops + kMotions + kRelations + 1 + kColours + kShapes + kSizes);
    for (const auto& [name, count] : counts)
        QVERIFY2(count > 100, name.c_str());
    QVERIFY(std::abs(counts["alone"] - 4680) < 200); // 78 in 100
}

void TestScenes::nothingVanishes()
{
    for (std::uint64_t seed = 0; seed < 5000; ++seed) {
        const Scene scene = sceneOf(seed);
        for (const ObjectDescription& object : scene.description.objects)
            QVERIFY(!vanishes(object.colour, scene.backdrop()));
        if (scene.objectCount() == 2) {
            QVERIFY(scene.colour(0) != scene.colour(1));
            QVERIFY(scene.shape(0) != scene.shape(1));
        }
    }
}

void TestScenes::objectsStayInThePicture()
{
    for (const auto& [width, height] : {std::pair{128, 128}, std::pair{256, 128}, std::pair{96, 160}}) {
        const double unit = std::min(width, height) / 2.0, halfWidth = width / 2.0 / unit,
                     halfHeight = height / 2.0 / unit;
        for (std::uint64_t seed = 0; seed < 2000; ++seed) {
            WorldOptions options{width, height, seed % 2 ? 17 : 1};
            for (const Path& path : sceneOf(seed, options).paths)
                for (int frame = 0; frame < 17; ++frame) {
                    const Placement at = path.at(frame / 16.0);
                    QVERIFY2(std::abs(at.x) + at.radius <= halfWidth + 1e-9, std::to_string(seed).c_str());
                    QVERIFY2(std::abs(at.y) + at.radius <= halfHeight + 1e-9, std::to_string(seed).c_str());
                }
        }
    }
}

void TestScenes::picturesAreTheSameAgain()
{
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Scene scene = sceneOf(seed);
        const auto all = rendered(scene);
        QVERIFY(all == rendered(scene));
        // a frame does not depend on how many others are drawn
        const auto few = rendered(scene, 128, 128, 3);
        const std::size_t bytes = 128 * 128 * 3;
        QVERIFY(std::equal(all.begin(), all.begin() + bytes, few.begin()));
        QVERIFY(std::equal(all.end() - bytes, all.end(), few.end() - bytes));
    }
}

void TestScenes::sizesOfPicturesShowTheSameScene()
{
    const Scene scene = sceneOf(3);
    const auto small = rendered(scene, 64, 64, 1), large = rendered(scene, 256, 256, 1);
    double sum = 0;
    for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 64; ++x)
            for (int channel = 0; channel < 3; ++channel) {
                double mean = 0;
                for (int dy = 0; dy < 4; ++dy)
                    for (int dx = 0; dx < 4; ++dx)
                        mean += large[static_cast<std::size_t>(((y * 4 + dy) * 256 + x * 4 + dx) * 3 + channel)] / 16.0;
                sum += std::abs(mean - small[static_cast<std::size_t>((y * 64 + x) * 3 + channel)]);
            }
    QVERIFY2(sum / (64 * 64 * 3) < 1.5, std::to_string(sum / (64 * 64 * 3)).c_str());
}

void TestScenes::heldOutStillsComeAgainWhenThereAreNoMore()
{
    const auto stills = heldOutScenes(200, 1, 128, 128, 1);
    QCOMPARE(stills.size(), std::size_t{200});
    std::set<std::string> captions;
    std::set<std::vector<std::uint8_t>> pictures;
    for (const Scene& scene : stills) {
        QVERIFY(isHeldOut(scene.description));
        captions.insert(captionOf(scene));
        pictures.insert(rendered(scene, 64, 64, 1));
    }
    QVERIFY2(captions.size() > 50 && captions.size() < 200, std::to_string(captions.size()).c_str());
    QCOMPARE(pictures.size(), std::size_t{200}); // the same words, other pictures
}

void TestScenes::heldOutScenesAreTheSameAgain()
{
    const auto scenes = heldOutScenes(200, 1, 128, 128, 17);
    const auto pairs = heldOutScenes(40, 2, 128, 128, 17);
    QFile file(QStringLiteral(TOCA_SOURCE_DIR "/tests/world/held_out.txt"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QByteArray text;
    for (const auto& list : {scenes, pairs})
        for (const Scene& scene : list) {
            QVERIFY(isHeldOut(scene.description));
            text += QByteArray::fromStdString(captionOf(scene)) + '\n';
        }
    QCOMPARE(text, file.readAll());
    // the n-th is the same whatever is asked for
    QCOMPARE(captionOf(heldOutScenes(10, 1, 128, 128, 17)[9]), captionOf(scenes[9]));
}

void TestScenes::heldOutIsOneInForty()
{
    int heldOut = 0;
    for (std::uint64_t seed = 0; seed < 8000; ++seed) {
        const Description description = sceneOf(seed).description;
        heldOut += isHeldOut(description);
        QCOMPARE(isHeldOut(description), isHeldOut(mirrored(description)));
        const WorldOptions training{128, 128, 17, 0.22, /*leavesOutHeldOut=*/true};
        const Description trained = sceneOf(seed, training).description;
        QVERIFY(!isHeldOut(trained));
        QVERIFY(isHeldOut(description) || trained == description); // nothing else changes
    }
    QVERIFY2(std::abs(heldOut - 200) < 60, std::to_string(heldOut).c_str());
}

QTEST_GUILESS_MAIN(TestScenes)
#include "tst_scenes.moc"
