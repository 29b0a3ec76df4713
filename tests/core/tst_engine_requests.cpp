// SPDX-License-Identifier: Apache-2.0
#include "tests/support/engine_run.h"

#include <QtTest>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <limits>

using namespace toca;
using test::generate;
using test::smallRequest;

/// Requests of every kind, sane and hostile, with the embedded model: each ends in a clip or in a clear message.
class TestEngineRequests : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void prompts_data();
    void prompts();
    void refused_data();
    void refused();
    void unusual_data();
    void unusual();
    void tooLargeIsRefusedWithTheNumbers();
    void limitsOfTheProcessCount();
    void threadsAreClampedAndForgotten();
    void engineStillWorksAfterAllThat();

private:
    std::unique_ptr<Engine> m_engine = test::newEngine();
};

void TestEngineRequests::prompts_data()
{
    QTest::addColumn<QByteArray>("prompt");
    QTest::addColumn<QByteArray>("negative");
    QTest::addColumn<bool>("works");
    const auto add = [](const char* name, const QByteArray& prompt, const QByteArray& negative = {},
                         bool works = true) { QTest::newRow(name) << prompt << negative << works; };
    QByteArray rubbish;
    for (int i = 0; i < 4096; ++i)
        rubbish += static_cast<char>((i * 7919 + i / 256) & 0xff); // every byte, NUL included, many times
    add("empty", "");
    add("only spaces", "      ");
    add("only controls", QByteArray("\x01\x02\x7f\r\n\t", 6));
    add("one letter", "a");
    add("100,000 characters", QByteArray("a red ball ").repeated(9091).left(100'000));
    add("100,000 without a space", QByteArray(100'000, 'x'));
    add("1 MiB", QByteArray(1 << 20, 'b'));
    add("1 MiB and a byte", QByteArray((1 << 20) + 1, 'b'), {}, false);
    add("emoji",
        "\xF0\x9F\x94\xB4\xF0\x9F\x8F\x80 \xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7");
    add("words unknown", "quantum chromodynamics, zwoelf Boxkaempfer, \xE6\xBC\xA2\xE5\xAD\x97");
    add("invalid UTF-8", "\xC3\x28 \xED\xA0\x80 \xF5\x80\x80\x80 \xFF\xFE cut \xE2\x82");
    add("binary with NUL", rubbish);
    add("NUL first", QByteArray("\0a ball", 7));
    add("right to left and combining", QByteArray("\xE2\x80\xAE\x61").append(QByteArray("\xCC\x81").repeated(2000)));
    add("markup", "<script>%s%n{{}}</script> ../../etc/passwd $(reboot) '; DROP TABLE");
    add("sentencepiece's own symbols", "</s> <pad> <unk> \xE2\x96\x81\xE2\x96\x81 <extra_id_0>");
    add("negative", "a red ball", "a blue star");
    add("negative longer", "a", "a small yellow star moves to the right in a night sky");
    add("negative of spaces", "a red ball", "   ");
    add("negative binary", "a red ball", rubbish);
    add("negative too long", "a red ball", QByteArray((1 << 20) + 1, 'b'), false);
}

void TestEngineRequests::prompts()
{
    QFETCH(QByteArray, prompt);
    QFETCH(QByteArray, negative);
    QFETCH(bool, works);
    auto request = smallRequest();
    request.steps = 1;
    request.prompt = prompt.toStdString();
    request.negativePrompt = negative.toStdString();
    const auto run = generate(*m_engine, request);
    QVERIFY2(run.has_value() == works, test::told(run));
    if (works) {
        QVERIFY(test::isWholeClip(*run, request));
        QVERIFY2(run->warnings.empty(), run->warnings.empty() ? "" : run->warnings.front().c_str());
        QCOMPARE(run->plan.totalFlops(), run->trace->flops());
    } else {
        QCOMPARE(run.error().code, ErrorCode::InvalidArgument);
        QVERIFY2(run.error().message.find("1048577") != std::string::npos, test::told(run));
    }
}

void TestEngineRequests::refused_data()
{
    QTest::addColumn<std::function<void(GenerationRequest&)>>("change");
    QTest::addColumn<QString>("names"); // what the message must hold
    using Change = std::function<void(GenerationRequest&)>;
    const auto add = [](const char* name, const char* names, Change change) {
        QTest::newRow(name) << change << QString(names);
    };
    constexpr int kMost = std::numeric_limits<int>::max(), kLeast = std::numeric_limits<int>::min();
    const auto size = [](int width, int height) {
        return [=](GenerationRequest& r) { r.width = width, r.height = height; };
    };
    add("width 0", "width", size(0, 32));
    add("height 0", "height", size(32, 0));
    add("negative width", "-8", size(-8, 32));
    add("least sizes", "width", size(kLeast, kLeast));
    add("largest sizes", "width", size(kMost, kMost));
    add("a million squared", "1000000", size(1'000'000, 1'000'000));
    add("65536 squared, 17 frames", "MiB", size(65536, 65536));
    add("odd size", "multiple", size(33, 32));
    add("1 pixel", "multiple", size(1, 1));
    add("one latent pixel", "16", size(8, 8));
    add("65535, no multiple", "65535", size(65535, 65535));
    const auto frames = [](int count) { return [=](GenerationRequest& r) { r.frames = count; }; };
    add("frames 0", "frames", frames(0));
    add("frames -1", "-1", frames(-1));
    add("frames 2", "17", frames(2));
    add("frames 9", "17", frames(9));
    add("frames 16", "17", frames(16));
    add("a million frames", "needs more than",
        [](GenerationRequest& r) { r.width = r.height = 512, r.frames = 1'000'000; });
    add("largest frames", "frames", frames(kMost));
    add("huge in all", "tokens", [](GenerationRequest& r) { r.width = r.height = 65536, r.frames = 1'000'000; });
    const auto steps = [](int count) { return [=](GenerationRequest& r) { r.steps = count; }; };
    add("steps 0", "steps", steps(0));
    add("steps -5", "-5", steps(-5));
    add("steps 1001", "1001", steps(1001));
    const auto guidance = [](double value) { return [=](GenerationRequest& r) { r.guidanceScale = value; }; };
    add("guidance NaN", "guidance", guidance(std::nan("")));
    add("guidance inf", "guidance", guidance(INFINITY));
    add("guidance -1", "guidance", guidance(-1));
    add("guidance 1e300", "guidance", guidance(1e300));
    const auto fps = [](double value) { return [=](GenerationRequest& r) { r.fps = value; }; };
    add("fps 0", "fps", fps(0));
    add("fps NaN", "fps", fps(std::nan("")));
    add("fps inf", "fps", fps(INFINITY));
    const auto policy = [](const char* name) { return [=](GenerationRequest& r) { r.policy = name; }; };
    add("unknown policy", "magic", policy("magic"));
    add("empty policy", "policy", policy(""));
    add("endless policy", "policy", [](GenerationRequest& r) { r.policy = std::string(1 << 20, 'x'); });
    add("unknown preset", "magic", [](GenerationRequest& r) { r.policy = "toca", r.preset = "magic"; });
    const auto parameter = [](const char* name, plan::ParameterValue value) {
        return [=](GenerationRequest& r) { r.policy = "toca", r.policyParameters[name] = value; };
    };
    add("unknown parameter", "magic", parameter("magic", 1.0));
    add("parameter of another type", "fresh_ratio", parameter("fresh_ratio", std::string("much")));
    add("parameter out of range", "fresh_ratio", parameter("fresh_ratio", 1.5));
    add("parameter NaN", "fresh_ratio", parameter("fresh_ratio", std::nan("")));
    add("interval 0", "mlp_interval", parameter("mlp_interval", std::int64_t{0}));
    add("threads -1", "threads", [](GenerationRequest& r) { r.threads = -1; });
    add("threads 1000000", "threads", [](GenerationRequest& r) { r.threads = 1'000'000; });
    add("condition frames 0", "condition_frames", [](GenerationRequest& r) { r.conditionFrames = 0; });
    add("model missing", "/nowhere/at/all", [](GenerationRequest& r) { r.modelPath = "/nowhere/at/all"; });
    add("model path too long", "model", [](GenerationRequest& r) { r.modelPath = std::string(100'000, 'm'); });
    add("model name too long", "'", [](GenerationRequest& r) { r.modelPath = "/" + std::string(1000, 'm'); });
    add("model path with NUL", "NUL", [](GenerationRequest& r) { r.modelPath = std::string("/no\0where", 9); });
    add("model is a device", "/dev/zero", [](GenerationRequest& r) { r.modelPath = "/dev/zero"; });
    add("cuda without CUDA", "--device", [](GenerationRequest& r) { r.device = Device::Cuda; });
}

void TestEngineRequests::refused()
{
    QFETCH(std::function<void(GenerationRequest&)>, change);
    QFETCH(QString, names);
    auto request = smallRequest();
    change(request);
    if (request.device == Device::Cuda && m_engine->forecast(request))
        QSKIP("this machine has CUDA");
    QElapsedTimer timer;
    timer.start();
    test::Recorder recorder;
    const auto run = m_engine->generate(request, recorder, {});
    QVERIFY(!run);
    QVERIFY2(test::isClear(run.error().message), test::told(run));
    QVERIFY2(run.error().message.find(names.toStdString()) != std::string::npos, test::told(run));
    QVERIFY2(run.error().code != ErrorCode::Internal && run.error().code != ErrorCode::OutOfMemory, test::told(run));
    QVERIFY2(recorder.stages.empty(), "refused only after work had begun");
    qInfo("%s: %s [%lld ms]", QTest::currentDataTag(), run.error().message.c_str(),
        static_cast<long long>(timer.elapsed()));
}

void TestEngineRequests::unusual_data()
{
    QTest::addColumn<std::function<void(GenerationRequest&)>>("change");
    using Change = std::function<void(GenerationRequest&)>;
    const auto add = [](const char* name, Change change) { QTest::newRow(name) << change; };
    add("1 frame", [](GenerationRequest& r) { r.frames = 1; });
    add("18 frames", [](GenerationRequest& r) { r.frames = 18; });
    add("33 frames", [](GenerationRequest& r) { r.frames = 33; });
    add("34 frames", [](GenerationRequest& r) { r.frames = 34; });
    add("2 x 2 latents", [](GenerationRequest& r) { r.width = r.height = 16; });
    add("no whole patches", [](GenerationRequest& r) { r.width = 24, r.height = 40; });
    add("wide", [](GenerationRequest& r) { r.width = 256, r.height = 16, r.frames = 1; });
    add("1 step", [](GenerationRequest& r) { r.steps = 1; });
    add("1 step, toca", [](GenerationRequest& r) { r.steps = 1, r.policy = "toca"; });
    add("guidance 1: one row", [](GenerationRequest& r) { r.guidanceScale = 1; });
    add("guidance 1 with a negative prompt",
        [](GenerationRequest& r) { r.guidanceScale = 1, r.negativePrompt = "star"; });
    add("guidance 0", [](GenerationRequest& r) { r.guidanceScale = 0; });
    add("guidance 1000", [](GenerationRequest& r) { r.guidanceScale = 1000; });
    add("fps 0.1", [](GenerationRequest& r) { r.fps = 0.1; });
    add("fps 1000", [](GenerationRequest& r) { r.fps = 1000; });
    add("largest seed", [](GenerationRequest& r) { r.seed = std::numeric_limits<std::uint64_t>::max(); });
    add("seed 0", [](GenerationRequest& r) { r.seed = 0; });
    add("toca, ratio 0",
        [](GenerationRequest& r) { r.steps = 6, r.policy = "toca", r.policyParameters["fresh_ratio"] = 0.0; });
    add("toca, ratio 1",
        [](GenerationRequest& r) { r.steps = 6, r.policy = "toca", r.policyParameters["fresh_ratio"] = 1.0; });
    add("toca, one token of the smallest clip",
        [](GenerationRequest& r) { r.steps = 6, r.policy = "toca", r.width = r.height = 16, r.frames = 1; });
    add("toca with scores and a negative prompt", [](GenerationRequest& r) {
        r.steps = 6, r.policy = "toca", r.negativePrompt = "a large blue star", r.traceLevel = plan::TraceLevel::Scores;
    });
    add("toca, one row", [](GenerationRequest& r) { r.steps = 6, r.policy = "toca", r.guidanceScale = 1; });
    add("fora", [](GenerationRequest& r) { r.steps = 6, r.policy = "fora"; });
    add("toca, all the extras", [](GenerationRequest& r) {
        r.steps = 6, r.policy = "toca";
        r.policyParameters = {{"self_attention_weight", 1.0}, {"spatial_bonus", 0.4}, {"fresh_ratio", 0.3},
            {"ratio_schedule", std::string("layerwise")}, {"cross_attention_factor", 1.0}};
    });
}

void TestEngineRequests::unusual()
{
    QFETCH(std::function<void(GenerationRequest&)>, change);
    auto request = smallRequest();
    change(request);
    const auto forecast = m_engine->forecast(request);
    QVERIFY2(forecast, test::told(forecast));
    const auto run = generate(*m_engine, request);
    QVERIFY2(run, test::told(run));
    QVERIFY(test::isWholeClip(*run, request));
    QVERIFY(run->plan == forecast->plan);
    // Sums of the same numbers in another order.
    QVERIFY2(std::abs(run->trace->flops() / run->plan.totalFlops() - 1) < 1e-9,
        qPrintable(QString("planned %1, counted %2").arg(run->plan.totalFlops()).arg(run->trace->flops())));
    for (const float value : run->latent)
        QVERIFY(std::isfinite(value));
}

void TestEngineRequests::tooLargeIsRefusedWithTheNumbers()
{
    auto request = smallRequest();
    request.width = request.height = 16384;
    const auto forecast = m_engine->forecast(request);
    QVERIFY2(forecast, test::told(forecast));
    QVERIFY(forecast->memory.available > 0);
    if (forecast->memory.total() <= forecast->memory.available)
        QSKIP("a machine of terabytes");
    const auto run = generate(*m_engine, request);
    QVERIFY(!run);
    QCOMPARE(run.error().code, ErrorCode::TooLarge);
    const auto mebibytes = std::to_string((forecast->memory.total() + (1 << 20) - 1) >> 20);
    for (const std::string& part :
        {mebibytes + " MiB", std::string("activations"), std::string("Choose a smaller size")})
        QVERIFY2(run.error().message.find(part) != std::string::npos, test::told(run));
}

void TestEngineRequests::limitsOfTheProcessCount()
{
#if defined(__SANITIZE_ADDRESS__)
    QSKIP("AddressSanitizer reserves terabytes of addresses");
#endif
    // In a process of its own: a limit can't be taken back. 300 MiB beyond what is mapped now are enough for the
    // smallest run, not for 2048 x 2048.
    auto request = smallRequest();
    request.width = request.height = 2048;
    auto forecast = m_engine->forecast(request);
    QVERIFY(forecast && forecast->memory.total() > (std::int64_t{300} << 20));
    const pid_t child = fork();
    if (child == 0) {
        std::int64_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        const rlim_t most = static_cast<rlim_t>(pages * sysconf(_SC_PAGESIZE)) + (rlim_t{300} << 20);
        const rlimit limit{most, most};
        if (setrlimit(RLIMIT_AS, &limit) != 0)
            _exit(2);
        const auto run = generate(*m_engine, request);
        const bool isRefused = !run && run.error().code == ErrorCode::TooLarge;
        _exit(isRefused ? 0 : 1);
    }
    int status = 0;
    QCOMPARE(waitpid(child, &status, 0), child);
    QVERIFY(WIFEXITED(status));
    QCOMPARE(WEXITSTATUS(status), 0);
}

void TestEngineRequests::threadsAreClampedAndForgotten()
{
    auto request = smallRequest();
    request.steps = 1;
    request.threads = 0;
    const auto before = generate(*m_engine, request);
    QVERIFY2(before, test::told(before));
    request.threads = 4096;
    const auto many = generate(*m_engine, request);
    QVERIFY2(many, test::told(many));
    QVERIFY(many->threads < 4096);
    QCOMPARE(many->warnings.size(), std::size_t{1});
    QVERIFY(many->warnings.front().find("4096") != std::string::npos);
    request.threads = 1;
    const auto one = generate(*m_engine, request);
    QVERIFY(one && one->threads == 1);
    request.threads = 0;
    const auto after = generate(*m_engine, request);
    QVERIFY(after);
    QCOMPARE(after->threads, before->threads);
}

void TestEngineRequests::engineStillWorksAfterAllThat()
{
    const auto request = smallRequest();
    const auto used = generate(*m_engine, request);
    const auto fresh = generate(*test::newEngine(), request);
    QVERIFY(used && fresh);
    QCOMPARE(used->latent, fresh->latent);
    QCOMPARE(used->clip, fresh->clip);
}

QTEST_GUILESS_MAIN(TestEngineRequests)
#include "tst_engine_requests.moc"
