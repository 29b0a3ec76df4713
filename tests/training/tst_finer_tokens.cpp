// SPDX-License-Identifier: Apache-2.0
#include "core/models/stdit3/embedders.h"
#include "core/training/finer_tokens.h"
#include "core/training/new_model.h"

#include <QTest>

#include <torch/torch.h>

using namespace toca;
using namespace toca::training;

namespace {

models::Stdit3Config coarseConfig()
{
    models::Stdit3Config config;
    config.inputSqSize = 128;
    config.inChannels = 3;
    config.patchSize = {1, 4, 4};
    config.hiddenSize = 32;
    config.depth = 1;
    config.heads = 2;
    config.captionChannels = 8;
    config.maxTextTokens = 4;
    return config;
}

} // namespace

class TestFinerTokens : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        const torch::NoGradGuard noGradients;
        torch::manual_seed(3);
        initialize(*m_coarse, 1);
        for (auto& parameter : m_coarse->parameters())
            parameter.normal_(); // what begins at zero as well
        m_fine = models::Stdit3(*finerConfig(coarseConfig(), 2));
        takeOverWeights(m_coarse, m_fine);
    }
    void evenContentIsEmbeddedAsBefore()
    {
        const torch::NoGradGuard noGradients;
        const auto embedded = [](models::Stdit3& model, const torch::Tensor& x) {
            return std::dynamic_pointer_cast<models::PatchEmbed3dImpl>(model->named_children()["x_embedder"])
                ->forward(x); // (1, tokens, D)
        };
        const auto patches = torch::randn({1, 3, 2, 2, 3});
        const auto x = patches.repeat_interleave(4, 3).repeat_interleave(4, 4);
        const auto coarse = embedded(m_coarse, x).view({2, 2, 3, 32});
        const auto fine = embedded(m_fine, x).view({2, 4, 6, 32});
        QVERIFY(torch::allclose(fine, coarse.repeat_interleave(2, 1).repeat_interleave(2, 2), 1e-4, 1e-4));
    }
    void tokensPredictTheMeanOfWhatWasPredicted()
    {
        const auto name = QStringLiteral("final_layer.linear.").toStdString();
        for (const char* part : {"weight", "bias"}) {
            const auto coarse = m_coarse->named_parameters()[name + part].detach().reshape({4, 4, 6, -1});
            const auto fine = m_fine->named_parameters()[name + part].detach().reshape({2, 2, 6, -1});
            for (int row = 0; row < 2; ++row)
                for (int column = 0; column < 2; ++column) {
                    const auto block = coarse.slice(0, 2 * row, 2 * row + 2).slice(1, 2 * column, 2 * column + 2);
                    QVERIFY(torch::allclose(fine[row][column], block.flatten(0, 1).mean(0), 1e-5, 1e-6));
                }
        }
    }
    void positionsKeepTheirDistance()
    {
        const auto positions = [](const models::Stdit3& model, int side) {
            const double scale = 128.0 / static_cast<double>(model->config().inputSqSize);
            return models::positionEmbedding2d(32, side, side, scale, side, torch::kCPU).view({side, side, 32});
        };
        const auto coarse = positions(m_coarse, 4), fine = positions(m_fine, 8);
        QVERIFY(torch::allclose(fine.slice(0, 0, 8, 2).slice(1, 0, 8, 2), coarse, 1e-5, 1e-6));
    }
    void blocksAreTakenOver()
    {
        const auto coarse = m_coarse->named_parameters(), fine = m_fine->named_parameters();
        QCOMPARE(fine.size(), coarse.size());
        int equal = 0;
        for (const auto& item : fine)
            equal += torch::equal(item.value(), coarse[item.key()]) ? 1 : 0;
        QCOMPARE(equal, static_cast<int>(coarse.size()) - 3); // embedding's weight, last layer's weight and bias
        QVERIFY(torch::equal(m_fine->nullEmbedding(), m_coarse->nullEmbedding()));
    }
    void refusesPatchesThatDoNotDivide_data()
    {
        QTest::addColumn<int>("patch");
        for (const int patch : {0, 3, 4, 8})
            QTest::addRow("%d", patch) << patch;
    }
    void refusesPatchesThatDoNotDivide()
    {
        QFETCH(int, patch);
        const auto refused = finerConfig(coarseConfig(), patch);
        QVERIFY(!refused && refused.error().code == ErrorCode::InvalidArgument);
        QVERIFY(refused.error().message.find("--patch") != std::string::npos);
    }

private:
    models::Stdit3 m_coarse{coarseConfig()};
    models::Stdit3 m_fine{nullptr};
};

QTEST_GUILESS_MAIN(TestFinerTokens)
#include "tst_finer_tokens.moc"
