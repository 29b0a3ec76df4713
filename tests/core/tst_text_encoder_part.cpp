// SPDX-License-Identifier: Apache-2.0
#include "core/engine/text_encoder_part.h"

#include <torch/torch.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace toca;
using engine::TextEncoderPart;

namespace fs = std::filesystem;

namespace {

const fs::path kModel = fs::path(TOCA_SOURCE_DIR) / "resources/models/toca-miniature";

models::TokenizerOptions tokenizerOptions()
{
    models::TokenizerOptions options;
    options.maxLength = 20;
    return options;
}

Result<TextEncoderPart> partIn(const fs::path& folder)
{
    const auto parts = engine::findParts(folder);
    if (!parts)
        return unexpected(parts.error());
    return TextEncoderPart::find(*parts, folder, tokenizerOptions());
}

} // namespace

class TestTextEncoderPart : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void encodesPrompts();
    void comesBackAfterRelease();
    void sizesFollowFromTheTensors();
    void worksWithoutConfig();
    void missingPartsAreNamed();
    void foreignTokenizerIsRefused();
    void onlyLargeEncodersAreReleased();

private:
    /// A folder in the diffusers layout: text_encoder/ and tokenizer/.
    fs::path folder() const { return m_folder->path().toStdString(); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestTextEncoderPart::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    fs::copy(kModel / "text_encoder", folder() / "text_encoder", fs::copy_options::recursive);
    fs::copy(kModel / "tokenizer", folder() / "tokenizer", fs::copy_options::recursive);
}

void TestTextEncoderPart::encodesPrompts()
{
    auto part = partIn(folder());
    QVERIFY2(part, part ? "" : part.error().message.c_str());
    QVERIFY(!part->isLoaded());
    auto loaded = part->load(torch::kCPU);
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    const c10::InferenceMode inference;
    const auto text = part->encode({"a red circle", ""});
    QCOMPARE(text.ids.sizes(), torch::IntArrayRef({2, 20}));
    QCOMPARE(text.features.sizes(), torch::IntArrayRef({2, 1, 20, part->config().modelSize}));
    QCOMPARE(text.mask[1].sum().item<std::int64_t>(), 1); // the empty text is its end
    QCOMPARE(text.mask[0].sum().item<std::int64_t>(),
        static_cast<std::int64_t>(part->tokenizer().encode("a red circle").size()));
    // Prompts do not see each other, nor the padding.
    const auto alone = part->encode({"a red circle"});
    QVERIFY(torch::allclose(alone.features[0], text.features[0], 1e-4, 1e-5));
    auto file = checkpoint::Checkpoint::open(folder() / "text_encoder");
    auto encoder = models::loadT5Encoder(part->config(), *file);
    const auto kept = text.mask[0].sum().item<std::int64_t>();
    const auto unpadded = (*encoder)->forward(text.ids.narrow(0, 0, 1).narrow(1, 0, kept));
    QVERIFY(torch::allclose(unpadded[0], text.features[0][0].narrow(0, 0, kept), 1e-4, 1e-5));
}

void TestTextEncoderPart::comesBackAfterRelease()
{
    auto part = partIn(folder());
    QVERIFY(part && part->load(torch::kCPU));
    const c10::InferenceMode inference;
    const auto before = part->encode({"a blue square"}).features.clone();
    part->release();
    QVERIFY(!part->isLoaded());
    QVERIFY(part->tokenizer().vocabularySize() > 0);
    QVERIFY(part->load(torch::kCPU));
    QVERIFY(torch::equal(part->encode({"a blue square"}).features, before));
}

void TestTextEncoderPart::sizesFollowFromTheTensors()
{
    const auto part = partIn(folder());
    const auto file = checkpoint::Checkpoint::open(folder() / "text_encoder");
    const auto config = engine::t5ConfigOf(*file);
    QVERIFY2(config, config ? "" : config.error().message.c_str());
    const auto& known = part->config();
    QCOMPARE(config->vocabularySize, known.vocabularySize);
    QCOMPARE(config->modelSize, known.modelSize);
    QCOMPARE(config->keySize, known.keySize);
    QCOMPARE(config->heads, known.heads);
    QCOMPARE(config->feedForwardSize, known.feedForwardSize);
    QCOMPARE(config->layers, known.layers);
    QCOMPARE(config->relativeBuckets, known.relativeBuckets);
    const auto other = checkpoint::Checkpoint::open(kModel / "vae/spatial");
    const auto none = engine::t5ConfigOf(*other);
    QVERIFY(!none);
    QVERIFY2(none.error().message.find("embed_tokens") != std::string::npos, none.error().message.c_str());
}

void TestTextEncoderPart::worksWithoutConfig()
{
    auto with = partIn(folder());
    QVERIFY(with && with->load(torch::kCPU));
    fs::remove(folder() / "text_encoder/config.json");
    auto without = partIn(folder());
    QVERIFY2(without, without ? "" : without.error().message.c_str());
    QVERIFY(without->load(torch::kCPU));
    const c10::InferenceMode inference;
    QVERIFY(torch::equal(with->encode({"a red circle"}).features, without->encode({"a red circle"}).features));
}

void TestTextEncoderPart::missingPartsAreNamed()
{
    fs::rename(folder() / "tokenizer", folder() / "text_encoder/config.json.d");
    for (const auto& entry : fs::directory_iterator(folder() / "text_encoder/config.json.d"))
        fs::remove(entry);
    auto part = partIn(folder());
    QVERIFY(!part);
    QVERIFY2(part.error().message.find("spiece.model") != std::string::npos, part.error().message.c_str());
    fs::remove_all(folder() / "text_encoder");
    part = partIn(folder());
    QVERIFY(!part);
    QVERIFY2(part.error().message.find("T5 text encoder") != std::string::npos, part.error().message.c_str());
}

void TestTextEncoderPart::foreignTokenizerIsRefused()
{
    // A damaged one beside the good one does no harm; alone it is refused.
    const auto spiece = folder() / "tokenizer/spiece.model";
    QFile broken(QString::fromStdString((folder() / "tokenizer/a.model").string()));
    QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("no model") > 0);
    broken.close();
    QVERIFY(partIn(folder()));
    fs::remove(spiece);
    const auto part = partIn(folder());
    QVERIFY(!part);
    QVERIFY2(part.error().message.find("a.model") != std::string::npos, part.error().message.c_str());
    // One with more pieces than the encoder has rows is of another model.
    auto config = models::T5Config();
    config.vocabularySize = 5;
    TextEncoderPart small(config, folder() / "text_encoder", kModel / "tokenizer/spiece.model", tokenizerOptions());
    const auto loaded = small.loadTokenizer();
    QVERIFY(!loaded);
    QVERIFY2(loaded.error().message.find("different models") != std::string::npos, loaded.error().message.c_str());
}

void TestTextEncoderPart::onlyLargeEncodersAreReleased()
{
    QVERIFY(!partIn(folder())->isLarge());
    QVERIFY(TextEncoderPart(models::T5Config(), {}, {}, {}).isLarge()); // T5 v1.1 XXL
}

QTEST_GUILESS_MAIN(TestTextEncoderPart)
#include "tst_text_encoder_part.moc"
