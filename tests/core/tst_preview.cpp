// SPDX-License-Identifier: Apache-2.0
#include "core/engine/video_model.h"
#include "core/models/vae/frames.h"
#include "tests/support/media_clips.h"
#include "tests/support/reference_tensors.h"

#include <QElapsedTimer>
#include <QtTest>

#include <torch/torch.h>

using namespace toca;

namespace {

/// (F, H, W, 3) bytes -> the clip shrunk to one pixel per latent pixel.
Clip shrunk(const torch::Tensor& frames, std::int64_t down)
{
    const auto video = frames.to(torch::kFloat32).permute({0, 3, 1, 2}) / 127.5 - 1; // (F, 3, H, W)
    Clip clip;
    clip.frames = models::framesToRgb8(torch::avg_pool2d(video, {down, down}).transpose(0, 1));
    return clip;
}

} // namespace

class TestPreview : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto folder = engine::ModelFolder::open(TOCA_SOURCE_DIR "/resources/models/toca-miniature");
        QVERIFY2(folder, folder ? "" : folder.error().message.c_str());
        m_model = std::make_unique<engine::VideoModel>(*folder, torch::kCPU);
        QVERIFY(m_model->loadVae());
        QElapsedTimer timer;
        timer.start();
        QVERIFY(m_model->fitPreview());
        qInfo("fitted in %lld ms", static_cast<long long>(timer.elapsed()));
    }

    void showsFinishedClips_data();
    void showsFinishedClips();
    void sourceFollowsTheTemporalVae_data();
    void sourceFollowsTheTemporalVae();
    void everyLengthHasAllItsFrames();
    void sameMapEveryTime();

private:
    const c10::InferenceMode m_inference;
    std::unique_ptr<engine::VideoModel> m_model;
};

void TestPreview::showsFinishedClips_data()
{
    QTest::addColumn<QString>("name");
    for (int i = 0; i < 6; ++i)
        QTest::addRow("prompt_%d", i) << QString("prompt_%1").arg(i);
}

void TestPreview::showsFinishedClips()
{
    QFETCH(QString, name);
    const test::ReferenceTensors reference(TOCA_SOURCE_DIR "/resources/models/toca-miniature/expected");
    const std::string prefix = name.toStdString() + "/";
    const auto latent = reference.tensor(prefix + "latents");
    const auto frames = reference.tensor(prefix + "frames");
    const Clip shown = m_model->preview().show(latent, frames.size(0), 8.0);
    const double db = test::psnr(shown, shrunk(frames, m_model->vae()->spatialDownsample()));
    qInfo("%s: %.2f dB", qPrintable(name), db);
    // 20 dB: colours and places are recognised at a glance.
    QVERIFY2(db >= 20, qPrintable(QString("%1 dB").arg(db)));
}

void TestPreview::sourceFollowsTheTemporalVae_data()
{
    QTest::addColumn<int>("frames");
    for (const int frames : {1, 17, 18, 33, 34, 51})
        QTest::addRow("%d", frames) << frames;
}

void TestPreview::sourceFollowsTheTemporalVae()
{
    QFETCH(int, frames);
    auto& vae = m_model->vae();
    const auto& preview = m_model->preview();
    // The decoder itself says which latent frame is seen where: changing one changes its own frames. In others only
    // the normalisation's statistics move, which the embedded model shows by less than a thousandth.
    const auto count = vae->latentFrames(frames);
    torch::manual_seed(3);
    const auto latent = torch::randn({1, vae->latentChannels(), count, 2, 2});
    const auto base = vae->decodeTemporal(latent, frames);
    std::int64_t shown = 0;
    for (std::int64_t t = 0; t < count; ++t) {
        auto changed = latent.clone();
        changed.select(2, t) += 3;
        const auto difference = (vae->decodeTemporal(changed, frames) - base).abs().amax({0, 1, 3, 4}); // (F)
        const double largest = difference.max().item<double>();
        for (std::int64_t frame = 0; frame < frames; ++frame) {
            const bool isHere = preview.source(frame, frames).first == t;
            const double share = difference[frame].item<double>() / largest;
            QVERIFY2(isHere ? share > 0.5 : share < 0.01,
                qPrintable(
                    QString("latent frame %1, frame %2: %3 of the largest change").arg(t).arg(frame).arg(share)));
            shown += isHere;
        }
    }
    QCOMPARE(shown, static_cast<std::int64_t>(frames));
    // The sub-frames of a latent frame follow each other and end with the last.
    for (std::int64_t frame = 1; frame < frames; ++frame) {
        const auto [before, subBefore] = preview.source(frame - 1, frames);
        const auto [after, sub] = preview.source(frame, frames);
        QVERIFY(before == after ? sub == subBefore + 1 : subBefore == vae->temporalDownsample() - 1);
    }
}

void TestPreview::everyLengthHasAllItsFrames()
{
    const auto& preview = m_model->preview();
    for (const std::int64_t frames : {1, 17, 18, 20, 33, 34, 51, 52}) {
        const auto latent =
            torch::zeros({1, m_model->vae()->latentChannels(), m_model->vae()->latentFrames(frames), 3, 5});
        const Clip clip = preview.show(latent, frames, 8.0);
        QCOMPARE(clip.frames.size(), static_cast<std::size_t>(frames));
        for (const Frame& frame : clip.frames) {
            QCOMPARE(frame.width, 5);
            QCOMPARE(frame.height, 3);
            QCOMPARE(frame.rgb.size(), std::size_t{45});
        }
        for (std::int64_t frame = 0; frame < frames; ++frame)
            QVERIFY(preview.source(frame, frames).first < latent.size(2));
    }
}

void TestPreview::sameMapEveryTime()
{
    torch::manual_seed(5);
    const auto latent = torch::randn({1, m_model->vae()->latentChannels(), 5, 4, 4});
    const auto again = engine::PreviewProjection::fit(m_model->vae());
    QVERIFY(again);
    QCOMPARE(again->show(latent, 17, 8.0), m_model->preview().show(latent, 17, 8.0));
}

QTEST_GUILESS_MAIN(TestPreview)
#include "tst_preview.moc"
