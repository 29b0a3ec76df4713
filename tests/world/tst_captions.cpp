// SPDX-License-Identifier: Apache-2.0
#include "core/world/world.h"

#include <QtTest>

#include <set>
#include <sstream>

using namespace toca::world;

class TestCaptions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyWordingIsUnderstood();
    void knownSentencesMeanWhatTheySay_data();
    void knownSentencesMeanWhatTheySay();
    void otherTextsAreRefused_data();
    void otherTextsAreRefused();
    void mirroringTwiceChangesNothing();
    void wordingsDiffer();
    void allWordsAreListed();
};

namespace {

WorldOptions optionsFor(std::uint64_t seed)
{
    WorldOptions options;
    options.frames = seed % 3 == 0 ? 1 : 17;
    return options;
}

} // namespace

void TestCaptions::everyWordingIsUnderstood()
{
    for (std::uint64_t seed = 0; seed < 5000; ++seed) {
        const Scene scene = sceneOf(seed, optionsFor(seed));
        const auto plain = parseCaption(captionOf(scene));
        QVERIFY2(plain.has_value(), captionOf(scene).c_str());
        QVERIFY2(*plain == scene.description, captionOf(scene).c_str());
        const std::string worded = captionOf(scene, seed);
        auto read = parseCaption(worded);
        QVERIFY2(read.has_value(), worded.c_str());
        if (!read->backdrop)
            read->backdrop = scene.description.backdrop; // a wording may leave it out
        QVERIFY2(*read == scene.description, worded.c_str());
    }
}

void TestCaptions::knownSentencesMeanWhatTheySay_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("objects");
    QTest::addColumn<QString>("motion");
    QTest::addColumn<QString>("backdrop");
    QTest::newRow("bounce") << "a red ball bounces over a grassy field" << 1 << "bounce"
                            << "grassy_field";
    QTest::newRow("diagonal") << "a white star moves down and to the right in a sunset sky" << 1 << "down_right"
                              << "sunset_sky";
    QTest::newRow("up, not up and to the left") << "an orange ring moves up on a gray gradient" << 1 << "up"
                                                << "gray_gradient";
    QTest::newRow("punctuation") << "A small RED circle  rises, on a plain grey background." << 1 << "up"
                                 << "gray";
    QTest::newRow("orbit") << "a blue ring orbits around an orange square" << 2 << "circle"
                           << "";
    QTest::newRow("passing") << "a red ball moves to the left below a blue star in a night sky" << 2 << "left"
                             << "night_sky";
    QTest::newRow("together") << "a red ball and a blue star move up" << 2 << "up"
                              << "";
    QTest::newRow("no backdrop of the world") << "a red ball above a blue star on stripes" << 0 << ""
                                              << "";
    QTest::newRow("a picture") << "a large red ball on a striped background" << 1 << ""
                               << "stripes";
}

void TestCaptions::knownSentencesMeanWhatTheySay()
{
    QFETCH(QString, text);
    QFETCH(int, objects);
    QFETCH(QString, motion);
    QFETCH(QString, backdrop);
    const auto read = parseCaption(text.toStdString());
    QCOMPARE(read.has_value(), objects > 0);
    if (!read)
        return;
    QCOMPARE(static_cast<int>(read->objects.size()), objects);
    QCOMPARE(QString(read->motion ? nameOf(*read->motion) : ""), motion);
    QCOMPARE(QString(read->backdrop ? nameOf(*read->backdrop) : ""), backdrop);
}

void TestCaptions::otherTextsAreRefused_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("another world") << QByteArray("a cat sits on a mat");
    QTest::newRow("no shape") << QByteArray("a red bounces");
    QTest::newRow("half a phrase") << QByteArray("a red ball moves to the");
    QTest::newRow("more behind it") << QByteArray("a red ball bounces over a grassy field twice");
    QTest::newRow("size in a pair") << QByteArray("a small red ball orbits around a blue star");
    QTest::newRow("motion no pair makes") << QByteArray("a red ball spins above a blue star");
    QTest::newRow("only an article") << QByteArray("a");
    QTest::newRow("bytes") << QByteArray("\xff\xfe\x00 a red ball", 14);
    QTest::newRow("very long") << QByteArray(1'000'000, 'a');
    QTest::newRow("many words") << QByteArray("a red ball bounces ").repeated(50);
}

void TestCaptions::otherTextsAreRefused()
{
    QFETCH(QByteArray, text);
    QVERIFY(!parseCaption(text.toStdString()));
}

void TestCaptions::mirroringTwiceChangesNothing()
{
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        const Scene scene = sceneOf(seed);
        const std::string caption = captionOf(scene);
        QCOMPARE(mirrored(mirrored(caption)), caption);
        const auto read = parseCaption(mirrored(caption));
        QVERIFY(read.has_value());
        QVERIFY2(*read == mirrored(scene.description), caption.c_str());
    }
}

void TestCaptions::wordingsDiffer()
{
    const Scene scene = sceneFor(*parseCaption("a red ball rises on a blue background"), 1);
    std::set<std::string> wordings;
    for (std::uint64_t seed = 0; seed < 200; ++seed)
        wordings.insert(captionOf(scene, seed));
    // two verbs, two words for a ball, with and without "plain", and without a backdrop
    QVERIFY2(wordings.size() >= 8, std::to_string(wordings.size()).c_str());
    QCOMPARE(captionOf(scene, 7), captionOf(scene, 7));
}

void TestCaptions::allWordsAreListed()
{
    const std::set<std::string> listed(captionWords().begin(), captionWords().end());
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        std::istringstream words(captionOf(sceneOf(seed, optionsFor(seed)), seed));
        for (std::string word; words >> word;)
            QVERIFY2(listed.contains(word), word.c_str());
    }
}

QTEST_GUILESS_MAIN(TestCaptions)
#include "tst_captions.moc"
