// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/activation_recorder.h"
#include "core/models/vae/autoencoder_kl.h"
#include "core/models/vae/frames.h"
#include "tests/support/reference_tensors.h"

#include <QTemporaryDir>

#include <limits>

using namespace toca;
using namespace toca::models;
using toca::test::ReferenceTensors;

namespace {

const std::filesystem::path kReference = TOCA_SOURCE_DIR "/tests/reference/vae";
constexpr const char* kPrefix = "image.";

AutoencoderKlConfig configOf(const ReferenceTensors& reference)
{
    return ReferenceTensors::must(AutoencoderKlConfig::fromJson(reference.json().at("image_config"), "case.json"));
}

checkpoint::Checkpoint weights()
{
    return ReferenceTensors::must(checkpoint::Checkpoint::open(kReference / "weights.safetensors"));
}

AutoencoderKl vaeOf(const ReferenceTensors& reference)
{
    return ReferenceTensors::must(loadAutoencoderKl(configOf(reference), weights(), torch::kFloat32, kPrefix));
}

} // namespace

class TstAutoencoderKl : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agreesWithTheReference();
    void readsOldAttentionNames_data();
    void readsOldAttentionNames();
    void worksWithGradients();
    void estimatesGrowWithTheSize();
    void convertsFramesBothWays();
    void refusesOtherShapes();
    void refusesConfigs_data();
    void refusesConfigs();
};

void TstAutoencoderKl::agreesWithTheReference()
{
    ReferenceTensors reference(kReference);
    AutoencoderKl vae = vaeOf(reference);
    const torch::NoGradGuard noGradients;
    const ActivationRecorder recorder(*vae);
    const Posterior posterior = vae->encode(reference.tensor("image/x"));
    QCOMPARE(reference.difference("image/mean", posterior.mean), QByteArray());
    QCOMPARE(reference.difference("image/logvar", posterior.logvar), QByteArray());
    const torch::Tensor decoded = vae->decode(reference.tensor("image/z") / vae->config().scalingFactor);
    QCOMPARE(reference.difference("image/decoded", decoded), QByteArray());
    const std::string prefix = "image/act/";
    for (const std::string& name : reference.expected(prefix)) {
        const std::string path = name.substr(prefix.size());
        QVERIFY2(recorder.outputs().contains(path), path.c_str());
        QCOMPARE(reference.difference(name, recorder.outputs().at(path)), QByteArray());
    }
    QVERIFY(reference.forgotten("image/").empty());
    for (const char* path : {"encoder.down_blocks.1.resnets.0.conv1", "encoder.down_blocks.0.downsamplers.0",
             "decoder.up_blocks.1.upsamplers.0.conv", "decoder.mid_block.attentions.0.to_out.0",
             "decoder.conv_norm_out", "post_quant_conv", "quant_conv", "encoder", "decoder"})
        QVERIFY2(recorder.outputs().contains(path), path);
}

void TstAutoencoderKl::readsOldAttentionNames_data()
{
    QTest::addColumn<bool>("isConvolution");
    QTest::newRow("linear") << false;
    QTest::newRow("1x1 convolution") << true;
}

void TstAutoencoderKl::readsOldAttentionNames()
{
    QFETCH(bool, isConvolution);
    const ReferenceTensors reference(kReference);
    const checkpoint::Checkpoint present = weights();
    const std::vector<std::pair<std::string, std::string>> renamed = {
        {".to_q.", ".query."}, {".to_k.", ".key."}, {".to_v.", ".value."}, {".to_out.0.", ".proj_attn."}};
    std::vector<std::pair<std::string, torch::Tensor>> old;
    int replaced = 0;
    for (const checkpoint::TensorInfo& info : present.tensors()) {
        if (info.name.rfind(kPrefix, 0) != 0)
            continue;
        std::string name = info.name.substr(std::string(kPrefix).size());
        torch::Tensor tensor = present.tensor(info.name);
        for (const auto& [now, then] : renamed)
            if (const std::size_t at = name.find(now); at != std::string::npos) {
                name.replace(at, now.size(), then);
                if (isConvolution && tensor.dim() == 2)
                    tensor = tensor.unsqueeze(-1).unsqueeze(-1);
                ++replaced;
            }
        old.emplace_back(name, tensor.contiguous());
    }
    QCOMPARE(replaced, 16);
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("diffusion_pytorch_model.safetensors").toStdString();
    QVERIFY(checkpoint::writeSafetensors(path, old));
    AutoencoderKl vae = ReferenceTensors::must(
        loadAutoencoderKl(configOf(reference), ReferenceTensors::must(checkpoint::Checkpoint::open(path))));
    const torch::Tensor z = reference.tensor("image/z");
    QVERIFY(torch::allclose(vae->decode(z), vaeOf(reference)->decode(z), 0, 1e-6));
}

void TstAutoencoderKl::worksWithGradients()
{
    const ReferenceTensors reference(kReference);
    AutoencoderKl vae = vaeOf(reference);
    const torch::Tensor z = reference.tensor("image/z").requires_grad_();
    vae->decode(z).square().sum().backward();
    QVERIFY(z.grad().abs().max().item<float>() > 0);
}

void TstAutoencoderKl::estimatesGrowWithTheSize()
{
    const AutoencoderKl vae(AutoencoderKlConfig{});
    const std::int64_t small = vae->decodeBytes(1, 256, 256);
    QVERIFY(vae->decodeBytes(1, 512, 512) == 4 * small);
    QVERIFY(vae->decodeBytes(4, 256, 256) == 4 * small);
    // One feature map of the finest resolution alone: 128 channels in float32.
    QVERIFY(small > 128LL * 256 * 256 * 4);
}

void TstAutoencoderKl::convertsFramesBothWays()
{
    torch::Tensor video = torch::linspace(-1.5, 1.5, 3 * 2 * 4 * 5).view({1, 3, 2, 4, 5});
    video.data_ptr<float>()[7] = std::numeric_limits<float>::quiet_NaN();
    const std::vector<Frame> frames = framesToRgb8(video);
    QCOMPARE(frames.size(), std::size_t{2});
    QCOMPARE(frames[0].width, 5);
    QCOMPARE(frames[0].height, 4);
    QCOMPARE(frames[0].rgb.size(), std::size_t{60});
    QCOMPARE(frames[0].rgb.front(), std::uint8_t{0});
    QCOMPARE(frames[1].rgb.back(), std::uint8_t{255});
    const float green = video[0][1][1][2][3].item<float>();
    QCOMPARE(frames[1].rgb[(2 * 5 + 3) * 3 + 1], static_cast<std::uint8_t>(std::lround((green + 1) * 127.5F)));
    QVERIFY(framesToRgb8(framesFromRgb8(frames)) == frames);
}

void TstAutoencoderKl::refusesOtherShapes()
{
    AutoencoderKl vae = vaeOf(ReferenceTensors(kReference));
    QVERIFY_THROWS_EXCEPTION(c10::Error, vae->encode(torch::zeros({1, 3, 4, 4})));
    QVERIFY_THROWS_EXCEPTION(c10::Error, vae->encode(torch::zeros({1, 4, 16, 16})));
    QVERIFY_THROWS_EXCEPTION(c10::Error, vae->decode(torch::zeros({1, 3, 4, 4})));
    QVERIFY_THROWS_EXCEPTION(c10::Error, vae->decode(torch::zeros({0, 4, 4, 4})));
}

void TstAutoencoderKl::refusesConfigs_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char* field, const char* value) {
        QTest::addRow("%s = %s", field, value) << QByteArray(field) << QByteArray(value);
    };
    row("block_out_channels", "[]");
    row("block_out_channels", "[16, 16, 32, 30]");
    row("block_out_channels", "[0, 16, 32, 32]");
    row("block_out_channels", "[16, 16, 32, 1e9]");
    row("block_out_channels", "[16, 16, 32]");
    row("block_out_channels", "[8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8]");
    row("norm_num_groups", "0");
    row("norm_num_groups", "5");
    row("layers_per_block", "100000000");
    row("latent_channels", "-1");
    row("act_fn", "\"relu\"");
    row("down_block_types", "[\"AttnDownEncoderBlock2D\", \"x\", \"y\", \"z\"]");
    row("up_block_types", "7");
    row("scaling_factor", "0");
    row("scaling_factor", "\"0.18215\"");
    row("latents_mean", "[1, 2, 3, 4]");
    row("mid_block_add_attention", "1");
}

void TstAutoencoderKl::refusesConfigs()
{
    QFETCH(QByteArray, field);
    QFETCH(QByteArray, value);
    nlohmann::json config = ReferenceTensors(kReference).json().at("image_config");
    QVERIFY(AutoencoderKlConfig::fromJson(config, "config.json"));
    config[field.toStdString()] = nlohmann::json::parse(value.toStdString());
    const Result<AutoencoderKlConfig> result = AutoencoderKlConfig::fromJson(config, "config.json");
    QVERIFY(!result);
    QVERIFY2(result.error().message.find("config.json") != std::string::npos, result.error().message.c_str());
}

QTEST_GUILESS_MAIN(TstAutoencoderKl)
#include "tst_autoencoder_kl.moc"
