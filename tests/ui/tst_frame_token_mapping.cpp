// SPDX-License-Identifier: Apache-2.0
#include "ui/player/frame_token_mapping.h"

#include "cache/plan/geometry.h"

#include <QTest>

#include <climits>

using namespace toca::ui;

class TestFrameTokenMapping : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void mapsPiecesOfSeventeen();
    void mapsARestAsTheAutoencoderPadsIt();
    void mapsEqualCountsOneToOne();
    void mapsOtherRatios();
    void countsAgreeWithTheEngine();
    void rangesInvertTheMapping();
    void everyLatentFrameOfALayoutHasPictures();
    void survivesNonsense();
};

void TestFrameTokenMapping::mapsPiecesOfSeventeen()
{
    const QList<int> expected{0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4};
    for (int frame = 0; frame < 17; ++frame) {
        QCOMPARE(latentFrameOf(frame, 17, 5), expected[frame]);
        QCOMPARE(latentFrameOf(frame, 51, 15), expected[frame]);
        QCOMPARE(latentFrameOf(frame + 17, 51, 15), expected[frame] + 5);
        QCOMPARE(latentFrameOf(frame + 34, 51, 15), expected[frame] + 10);
    }
}

void TestFrameTokenMapping::mapsARestAsTheAutoencoderPadsIt()
{
    // 20 pictures: a piece of 17 and one of 3, which becomes one latent frame; 23: the rest of 6 is padded to 8.
    QCOMPARE(latentFrameCount(20), 6);
    QCOMPARE(latentFrameOf(17, 20, 6), 5);
    QCOMPARE(latentFrameOf(19, 20, 6), 5);
    QCOMPARE(latentFrameCount(23), 7);
    QCOMPARE(framesOfLatent(5, 23, 7), (FrameRange{17, 2}));
    QCOMPARE(framesOfLatent(6, 23, 7), (FrameRange{19, 4}));
}

void TestFrameTokenMapping::mapsEqualCountsOneToOne()
{
    QCOMPARE(latentFrameOf(0, 1, 1), 0);
    for (int frame = 0; frame < 9; ++frame)
        QCOMPARE(latentFrameOf(frame, 9, 9), frame);
}

void TestFrameTokenMapping::mapsOtherRatios()
{
    // Equal groups padded in front: 9 pictures in 3 latent frames of a causal autoencoder with ratio 4 are 1, 4, 4,
    // which needs its layout; without one they are 3, 3, 3.
    const TemporalLayout causal{.pieceFrames = 9, .latentPerPiece = 3, .ratio = 4};
    QCOMPARE(framesOfLatent(0, 9, 3, causal), (FrameRange{0, 1}));
    QCOMPARE(framesOfLatent(2, 9, 3, causal), (FrameRange{5, 4}));
    QCOMPARE(framesOfLatent(0, 9, 3, {.pieceFrames = 100, .latentPerPiece = 1, .ratio = 100}), (FrameRange{0, 3}));
    QCOMPARE(framesOfLatent(0, 10, 4, {.pieceFrames = 100, .latentPerPiece = 1, .ratio = 100}), (FrameRange{0, 1}));
    // 5 pictures, 4 latent frames: no equal groups; the same place in time.
    QCOMPARE(latentFrameOf(4, 5, 4), 3);
    // More latent frames than pictures: the same place in time.
    QCOMPARE(latentFrameOf(2, 4, 8), 4);
}

void TestFrameTokenMapping::countsAgreeWithTheEngine()
{
    const toca::plan::ModelShape shape;
    for (int frames = 17; frames < 300; ++frames)
        QCOMPARE(std::int64_t{latentFrameCount(frames)}, toca::plan::latentFrames(shape, frames));
    QCOMPARE(latentFrameCount(1), 1);
}

void TestFrameTokenMapping::rangesInvertTheMapping()
{
    for (const int frames : {1, 17, 20, 34, 51, 60}) {
        const int latents = latentFrameCount(frames);
        int covered = 0;
        for (int latent = 0; latent < latents; ++latent) {
            const FrameRange range = framesOfLatent(latent, frames, latents);
            QCOMPARE(range.first, covered);
            covered += range.count;
        }
        QCOMPARE(covered, frames);
    }
    QCOMPARE(latentBoundaries(17, 5), (std::vector<int>{1, 5, 9, 13}));
    QVERIFY(latentBoundaries(1, 1).empty());
}

void TestFrameTokenMapping::everyLatentFrameOfALayoutHasPictures()
{
    for (int frames = 17; frames < 120; ++frames) {
        const int latents = latentFrameCount(frames);
        for (int latent = 0; latent < latents; ++latent)
            QVERIFY2(framesOfLatent(latent, frames, latents).count > 0, qPrintable(QString::number(frames)));
    }
}

void TestFrameTokenMapping::survivesNonsense()
{
    QCOMPARE(latentFrameOf(3, 0, 5), 0);
    QCOMPARE(latentFrameOf(3, 17, 0), 0);
    QCOMPARE(latentFrameOf(-7, 17, 5), 0);
    QCOMPARE(latentFrameOf(1000, 17, 5), 4);
    QCOMPARE(latentFrameCount(-1), 0);
    QCOMPARE(latentFrameCount(10, {.pieceFrames = 0, .latentPerPiece = 0, .ratio = 0}), 0);
    QCOMPARE(latentFrameOf(INT_MAX, INT_MAX, INT_MAX), INT_MAX - 1);
    const int huge = latentFrameOf(INT_MAX - 1, INT_MAX, 3);
    QCOMPARE(huge, 2);
    for (int frames = 1; frames < 40; ++frames) {
        for (int latents = 1; latents < 40; ++latents) {
            int before = 0;
            for (int frame = 0; frame < frames; ++frame) {
                const int latent = latentFrameOf(frame, frames, latents);
                QVERIFY(latent >= before && latent < latents); // in order and in range, whatever the counts
                before = latent;
            }
        }
    }
}

QTEST_GUILESS_MAIN(TestFrameTokenMapping)
#include "tst_frame_token_mapping.moc"
