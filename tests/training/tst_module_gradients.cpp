// SPDX-License-Identifier: Apache-2.0
// Every module that can be trained: the gradients of all of its parameters and inputs, through the engine's own forward
// code, against finite differences in float64.
#include "core/models/dit/dit.h"
#include "core/models/pixart/pixart.h"
#include "core/models/stdit3/stdit3.h"
#include "core/models/text/t5_encoder.h"
#include "core/models/vae/autoencoder_kl.h"
#include "core/models/vae/temporal_vae.h"
#include "gradient_check.h"

#include <QTest>

using namespace toca;
using cache::TokenSubset;

namespace {

torch::Tensor random(at::IntArrayRef shape)
{
    return torch::randn(shape, torch::kFloat64);
}

torch::Tensor unevenMask()
{
    return torch::tensor({{1, 1, 1, 0}, {1, 1, 0, 0}}, torch::kInt64);
}

models::Stdit3Config videoConfig()
{
    models::Stdit3Config config;
    config.inputSqSize = 16;
    config.inChannels = 2;
    config.hiddenSize = 8;
    config.depth = 1;
    config.heads = 2;
    config.mlpRatio = 2;
    config.captionChannels = 6;
    config.maxTextTokens = 4;
    return config;
}

cache::CachingSession sessionOf(int prompts)
{
    return cache::CachingSession::uncached(videoConfig().geometry(2, 4, 4, 4, prompts, 1));
}

models::AutoencoderKlConfig pictureVaeConfig()
{
    models::AutoencoderKlConfig config;
    config.latentChannels = 2;
    config.blockOutChannels = {4, 6};
    config.layersPerBlock = 1;
    config.normGroups = 2;
    return config;
}

template <class Module>
void check(Module& module, const std::vector<std::pair<std::string, torch::Tensor>>& inputs,
    const std::function<torch::Tensor()>& forward)
{
    const std::string mismatch = tests::gradientMismatch(module, inputs, forward);
    QVERIFY2(mismatch.empty(), mismatch.c_str());
}

} // namespace

class TestModuleGradients : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { torch::manual_seed(1); }

    void spatialAttention() { selfAttention(plan::LayerKind::Spatial); }
    void temporalAttention() { selfAttention(plan::LayerKind::Temporal); }
    void crossAttentionOverUnevenTexts()
    {
        models::CrossAttention module(8, 2, "test");
        tests::randomize(*module);
        const auto x = random({2, 5, 8}), text = random({2, 4, 8});
        check(*module, {{"x", x}, {"text", text}}, [&] {
            auto session = sessionOf(2); // a new one each time: it keeps keys and values
            return module->forward(
                x, TokenSubset::all(5), models::PackedText::of(text, unevenMask(), session), session);
        });
    }
    void jointAttention()
    {
        models::JointSelfAttention module(8, 2);
        tests::randomize(*module);
        const auto x = random({2, 6, 8});
        check(*module, {{"x", x}}, [&] {
            auto session = sessionOf(2);
            return module->forward(x, TokenSubset::all(6), session);
        });
    }
    void mlp()
    {
        models::Mlp module(6, 10, 4);
        tests::randomize(*module);
        const auto x = random({2, 3, 6});
        check(*module, {{"x", x}}, [&] { return module->forward(x); });
    }
    void numberEmbedder()
    {
        models::NumberEmbedder module(8);
        tests::randomize(*module);
        const auto number = torch::tensor({3.5, 700.0}, torch::kFloat64);
        check(*module, {}, [&] { return module->forward(number); });
    }
    void captionEmbedder()
    {
        models::CaptionEmbedder module(6, 8, 4);
        tests::randomize(*module);
        const auto y = random({2, 1, 4, 6});
        check(*module, {{"y", y}}, [&] { return module->forward(y); });
    }
    void patchEmbedder()
    {
        models::PatchEmbed3d module(std::array<std::int64_t, 3>{1, 2, 2}, 2, 8);
        tests::randomize(*module);
        const auto x = random({2, 2, 2, 3, 4}); // one row is padded
        check(*module, {{"x", x}}, [&] { return module->forward(x); });
    }
    void wholeStdit3()
    {
        models::Stdit3 model(videoConfig());
        tests::randomize(*model);
        models::Stdit3Input input;
        input.x = random({2, 2, 2, 4, 4});
        input.timestep = torch::tensor({300.0, 810.0});
        input.y = random({2, 1, 4, 6});
        input.mask = unevenMask();
        input.fps = torch::full({2}, 8.0);
        input.height = input.width = torch::full({2}, 32.0);
        check(*model, {{"x", input.x}, {"y", input.y}}, [&] {
            auto session = sessionOf(2);
            return model->forward(input, session);
        });
    }
    void wholeDit()
    {
        models::DitConfig config;
        config.inputSize = 4;
        config.inChannels = 2;
        config.hiddenSize = 8;
        config.depth = 1;
        config.heads = 2;
        config.mlpRatio = 2;
        config.classes = 2;
        models::Dit model(config);
        tests::randomize(*model);
        models::DitInput input{random({3, 2, 4, 4}), torch::tensor({3.0, 500.0, 999.0}), torch::tensor({0, 1, 2})};
        check(*model, {{"x", input.x}}, [&] {
            auto session = cache::CachingSession::uncached(config.geometry(3, 1));
            return model->forward(input, session);
        });
    }
    void wholePixart()
    {
        models::PixartConfig config;
        config.inputSize = 4;
        config.inChannels = 2;
        config.hiddenSize = 8;
        config.depth = 1;
        config.heads = 2;
        config.mlpRatio = 2;
        config.captionChannels = 6;
        config.maxTextTokens = 4;
        models::Pixart model(config);
        tests::randomize(*model);
        models::PixartInput input;
        input.x = random({2, 2, 4, 4});
        input.timestep = torch::tensor({30.0, 640.0});
        input.y = random({2, 1, 4, 6});
        input.mask = unevenMask();
        check(*model, {{"x", input.x}, {"y", input.y}}, [&] {
            auto session = cache::CachingSession::uncached(config.geometry(4, 4, 4, 2, 1));
            return model->forward(input, session);
        });
    }
    void wholeT5()
    {
        models::T5Config config;
        config.vocabularySize = 12;
        config.modelSize = 6;
        config.keySize = 4;
        config.feedForwardSize = 8;
        config.layers = 2;
        config.heads = 2;
        models::T5Encoder encoder(config);
        tests::randomize(*encoder);
        const auto ids = torch::tensor({{3, 4, 5, 1}, {3, 6, 1, 0}}, torch::kInt64);
        check(*encoder, {}, [&] { return encoder->forward(ids, unevenMask()); });
    }
    void vaeResnet()
    {
        models::VaeResnet module(4, 6, 2);
        tests::randomize(*module);
        const auto x = random({1, 4, 4, 4});
        check(*module, {{"x", x}}, [&] { return module->forward(x); });
    }
    void vaeAttention()
    {
        models::VaeAttention module(4, 2);
        tests::randomize(*module);
        const auto x = random({1, 4, 3, 3});
        check(*module, {{"x", x}}, [&] { return module->forward(x); });
    }
    void wholePictureVae()
    {
        models::AutoencoderKl vae(pictureVaeConfig());
        tests::randomize(*vae);
        const auto x = random({1, 3, 8, 8}), noise = random({1, 2, 4, 4});
        check(*vae, {{"x", x}}, [&] { return vae->decode(0.1 * vae->encode(x).sample(noise).tanh()); });
    }
    void wholeTemporalVae()
    {
        models::TemporalVaeConfig config;
        config.channels = 2;
        config.latentChannels = config.embeddingChannels = 2;
        config.filters = 4;
        config.residualBlocks = 1;
        config.channelMultipliers = {1, 2};
        config.temporalDownsample = {true};
        config.normGroups = 2;
        models::TemporalVae vae(config);
        tests::randomize(*vae);
        const auto x = random({1, 2, 3, 3, 3}), noise = random({1, 2, 2, 3, 3});
        check(*vae, {{"x", x}}, [&] { return vae->decode(0.1 * vae->encode(x).sample(noise).tanh(), 3); });
    }
    void aWrongGradientIsSeen()
    {
        models::Mlp module(6, 10, 4);
        tests::randomize(*module);
        const auto x = random({2, 3, 6});
        QVERIFY(!tests::gradientMismatch(*module, {}, [&] {
            const auto out = module->forward(x);
            return out + 0.01 * (out.detach() - out); // the same value, another gradient
        }).empty());
    }

private:
    void selfAttention(plan::LayerKind kind)
    {
        models::SelfAttention module(8, 2, /*qkNorm=*/true, kind);
        tests::randomize(*module);
        const auto x = random({2, 6, 8});
        const auto rotation =
            kind == plan::LayerKind::Temporal ? models::rotaryRotation(torch::tensor({1.0, 0.1}), 3) : torch::Tensor();
        check(*module, {{"x", x}}, [&] {
            auto session = sessionOf(2);
            return module->forward(x, TokenSubset::all(6), {3, 2}, rotation, session);
        });
    }
};

QTEST_GUILESS_MAIN(TestModuleGradients)
#include "tst_module_gradients.moc"
