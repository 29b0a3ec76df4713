// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/activation_recorder.h"
#include "core/models/model_sizes.h"
#include "core/models/text/t5_encoder.h"
#include "tests/support/reference_tensors.h"

#include <QTemporaryDir>

using namespace toca;
using namespace toca::models;
using toca::test::ReferenceTensors;

namespace {

const std::filesystem::path kReference = TOCA_SOURCE_DIR "/tests/reference/t5";
const std::filesystem::path kMiniature = TOCA_SOURCE_DIR "/resources/models/toca-miniature";

T5Config configOf(const ReferenceTensors& reference)
{
    return ReferenceTensors::must(T5Config::fromJson(reference.json().at("config"), "case.json"));
}

checkpoint::Checkpoint weights()
{
    return ReferenceTensors::must(checkpoint::Checkpoint::open(kReference / "weights.safetensors"));
}

} // namespace

class TstT5Encoder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agreesWithTheReference();
    void agreesWithTheMiniature();
    void takesEitherNameOfTheEmbedding();
    void paddingChangesNothing();
    void rowWithoutTokensStaysFinite();
    void recordsEveryModule();
    void costsNothingBeforeLoading();
    void refusesTokensOutsideOfTheVocabulary();
    void refusesConfigs_data();
    void refusesConfigs();
};

void TstT5Encoder::agreesWithTheReference()
{
    ReferenceTensors reference(kReference);
    T5Encoder encoder = ReferenceTensors::must(loadT5Encoder(configOf(reference), weights()));
    const torch::InferenceMode inference;
    const torch::Tensor ids = reference.tensor("batch/input_ids");
    std::vector<torch::Tensor> hidden;
    QCOMPARE(reference.difference(
                 "batch/last_hidden_state", encoder->forward(ids, reference.tensor("batch/attention_mask"), &hidden)),
        QByteArray());
    for (std::size_t i = 0; i < hidden.size(); ++i)
        QCOMPARE(reference.difference("batch/hidden." + std::to_string(i), hidden[i]), QByteArray());
    QCOMPARE(reference.difference("long/last_hidden_state", encoder->forward(reference.tensor("long/input_ids"))),
        QByteArray());
    QCOMPARE(reference.difference("nomask/last_hidden_state", encoder->forward(ids)), QByteArray());
    QCOMPARE(reference.difference("relative_bias", encoder->relativeBias(ids.size(1))), QByteArray());
    QVERIFY(reference.forgotten().empty());
}

void TstT5Encoder::agreesWithTheMiniature()
{
    ReferenceTensors reference(kMiniature / "expected");
    const auto config = ReferenceTensors::must(checkpoint::readJsonFile(kMiniature / "text_encoder/config.json"));
    T5Encoder encoder =
        ReferenceTensors::must(loadT5Encoder(ReferenceTensors::must(T5Config::fromJson(config, "config.json")),
            ReferenceTensors::must(checkpoint::Checkpoint::open(kMiniature / "text_encoder"))));
    const torch::InferenceMode inference;
    for (const nlohmann::json& entry : reference.json().at("cases")) {
        const auto name = entry.at("name").get<std::string>();
        const torch::Tensor mask = reference.tensor(name + "/mask");
        const torch::Tensor embedded = encoder->forward(reference.tensor(name + "/token_ids").to(torch::kLong), mask);
        const torch::Tensor error = (embedded - reference.tensor(name + "/text_embeddings")) * mask.unsqueeze(-1);
        QVERIFY(error.abs().max().item<float>() <= 1e-4F);
    }
}

void TstT5Encoder::takesEitherNameOfTheEmbedding()
{
    const ReferenceTensors reference(kReference);
    const checkpoint::Checkpoint both = weights();
    const torch::Tensor ids = reference.tensor("batch/input_ids");
    const torch::Tensor wanted = ReferenceTensors::must(loadT5Encoder(configOf(reference), both))->forward(ids);
    const QTemporaryDir folder;
    for (const std::string left : {"shared.weight", "encoder.embed_tokens.weight"}) {
        std::vector<std::pair<std::string, torch::Tensor>> tensors = {
            {"decoder.final_layer_norm.weight", torch::ones({32})}, {"lm_head.weight", torch::ones({4, 32})}};
        for (const checkpoint::TensorInfo& info : both.tensors())
            if (info.name != left)
                tensors.emplace_back(info.name, both.tensor(info.name));
        const std::filesystem::path path = folder.filePath("model.safetensors").toStdString();
        QVERIFY(checkpoint::writeSafetensors(path, tensors));
        T5Encoder encoder = ReferenceTensors::must(
            loadT5Encoder(configOf(reference), ReferenceTensors::must(checkpoint::Checkpoint::open(path))));
        QVERIFY(encoder->forward(ids).equal(wanted));
    }
}

void TstT5Encoder::paddingChangesNothing()
{
    const ReferenceTensors reference(kReference);
    T5Encoder encoder = ReferenceTensors::must(loadT5Encoder(configOf(reference), weights()));
    const torch::Tensor ids = torch::tensor({{5, 6, 7, 1, 0, 0, 0}}, torch::kLong);
    const torch::Tensor padded = encoder->forward(ids, (ids != 0).to(torch::kLong)).narrow(1, 0, 4);
    const torch::Tensor alone = encoder->forward(ids.narrow(1, 0, 4));
    QVERIFY(torch::allclose(padded, alone, 1e-5, 1e-5));
}

void TstT5Encoder::rowWithoutTokensStaysFinite()
{
    const ReferenceTensors reference(kReference);
    T5Encoder encoder = ReferenceTensors::must(loadT5Encoder(configOf(reference), weights()));
    const torch::Tensor ids = torch::zeros({2, 6}, torch::kLong);
    QVERIFY(encoder->forward(ids, ids).isfinite().all().item<bool>());
}

void TstT5Encoder::recordsEveryModule()
{
    const ReferenceTensors reference(kReference);
    T5Encoder encoder = ReferenceTensors::must(loadT5Encoder(configOf(reference), weights()));
    const ActivationRecorder recorder(*encoder);
    const torch::Tensor result = encoder->forward(reference.tensor("batch/input_ids"));
    const auto& outputs = recorder.outputs();
    for (const char* path :
        {"shared", "encoder", "encoder.block.0", "encoder.block.2.layer.0", "encoder.block.1.layer.0.SelfAttention",
            "encoder.block.1.layer.0.SelfAttention.q", "encoder.block.0.layer.0.SelfAttention.relative_attention_bias",
            "encoder.block.0.layer.1.DenseReluDense.wi_0", "encoder.block.0.layer.1.layer_norm",
            "encoder.final_layer_norm"})
        QVERIFY2(outputs.contains(path), path);
    QVERIFY(outputs.at("encoder").equal(result));
}

void TstT5Encoder::costsNothingBeforeLoading()
{
    // T5 v1.1 XXL: 4.76 thousand million parameters, 19 GB in float32, which a test machine need not have.
    const T5Encoder encoder(T5Config{});
    QVERIFY(parameterBytes(*encoder) > 19'000'000'000LL);
}

void TstT5Encoder::refusesTokensOutsideOfTheVocabulary()
{
    const ReferenceTensors reference(kReference);
    T5Encoder encoder = ReferenceTensors::must(loadT5Encoder(configOf(reference), weights()));
    for (const std::int64_t id : {std::int64_t{-1}, configOf(reference).vocabularySize})
        QVERIFY_THROWS_EXCEPTION(c10::Error, encoder->forward(torch::full({1, 3}, id, torch::kLong)));
    QVERIFY_THROWS_EXCEPTION(c10::Error, encoder->forward(torch::zeros({1, 3})));
    QVERIFY_THROWS_EXCEPTION(
        c10::Error, encoder->forward(torch::zeros({1, 3}, torch::kLong), torch::zeros({1, 4}, torch::kLong)));
}

void TstT5Encoder::refusesConfigs_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char* field, const char* value) {
        QTest::addRow("%s = %s", field, value) << QByteArray(field) << QByteArray(value);
    };
    row("num_heads", "0");
    row("num_heads", "-4");
    row("num_layers", "1000000000");
    row("d_model", "18446744073709551615");
    row("d_model", "32.5");
    row("d_ff", "\"many\"");
    row("d_kv", "null");
    row("vocab_size", "[]");
    row("layer_norm_epsilon", "0");
    row("layer_norm_epsilon", "1e300");
    row("relative_attention_num_buckets", "3");
    row("relative_attention_max_distance", "8");
    row("feed_forward_proj", "\"relu\"");
    row("feed_forward_proj", "null");
    row("dense_act_fn", "\"silu\"");
    row("is_gated_act", "false");
}

void TstT5Encoder::refusesConfigs()
{
    QFETCH(QByteArray, field);
    QFETCH(QByteArray, value);
    nlohmann::json config = ReferenceTensors(kReference).json().at("config");
    QVERIFY(T5Config::fromJson(config, "config.json"));
    config[field.toStdString()] = nlohmann::json::parse(value.toStdString());
    const Result<T5Config> result = T5Config::fromJson(config, "config.json");
    QVERIFY(!result);
    QVERIFY2(result.error().message.find("config.json") != std::string::npos, result.error().message.c_str());
    QVERIFY2(result.error().message.find(field.toStdString()) != std::string::npos, result.error().message.c_str());
}

QTEST_GUILESS_MAIN(TstT5Encoder)
#include "tst_t5_encoder.moc"
