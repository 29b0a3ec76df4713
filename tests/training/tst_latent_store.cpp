// SPDX-License-Identifier: Apache-2.0
#include "core/training/clip_source.h"
#include "core/training/latent_store.h"

#include <QTemporaryDir>
#include <QTest>

#include <torch/torch.h>

#include <cmath>

using namespace toca;
using namespace toca::training;

/// Latents on disk: encoded once, used again by whoever has the same clips and encoder, and by nobody else.
class LatentStoreTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void anIdentityIsOfTheWeightsAlone();
    void clipsAreEncodedOnce();
    void otherClipsOrEncodersMakeTheirOwn_data();
    void otherClipsOrEncodersMakeTheirOwn();

private:
    /// Means over blocks of 8 x 8 pixels as "latents"; counts its calls.
    std::unique_ptr<LatentStore> open(std::uint64_t seed, const ClipSize& size, const std::string& identity)
    {
        LatentEncoder encoder{identity, {3, size.frames, size.height / 8, size.width / 8},
            [this](const torch::Tensor& pixels, const std::stop_token&) -> Result<torch::Tensor> {
                ++m_encoded;
                return torch::avg_pool3d(pixels, {1, 8, 8});
            }};
        return std::make_unique<LatentStore>(std::filesystem::path(m_folder.path().toStdString()), "clips",
            worldClips(seed, 70, size), size, /*mirrors=*/false, std::move(encoder));
    }

    QTemporaryDir m_folder;
    int m_encoded = 0;
};

void LatentStoreTest::anIdentityIsOfTheWeightsAlone()
{
    torch::manual_seed(1);
    torch::nn::Linear layer(700, 300); // large enough to be summed by several threads
    const int threads = torch::get_num_threads();
    torch::set_num_threads(1);
    const std::string alone = weightsIdentity(*layer);
    torch::set_num_threads(4);
    const std::string together = weightsIdentity(*layer);
    torch::set_num_threads(threads);
    QCOMPARE(together, alone);

    const torch::NoGradGuard noGradients;
    const float first = layer->weight[0][0].item<float>(), second = layer->weight[0][1].item<float>();
    layer->weight[0][0].fill_(second); // two values change places
    layer->weight[0][1].fill_(first);
    QVERIFY(weightsIdentity(*layer) != alone);
    layer->weight[0][0].fill_(first);
    layer->weight[0][1].fill_(second);
    QCOMPARE(weightsIdentity(*layer), alone);
    layer->bias[299].add_(1e-6F);
    QVERIFY(weightsIdentity(*layer) != alone);
}

void LatentStoreTest::clipsAreEncodedOnce()
{
    const ClipSize size{32, 32, 2};
    auto first = open(kTrainingSeeds, size, "a");
    QVERIFY(first->make(10, {}, {}));
    QCOMPARE(first->ready(), LatentStore::kClipsPerPiece); // whole pieces
    QCOMPARE(m_encoded, 64);
    QVERIFY(first->make(70, {}, {}));
    QCOMPARE(m_encoded, 70);
    const auto latents = first->gather({0, 69, 3}, {false, false, false});

    auto again = open(kTrainingSeeds, size, "a");
    QVERIFY(again->make(70, {}, {}));
    QCOMPARE(m_encoded, 70);
    QVERIFY(torch::equal(again->gather({0, 69, 3}, {false, false, false}), latents));
    const auto frames = again->source().clip(69, size);
    QVERIFY(frames);
    const auto corner = (*frames)[1].rgb;
    double sum = 0;
    for (std::size_t y = 0; y < 8; ++y)
        for (std::size_t x = 0; x < 8; ++x)
            sum += corner[(y * 32 + x) * 3] / 127.5 - 1;
    QVERIFY(std::abs(latents[1][0][1][0][0].item<double>() - sum / 64) < 1e-3); // float16
}

void LatentStoreTest::otherClipsOrEncodersMakeTheirOwn_data()
{
    QTest::addColumn<quint64>("seed");
    QTest::addColumn<int>("width");
    QTest::addColumn<QString>("encoder");
    QTest::newRow("other clips") << quint64{kTrainingSeeds + 1} << 32 << "a";
    QTest::newRow("another size") << quint64{kTrainingSeeds} << 40 << "a";
    QTest::newRow("another encoder") << quint64{kTrainingSeeds} << 32 << "b";
}

void LatentStoreTest::otherClipsOrEncodersMakeTheirOwn()
{
    QFETCH(quint64, seed);
    QFETCH(int, width);
    QFETCH(QString, encoder);
    QVERIFY(open(kTrainingSeeds, {32, 32, 2}, "a")->make(64, {}, {}));
    const int before = m_encoded;
    QVERIFY(open(seed, {width, 32, 2}, encoder.toStdString())->make(64, {}, {}));
    QCOMPARE(m_encoded, before + 64);
}

QTEST_GUILESS_MAIN(LatentStoreTest)
#include "tst_latent_store.moc"
