// SPDX-License-Identifier: Apache-2.0
#include "tests/support/engine_run.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace toca;

/// What a cache of fewer bits costs the embedded model's clips, against the same run with its cache as it is.
/// TOCA_FIDELITY=all measures all prompts and seeds of the table in docs/performance.md.
class TestCacheFidelity : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_engine = test::newEngine(); }
    void clipsStayNear_data();
    void clipsStayNear();

private:
    std::unique_ptr<Engine> m_engine;
};

void TestCacheFidelity::clipsStayNear_data()
{
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QString>("preset"); // none: the usual one
    for (const char* policy : {"toca", "duca", "taylorseer", "fora"})
        QTest::newRow(policy) << QString(policy) << QString();
    QTest::newRow("taylorseer of order 4") << QString("taylorseer") << QString("n4-o4"); // errors of differences add up
}

void TestCacheFidelity::clipsStayNear()
{
    QFETCH(QString, policy);
    QFETCH(QString, preset);
    const auto model = m_engine->describe({});
    QVERIFY(model);
    const bool isAll = qEnvironmentVariable("TOCA_FIDELITY") == "all";
    const std::vector<std::string> prompts{"a red ball moves to the right on a blue background",
        "a green square bounces over a grassy field", "a yellow star rises over the sea"};
    const std::vector<plan::CacheStorage> formats{
        plan::CacheStorage::all(plan::CacheDtype::BFloat16), plan::CacheStorage::all(plan::CacheDtype::Int8)};
    std::vector<double> least(formats.size(), INFINITY), sum(formats.size(), 0);
    int runs = 0;
    for (std::size_t prompt = 0; prompt < (isAll ? prompts.size() : 1); ++prompt) {
        for (const std::uint64_t seed : isAll ? std::vector<std::uint64_t>{1, 7, 42} : std::vector<std::uint64_t>{7}) {
            GenerationRequest request;
            request.prompt = prompts[prompt];
            request.seed = seed;
            request.guidanceScale = model->guidanceScale;
            request.steps = model->steps;
            request.frames = model->frames;
            request.width = model->width;
            request.height = model->height;
            request.fps = model->fps;
            request.policy = policy.toStdString();
            request.preset = preset.toStdString();
            const auto exact = test::generate(*m_engine, request);
            QVERIFY2(exact, exact ? "" : exact.error().message.c_str());
            ++runs;
            for (std::size_t format = 0; format < formats.size(); ++format) {
                request.cacheStorage = formats[format];
                const auto held = test::generate(*m_engine, request);
                QVERIFY2(held, held ? "" : held.error().message.c_str());
                const auto distance = fidelity(held->clip, exact->clip, held->latent, exact->latent);
                QVERIFY(distance);
                QVERIFY(!distance->identical || std::isinf(distance->psnrDb));
                least[format] = std::min(least[format], distance->psnrDb);
                sum[format] += distance->psnrDb;
                qInfo("%s, %s, seed %llu, %s: PSNR %.1f dB, latent error %.5f", QTest::currentDataTag(),
                    prompts[prompt].c_str(), static_cast<unsigned long long>(seed),
                    plan::toText(formats[format]).c_str(), distance->psnrDb, distance->latentRelativeError);
            }
        }
    }
    for (std::size_t format = 0; format < formats.size(); ++format)
        qInfo("%s, %s: %d runs, PSNR at least %.1f dB, mean %.1f dB", QTest::currentDataTag(),
            plan::toText(formats[format]).c_str(), runs, least[format], sum[format] / runs);
    constexpr double kWanted = 40; // dB: what the program promises
    for (const double psnr : least)
        QVERIFY(psnr >= kWanted);
}

QTEST_GUILESS_MAIN(TestCacheFidelity)
#include "tst_cache_fidelity.moc"
