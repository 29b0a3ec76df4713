// SPDX-License-Identifier: Apache-2.0
#include "core/media/clip_reader.h"
#include "core/media/clip_writer.h"
#include "core/media/embedded_text.h"
#include "tests/support/engine_run.h"
#include "tests/support/picture_models.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace toca;
using test::generate;

/// DiT and PixArt-alpha through the engine: folders found by content, requests checked, pictures made and kept.
class TestPictureEngine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void foldersSayWhatTheyAre();
    void wrongRequestsAreRefused_data();
    void wrongRequestsAreRefused();
    void classDecidesThePicture();
    void samplersDiffer();
    void promptDecidesThePicture();
    void namesDoNotMatter();
    void missingPartsAreNamed();
    void pngCarriesTheRequest();

private:
    GenerationRequest ditRequest() const;
    GenerationRequest pixartRequest() const;

    QTemporaryDir m_temporary;
    std::filesystem::path m_folder;
    std::unique_ptr<Engine> m_engine;
};

void TestPictureEngine::initTestCase()
{
    m_folder = m_temporary.path().toStdString();
    test::writeDitFolder(m_folder / "dit");
    test::writePixartFolder(m_folder / "pixart");
    m_engine = test::newEngine();
}

GenerationRequest TestPictureEngine::ditRequest() const
{
    auto request = test::smallRequest();
    request.modelPath = (m_folder / "dit").string();
    request.prompt.clear();
    request.classLabel = 3;
    request.steps = 4;
    request.frames = 1;
    request.width = request.height = 128;
    request.guidanceScale = 1.5;
    return request;
}

GenerationRequest TestPictureEngine::pixartRequest() const
{
    auto request = ditRequest();
    request.modelPath = (m_folder / "pixart").string();
    request.prompt = "a cat";
    request.classLabel = -1;
    return request;
}

void TestPictureEngine::foldersSayWhatTheyAre()
{
    const auto dit = m_engine->describe((m_folder / "dit").string());
    QVERIFY2(dit, dit ? "" : dit.error().message.c_str());
    QCOMPARE(dit->family, "dit");
    QCOMPARE(dit->shape.classes, 10);
    QCOMPARE(dit->width, 128);
    QCOMPARE(dit->frames, 1);
    QVERIFY(!dit->takesPrompt && !dit->takesNegativePrompt && !dit->takesCondition);
    QCOMPARE(dit->samplers, (std::vector<std::string>{"ddim", "ddpm"}));
    QCOMPARE(dit->parts.size(), 2u);
    QCOMPARE(dit->parts[0].parameters, 544928); // as the reference case says
    const auto pixart = m_engine->describe((m_folder / "pixart").string());
    QVERIFY2(pixart, pixart ? "" : pixart.error().message.c_str());
    QCOMPARE(pixart->family, "pixart-alpha");
    QVERIFY(pixart->takesPrompt && pixart->takesNegativePrompt);
    QCOMPARE(pixart->parts.size(), 3u);
}

void TestPictureEngine::wrongRequestsAreRefused_data()
{
    QTest::addColumn<bool>("isDit");
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("said");
    QTest::newRow("no class") << true << "no class"
                              << "from 0 to 9";
    QTest::newRow("class too large") << true << "class 10"
                                     << "from 0 to 9";
    QTest::newRow("prompt for classes") << true << "prompt"
                                        << "reads no prompt";
    QTest::newRow("another size") << true << "size"
                                  << "128x128";
    QTest::newRow("several frames") << true << "frames"
                                    << "must be 1";
    QTest::newRow("unknown sampler") << true << "sampler"
                                     << "ddim, ddpm";
    QTest::newRow("condition") << true << "condition"
                               << "condition";
    QTest::newRow("class for a prompt model") << false << "class 3"
                                              << "no classes";
    QTest::newRow("size between patches") << false << "size"
                                          << "multiple of 16";
}

void TestPictureEngine::wrongRequestsAreRefused()
{
    QFETCH(bool, isDit);
    QFETCH(QString, what);
    QFETCH(QString, said);
    auto request = isDit ? ditRequest() : pixartRequest();
    if (what == "no class")
        request.classLabel = -1;
    else if (what.startsWith("class "))
        request.classLabel = what.mid(6).toInt();
    else if (what == "prompt")
        request.prompt = "a dog";
    else if (what == "size")
        request.width = 136;
    else if (what == "frames")
        request.frames = 17;
    else if (what == "sampler")
        request.sampler = "euler";
    else
        request.conditionPath = TOCA_SOURCE_DIR "/docs/images/1-before-dark.png";
    const auto run = generate(*m_engine, request);
    QVERIFY(!run);
    QVERIFY2(QString::fromStdString(run.error().message).contains(said), run.error().message.c_str());
}

void TestPictureEngine::classDecidesThePicture()
{
    auto request = ditRequest();
    const auto three = generate(*m_engine, request);
    QVERIFY2(three, three ? "" : three.error().message.c_str());
    QCOMPARE(three->clip.frames.size(), 1u);
    QCOMPARE(three->clip.frames[0].width, 128);
    QCOMPARE(three->latentShape, (std::vector<std::int64_t>{4, 1, 16, 16}));
    request.classLabel = 4;
    const auto four = generate(*m_engine, request);
    QVERIFY(four);
    QVERIFY(three->latent != four->latent);
    request.guidanceScale = 1.0; // one row
    const auto unguided = generate(*m_engine, request);
    QVERIFY(unguided);
    QCOMPARE(unguided->plan.geometry().rows(), 1);
    QVERIFY(unguided->latent != four->latent);
}

void TestPictureEngine::samplersDiffer()
{
    auto request = ditRequest();
    const auto ddim = generate(*m_engine, request);
    request.sampler = "ddpm";
    const auto ddpm = generate(*m_engine, request), again = generate(*m_engine, request);
    QVERIFY2(ddpm, ddpm ? "" : ddpm.error().message.c_str());
    QVERIFY(ddim && again);
    QVERIFY(ddim->latent != ddpm->latent);
    QVERIFY(ddpm->latent == again->latent); // its noise comes from the seed
    request.seed = 2;
    QVERIFY(generate(*m_engine, request)->latent != ddpm->latent);
}

void TestPictureEngine::promptDecidesThePicture()
{
    auto request = pixartRequest();
    const auto cat = generate(*m_engine, request);
    QVERIFY2(cat, cat ? "" : cat.error().message.c_str());
    QCOMPARE(cat->clip.frames.size(), 1u);
    request.prompt = "the dog and the ship";
    const auto dog = generate(*m_engine, request);
    QVERIFY(dog);
    QVERIFY(dog->latent != cat->latent);
    request.negativePrompt = "a cat";
    const auto negative = generate(*m_engine, request);
    QVERIFY(negative);
    QVERIFY(negative->latent != dog->latent);
    request.prompt.clear();
    QVERIFY(generate(*m_engine, request));
}

void TestPictureEngine::namesDoNotMatter()
{
    // A file with a misleading name, its VAE in a folder of another name: found all the same, with the same result.
    const auto folder = m_folder / "odd";
    std::filesystem::create_directories(folder / "b");
    std::filesystem::copy_file(m_folder / "dit/transformer/model.safetensors", folder / "weights.zip");
    std::filesystem::copy_file(m_folder / "dit/transformer/config.json", folder / "config.json");
    std::filesystem::copy(m_folder / "dit/vae", folder / "b", std::filesystem::copy_options::recursive);
    auto request = ditRequest();
    const auto usual = generate(*m_engine, request);
    for (const auto& path : {folder, folder / "weights.zip"}) {
        request.modelPath = path.string();
        const auto odd = generate(*m_engine, request);
        QVERIFY2(odd, odd ? "" : odd.error().message.c_str());
        QVERIFY(odd->latent == usual->latent);
    }
}

void TestPictureEngine::missingPartsAreNamed()
{
    const auto alone = m_folder / "alone";
    std::filesystem::create_directories(alone);
    std::filesystem::copy(m_folder / "dit/transformer", alone / "transformer");
    const auto noVae = m_engine->describe(alone.string());
    QVERIFY(!noVae);
    QVERIFY2(QString::fromStdString(noVae.error().message).contains("image VAE"), noVae.error().message.c_str());
    std::filesystem::remove(alone / "transformer/config.json");
    const auto noConfig = m_engine->describe(alone.string());
    QVERIFY(!noConfig); // width 32 is no published size, so the heads are not known
    QVERIFY2(
        QString::fromStdString(noConfig.error().message).contains("config.json"), noConfig.error().message.c_str());
    const auto nothing = m_engine->describe((m_folder / "pixart/tokenizer").string());
    QVERIFY(!nothing);
}

void TestPictureEngine::pngCarriesTheRequest()
{
    const auto run = generate(*m_engine, ditRequest());
    QVERIFY(run);
    const auto file = m_folder / "picture.png";
    const auto written = media::writeClip(file, run->clip, toJson(run->request));
    QVERIFY2(written, written ? "" : written.error().message.c_str());
    QCOMPARE(written->files.size(), 1u);
    const auto clip = media::readClip(file);
    QVERIFY(clip);
    QVERIFY(clip->frames == run->clip.frames);
    const auto text = media::readRequest(file);
    QVERIFY(text);
    const auto request = requestFromJson(*text);
    QVERIFY(request);
    QVERIFY(*request == run->request);
}

QTEST_GUILESS_MAIN(TestPictureEngine)
#include "tst_picture_engine.moc"
