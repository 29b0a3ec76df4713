// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policy.h"
#include "core/models/layers/activation_recorder.h"
#include "core/models/pixart/pixart_sizes.h"
#include "tests/support/small_pixart.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

using namespace toca;
using models::PixartConfig;
using models::PixartSize;
using test::SmallPixart;

namespace {

/// Everything that the model stores, under its official names.
std::vector<std::pair<std::string, torch::Tensor>> storedTensors(const models::Pixart& model)
{
    std::vector<std::pair<std::string, torch::Tensor>> tensors;
    for (const auto& item : model->named_parameters())
        tensors.emplace_back(item.key(), item.value());
    for (const auto& item : model->named_buffers())
        tensors.emplace_back(item.key(), item.value());
    return tensors;
}

torch::Tensor positionEmbeddingOf(SmallPixart& run)
{
    const models::ActivationRecorder recorder(*run.model);
    run.predict();
    return recorder.outputs().at("pos_embed");
}

} // namespace

class TestPixart : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void publishedConfigIsRead();
    void diffusersConfigIsRead();
    void badConfigIsRefused_data();
    void badConfigIsRefused();
    void geometryFollowsTheConfig();
    void positionEmbeddingFollowsTheGrid();
    void sizesAreThePublishedOnes();
    void nearestSizeHasTheNearestRatio();
    void rowsAreIndependent();
    void promptsAreIndependent();
    void paddingTextIsNotRead();
    void oddSizesArePadded();
    void sizeConditionsAreRead();
    void sizesAreOnlyReadWhereConditioned();
    void checkpointComesBack();
    void checkpointWithoutNullEmbedding();
    void checkpointOfAnotherModelIsRefused();
    void wrongInputsAreRefused();
    void textIsProjectedOncePerRun();
    void runsAreRepeatable();
    void promptsChooseTheirTokensApart();
    void halfPrecisionIsClose();
};

void TestPixart::publishedConfigIsRead()
{
    const auto config =
        PixartConfig::fromJson({{"input_size", 64}, {"hidden_size", 48}, {"depth", 3}, {"num_heads", 4},
                                   {"mlp_ratio", 2.0}, {"pred_sigma", false}, {"caption_channels", 20},
                                   {"model_max_length", 77}, {"lewei_scale", 2.0}, {"class_dropout_prob", 0.1}},
            "config.json");
    QVERIFY2(config, config ? "" : config.error().message.c_str());
    QCOMPARE(config->inputSize, 64);
    QCOMPARE(config->baseSize(), 32);
    QCOMPARE(config->hiddenSize, 48);
    QCOMPARE(config->depth, 3);
    QCOMPARE(config->heads, 4);
    QCOMPARE(config->mlpHiddenSize(), 96);
    QCOMPARE(config->outChannels(), 4);
    QCOMPARE(config->captionChannels, 20);
    QCOMPARE(config->maxTextTokens, 77);
    QCOMPARE(config->leweiScale, 2.0);
    QVERIFY(!config->hasSizeConditions);
}

void TestPixart::diffusersConfigIsRead()
{
    // As in the transformer/config.json of PixArt-XL-2-1024-MS.
    const nlohmann::json json{{"_class_name", "Transformer2DModel"}, {"attention_head_dim", 72},
        {"num_attention_heads", 16}, {"num_layers", 28}, {"in_channels", 4}, {"out_channels", 8},
        {"cross_attention_dim", 1152}, {"caption_channels", 4096}, {"patch_size", 2}, {"sample_size", 128},
        {"norm_type", "ada_norm_single"}, {"dropout", 0.0}};
    auto config = PixartConfig::fromJson(json, "config.json");
    QVERIFY2(config, config ? "" : config.error().message.c_str());
    QCOMPARE(config->inputSize, 128);
    QCOMPARE(config->hiddenSize, 1152);
    QCOMPARE(config->heads, 16);
    QCOMPARE(config->depth, 28);
    QCOMPARE(config->leweiScale, 2.0);
    QVERIFY(config->hasSizeConditions);
    QVERIFY(config->predictsSigma);
    auto small = json;
    small["sample_size"] = 64;
    config = PixartConfig::fromJson(small, "config.json");
    QVERIFY(config);
    QCOMPARE(config->leweiScale, 1.0);
    QVERIFY(!config->hasSizeConditions);
    small["interpolation_scale"] = 1.5;
    small["use_additional_conditions"] = true;
    small["out_channels"] = 4;
    config = PixartConfig::fromJson(small, "config.json");
    QVERIFY(config);
    QCOMPARE(config->leweiScale, 1.5);
    QVERIFY(config->hasSizeConditions);
    QVERIFY(!config->predictsSigma);
}

void TestPixart::badConfigIsRefused_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("named");
    QTest::newRow("heads") << QByteArray(R"({"hidden_size": 32, "num_heads": 5})") << QByteArray("num_heads");
    QTest::newRow("width") << QByteArray(R"({"hidden_size": 30, "num_heads": 2})") << QByteArray("hidden_size");
    QTest::newRow("thirds") << QByteArray(R"({"hidden_size": 32, "num_heads": 2, "micro_condition": true})")
                            << QByteArray("multiple of 3");
    QTest::newRow("windows") << QByteArray(R"({"window_size": 14})") << QByteArray("window_size");
    QTest::newRow("patch") << QByteArray(R"({"input_size": 2, "patch_size": 4})") << QByteArray("input_size");
    QTest::newRow("depth") << QByteArray(R"({"depth": 1000000000})") << QByteArray("depth");
    QTest::newRow("no size") << QByteArray(R"({"attention_head_dim": 72})") << QByteArray("sample_size");
    QTest::newRow("text width") << QByteArray(
        R"({"attention_head_dim": 72, "sample_size": 32, "cross_attention_dim": 1024})")
                                << QByteArray("cross_attention_dim");
    QTest::newRow("channels") << QByteArray(R"({"attention_head_dim": 72, "sample_size": 32, "out_channels": 5})")
                              << QByteArray("out_channels");
    QTest::newRow("too wide") << QByteArray(
        R"({"attention_head_dim": 1024, "num_attention_heads": 1024, "sample_size": 32})")
                              << QByteArray("attention_head_dim");
    QTest::newRow("norm") << QByteArray(R"({"attention_head_dim": 72, "sample_size": 32, "norm_type": "layer_norm"})")
                          << QByteArray("norm_type");
}

void TestPixart::badConfigIsRefused()
{
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, named);
    const auto config = PixartConfig::fromJson(nlohmann::json::parse(json.toStdString()), "some.json");
    QVERIFY(!config);
    QVERIFY2(config.error().message.find(named.toStdString()) != std::string::npos, config.error().message.c_str());
    QVERIFY(config.error().message.find("some.json") != std::string::npos);
}

void TestPixart::geometryFollowsTheConfig()
{
    const PixartConfig config; // PixArt-XL/2, 256 pixels
    QVERIFY(config.shape() == *plan::publishedShape("pixart-alpha-256"));
    PixartConfig large;
    large.inputSize = 128;
    large.leweiScale = 2;
    large.hasSizeConditions = true;
    QVERIFY(large.shape() == *plan::publishedShape("pixart-alpha-1024"));
    const auto geometry = large.geometry(64, 255, 17, 3, 2);
    QCOMPARE(geometry.grid.rows, 32);
    QCOMPARE(geometry.grid.columns, 128);
    QCOMPARE(geometry.grid.frames, 1);
    QCOMPARE(geometry.layerCount(), 28);
    QCOMPARE(geometry.textTokens, 17);
    QCOMPARE(geometry.rows(), 6);
}

void TestPixart::positionEmbeddingFollowsTheGrid()
{
    // Every grid spans the same coordinates: a picture of double height has neighbours half as far apart.
    SmallPixart square, tall;
    const auto reference = positionEmbeddingOf(square).view({4, 4, 24});
    tall.input.noise = torch::randn({1, 4, 1, 16, 8});
    tall.geometry = tall.config.geometry(16, 8, 6, 1, 2);
    const auto stretched = positionEmbeddingOf(tall).view({8, 4, 24});
    for (int row = 0; row < 4; ++row)
        QVERIFY(torch::allclose(stretched[2 * row], reference[row], 1e-5, 1e-6));
    // First the column, [sin | cos]; the lowest frequency is 1.
    QVERIFY(std::abs(reference[2][3][0].item<double>() - std::sin(3.0)) < 1e-6);
    QVERIFY(std::abs(reference[2][3][6].item<double>() - std::cos(3.0)) < 1e-6);
    QVERIFY(std::abs(reference[2][3][12].item<double>() - std::sin(2.0)) < 1e-6);
    SmallPixart scaled;
    scaled.config.leweiScale = 2;
    scaled.model = models::Pixart(scaled.config);
    test::randomizeWeights(*scaled.model);
    QVERIFY(std::abs(positionEmbeddingOf(scaled)[0][3][0].item<double>() - std::sin(1.5)) < 1e-6);
}

void TestPixart::sizesAreThePublishedOnes()
{
    for (const std::int64_t side : {256, 512, 1024}) {
        const auto sizes = models::pixartSizes(side);
        QCOMPARE(sizes.size(), std::size_t{40});
        QVERIFY((sizes.front() == PixartSize{side / 2, 2 * side}));
        QVERIFY((sizes.back() == PixartSize{2 * side, side / 2}));
        QVERIFY(std::count(sizes.begin(), sizes.end(), PixartSize{side, side}) == 1);
        double last = 0;
        for (const PixartSize& size : sizes) {
            const double area = static_cast<double>(size.height * size.width) / static_cast<double>(side * side);
            QVERIFY(area > 0.85 && area < 1.03);
            QCOMPARE(size.height % (side / 16), 0);
            const double ratio = static_cast<double>(size.height) / static_cast<double>(size.width);
            QVERIFY(ratio > last);
            last = ratio;
        }
    }
    // As the published tables name them.
    QCOMPARE(models::pixartAspectRatio(512, 1984), 0.26);
    QCOMPARE(models::pixartAspectRatio(640, 1536), 0.42);
    QCOMPARE(models::pixartAspectRatio(1856, 512), 3.62);
    QCOMPARE(models::pixartAspectRatio(1984, 512), 3.88);
}

void TestPixart::nearestSizeHasTheNearestRatio()
{
    QVERIFY((models::nearestPixartSize(1024, {768, 768}) == PixartSize{1024, 1024}));
    QVERIFY((models::nearestPixartSize(1024, {1080, 1920}) == PixartSize{768, 1344}));
    QVERIFY((models::nearestPixartSize(512, {3000, 100}) == PixartSize{1024, 256}));
    for (const PixartSize& size : models::pixartSizes(512))
        QVERIFY(models::nearestPixartSize(512, size) == size);
}

void TestPixart::rowsAreIndependent()
{
    SmallPixart both;
    const auto rows = both.predict();
    QCOMPARE(rows.sizes(), torch::IntArrayRef({2, 8, 1, 8, 8}));
    SmallPixart one;
    one.input.conditions.text = both.input.conditions.text.narrow(0, 0, 1);
    one.geometry = one.config.geometry(8, 8, 6, 1, 1);
    QVERIFY(torch::allclose(one.predict(), rows.narrow(0, 0, 1), 1e-4, 1e-5));
    QVERIFY(!torch::allclose(rows[0], rows[1], 1e-3, 1e-3));
}

void TestPixart::promptsAreIndependent()
{
    SmallPixart two(6, 2), first;
    two.input.conditions.mask[1].narrow(0, 3, 3).zero_(); // another length
    const auto rows = two.predict();
    const auto& text = two.input.conditions.text;
    first.input.noise = two.input.noise.narrow(0, 1, 1);
    first.input.conditions.text = torch::stack({text[1], text[3]});
    first.input.conditions.mask = two.input.conditions.mask.narrow(0, 1, 1);
    const auto alone = first.predict();
    QVERIFY(torch::allclose(alone[0], rows[1], 1e-4, 1e-5));
    QVERIFY(torch::allclose(alone[1], rows[3], 1e-4, 1e-5));
}

void TestPixart::paddingTextIsNotRead()
{
    SmallPixart run;
    run.input.conditions.mask[0].narrow(0, 4, 2).zero_();
    const auto before = run.predict();
    run.input.conditions.text.narrow(2, 4, 2).fill_(100); // also of the null embedding
    QVERIFY(torch::equal(run.predict(), before));
    run.input.conditions.text.narrow(2, 0, 1).fill_(100);
    QVERIFY(!torch::equal(run.predict(), before));
}

void TestPixart::oddSizesArePadded()
{
    SmallPixart odd, even;
    odd.input.noise = odd.input.noise.narrow(3, 0, 7).narrow(4, 0, 5);
    odd.geometry = odd.config.geometry(7, 5, 6, 1, 2);
    even.input.noise = torch::constant_pad_nd(odd.input.noise, {0, 1, 0, 1});
    even.geometry = odd.geometry;
    const auto out = odd.predict();
    QCOMPARE(out.sizes(), torch::IntArrayRef({2, 8, 1, 7, 5}));
    QVERIFY(torch::equal(out, even.predict().narrow(3, 0, 7).narrow(4, 0, 5)));
}

void TestPixart::sizeConditionsAreRead()
{
    SmallPixart run(6, 2, /*hasSizeConditions=*/true);
    const auto before = run.predict();
    run.input.conditions.height[1] = 128.0;
    const auto after = run.predict();
    QVERIFY(torch::equal(after[0], before[0]));
    QVERIFY(torch::equal(after[2], before[2]));
    QVERIFY(!torch::allclose(after[1], before[1], 1e-3, 1e-3));
    QVERIFY(!torch::allclose(after[3], before[3], 1e-3, 1e-3));
    run.input.conditions.height = torch::Tensor();
    QVERIFY_EXCEPTION_THROWN(run.predict(), c10::Error);
}

void TestPixart::sizesAreOnlyReadWhereConditioned()
{
    SmallPixart run;
    const auto before = run.predict();
    run.input.conditions.height = run.input.conditions.width = torch::Tensor();
    QVERIFY(torch::equal(run.predict(), before));
}

void TestPixart::checkpointComesBack()
{
    SmallPixart run(6, 1, /*hasSizeConditions=*/true);
    const QTemporaryDir folder;
    const auto path = folder.filePath("model.safetensors").toStdString();
    auto tensors = storedTensors(run.model);
    tensors.emplace_back("pos_embed", torch::zeros({1, 9, 24})); // of another size: not read
    QVERIFY(checkpoint::writeSafetensors(path, tensors));
    const auto file = checkpoint::Checkpoint::open(path);
    QVERIFY(file);
    auto loaded = models::loadPixart(run.config, *file);
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    const auto expected = run.predict();
    run.model = *loaded;
    QVERIFY(torch::equal(run.predict(), expected));
    QVERIFY(run.model->nullEmbedding().defined());
}

void TestPixart::checkpointWithoutNullEmbedding()
{
    const SmallPixart run;
    const QTemporaryDir folder;
    const auto path = folder.filePath("model.safetensors").toStdString();
    auto tensors = storedTensors(run.model);
    std::erase_if(tensors, [](const auto& item) { return item.first == "y_embedder.y_embedding"; });
    QVERIFY(checkpoint::writeSafetensors(path, tensors));
    const auto file = checkpoint::Checkpoint::open(path);
    QVERIFY(!models::loadPixart(run.config, *file));
    checkpoint::LoadOptions options;
    options.optional = {"y_embedder.y_embedding"};
    const auto loaded = models::loadPixart(run.config, *file, options);
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    QVERIFY(!(*loaded)->nullEmbedding().defined());
}

void TestPixart::checkpointOfAnotherModelIsRefused()
{
    const SmallPixart run;
    const QTemporaryDir folder;
    const auto path = folder.filePath("model.safetensors").toStdString();
    QVERIFY(checkpoint::writeSafetensors(path, storedTensors(run.model)));
    const auto file = checkpoint::Checkpoint::open(path);
    PixartConfig other = run.config;
    other.hasSizeConditions = true;
    const auto loaded = models::loadPixart(other, *file);
    QVERIFY(!loaded);
    QVERIFY2(loaded.error().message.find("csize_embedder") != std::string::npos, loaded.error().message.c_str());
}

void TestPixart::wrongInputsAreRefused()
{
    SmallPixart run;
    run.input.noise = torch::randn({1, 4, 2, 8, 8});
    QVERIFY_EXCEPTION_THROWN(run.predict(), c10::Error);
    run.input.noise = torch::randn({1, 3, 1, 8, 8});
    QVERIFY_EXCEPTION_THROWN(run.predict(), c10::Error);
    run.input.noise = torch::randn({1, 4, 1, 8, 8});
    run.input.conditions.text = torch::randn({2, 1, 6, 13});
    QVERIFY_EXCEPTION_THROWN(run.predict(), c10::Error);
    run.input.conditions.text = torch::randn({2, 1, 6, 12});
    run.input.conditions.mask.zero_();
    QVERIFY_EXCEPTION_THROWN(run.predict(), c10::Error);
}

void TestPixart::textIsProjectedOncePerRun()
{
    // Text that changes during a run is not seen: keys, values and the caption MLP are kept for the run.
    SmallPixart run;
    const auto expected = run.uncached();
    auto session = cache::CachingSession::uncached(run.geometry);
    auto text = run.input.conditions.text;
    const auto original = text.clone();
    const auto result = run.denoise(session, [&](const engine::DenoisingStep&) { text.fill_(7); });
    QVERIFY(torch::equal(result, expected));
    text.copy_(original);
}

void TestPixart::runsAreRepeatable()
{
    SmallPixart run(5, 2);
    const auto first = run.uncached();
    QVERIFY(torch::equal(run.uncached(), first));
    QVERIFY(first.isfinite().all().item<bool>());
    std::vector<double> timesteps;
    auto session = cache::CachingSession::uncached(run.geometry);
    run.denoise(
        session, [&](const engine::DenoisingStep& done) { timesteps.push_back(done.timestep[0].item<double>()); });
    QCOMPARE(timesteps.size(), std::size_t{5});
    QVERIFY(std::is_sorted(timesteps.rbegin(), timesteps.rend()));
}

void TestPixart::promptsChooseTheirTokensApart()
{
    // In a batch, cached tokens of a prompt are the ones that it has alone.
    const auto cached = [](SmallPixart& run) {
        plan::PolicyContext context;
        context.family = "pixart";
        const auto policy = plan::makePolicy("toca", {}, {}, context);
        const auto plan = (*policy)->plan(run.geometry, run.schedule());
        auto trace = std::make_shared<plan::Trace>(run.geometry, run.schedule(), run.geometry.prompts);
        cache::CachingSession session(run.geometry, cache::startPolicy(**policy, *plan), {trace, {}});
        return std::pair{run.denoise(session), trace};
    };
    SmallPixart two(6, 2), second;
    const auto& text = two.input.conditions.text;
    second.input.noise = two.input.noise.narrow(0, 1, 1);
    second.input.conditions.text = torch::stack({text[1], text[3]});
    const auto [both, bothTrace] = cached(two);
    const auto [alone, aloneTrace] = cached(second);
    int selections = 0;
    for (std::size_t cell = 0; cell < aloneTrace->publishedCells(); ++cell) {
        if (!aloneTrace->cell(cell).selected)
            continue;
        ++selections;
        QCOMPARE(bothTrace->freshTokens(cell, 1), aloneTrace->freshTokens(cell, 0));
    }
    QVERIFY(selections > 0);
    QVERIFY(torch::allclose(both[1], alone[0], 1e-4, 1e-4));
    QVERIFY(!torch::allclose(alone, second.uncached(), 1e-4, 1e-4)); // something was cached
}

void TestPixart::halfPrecisionIsClose()
{
    SmallPixart run(6, 1, /*hasSizeConditions=*/true);
    const auto exact = run.predict();
    run.model->to(torch::kBFloat16);
    const auto rounded = run.predict();
    QVERIFY(rounded.scalar_type() == torch::kFloat32);
    const double error = (rounded - exact).abs().max().item<double>() / exact.abs().max().item<double>();
    QVERIFY2(error < 0.05, qPrintable(QString::number(error)));
}

QTEST_GUILESS_MAIN(TestPixart)
#include "tst_pixart.moc"
