// SPDX-License-Identifier: Apache-2.0
#include "core/media/clip_writer.h"
#include "tests/support/engine_run.h"
#include "tests/support/media_clips.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <malloc.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <mutex>
#include <thread>

using namespace toca;
using test::generate;
using test::Recorder;
using test::smallRequest;

namespace {

GenerationRequest tocaRequest()
{
    auto request = smallRequest();
    request.policy = "toca";
    request.steps = 8;
    return request;
}

std::int64_t residentBytes()
{
    std::int64_t all = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * sysconf(_SC_PAGESIZE);
}

/// Bytes that were allocated and not freed.
std::int64_t liveBytes()
{
    const auto info = mallinfo2();
    return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
}

Clip firstFrames(const Clip& clip, std::size_t count)
{
    return {clip.fps, {clip.frames.begin(), clip.frames.begin() + static_cast<std::ptrdiff_t>(count)}};
}

} // namespace

/// Runs with the embedded model: what is heard, counted, kept, cancelled and repeated.
class TestEngine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void describesTheEmbeddedModel();
    void observerHearsAllInOrder();
    void previewsAreMadeWhenWanted();
    void planIsWhatIsCounted_data();
    void planIsWhatIsCounted();
    void stepLatentsAndParts();
    void reportIsJson();
    void sameRequestSameBytes();
    void settingsThatCacheNothingEqualNone();
    void loadedModelStartsAtOnce();
    void cancelled_data();
    void cancelled();
    void conditionIsKept_data();
    void conditionIsKept();
    void badConditions_data();
    void badConditions();
    void memoryDoesNotGrow();

private:
    std::unique_ptr<Engine> m_engine = test::newEngine();
    QTemporaryDir m_folder;
};

void TestEngine::describesTheEmbeddedModel()
{
    const auto model = m_engine->describe("");
    QVERIFY2(model, test::told(model));
    QCOMPARE(model->name, std::string("toca-miniature"));
    QCOMPARE(model->parts.size(), std::size_t{4});
    QVERIFY(model->parameters() > 1'000'000);
    for (const std::string& prompt : model->examplePrompts)
        QVERIFY2(unknownWords(*model, prompt).empty(), prompt.c_str());
}

void TestEngine::previewsAreMadeWhenWanted()
{
    class Blind final : public Recorder {
    public:
        bool wantsPreviews() const override { return false; }
    };
    const auto engine = test::newEngine();
    const auto request = tocaRequest();
    Blind blind;
    const auto unseen = engine->generate(request, blind, {});
    QVERIFY2(unseen, test::told(unseen));
    QVERIFY(blind.previews.empty());
    QCOMPARE(blind.steps.size(), static_cast<std::size_t>(request.steps));
    Recorder seeing; // with the model that was loaded without them
    const auto seen = engine->generate(request, seeing, {});
    QVERIFY2(seen, test::told(seen));
    QCOMPARE(seeing.previews.size(), static_cast<std::size_t>(request.steps));
    QVERIFY(seen->latent == unseen->latent);
}

void TestEngine::observerHearsAllInOrder()
{
    const auto request = tocaRequest();
    Recorder heard;
    const auto run = m_engine->generate(request, heard, {});
    QVERIFY2(run, test::told(run));
    const std::vector<Stage> expected{
        Stage::Loading, Stage::EncodingText, Stage::Denoising, Stage::Decoding, Stage::Done};
    QVERIFY(heard.stages == expected);
    QVERIFY(heard.start && heard.start->runId == run->runId && heard.start->trace == run->trace);
    QVERIFY(heard.start->plan == run->plan);
    QCOMPARE(heard.steps.size(), static_cast<std::size_t>(request.steps));
    QCOMPARE(heard.previews.size(), static_cast<std::size_t>(request.steps));
    double seconds = 0;
    for (int step = 0; step < request.steps; ++step) {
        const auto& report = heard.steps[static_cast<std::size_t>(step)];
        QCOMPARE(report.step, step);
        QCOMPARE(report.steps, request.steps);
        QVERIFY(report.seconds > 0 && report.etaSeconds >= 0);
        seconds += report.seconds;
        QVERIFY(std::abs(report.denoisingSeconds - seconds) < 1e-9);
        const auto& preview = heard.previews[static_cast<std::size_t>(step)];
        QCOMPARE(preview.step, step);
        QCOMPARE(preview.clip.frames.size(), static_cast<std::size_t>(request.frames));
        for (const Frame& frame : preview.clip.frames)
            QVERIFY(!frame.isEmpty());
    }
    QVERIFY(heard.steps.back().etaSeconds < 1e-6 * heard.steps.back().denoisingSeconds);
    QVERIFY(heard.steps.back().cacheBytes > 0);
    QVERIFY(!heard.decoding.empty() && heard.decoding.back().first == heard.decoding.back().second);
    QVERIFY(run->versions.count("libtorch") == 1 && !run->versions.at("libtorch").empty());
    QVERIFY(run->times.denoising > 0 && run->times.decoding > 0);
}

void TestEngine::planIsWhatIsCounted_data()
{
    QTest::addColumn<QString>("policy");
    QTest::addColumn<double>("guidance");
    QTest::addColumn<int>("frames");
    for (const char* policy : {"none", "fora", "toca"})
        for (const double guidance : {1.0, 3.0})
            for (const int frames : {1, 34})
                QTest::addRow("%s, guidance %g, %d frames", policy, guidance, frames) << policy << guidance << frames;
}

void TestEngine::planIsWhatIsCounted()
{
    QFETCH(QString, policy);
    QFETCH(double, guidance);
    QFETCH(int, frames);
    auto request = tocaRequest();
    request.policy = policy.toStdString();
    request.guidanceScale = guidance;
    request.frames = frames;
    const auto run = generate(*m_engine, request);
    QVERIFY2(run, test::told(run));
    const plan::Trace& trace = *run->trace;
    QVERIFY(std::abs(trace.flops() / run->plan.totalFlops() - 1) < 1e-9); // the same numbers, summed in another order
    QCOMPARE(trace.publishedEvaluations(), request.steps);
    QCOMPARE(trace.publishedCells(), trace.cellCount());
    for (std::size_t cell = 0; cell < trace.cellCount(); ++cell) {
        const auto site = trace.siteOf(cell);
        const auto& planned = run->plan.at(site.evaluation, site.layer, site.module);
        QCOMPARE(trace.cell(cell).action, planned.action);
        QCOMPARE(trace.cell(cell).computedTokens, planned.tokens);
        const auto fresh = trace.freshTokens(cell);
        QCOMPARE(std::count(fresh.begin(), fresh.end(), 1), static_cast<std::ptrdiff_t>(planned.tokens));
    }
    QVERIFY(trace.peakCacheBytes() <= run->plan.cacheBytes());
}

void TestEngine::stepLatentsAndParts()
{
    const auto engine = test::newEngine();
    auto request = test::smallRequest();
    test::Recorder heard;
    const auto baseline = engine->generate(request, heard, {});
    request.policy = "toca";
    const auto run = test::generate(*engine, request);
    QVERIFY2(baseline && run, test::told(run));
    QCOMPARE(baseline->stepLatents.size(), static_cast<std::size_t>(request.steps));
    for (std::size_t step = 0; step < heard.steps.size(); ++step) {
        QVERIFY(heard.steps[step].latent == baseline->stepLatents[step]);
        QCOMPARE(latentRelativeError(baseline->stepLatents[step], baseline->stepLatents[step]), 0.0);
    }
    // The last one is the final latent to 16 bits, and each run begins like its baseline: step 0 is full.
    const auto last = latentRelativeError(run->stepLatents.back(), baseline->stepLatents.back());
    const auto exact = fidelity(run->clip, baseline->clip, run->latent, baseline->latent);
    QVERIFY(exact && std::abs(last - exact->latentRelativeError) < 2e-3);
    QCOMPARE(latentRelativeError(run->stepLatents.front(), baseline->stepLatents.front()), 0.0);

    // Pictures come a few at a time.
    QVERIFY(run->times.firstFrame > run->times.denoising && run->times.firstFrame < run->times.total());

    double parts = 0;
    for (const auto& [name, seconds] : run->partSeconds)
        parts += seconds;
    QVERIFY(parts > 0);
    for (const char* name : {"attention", "mlp", "row_moves", "preview", "decoding", "other"})
        QVERIFY2(run->partSeconds.count(name) == 1, name);
    const auto plain = makeEngine({.embeddedModelPath = test::embeddedModel().string(), .measuresParts = false});
    const auto unmeasured = test::generate(*plain, request);
    QVERIFY(unmeasured && unmeasured->partSeconds.empty() && unmeasured->latent == run->latent);
}

void TestEngine::reportIsJson()
{
    const auto run = generate(*m_engine, tocaRequest());
    auto request = tocaRequest();
    request.policy = "none";
    const auto baseline = generate(*m_engine, request);
    QVERIFY(run && baseline);
    QJsonParseError error;
    const auto document =
        QJsonDocument::fromJson(QByteArray::fromStdString(reportJson(*run, &*baseline, "clip.mp4")), &error);
    QVERIFY2(error.error == QJsonParseError::NoError, qPrintable(error.errorString()));
    for (const char* key :
        {"wall_clock_gain", "flops_gain", "end_to_end_gain", "psnr_db", "ssim", "latent_relative_error"})
        QVERIFY2(document.object().contains(key), key);
    QVERIFY(document["flops_gain"].toDouble() > 1);
    QVERIFY(document["versions"].toObject().contains("libtorch"));
}

void TestEngine::sameRequestSameBytes()
{
    for (const char* policy : {"none", "fora", "toca"}) {
        auto request = tocaRequest();
        request.policy = policy;
        const auto first = generate(*m_engine, request);
        const auto second = generate(*m_engine, request);
        QVERIFY(first && second);
        QVERIFY(first->latent == second->latent);
        QVERIFY(first->clip == second->clip);
        request.seed = 2;
        const auto other = generate(*m_engine, request);
        QVERIFY(other && other->latent != first->latent);
        request.prompt = "a green star on a white background";
        const auto another = generate(*m_engine, request);
        QVERIFY(another && another->latent != other->latent);
    }
}

void TestEngine::settingsThatCacheNothingEqualNone()
{
    auto request = tocaRequest();
    request.policy = "none";
    const auto none = generate(*m_engine, request);
    request.policy = "toca";
    for (const char* key :
        {"spatial_attention_interval", "temporal_attention_interval", "cross_attention_interval", "mlp_interval"})
        request.policyParameters[key] = std::int64_t{1};
    const auto toca = generate(*m_engine, request);
    request.policyParameters.clear();
    request.policyParameters["warmup_steps"] = std::int64_t{1000};
    const auto warm = generate(*m_engine, request);
    QVERIFY2(none && toca && warm, test::told(toca));
    QVERIFY(none->latent == toca->latent && none->clip == toca->clip);
    QVERIFY(none->latent == warm->latent);
    QCOMPARE(none->trace->flops(), toca->trace->flops());
    QVERIFY(none->warnings.empty());
    QCOMPARE(toca->warnings.size(), std::size_t{1});
    QVERIFY(toca->warnings.front().find("caches nothing") != std::string::npos);
    QCOMPARE(warm->warnings.size(), std::size_t{1});
}

void TestEngine::loadedModelStartsAtOnce()
{
    const auto engine = test::newEngine();
    Recorder heard;
    const auto loaded = engine->load(smallRequest(), heard);
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    QVERIFY((heard.stages == std::vector<Stage>{Stage::Loading, Stage::Done}));
    const auto run = generate(*engine, smallRequest());
    const auto same = generate(*m_engine, smallRequest());
    QVERIFY(run && same && run->latent == same->latent);
}

void TestEngine::cancelled_data()
{
    QTest::addColumn<QString>("when");
    QTest::addColumn<int>("at");
    QTest::newRow("before the start") << "start" << 0;
    QTest::newRow("while loading") << "stage" << static_cast<int>(Stage::Loading);
    QTest::newRow("while encoding the text") << "stage" << static_cast<int>(Stage::EncodingText);
    QTest::newRow("when denoising begins") << "stage" << static_cast<int>(Stage::Denoising);
    for (const int step : {0, 1, 4, 6, 7})
        QTest::addRow("after step %d", step) << "step" << step;
    QTest::newRow("when decoding begins") << "stage" << static_cast<int>(Stage::Decoding);
    QTest::newRow("while decoding") << "decoding" << 1;
    for (const int milliseconds : {1, 5, 20, 50})
        QTest::addRow("from another thread after %d ms", milliseconds) << "later" << milliseconds;
}

void TestEngine::cancelled()
{
    QFETCH(QString, when);
    QFETCH(int, at);
    const auto engine = test::newEngine();
    const auto request = [] {
        auto larger = tocaRequest();
        larger.width = larger.height = 64;
        return larger;
    }();
    std::stop_source source;
    QElapsedTimer sinceStop;
    std::mutex mutex;
    const auto stop = [&] {
        const std::lock_guard lock(mutex);
        if (source.request_stop())
            sinceStop.start();
    };
    Recorder heard;
    heard.onStage = [&](Stage stage) {
        if (when == "stage" && static_cast<int>(stage) == at)
            stop();
    };
    heard.onStep = [&](int step) {
        if (when == "step" && step == at)
            stop();
    };
    heard.onDecoding = [&](int done) {
        if (when == "decoding" && done == at)
            stop();
    };
    if (when == "start")
        stop();
    std::jthread later;
    if (when == "later")
        later = std::jthread([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(at));
            stop();
        });
    const auto run = engine->generate(request, heard, source.get_token());
    if (later.joinable())
        later.join();
    const double latency = sinceStop.isValid() ? static_cast<double>(sinceStop.nsecsElapsed()) / 1e6 : -1;
    QVERIFY(!run);
    QCOMPARE(run.error().code, ErrorCode::Cancelled);
    QVERIFY(heard.stages.empty() || heard.stages.back() != Stage::Done);
    qInfo("cancelled %s: %.1f ms until it returned", QTest::currentDataTag(), latency);

    static const auto uncancelled = generate(*test::newEngine(), request);
    const auto again = generate(*engine, request);
    QVERIFY2(again && uncancelled, test::told(again));
    QVERIFY(again->latent == uncancelled->latent);
    QVERIFY(again->clip == uncancelled->clip);
}

void TestEngine::conditionIsKept_data()
{
    QTest::addColumn<int>("given"); // frames of the condition's file
    QTest::addColumn<int>("asked"); // conditionFrames
    QTest::addColumn<int>("frames"); // of the run
    QTest::addColumn<int>("kept"); // first frames that must look like the condition
    QTest::newRow("a picture") << 1 << 1 << 17 << 1;
    QTest::newRow("a picture, one frame") << 1 << 1 << 1 << 1;
    QTest::newRow("a clip's first frame") << 9 << 1 << 17 << 1;
    QTest::newRow("a clip's first 5") << 9 << 5 << 17 << 5;
    QTest::newRow("7 of which 5 fill latent frames") << 7 << 7 << 17 << 5;
    QTest::newRow("a whole piece of a longer clip") << 17 << 17 << 34 << 17;
    // The second piece has 16 frames: it is padded otherwise, its first latent frame stands for 4 pictures.
    QTest::newRow("into a piece of 16") << 18 << 18 << 33 << 17;
    QTest::newRow("more than the run") << 20 << 100 << 17 << 17;
}

void TestEngine::conditionIsKept()
{
    QFETCH(int, given);
    QFETCH(int, asked);
    QFETCH(int, frames);
    QFETCH(int, kept);
    auto request = smallRequest();
    request.width = request.height = 64;
    request.frames = frames;
    request.conditionFrames = asked;
    const Clip shown = test::movingDisc(64, 64, given);
    request.conditionPath =
        m_folder.filePath(QString("%1.png").arg(QTest::currentDataTag()).replace(' ', '_')).toStdString();
    if (given > 1)
        request.conditionPath = m_folder.filePath(QString("%1_%2/").arg(given).arg(frames)).toStdString();
    const auto written = media::writeClip(request.conditionPath, shown, "");
    QVERIFY2(written, test::told(written));
    Recorder heard;
    const auto run = m_engine->generate(request, heard, {});
    QVERIFY2(run, test::told(run));
    QVERIFY(std::find(heard.stages.begin(), heard.stages.end(), Stage::EncodingCondition) != heard.stages.end());

    request.conditionPath.clear();
    const auto free = generate(*m_engine, request);
    QVERIFY(free);
    const auto count = static_cast<std::size_t>(kept);
    const double with = test::psnr(firstFrames(run->clip, count), firstFrames(shown, count));
    const double without = test::psnr(firstFrames(free->clip, count), firstFrames(shown, count));
    qInfo("%s: %.1f dB against the condition, %.1f dB without one", QTest::currentDataTag(), with, without);
    // The VAE alone shows such a disc with 20 to 25 dB; 3 steps from noise show a blur of some 10 dB.
    QVERIFY2(with > 16 && with > without + 4, qPrintable(QString("%1 dB, without %2 dB").arg(with).arg(without)));
}

void TestEngine::badConditions_data()
{
    QTest::addColumn<QString>("path");
    const auto file = [this](const char* name, const QByteArray& bytes) {
        QFile made(m_folder.filePath(name));
        if (!made.open(QIODevice::WriteOnly) || made.write(bytes) != bytes.size())
            qFatal("cannot write %s", name);
        return made.fileName();
    };
    const std::string picture = m_folder.filePath("whole.png").toStdString();
    if (!media::writeClip(picture, test::movingDisc(32, 32, 1), ""))
        qFatal("cannot write the picture");
    QFile whole(QString::fromStdString(picture));
    if (!whole.open(QIODevice::ReadOnly))
        qFatal("cannot read the picture");
    const QByteArray bytes = whole.readAll();
    QTest::newRow("missing") << m_folder.filePath("nowhere.png");
    QTest::newRow("empty") << file("empty.png", "");
    QTest::newRow("text") << file("text.png", "this is no picture");
    QTest::newRow("cut off") << file("cut.png", bytes.left(bytes.size() / 2));
    QTest::newRow("weights") << QString::fromStdString(
        (test::embeddedModel() / "transformer/model.safetensors").string());
    QTest::newRow("an empty folder") << (QDir(m_folder.path()).mkpath("empty") ? m_folder.filePath("empty")
                                                                               : QString());
    QTest::newRow("a device") << "/dev/zero";
    QTest::newRow("a URL") << "http://localhost/picture.png";
}

void TestEngine::badConditions()
{
    QFETCH(QString, path);
    auto request = smallRequest();
    request.conditionPath = path.toStdString();
    const auto run = generate(*m_engine, request);
    QVERIFY(!run);
    QVERIFY2(test::isClear(run.error().message), test::told(run));
    QVERIFY2(run.error().code != ErrorCode::Internal, test::told(run));
    qInfo("%s: %s", QTest::currentDataTag(), run.error().message.c_str());
}

void TestEngine::memoryDoesNotGrow()
{
#if defined(__SANITIZE_ADDRESS__)
    QSKIP("AddressSanitizer keeps freed memory for a while");
#endif
    auto request = tocaRequest();
    request.steps = 4;
    request.width = request.height = 64;
    request.traceLevel = plan::TraceLevel::Scores;
    std::int64_t traceBytes = 0;
    const auto once = [&] {
        const auto run = generate(*m_engine, request);
        QVERIFY(run);
        traceBytes = static_cast<std::int64_t>(run->trace->bytes());
    };
    for (int i = 0; i < 5; ++i)
        once();
    const std::int64_t before = liveBytes(), residentBefore = residentBytes();
    for (int i = 0; i < 20; ++i)
        once();
    const std::int64_t grown = liveBytes() - before;
    qInfo("20 runs: %lld more bytes in use, process grew by %.2f MiB, one trace takes %lld",
        static_cast<long long>(grown), static_cast<double>(residentBytes() - residentBefore) / (1 << 20),
        static_cast<long long>(traceBytes));
    // The trace is the smallest thing that a run could leave behind; clip and cache are larger.
    QVERIFY(grown < 10 * traceBytes);
    // What the allocator keeps for the next run stays below one run's working memory.
    QVERIFY(residentBytes() - residentBefore < (32 << 20));
}

QTEST_GUILESS_MAIN(TestEngine)
#include "tst_engine.moc"
