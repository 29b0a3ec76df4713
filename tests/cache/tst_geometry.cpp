// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/geometry.h"

#include <QTest>

#include <limits>

using namespace toca;
using namespace toca::plan;

class TestGeometry : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void latentFramesFollowTheTemporalVae_data();
    void latentFramesFollowTheTemporalVae();
    void publishedModelAt480p();
    void latentIsFlooredAndThenPaddedToPatches();
    void spansDependOnTheKindOfLayer();
    void withoutGuidanceThereIsOneRow();
    void refusesFramesBelowOnePiece_data();
    void refusesFramesBelowOnePiece();
    void refusesImpossibleValues_data();
    void refusesImpossibleValues();
    void refusesUnusableShapes();
    void unknownPublishedNameListsTheKnownOnes();
    void everyNameIsDistinct();

private:
    const ModelShape m_shape = *publishedShape("opensora-v1.2");
};

void TestGeometry::latentFramesFollowTheTemporalVae_data()
{
    QTest::addColumn<int>("frames");
    QTest::addColumn<int>("latent");
    const std::pair<int, int> cases[] = {
        {1, 1}, {17, 5}, {18, 6}, {21, 6}, {22, 7}, {33, 9}, {34, 10}, {51, 15}, {102, 30}};
    for (const auto& [frames, latent] : cases)
        QTest::addRow("%d", frames) << frames << latent;
}

void TestGeometry::latentFramesFollowTheTemporalVae()
{
    QFETCH(int, frames);
    QFETCH(int, latent);
    QCOMPARE(latentFrames(m_shape, frames), latent);
}

void TestGeometry::publishedModelAt480p()
{
    const auto geometry = geometryFor(m_shape, 51, 854, 480, 25);
    QVERIFY(geometry);
    QCOMPARE(geometry->grid, (TokenGrid{15, 30, 53}));
    QCOMPARE(geometry->grid.tokens(), 23850);
    QCOMPARE(geometry->layerCount(), 56);
    QCOMPARE(geometry->layers[0], LayerKind::Spatial);
    QCOMPARE(geometry->layers[55], LayerKind::Temporal);
    QCOMPARE(geometry->mlpHiddenSize, 4608);
    QCOMPARE(geometry->patchInputs, 16);
    QCOMPARE(geometry->patchOutputs, 32);
    QCOMPARE(geometry->captionTokens, 600);
    QCOMPARE(geometry->rows(), 2);
    QCOMPARE(geometry->moduleOutputBytes(), std::int64_t{2} * 23850 * 1152 * 4);
}

void TestGeometry::latentIsFlooredAndThenPaddedToPatches()
{
    // 31 / 8 = 3 latent columns, two patches; 39 / 8 = 4 latent rows, two patches.
    const auto geometry = geometryFor(m_shape, 1, 31, 39, 1);
    QVERIFY(geometry);
    QCOMPARE(geometry->grid, (TokenGrid{1, 2, 2}));
}

void TestGeometry::spansDependOnTheKindOfLayer()
{
    auto geometry = *geometryFor(m_shape, 17, 64, 32, 1);
    geometry.layers.push_back(LayerKind::Joint);
    QCOMPARE(geometry.attentionSpan(0), 8); // 2 x 4 tokens of a frame
    QCOMPARE(geometry.attentionSpan(1), 5); // frames
    QCOMPARE(geometry.attentionSpan(56), 40);
}

void TestGeometry::withoutGuidanceThereIsOneRow()
{
    const auto geometry = geometryFor(m_shape, 17, 64, 64, 1, 3, false);
    QVERIFY(geometry);
    QCOMPARE(geometry->rows(), 3);
    QCOMPARE(geometry->captionTokens, 300);
}

void TestGeometry::refusesFramesBelowOnePiece_data()
{
    QTest::addColumn<int>("frames");
    QTest::addColumn<QString>("nearest");
    for (int frames = 2; frames <= 16; ++frames)
        QTest::addRow("%d", frames) << frames << (frames < 9 ? "nearest is 1." : "nearest is 17.");
}

void TestGeometry::refusesFramesBelowOnePiece()
{
    QFETCH(int, frames);
    QFETCH(QString, nearest);
    const auto geometry = geometryFor(m_shape, frames, 64, 64, 1);
    QVERIFY(!geometry);
    QCOMPARE(geometry.error().code, ErrorCode::InvalidArgument);
    const QString message = QString::fromStdString(geometry.error().message);
    QVERIFY2(message.contains(nearest), qPrintable(message));
}

void TestGeometry::refusesImpossibleValues_data()
{
    QTest::addColumn<qint64>("frames");
    QTest::addColumn<qint64>("width");
    QTest::addColumn<qint64>("height");
    QTest::addColumn<qint64>("textTokens");
    QTest::addColumn<int>("prompts");
    QTest::addColumn<QString>("named");
    constexpr qint64 kLargest = std::numeric_limits<qint64>::max();
    constexpr qint64 kSmallest = std::numeric_limits<qint64>::min();
    QTest::newRow("no frames") << qint64{0} << qint64{64} << qint64{64} << qint64{1} << 1 << "frames is 0";
    QTest::newRow("negative frames") << kSmallest << qint64{64} << qint64{64} << qint64{1} << 1 << "frames";
    QTest::newRow("endless") << kLargest << qint64{64} << qint64{64} << qint64{1} << 1 << "frames";
    QTest::newRow("narrow") << qint64{17} << qint64{15} << qint64{64} << qint64{1} << 1
                            << "width is 15; it must be from 16";
    QTest::newRow("wide") << qint64{17} << kLargest << qint64{64} << qint64{1} << 1 << "width";
    QTest::newRow("flat") << qint64{17} << qint64{64} << qint64{0} << qint64{1} << 1 << "height is 0";
    QTest::newRow("high") << qint64{17} << qint64{64} << kLargest << qint64{1} << 1 << "height";
    QTest::newRow("all large") << qint64{1000000} << qint64{65536} << qint64{65536} << qint64{1} << 1024 << "tokens";
    QTest::newRow("much text") << qint64{17} << qint64{64} << qint64{64} << qint64{301} << 1 << "300";
    QTest::newRow("negative text") << qint64{17} << qint64{64} << qint64{64} << qint64{-1} << 1 << "text tokens is -1";
    QTest::newRow("no prompt") << qint64{17} << qint64{64} << qint64{64} << qint64{1} << 0 << "prompts is 0";
}

void TestGeometry::refusesImpossibleValues()
{
    QFETCH(qint64, frames);
    QFETCH(qint64, width);
    QFETCH(qint64, height);
    QFETCH(qint64, textTokens);
    QFETCH(int, prompts);
    QFETCH(QString, named);
    const auto geometry = geometryFor(m_shape, frames, width, height, textTokens, prompts);
    QVERIFY(!geometry);
    const QString message = QString::fromStdString(geometry.error().message);
    QVERIFY2(message.contains(named), qPrintable(message));
}

void TestGeometry::refusesUnusableShapes()
{
    const auto refused = [this](auto change) {
        ModelShape shape = m_shape;
        change(shape);
        return !geometryFor(shape, 17, 64, 64, 1);
    };
    constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();
    QVERIFY(refused([](ModelShape& shape) { shape.hiddenSize = 0; }));
    QVERIFY(refused([](ModelShape& shape) { shape.hiddenSize = kLargest; }));
    QVERIFY(refused([](ModelShape& shape) { shape.depth = kLargest; }));
    QVERIFY(refused([](ModelShape& shape) { shape.mlpRatio = std::numeric_limits<double>::quiet_NaN(); }));
    QVERIFY(refused([](ModelShape& shape) { shape.mlpRatio = 1e300; }));
    QVERIFY(refused([](ModelShape& shape) { shape.patch = {1, 0, 2}; }));
    QVERIFY(refused([](ModelShape& shape) { shape.spatialDownsample = -8; }));
    QVERIFY(refused([](ModelShape& shape) { shape.microFrameSize = 0; }));
    QVERIFY(refused([](ModelShape& shape) { shape.temporalDownsample = 0; }));
    QVERIFY(refused([](ModelShape& shape) { shape.family = "unet"; }));
    QVERIFY(!refused([](ModelShape&) {}));
}

void TestGeometry::unknownPublishedNameListsTheKnownOnes()
{
    const auto shape = publishedShape("opensora-v9");
    QVERIFY(!shape);
    QVERIFY(QString::fromStdString(shape.error().message).contains("opensora-v1.2"));
}

void TestGeometry::everyNameIsDistinct()
{
    QCOMPARE(moduleName(ModuleKind::CrossAttention), std::string_view("cross_attention"));
    QCOMPARE(layerKindName(LayerKind::Temporal), std::string_view("temporal"));
    QCOMPARE(streamName(Stream::Inversion), std::string_view("inversion"));
}

QTEST_GUILESS_MAIN(TestGeometry)
#include "tst_geometry.moc"
