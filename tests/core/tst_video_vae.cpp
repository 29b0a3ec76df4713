// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/plain_operations.h"
#include "core/models/layers/activation_recorder.h"
#include "core/models/model_sizes.h"
#include "core/models/vae/frames.h"
#include "core/models/vae/video_vae.h"
#include "tests/support/reference_tensors.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

using namespace toca;
using namespace toca::models;
using toca::test::ReferenceTensors;

namespace {

const std::filesystem::path kReference = TOCA_SOURCE_DIR "/tests/reference/vae";
const std::filesystem::path kMiniature = TOCA_SOURCE_DIR "/resources/models/toca-miniature";

/// The reference's weights, with the set's own prefix removed, as a file of the published layout.
checkpoint::Checkpoint singleFile(const QTemporaryDir& folder)
{
    const auto stored = ReferenceTensors::must(checkpoint::Checkpoint::open(kReference / "weights.safetensors"));
    const std::string prefix = "video.";
    std::vector<std::pair<std::string, torch::Tensor>> tensors;
    for (const checkpoint::TensorInfo& info : stored.tensors())
        if (info.name.rfind(prefix, 0) == 0)
            tensors.emplace_back(info.name.substr(prefix.size()), stored.tensor(info.name));
    const std::filesystem::path path = folder.filePath("model.safetensors").toStdString();
    if (const Result<void> written = checkpoint::writeSafetensors(path, tensors); !written)
        qFatal("%s", written.error().message.c_str());
    return ReferenceTensors::must(checkpoint::Checkpoint::open(path));
}

VideoVaeConfig referenceConfig(const ReferenceTensors& reference)
{
    return ReferenceTensors::must(VideoVaeConfig::fromJson(reference.json().at("video"), "case.json"));
}

VideoVae referenceVae(const ReferenceTensors& reference, std::int64_t microBatchSize = 4)
{
    const QTemporaryDir folder;
    VideoVaeConfig config = referenceConfig(reference);
    config.microBatchSize = microBatchSize;
    return ReferenceTensors::must(loadVideoVae(config, singleFile(folder)));
}

VideoVae miniature()
{
    const auto spatial = ReferenceTensors::must(checkpoint::readJsonFile(kMiniature / "vae/spatial/config.json"));
    const auto temporal = ReferenceTensors::must(checkpoint::readJsonFile(kMiniature / "vae/temporal/config.json"));
    const VideoVaeConfig config =
        ReferenceTensors::must(VideoVaeConfig::fromParts(spatial, "spatial.json", temporal, "temporal.json"));
    return ReferenceTensors::must(
        loadVideoVae(config, ReferenceTensors::must(checkpoint::Checkpoint::open(kMiniature / "vae/spatial")),
            ReferenceTensors::must(checkpoint::Checkpoint::open(kMiniature / "vae/temporal"))));
}

/// Largest difference of two tensors relative to 5e-5 * max(1, largest value): within tolerance up to 1.
double relativeDifference(const torch::Tensor& a, const torch::Tensor& b)
{
    return (a - b).abs().max().item<double>() / (5e-5 * std::max(1.0, b.abs().max().item<double>()));
}

} // namespace

class TstVideoVae : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agreesWithTheReference();
    void countsLatentFrames();
    void decodesTheMiniature();
    void miniatureSurvivesARoundTrip();
    void skippedZeroBranchesChangeNothing();
    void skipsNoOtherBranch();
    void agreesWithPlainOperations();
    void microBatchesChangeNothing();
    void decodesSeveralVideosAtOnce();
    void stopsWhenAsked();
    void handsOverFramesInOrder();
    void halfPrecisionWeights();
    void namesWhatIsMissing();
    void readsThePublishedConfig();
    void refusesOtherShapes();
    void refusesConfigs_data();
    void refusesConfigs();
    void refusesPartsThatDoNotFit();
    void measuresDecoding();
};

void TstVideoVae::agreesWithTheReference()
{
    ReferenceTensors reference(kReference);
    VideoVae vae = referenceVae(reference);
    const torch::InferenceMode inference;
    for (const auto& [frames, size] : reference.json().at("video").at("sizes").items()) {
        const std::string prefix = "video" + frames + "/";
        const std::int64_t count = std::stoll(frames);
        const torch::Tensor x = reference.tensor(prefix + "x");
        const std::array<std::int64_t, 3> latent = vae->latentSize(count, x.size(3), x.size(4));
        QCOMPARE(nlohmann::json(latent), size.at("latent_size"));

        const torch::Tensor spatial = vae->spatialMean(x);
        QCOMPARE(reference.difference(prefix + "spatial_mean_scaled", spatial), QByteArray());
        const Posterior posterior = vae->temporalPosterior(spatial);
        QCOMPARE(reference.difference(prefix + "temporal_mean", posterior.mean), QByteArray());
        QCOMPARE(reference.difference(prefix + "temporal_logvar", posterior.logvar), QByteArray());
        QCOMPARE(reference.difference(prefix + "encoded_mean", ReferenceTensors::must(vae->encode(x))), QByteArray());
        const torch::Tensor sampled = ReferenceTensors::must(
            vae->encode(x, reference.tensor(prefix + "noise_spatial"), reference.tensor(prefix + "noise_temporal")));
        QCOMPARE(reference.difference(prefix + "encoded", sampled), QByteArray());

        const torch::Tensor z = reference.tensor(prefix + "z");
        QCOMPARE(reference.difference(prefix + "decoded_spatial_latent", vae->decodeTemporal(z, count)), QByteArray());
        QCOMPARE(reference.difference(prefix + "decoded", ReferenceTensors::must(vae->decode(z, count))), QByteArray());
    }
    QVERIFY(reference.forgotten("video").empty());
}

void TstVideoVae::countsLatentFrames()
{
    const VideoVae vae(VideoVaeConfig::openSora12());
    const std::vector<std::pair<std::int64_t, std::int64_t>> known = {
        {1, 1}, {2, 1}, {4, 1}, {5, 2}, {16, 4}, {17, 5}, {18, 6}, {34, 10}, {51, 15}, {68, 20}, {102, 30}};
    for (const auto& [frames, latentFrames] : known)
        QCOMPARE(vae->latentFrames(frames), latentFrames);
    QCOMPARE(vae->spatialDownsample(), std::int64_t{8});
    QCOMPARE(vae->temporalDownsample(), std::int64_t{4});
    QCOMPARE(vae->latentChannels(), std::int64_t{4});
    // Published: 393 M parameters; float32.
    QVERIFY(parameterBytes(*vae) > 300'000'000LL * 4 && parameterBytes(*vae) < 500'000'000LL * 4);
    QVERIFY(vae->decodeBytes(51, 480, 848) > vae->decodeBytes(17, 480, 848));
    QVERIFY(vae->decodeBytes(17, 480, 848) > vae->decodeBytes(17, 240, 424));
    QVERIFY(vae->decodeBytes(1'000'000'000, 1'000'000'000, 1'000'000'000) > 1LL << 60);

    // Where memory is short fewer pictures are decoded at once.
    const auto within = [&](std::int64_t bytes) { return vae->picturesWithin(bytes, 51, 480, 848); };
    const auto needed = [&](std::int64_t pictures) { return vae->decodeBytes(51, 480, 848, pictures); };
    QVERIFY(needed(1) < needed(2) && needed(2) < needed(4));
    QCOMPARE(needed(4), vae->decodeBytes(51, 480, 848));
    for (const std::int64_t count : {1, 2, 3, 4}) {
        QCOMPARE(within(needed(count)), count);
        QCOMPARE(within(needed(count) - 1), std::max<std::int64_t>(1, count - 1));
    }
    QCOMPARE(within(0), std::int64_t{4}); // unknown
    QCOMPARE(within(1), std::int64_t{1});
}

void TstVideoVae::decodesTheMiniature()
{
    ReferenceTensors reference(kMiniature / "expected");
    VideoVae vae = miniature();
    const torch::InferenceMode inference;
    const torch::Tensor wanted = reference.tensor("prompt_0/frames");
    const std::vector<Frame> frames =
        framesToRgb8(ReferenceTensors::must(vae->decode(reference.tensor("prompt_0/latents"), wanted.size(0))));
    QCOMPARE(frames.size(), static_cast<std::size_t>(wanted.size(0)));
    std::int64_t differing = 0;
    for (std::size_t index = 0; index < frames.size(); ++index) {
        const auto* bytes = wanted[static_cast<std::int64_t>(index)].data_ptr<std::uint8_t>();
        QCOMPARE(frames[index].rgb.size(), static_cast<std::size_t>(wanted[0].numel()));
        for (std::size_t i = 0; i < frames[index].rgb.size(); ++i) {
            QVERIFY(std::abs(frames[index].rgb[i] - bytes[i]) <= 1);
            differing += frames[index].rgb[i] != bytes[i];
        }
    }
    QVERIFY2(differing < wanted.numel() / 1000, std::to_string(differing).c_str()); // only ties of the rounding
}

void TstVideoVae::miniatureSurvivesARoundTrip()
{
    const ReferenceTensors reference(kMiniature / "expected");
    VideoVae vae = miniature();
    const torch::InferenceMode inference;
    for (const std::int64_t frames : {17, 7, 1}) {
        const torch::Tensor pixels = (reference.tensor("prompt_0/frames").to(torch::kFloat32) / 127.5 - 1)
                                         .permute({3, 0, 1, 2})
                                         .unsqueeze(0)
                                         .narrow(2, 0, frames);
        const torch::Tensor latent = ReferenceTensors::must(vae->encode(pixels));
        QCOMPARE(latent.size(2), vae->latentFrames(frames));
        const torch::Tensor again = ReferenceTensors::must(vae->decode(latent, frames));
        const double meanSquare = ((again - pixels) * 0.5).square().mean().item<double>();
        QVERIFY2(
            -10 * std::log10(meanSquare) > 28, std::to_string(meanSquare).c_str()); // the recipe's worst clip: 29.8 dB
    }
}

void TstVideoVae::skippedZeroBranchesChangeNothing()
{
    VideoVae vae = miniature();
    const torch::InferenceMode inference;
    torch::manual_seed(1);
    const torch::Tensor z = torch::randn({1, vae->latentChannels(), vae->latentFrames(17), 4, 4});
    const torch::Tensor x = torch::rand({1, 3, 17, 32, 32}) * 2 - 1;
    const torch::Tensor decoded = vae->decodeTemporal(z, 17);
    const torch::Tensor encoded = ReferenceTensors::must(vae->encode(x));
    skipZeroBranches(*vae);
    QVERIFY(torch::equal(vae->decodeTemporal(z, 17), decoded));
    QVERIFY(torch::equal(ReferenceTensors::must(vae->encode(x)), encoded));
    // A recording shows the skipped modules too.
    const ActivationRecorder recorder(*vae->temporal());
    QVERIFY(torch::equal(vae->decodeTemporal(z, 17), decoded));
    QVERIFY(recorder.outputs().contains("decoder.res_blocks.0.conv2"));
}

void TstVideoVae::skipsNoOtherBranch()
{
    const ReferenceTensors reference(kReference);
    VideoVae vae = referenceVae(reference); // random weights
    const torch::InferenceMode inference;
    torch::manual_seed(1);
    const torch::Tensor z = torch::randn({1, vae->latentChannels(), vae->latentFrames(5), 4, 4});
    const torch::Tensor before = vae->decodeTemporal(z, 5);
    skipZeroBranches(*vae);
    QVERIFY(torch::equal(vae->decodeTemporal(z, 5), before));
    // One branch that was zero when it was looked at and is replaced afterwards is used.
    VideoVae zero = miniature();
    skipZeroBranches(*zero);
    const torch::Tensor latent = torch::randn({1, zero->latentChannels(), zero->latentFrames(5), 4, 4});
    const torch::Tensor skipped = zero->decodeTemporal(latent, 5);
    torch::Tensor weight = zero->named_parameters()["temporal_vae.decoder.res_blocks.0.conv2.conv.weight"];
    weight.set_data(torch::randn(weight.sizes()));
    QVERIFY(!torch::equal(zero->decodeTemporal(latent, 5), skipped));
}

void TstVideoVae::agreesWithPlainOperations()
{
    VideoVae vae = miniature();
    const torch::InferenceMode inference;
    torch::manual_seed(2);
    for (const int rows : {4, 5}) {
        const torch::Tensor z = torch::randn({1, vae->latentChannels(), vae->latentFrames(6), rows, 4});
        const torch::Tensor fast = ReferenceTensors::must(vae->decode(z, 6));
        const cache::PlainOperations plain;
        const torch::Tensor expected = ReferenceTensors::must(vae->decode(z, 6));
        QCOMPARE(fast.sizes(), expected.sizes());
        QVERIFY2(relativeDifference(fast, expected) < 1, QByteArray::number(relativeDifference(fast, expected)));
    }
}

void TstVideoVae::microBatchesChangeNothing()
{
    const ReferenceTensors reference(kReference);
    const torch::InferenceMode inference;
    const torch::Tensor x = reference.tensor("video34/x");
    const torch::Tensor z = reference.tensor("video34/z");
    VideoVae four = referenceVae(reference, 4);
    const torch::Tensor decoded = ReferenceTensors::must(four->decode(z, 34));
    const torch::Tensor encoded = ReferenceTensors::must(four->encode(x));
    four->setPicturesAtOnce(1);
    QVERIFY(relativeDifference(ReferenceTensors::must(four->decode(z, 34)), decoded) <= 1);
    for (const std::int64_t size : {1, 5, 100}) {
        VideoVae other = referenceVae(reference, size);
        QVERIFY(relativeDifference(ReferenceTensors::must(other->decode(z, 34)), decoded) <= 1);
        QVERIFY(relativeDifference(ReferenceTensors::must(other->encode(x)), encoded) <= 1);
    }
    // Pieces of 17 frames are independent: the second one alone gives the second half.
    const torch::Tensor second = ReferenceTensors::must(four->decode(z.narrow(2, 5, 5), 17));
    QVERIFY(relativeDifference(second, decoded.narrow(2, 17, 17)) <= 1);
}

void TstVideoVae::decodesSeveralVideosAtOnce()
{
    const ReferenceTensors reference(kReference);
    const torch::InferenceMode inference;
    VideoVae vae = referenceVae(reference);
    const torch::Tensor a = reference.tensor("video17/z");
    const torch::Tensor b = a.flip(2);
    const torch::Tensor both = ReferenceTensors::must(vae->decode(torch::cat({a, b}), 17));
    QVERIFY(relativeDifference(both.narrow(0, 0, 1), ReferenceTensors::must(vae->decode(a, 17))) <= 1);
    QVERIFY(relativeDifference(both.narrow(0, 1, 1), ReferenceTensors::must(vae->decode(b, 17))) <= 1);
    const torch::Tensor x = reference.tensor("video17/x");
    const torch::Tensor encoded = ReferenceTensors::must(vae->encode(torch::cat({x, x.flip(3)})));
    QVERIFY(relativeDifference(encoded.narrow(0, 1, 1), ReferenceTensors::must(vae->encode(x.flip(3)))) <= 1);
}

void TstVideoVae::stopsWhenAsked()
{
    const ReferenceTensors reference(kReference);
    VideoVae vae = referenceVae(reference);
    const torch::InferenceMode inference;
    const torch::Tensor z = reference.tensor("video34/z");
    int total = 0;
    int calls = 0;
    QVERIFY(vae->decode(z, 34, [&](int done, int all) {
        total = all;
        return done == calls++;
    }));
    QCOMPARE(calls, total + 1);
    for (int stopAt = 0; stopAt <= total; ++stopAt) {
        int last = -1;
        const auto decoded = vae->decode(z, 34, [&](int done, int) {
            last = done;
            return done < stopAt;
        });
        QVERIFY(!decoded && decoded.error().code == ErrorCode::Cancelled);
        QCOMPARE(last, stopAt);
    }
    const auto encoded = vae->encode(reference.tensor("video34/x"), {}, {}, [](int done, int) { return done < 2; });
    QVERIFY(!encoded && encoded.error().code == ErrorCode::Cancelled);
}

void TstVideoVae::handsOverFramesInOrder()
{
    const ReferenceTensors reference(kReference);
    VideoVae vae = referenceVae(reference);
    const torch::InferenceMode inference;
    std::int64_t next = 0;
    const Result<void> done =
        vae->decodeFrames(reference.tensor("video34/z"), 34, [&](std::int64_t first, const torch::Tensor& frames) {
            QCOMPARE(first, next);
            QVERIFY(frames.size(2) <= 4);
            next += frames.size(2);
        });
    QVERIFY(done);
    QCOMPARE(next, std::int64_t{34});
}

void TstVideoVae::halfPrecisionWeights()
{
    const ReferenceTensors reference(kReference);
    const QTemporaryDir folder;
    const torch::InferenceMode inference;
    VideoVae vae =
        ReferenceTensors::must(loadVideoVae(referenceConfig(reference), singleFile(folder), torch::kBFloat16));
    const torch::Tensor decoded = ReferenceTensors::must(vae->decode(reference.tensor("video17/z"), 17));
    QVERIFY(decoded.scalar_type() == torch::kFloat32);
    const torch::Tensor wanted = reference.tensor("video17/decoded");
    QVERIFY(((decoded - wanted).norm() / wanted.norm()).item<double>() < 0.05);
}

void TstVideoVae::namesWhatIsMissing()
{
    const ReferenceTensors reference(kReference);
    VideoVaeConfig config = referenceConfig(reference);
    config.temporal.residualBlocks += 1;
    const QTemporaryDir folder;
    const Result<VideoVae> loaded = loadVideoVae(config, singleFile(folder));
    QVERIFY(!loaded);
    QVERIFY(loaded.error().code == ErrorCode::BadCheckpoint);
    QVERIFY2(loaded.error().message.find("temporal_vae.") != std::string::npos, loaded.error().message.c_str());
}

void TstVideoVae::readsThePublishedConfig()
{
    const auto published = nlohmann::json::parse(R"({"model_type": "VideoAutoencoderPipeline", "micro_frame_size": 17,
        "shift": [-0.1, 0.34, 0.27, 0.98], "scale": [3.85, 2.32, 2.33, 3.06]})");
    const VideoVaeConfig config = ReferenceTensors::must(VideoVaeConfig::fromJson(published, "config.json"));
    QCOMPARE(config.spatial.blockOutChannels, (std::vector<std::int64_t>{128, 256, 512, 512}));
    QCOMPARE(config.temporal.filters, std::int64_t{128});
    QCOMPARE(config.scale.size(), std::size_t{4});
}

void TstVideoVae::refusesOtherShapes()
{
    VideoVae vae = referenceVae(ReferenceTensors(kReference));
    QVERIFY_THROWS_EXCEPTION(c10::Error, (void)vae->decode(torch::zeros({1, 4, 5, 2, 3}), 34));
    QVERIFY_THROWS_EXCEPTION(c10::Error, (void)vae->decode(torch::zeros({1, 3, 5, 2, 3}), 17));
    QVERIFY_THROWS_EXCEPTION(c10::Error, (void)vae->decode(torch::zeros({1, 4, 0, 2, 3}), 0));
    QVERIFY_THROWS_EXCEPTION(c10::Error, (void)vae->encode(torch::zeros({1, 3, 16, 24})));
    QVERIFY_THROWS_EXCEPTION(
        c10::Error, (void)vae->encode(torch::zeros({1, 3, 2, 16, 24}), torch::zeros({1, 4, 2, 3})));
}

void TstVideoVae::refusesConfigs_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char* field, const char* value) {
        QTest::addRow("%s = %s", field, value) << QByteArray(field) << QByteArray(value);
    };
    row("filters", "0");
    row("filters", "6");
    row("filters", "99999999999999999999");
    row("num_groups", "3");
    row("num_groups", "0");
    row("num_res_blocks", "-1");
    row("num_res_blocks", "1000000");
    row("channel_multipliers", "[1, 2]");
    row("channel_multipliers", "[1, 2, 2, 0]");
    row("channel_multipliers", "\"1\"");
    row("temporal_downsample", "[true, true, true, true]");
    row("temporal_downsample", "[1, 0, 1]");
    row("activation_fn", "\"relu\"");
    row("in_out_channels", "5");
    row("embed_dim", "8");
}

void TstVideoVae::refusesConfigs()
{
    QFETCH(QByteArray, field);
    QFETCH(QByteArray, value);
    nlohmann::json config = ReferenceTensors(kReference).json().at("video");
    QVERIFY(VideoVaeConfig::fromJson(config, "config.json"));
    config["temporal_config"][field.toStdString()] = nlohmann::json::parse(value.toStdString());
    const Result<VideoVaeConfig> result = VideoVaeConfig::fromJson(config, "config.json");
    QVERIFY(!result);
    QVERIFY2(result.error().message.find("config.json") != std::string::npos, result.error().message.c_str());
}

void TstVideoVae::refusesPartsThatDoNotFit()
{
    nlohmann::json config = ReferenceTensors(kReference).json().at("video");
    for (const auto& [field, value] : std::vector<std::pair<std::string, nlohmann::json>>{{"shift", {1, 2, 3}},
             {"scale", {1, 2, 0, 4}}, {"scale", {1, 2, 3, 4, 5}}, {"scale", "x"}, {"micro_frame_size", 0},
             {"micro_batch_size", -4}, {"spatial_config", 3}, {"temporal_config", nlohmann::json::array()}}) {
        nlohmann::json changed = config;
        changed[field] = value;
        QVERIFY2(!VideoVaeConfig::fromJson(changed, "config.json"), field.c_str());
    }
    QVERIFY(!VideoVaeConfig::fromJson(nlohmann::json::array(), "config.json"));
    QVERIFY(!VideoVaeConfig::fromJson(nlohmann::json(), "config.json"));
}

void TstVideoVae::measuresDecoding()
{
    const torch::InferenceMode inference;
    const torch::Tensor latent = ReferenceTensors(kMiniature / "expected").tensor("prompt_0/latents");
    VideoVae vae = miniature();
    QVERIFY(vae->decode(latent, 17));
    QElapsedTimer timer;
    timer.start();
    QVERIFY(vae->decode(latent, 17));
    const qint64 whole = timer.restart();
    QVERIFY(vae->decodeTemporal(latent, 17).defined());
    qInfo("17 frames of 128x128: %lld ms, of which temporal %lld ms", whole, timer.elapsed());
}

QTEST_GUILESS_MAIN(TstVideoVae)
#include "tst_video_vae.moc"
