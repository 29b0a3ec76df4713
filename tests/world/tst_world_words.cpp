// SPDX-License-Identifier: Apache-2.0
#include "core/models/text/tokenizer.h"
#include "core/world/world.h"

#include <QtTest>

#include <algorithm>

using namespace toca;

/// The embedded model's tokenizer knows every word of the world as one piece.
class TestWorldWords : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyWordIsOnePiece();
    void noCaptionIsUnknownOrTooLong();
};

namespace {

Result<models::Tokenizer> tokenizer()
{
    models::TokenizerOptions options;
    options.maxLength = 32;
    return models::Tokenizer::open(TOCA_SOURCE_DIR "/resources/models/toca-miniature/tokenizer/spiece.model", options);
}

} // namespace

void TestWorldWords::everyWordIsOnePiece()
{
    const auto opened = tokenizer();
    QVERIFY(bool(opened));
    for (const std::string& word : world::captionWords())
        QVERIFY2(opened->pieces(word).size() == 1, word.c_str());
}

void TestWorldWords::noCaptionIsUnknownOrTooLong()
{
    const auto opened = tokenizer();
    QVERIFY(bool(opened));
    for (std::uint64_t seed = 0; seed < 5000; ++seed) {
        world::WorldOptions options;
        options.frames = seed % 4 == 0 ? 1 : 17;
        const std::string caption = world::captionOf(world::sceneOf(seed, options), seed);
        const auto ids = opened->encode(caption);
        QVERIFY2(std::find(ids.begin(), ids.end(), opened->options().unkId) == ids.end(), caption.c_str());
        QVERIFY2(ids.size() < 32, caption.c_str());
    }
}

QTEST_GUILESS_MAIN(TestWorldWords)
#include "tst_world_words.moc"
