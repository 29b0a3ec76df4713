// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/json_config.h"
#include "core/models/layers/attention_evidence.h"
#include "tests/support/small_dit.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace toca;
using cache::CachingSession;
using cache::EvidenceKind;
using cache::TokenSubset;
using plan::ModuleKind;

namespace {

/// Everything full, everything kept, all evidence wanted: costs the most and must change nothing.
class FullRun final : public cache::PolicyRun {
public:
    cache::EvidenceSet evidenceWanted(const plan::Site& site) const override
    {
        return site.module == ModuleKind::SelfAttention ? EvidenceKind::SelfAttentionInfluence | EvidenceKind::ValueNorm
                                                        : cache::EvidenceSet{0};
    }
    cache::ModuleAction onModule(const plan::Site& site, const cache::Evidence& evidence) override
    {
        if (site.module == ModuleKind::Mlp && site.layer == 0)
            influence = evidence.selfAttentionInfluence();
        return cache::ModuleAction::full(true);
    }
    std::unique_ptr<cache::PolicyRun> clone() const override { return std::make_unique<FullRun>(*this); }
    torch::Tensor influence;
};

models::JointSelfAttention randomAttention(std::int64_t width, std::int64_t heads)
{
    models::JointSelfAttention attention(width, heads);
    for (auto& parameter : attention->parameters())
        parameter.set_data(torch::randn(parameter.sizes()) * 0.3);
    return attention;
}

std::vector<std::pair<std::string, torch::Tensor>> tensorsOf(models::Dit& model)
{
    std::vector<std::pair<std::string, torch::Tensor>> tensors;
    for (const auto& item : model->named_parameters())
        tensors.emplace_back(item.key(), item.value().detach().contiguous());
    return tensors;
}

} // namespace

class TestDit : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { torch::manual_seed(3); }
    void fullAtEveryStepEqualsUncached();
    void promptsOfABatchAreIndependent();
    void rowsAloneEqualTheirPart();
    void attentionOfAllTokensChosenEqualsFull();
    void attentionOfSomeTokensEqualsTheirRows();
    void influenceEqualsColumnSums_data();
    void influenceEqualsColumnSums();
    void valueNormEqualsTheDefinition();
    void traceHoldsTheCellsOfTheAbsentModule();
    void modulatedInputIsWhatAttentionReads();
    void onlyThreeChannelsAreGuided();
    void positionEmbeddingEqualsTheDefinition();
    void missingPositionEmbeddingIsComputed();
    void halfPrecisionWeightsWork();
    void wrongInputsAreRefused();
    void configIsChecked();
    void publishedSizesAreKnown();
};

void TestDit::fullAtEveryStepEqualsUncached()
{
    test::SmallDitRun run;
    CachingSession session(run.geometry, std::make_unique<FullRun>());
    QVERIFY(torch::equal(run.denoise(session), run.uncached()));
}

void TestDit::promptsOfABatchAreIndependent()
{
    test::SmallDitRun both(4, 2);
    const auto together = both.uncached();
    QCOMPARE(together.sizes(), both.input.noise.sizes());
    for (std::int64_t prompt = 0; prompt < 2; ++prompt) {
        test::SmallDitRun one(4, 1);
        one.input.noise = both.input.noise.narrow(0, prompt, 1);
        one.input.conditions.labels =
            torch::stack({both.input.conditions.labels[prompt], both.input.conditions.labels[prompt + 2]});
        // Sums of a larger product are ordered otherwise.
        QVERIFY(torch::allclose(one.uncached()[0], together[prompt], 1e-4, 1e-4));
    }
    QVERIFY(!torch::allclose(together[0], together[1], 1e-2, 1e-2));
}

void TestDit::rowsAloneEqualTheirPart()
{
    const torch::NoGradGuard noGrad;
    test::SmallDitRun run(4, 2);
    models::DitDenoiser denoiser(run.model);
    const auto t = torch::full({1}, 500.0);
    auto session = CachingSession::uncached(run.geometry);
    const auto all = denoiser.predict(run.input.noise, t, run.input.conditions, {0, 4}, session);
    auto alone = CachingSession::uncached(run.geometry);
    const plan::Stream stream = plan::Stream::Unconditional;
    const auto part = alone.evaluate({0, 0, 1, stream, 500.0, run.input.noise},
        [&](cache::RowRange rows) { return denoiser.predict(run.input.noise, t, run.input.conditions, rows, alone); });
    QCOMPARE(part.size(0), 2);
    QVERIFY(torch::allclose(part, all.narrow(0, 2, 2), 1e-4, 1e-5));
}

void TestDit::attentionOfAllTokensChosenEqualsFull()
{
    const torch::NoGradGuard noGrad;
    auto attention = randomAttention(16, 2);
    auto session = CachingSession::uncached(test::SmallDitRun(2).geometry);
    const auto x = torch::randn({2, 9, 16});
    const auto ids = torch::arange(9, torch::kInt64).expand({2, 9}).contiguous();
    const auto full = attention->forward(x, TokenSubset::all(9), session);
    QVERIFY(torch::allclose(attention->forward(x, TokenSubset::chosen(ids, 9), session), full, 1e-4, 1e-5));
}

void TestDit::attentionOfSomeTokensEqualsTheirRows()
{
    const torch::NoGradGuard noGrad;
    auto attention = randomAttention(16, 2);
    auto session = CachingSession::uncached(test::SmallDitRun(2).geometry);
    const auto x = torch::randn({2, 9, 16});
    const auto some = TokenSubset::chosen(torch::tensor({{8, 0, 4}, {1, 2, 7}}, torch::kInt64), 9);
    const auto full = attention->forward(x, TokenSubset::all(9), session);
    QVERIFY(torch::allclose(attention->forward(x, some, session), some.gather(full), 1e-4, 1e-5));
}

void TestDit::influenceEqualsColumnSums_data()
{
    QTest::addColumn<int>("sequences");
    QTest::addColumn<int>("heads");
    QTest::addColumn<int>("tokens");
    QTest::newRow("one block") << 3 << 2 << 7;
    QTest::newRow("blocks of queries") << 2 << 3 << 1301; // 3 * 1301 * 1301 values are more than one block
    QTest::newRow("blocks of sequences") << 5 << 2 << 800; // 3 sequences fill a block
}

void TestDit::influenceEqualsColumnSums()
{
    QFETCH(int, sequences);
    QFETCH(int, heads);
    QFETCH(int, tokens);
    const auto q = torch::randn({sequences, heads, tokens, 4}), k = torch::randn({sequences, heads, tokens, 4});
    const auto map = torch::matmul(q / 2.0, k.transpose(-2, -1)).softmax(-1); // sqrt(4)
    QVERIFY(torch::allclose(models::receivedAttention(q, k), map.mean(1).sum(1), 1e-4, 1e-5));
}

void TestDit::valueNormEqualsTheDefinition()
{
    const auto v = torch::tensor({{3.0, 4.0}, {0.6, 0.8}}).view({1, 2, 1, 2}); // norms 5 and 1
    QVERIFY(torch::allclose(models::smallnessOfValues(v), torch::tensor({{-4.0}})));
}

void TestDit::traceHoldsTheCellsOfTheAbsentModule()
{
    test::SmallDitRun run(3);
    auto trace = std::make_shared<plan::Trace>(run.geometry, run.schedule(), 2);
    CachingSession session(run.geometry, std::make_unique<FullRun>(), {trace, {}});
    run.denoise(session);
    QCOMPARE(trace->publishedCells(), std::size_t{3 * 3 * plan::kModuleKinds});
    for (std::size_t cell = 0; cell < trace->publishedCells(); ++cell) {
        const bool isAbsent = trace->siteOf(cell).module == ModuleKind::CrossAttention;
        QCOMPARE(trace->cell(cell).action, isAbsent ? plan::Action::Skip : plan::Action::Full);
        QCOMPARE(trace->cell(cell).flops == 0, isAbsent);
    }
}

void TestDit::modulatedInputIsWhatAttentionReads()
{
    const torch::NoGradGuard noGrad;
    models::DitBlock block(16, 2, 64);
    for (auto& parameter : block->parameters())
        parameter.set_data(torch::randn(parameter.sizes()) * 0.3);
    const auto x = torch::randn({2, 16, 16}), c = torch::randn({2, 16});
    const auto linear = block->named_parameters();
    const auto vectors =
        torch::linear(torch::silu(c), linear["adaLN_modulation.1.weight"], linear["adaLN_modulation.1.bias"]);
    const auto shift = vectors.narrow(1, 0, 16).unsqueeze(1), scale = vectors.narrow(1, 16, 16).unsqueeze(1);
    const auto normalised = (x - x.mean(-1, true)) / (x.var(-1, /*unbiased=*/false, true) + 1e-6).sqrt();
    QVERIFY(
        torch::allclose(block->modulatedInput(x, block->modulation(c)), normalised * (1 + scale) + shift, 1e-4, 1e-5));
}

void TestDit::onlyThreeChannelsAreGuided()
{
    test::SmallDitRun run(2);
    auto session = CachingSession::uncached(run.geometry);
    run.denoise(session, [&](const engine::DenoisingStep& done) {
        const auto conditional = done.prediction[0], unconditional = done.prediction[1];
        const auto mixed = unconditional + 1.5 * (conditional - unconditional);
        QVERIFY(torch::equal(done.guided[0].narrow(0, 0, 3), mixed.narrow(0, 0, 3)));
        QVERIFY(torch::equal(done.guided[0].narrow(0, 3, 5), conditional.narrow(0, 3, 5)));
    });
}

void TestDit::positionEmbeddingEqualsTheDefinition()
{
    const std::int64_t rows = 2, columns = 3, width = 8;
    const auto embedded = models::sinCosPositionEmbedding(width, rows, columns);
    QCOMPARE(embedded.sizes(), (std::vector<std::int64_t>{1, rows * columns, width}));
    for (std::int64_t row = 0; row < rows; ++row)
        for (std::int64_t column = 0; column < columns; ++column)
            for (std::int64_t i = 0; i < 2; ++i) {
                const double omega = std::pow(10000.0, -static_cast<double>(i) / 2);
                const auto token = embedded[0][row * columns + column];
                const auto x = static_cast<double>(column) * omega, y = static_cast<double>(row) * omega;
                QCOMPARE(token[i].item<float>(), static_cast<float>(std::sin(x)));
                QCOMPARE(token[2 + i].item<float>(), static_cast<float>(std::cos(x)));
                QCOMPARE(token[4 + i].item<float>(), static_cast<float>(std::sin(y)));
                QCOMPARE(token[6 + i].item<float>(), static_cast<float>(std::cos(y)));
            }
}

void TestDit::missingPositionEmbeddingIsComputed()
{
    test::SmallDitRun run(2);
    run.model->computePositionEmbedding(torch::kFloat32);
    const QTemporaryDir folder;
    const std::filesystem::path with = folder.filePath("with.safetensors").toStdString(),
                                without = folder.filePath("without.safetensors").toStdString();
    auto tensors = tensorsOf(run.model);
    QVERIFY(checkpoint::writeSafetensors(with, tensors));
    std::erase_if(tensors, [](const auto& item) { return item.first == "pos_embed"; });
    QVERIFY(checkpoint::writeSafetensors(without, tensors));
    std::vector<torch::Tensor> results;
    for (const auto& path : {with, without}) {
        const auto file = checkpoint::Checkpoint::open(path);
        QVERIFY(file);
        auto model = models::loadDit(run.config, *file);
        QVERIFY(model);
        run.model = *model;
        results.push_back(run.uncached());
    }
    QVERIFY(torch::equal(results[0], results[1]));
    std::erase_if(tensors, [](const auto& item) { return item.first == "blocks.1.attn.qkv.weight"; });
    QVERIFY(checkpoint::writeSafetensors(without, tensors));
    const auto broken = models::loadDit(run.config, *checkpoint::Checkpoint::open(without));
    QVERIFY(!broken);
    QVERIFY(broken.error().message.find("blocks.1.attn.qkv.weight") != std::string::npos);
}

void TestDit::halfPrecisionWeightsWork()
{
    test::SmallDitRun run(2);
    const auto exact = run.uncached();
    run.model->to(torch::kBFloat16);
    const auto rounded = run.uncached();
    QCOMPARE(rounded.scalar_type(), torch::kFloat32); // latents stay float32
    // 8 bits of mantissa through 3 blocks and 2 steps.
    QVERIFY((rounded - exact).abs().max().item<double>() < 0.2 * exact.abs().max().item<double>());
    QVERIFY(!torch::equal(rounded, exact));
}

void TestDit::wrongInputsAreRefused()
{
    test::SmallDitRun run(2);
    run.input.conditions.labels[0] = run.config.classes + 1;
    QVERIFY_THROWS_EXCEPTION(c10::Error, run.uncached());
    run.input.conditions.labels[0] = -1;
    QVERIFY_THROWS_EXCEPTION(c10::Error, run.uncached());
    run.input.conditions.labels[0] = 0;
    run.input.noise = torch::randn({1, 4, 1, 10, 8});
    QVERIFY_THROWS_EXCEPTION(c10::Error, run.uncached());
    run.input.noise = torch::randn({1, 4, 2, 8, 8}); // two frames
    QVERIFY_THROWS_EXCEPTION(c10::Error, run.uncached());
}

void TestDit::configIsChecked()
{
    const auto parsed = [](const char* text) {
        return models::DitConfig::fromJson(nlohmann::json::parse(text), "config.json");
    };
    const auto published = parsed("{}");
    QVERIFY(published);
    QCOMPARE(published->hiddenSize, 1152);
    QCOMPARE(published->outChannels(), 8);
    const auto small = parsed(
        R"({"input_size": 6, "patch_size": 3, "hidden_size": 12, "num_heads": 3, "learn_sigma": false, "depth": 1,)"
        R"( "class_dropout_prob": 0})");
    QVERIFY(small);
    QCOMPARE(small->gridSize(), 2);
    QCOMPARE(small->outChannels(), 4);
    QVERIFY(!small->hasNullClass);
    for (const char* wrong : {R"({"input_size": 33})", R"({"num_heads": 7})", R"({"depth": 0})",
             R"({"hidden_size": 30, "num_heads": 2})", R"({"mlp_ratio": "four"})", R"({"num_classes": -1})"})
        QVERIFY2(!parsed(wrong), wrong);
}

void TestDit::publishedSizesAreKnown()
{
    const auto large = models::publishedDit("DiT-XL/2", 256);
    QVERIFY(large);
    QCOMPARE(*large, models::DitConfig{});
    QVERIFY(large->shape() == *plan::publishedShape("dit-xl-2-256"));
    QVERIFY(models::publishedDit("DiT-XL/2", 512)->shape() == *plan::publishedShape("dit-xl-2-512"));
    const auto small = models::publishedDit("DiT-S/8", 256);
    QVERIFY(small);
    QCOMPARE(small->gridSize(), 4);
    QCOMPARE(small->heads, 6);
    QVERIFY(!models::publishedDit("DiT-M/2", 256));
    QVERIFY(!models::publishedDit("DiT-S/8", 100));
    QCOMPARE(models::publishedDitSize(768, 12)->heads, 12);
    QVERIFY(models::publishedDitSize(768, 13) == nullptr);
}

QTEST_GUILESS_MAIN(TestDit)
#include "tst_dit.moc"
