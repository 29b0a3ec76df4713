// SPDX-License-Identifier: Apache-2.0
#include "core/engine/sensitivity.h"
#include "tests/support/small_stdit3.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <fstream>
#include <limits>

using namespace toca;
using plan::ModuleKind;
using test::SmallRun;

namespace {

/// Does something after a number of batches.
class Watcher final : public SensitivityObserver {
public:
    std::function<void(const SensitivityProgress&, const SensitivityRecord&)> onProgress;
    std::vector<SensitivityProgress> heard;
    void sensitivityProgress(const SensitivityProgress& progress, const SensitivityRecord& record) override
    {
        heard.push_back(progress);
        if (onProgress)
            onProgress(progress, record);
    }
};

SensitivityRecord recordFor(const SmallRun& run, const SensitivityOptions& options)
{
    SensitivityRecord record;
    record.options = options;
    record.grid = run.geometry.grid;
    record.layerKinds = run.geometry.layers;
    const std::vector<float> none(
        static_cast<std::size_t>(record.groupCount()), std::numeric_limits<float>::quiet_NaN());
    for (const int step : options.steps)
        for (const int layer : options.layers)
            for (const ModuleKind module : options.modules) {
                SensitivitySite site;
                site.step = step;
                site.layer = layer;
                site.module = module;
                site.change = site.injected = site.outside = site.finalChange = none;
                record.sites.push_back(std::move(site));
            }
    return record;
}

void measure(SmallRun& run, SensitivityRecord& record, SensitivityObserver& observer, std::stop_token stop = {})
{
    const torch::NoGradGuard noGrad;
    models::Stdit3Denoiser denoiser(run.model);
    const schedulers::RectifiedFlowSampler sampler(run.timesteps, 1000);
    engine::SensitivitySubject subject;
    subject.model = &denoiser;
    subject.sampler = &sampler;
    subject.input = &run.input;
    subject.geometry = run.geometry;
    engine::SensitivityMeter(subject, record, observer, std::move(stop)).run();
}

SensitivityRecord measured(SmallRun& run, const SensitivityOptions& options)
{
    SensitivityRecord record = recordFor(run, options);
    Watcher watcher;
    measure(run, record, watcher);
    return record;
}

SensitivityOptions someOptions()
{
    SensitivityOptions options;
    options.steps = {2};
    options.layers = {1, 3};
    options.modules = {ModuleKind::CrossAttention, ModuleKind::Mlp};
    options.noise = 0.2;
    options.batch = 5;
    return options;
}

bool isSame(const std::vector<float>& a, const std::vector<float>& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

} // namespace

class TestSensitivity : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void noNoiseChangesNothing();
    void frozenAtAnEqualStepChangesNothing();
    void errorBehindTheLastMixingStaysWhereItIs();
    void frozenTokenEqualsARunThatReusesIt();
    void batchesDoNotMatter();
    void resumedEqualsUninterrupted();
    void budgetGivesEverySiteItsShare();
    void stopKeepsWhatIsMeasured();
    void finalLatentIsFollowed();
    void groupsOfFramesAndBlocks();
    void scoresAreThoseOfTheStep();
    void fileComesBack();
    void damagedFilesAreRefused();
    void tableHasALinePerGroup();
};

void TestSensitivity::noNoiseChangesNothing()
{
    SmallRun run(4);
    SensitivityOptions options = someOptions();
    options.noise = 0;
    options.finalGroups = 3;
    const SensitivityRecord record = measured(run, options);
    QVERIFY(record.isComplete);
    for (const SensitivitySite& site : record.sites) {
        QCOMPARE(site.measured(), 36);
        for (const float change : site.change)
            QCOMPARE(change, 0.0F);
        for (const float change : site.finalChange)
            QVERIFY(std::isnan(change) || change == 0.0F);
    }
}

void TestSensitivity::frozenAtAnEqualStepChangesNothing()
{
    SmallRun run(4);
    run.timesteps = torch::full({4, 1}, 600.0); // the latent stands still, and so does every feature
    SensitivityOptions options = someOptions();
    options.mode = SensitivityMode::Freeze;
    for (const SensitivitySite& site : measured(run, options).sites)
        for (std::size_t group = 0; group < site.change.size(); ++group) {
            QVERIFY(site.injected[group] < 1e-6F); // two kernels of attention may differ in the last bits
            QVERIFY(site.change[group] < 1e-6F);
        }
    SmallRun moving(4);
    for (const SensitivitySite& site : measured(moving, options).sites)
        QVERIFY(*std::min_element(site.change.begin(), site.change.end()) > 1e-6F);
}

void TestSensitivity::errorBehindTheLastMixingStaysWhereItIs()
{
    SmallRun run(4);
    SensitivityOptions options = someOptions();
    options.layers = {1, 3};
    options.modules = {ModuleKind::Mlp};
    options.keepPropagation = true;
    const SensitivityRecord record = measured(run, options);
    const SensitivitySite &earlier = record.sites[0], &last = record.sites[1];
    for (std::size_t group = 0; group < 36; ++group) {
        QVERIFY(last.change[group] > 0);
        QCOMPARE(last.outside[group], 0.0F); // the final layer looks at each token alone
        const std::vector<float>& map = *last.propagation[group];
        for (std::size_t token = 0; token < 36; ++token)
            QCOMPARE(map[token] > 0, token == group);
        QVERIFY(earlier.outside[group] > 0.0F); // later attention spreads it
    }
}

void TestSensitivity::frozenTokenEqualsARunThatReusesIt()
{
    SmallRun run(4);
    SensitivityOptions options = someOptions();
    options.mode = SensitivityMode::Freeze;
    options.layers = {2};
    options.modules = {ModuleKind::Mlp};
    const SensitivityRecord record = measured(run, options);

    // The same by a caching run: every token but one is computed.
    class AllButOne final : public cache::PolicyRun {
    public:
        explicit AllButOne(std::int64_t token)
            : m_token(token)
        {
        }
        cache::ModuleAction onModule(const plan::Site& site, const cache::Evidence&) override
        {
            if (site.layer != 2 || site.module != ModuleKind::Mlp || site.step != 2)
                return cache::ModuleAction::full(true);
            const auto all = torch::arange(36);
            return cache::ModuleAction::subsetOf(all.masked_select(all.ne(m_token)).unsqueeze(0));
        }
        std::unique_ptr<cache::PolicyRun> clone() const override { return std::make_unique<AllButOne>(*this); }

    private:
        std::int64_t m_token;
    };
    const auto guidedOf = [&](std::unique_ptr<cache::PolicyRun> policy) {
        cache::CachingSession session(run.geometry, std::move(policy));
        torch::Tensor guided;
        run.denoise(session, [&](const engine::DenoisingStep& done) {
            if (done.step == 2)
                guided = done.guided.narrow(1, 0, run.config.inChannels).clone();
        });
        return guided;
    };
    auto plain = cache::CachingSession::uncached(run.geometry);
    const auto clean = guidedOf(plain.policy().clone());
    for (const std::int64_t token : {0, 17, 35}) {
        const auto changed = guidedOf(std::make_unique<AllButOne>(token));
        const double expected = ((changed - clean).norm() / clean.norm()).item<double>();
        const auto found = static_cast<double>(record.sites[0].change[static_cast<std::size_t>(token)]);
        QVERIFY2(std::abs(found - expected) < 1e-3 * expected + 1e-7,
            qPrintable(QStringLiteral("token %1: %2, expected %3").arg(token).arg(found).arg(expected)));
    }
}

void TestSensitivity::batchesDoNotMatter()
{
    SmallRun run(4);
    SensitivityOptions options = someOptions();
    const SensitivityRecord five = measured(run, options);
    options.batch = 1;
    const SensitivityRecord one = measured(run, options);
    for (std::size_t site = 0; site < five.sites.size(); ++site)
        for (std::size_t group = 0; group < 36; ++group) {
            const float a = five.sites[site].change[group], b = one.sites[site].change[group];
            QVERIFY(a > 0 && std::abs(a - b) < 1e-3F * a);
        }
}

void TestSensitivity::resumedEqualsUninterrupted()
{
    SmallRun run(5);
    SensitivityOptions options = someOptions();
    options.finalGroups = 4;
    const SensitivityRecord whole = measured(run, options);
    SensitivityRecord parts = recordFor(run, options);
    parts.options.maximumEvaluations = 30;
    int calls = 0;
    while (!parts.isComplete && calls < 100) {
        Watcher watcher;
        measure(run, parts, watcher);
        ++calls;
    }
    QVERIFY(parts.isComplete);
    QVERIFY(calls > 4);
    QCOMPARE(parts.evaluations, whole.evaluations);
    for (std::size_t site = 0; site < whole.sites.size(); ++site) {
        QVERIFY(isSame(whole.sites[site].change, parts.sites[site].change));
        QVERIFY(isSame(whole.sites[site].outside, parts.sites[site].outside));
        QVERIFY(isSame(whole.sites[site].finalChange, parts.sites[site].finalChange));
    }
}

void TestSensitivity::budgetGivesEverySiteItsShare()
{
    SmallRun run(4);
    SensitivityOptions options = someOptions();
    options.maximumEvaluations = 40;
    const SensitivityRecord record = measured(run, options);
    QVERIFY(!record.isComplete);
    QVERIFY(record.evaluations >= 40 && record.evaluations < 40 + options.batch);
    for (const SensitivitySite& site : record.sites)
        QVERIFY(site.measured() >= 5 && site.measured() <= 15);
}

void TestSensitivity::stopKeepsWhatIsMeasured()
{
    SmallRun run(4);
    SensitivityRecord record = recordFor(run, someOptions());
    std::stop_source source;
    Watcher watcher;
    watcher.onProgress = [&](const SensitivityProgress& progress, const SensitivityRecord&) {
        if (progress.done >= 10)
            source.request_stop();
    };
    measure(run, record, watcher, source.get_token());
    QVERIFY(!record.isComplete);
    int measured = 0;
    for (const SensitivitySite& site : record.sites)
        measured += site.measured();
    QCOMPARE(measured, 10);
    QCOMPARE(watcher.heard.back().total, std::int64_t{4 * 36});
}

void TestSensitivity::finalLatentIsFollowed()
{
    SmallRun run(4);
    SensitivityOptions options = someOptions();
    options.layers = {2};
    options.modules = {ModuleKind::Mlp};
    options.finalGroups = 6;
    const SensitivityRecord record = measured(run, options);
    int followed = 0;
    for (const float change : record.sites[0].finalChange) {
        followed += std::isnan(change) ? 0 : 1;
        QVERIFY(std::isnan(change) || change > 0);
    }
    QCOMPARE(followed, 6);
    // Both ends of the measured changes are among them.
    const auto& change = record.sites[0].change;
    const auto largest = std::max_element(change.begin(), change.end()) - change.begin();
    const auto smallest = std::min_element(change.begin(), change.end()) - change.begin();
    QVERIFY(!std::isnan(record.sites[0].finalChange[static_cast<std::size_t>(largest)]));
    QVERIFY(!std::isnan(record.sites[0].finalChange[static_cast<std::size_t>(smallest)]));
}

void TestSensitivity::groupsOfFramesAndBlocks()
{
    SmallRun run(4);
    SensitivityOptions options = someOptions();
    options.grouping = plan::TokenGrouping::Frame;
    const SensitivityRecord frames = measured(run, options);
    QCOMPARE(frames.sites[0].measured(), 3);
    options.grouping = plan::TokenGrouping::Block;
    options.blockSide = 2;
    const SensitivityRecord blocks = measured(run, options);
    QCOMPARE(blocks.sites[0].measured(), 3 * 2 * 2);
    // Twelve disturbed tokens put in more than four of them.
    QVERIFY(frames.sites[0].injected[0] > blocks.sites[0].injected[0]);
}

void TestSensitivity::scoresAreThoseOfTheStep()
{
    SmallRun run(4);
    const SensitivityRecord record = measured(run, someOptions());
    for (const SensitivitySite& site : record.sites) {
        const auto has = [&](SensitivityScore score) {
            const auto& values = site.scores[static_cast<std::size_t>(score)];
            return values.size() == 36
                && std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
        };
        QVERIFY(has(SensitivityScore::SelfAttention));
        QVERIFY(has(SensitivityScore::CrossAttention));
        QVERIFY(has(SensitivityScore::SpatialBonus));
        QVERIFY(has(SensitivityScore::Combined));
        QVERIFY(has(SensitivityScore::Change));
        QVERIFY(site.scores[static_cast<std::size_t>(SensitivityScore::Age)].empty()); // no policy chose tokens
        const auto& bonus = site.scores[static_cast<std::size_t>(SensitivityScore::SpatialBonus)];
        QCOMPARE(std::count(bonus.begin(), bonus.end(), 1.0F), 3 * 2 * 2); // one for each 2 x 2 cell
        // Attention is handed out whole: the mean over the tokens is 1.
        const auto& received = site.scores[static_cast<std::size_t>(SensitivityScore::SelfAttention)];
        double sum = 0;
        for (const float value : received)
            sum += static_cast<double>(value);
        QVERIFY(std::abs(sum / 36 - 1) < 1e-3);
    }
    const auto figures = sensitivityFigures(record);
    QCOMPARE(figures.size(), std::size_t{4});
    QVERIFY(figures[0].largestToSmallest >= 1);
}

void TestSensitivity::fileComesBack()
{
    SmallRun run(4);
    SensitivityOptions options = someOptions();
    options.keepPropagation = true;
    options.finalGroups = 2;
    options.maximumEvaluations = 60;
    const SensitivityRecord record = measured(run, options);
    const QTemporaryDir folder;
    const std::filesystem::path path = (folder.path() + "/a.safetensors").toStdString();
    const auto written = writeSensitivity(path, record);
    QVERIFY2(written, written ? "" : written.error().message.c_str());
    const auto read = readSensitivity(path);
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QVERIFY(read->options == record.options);
    QVERIFY(read->request == record.request);
    QCOMPARE(read->sites.size(), record.sites.size());
    for (std::size_t i = 0; i < record.sites.size(); ++i) {
        QVERIFY(isSame(read->sites[i].change, record.sites[i].change));
        QVERIFY(isSame(read->sites[i].finalChange, record.sites[i].finalChange));
        for (std::size_t score = 0; score < kSensitivityScores; ++score)
            QVERIFY(isSame(read->sites[i].scores[score], record.sites[i].scores[score]));
        for (std::size_t group = 0; group < record.sites[i].propagation.size(); ++group) {
            const auto &a = record.sites[i].propagation[group], &b = read->sites[i].propagation[group];
            QCOMPARE(a == nullptr, b == nullptr);
            QVERIFY(!a || isSame(*a, *b));
        }
    }
    // It can be continued: the same as without the file between.
    SensitivityRecord rest = *read;
    rest.options.maximumEvaluations = 0;
    Watcher watcher;
    measure(run, rest, watcher);
    QVERIFY(rest.isComplete);
    options.maximumEvaluations = 0;
    const SensitivityRecord whole = measured(run, options);
    for (std::size_t i = 0; i < whole.sites.size(); ++i)
        QVERIFY(isSame(whole.sites[i].change, rest.sites[i].change));
}

void TestSensitivity::damagedFilesAreRefused()
{
    SmallRun run(4);
    SensitivityOptions options = someOptions();
    options.maximumEvaluations = 10;
    const QTemporaryDir folder;
    const std::filesystem::path path = (folder.path() + "/a.safetensors").toStdString();
    QVERIFY(writeSensitivity(path, measured(run, options)));
    std::ifstream in(path, std::ios::binary);
    const std::string good{std::istreambuf_iterator<char>(in), {}};
    const auto tryWith = [&](const std::string& bytes) {
        std::ofstream(path, std::ios::binary) << bytes;
        const auto read = readSensitivity(path);
        return read ? ErrorCode::Internal : read.error().code;
    };
    QCOMPARE(tryWith(""), ErrorCode::BadFormat);
    QCOMPARE(tryWith(good.substr(0, good.size() / 2)), ErrorCode::BadFormat);
    for (const auto& [from, to] :
        std::vector<std::pair<std::string, std::string>>{{"\\\"frames\\\":3", "\\\"frames\\\":9"},
            {"toca-sensitivity", "toca-sensitivitx"}, {"\\\"mode\\\":\\\"noise\\\"", "\\\"mode\\\":\\\"naise\\\""},
            {"[36]", "[35]"}, {"\\\"block_side\\\":2", "\\\"block_side\\\":0"}}) {
        std::string bad = good;
        const std::size_t at = bad.find(from);
        if (at == std::string::npos)
            continue;
        bad.replace(at, from.size(), to);
        QCOMPARE(tryWith(bad), ErrorCode::BadFormat);
    }
    for (std::size_t i = 8; i < std::min<std::size_t>(good.size(), 3000); i += 7) { // never a crash
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 0x15);
        (void)tryWith(bad);
    }
    QCOMPARE(readSensitivity(path.string() + "x").error().code, ErrorCode::NotFound);
}

void TestSensitivity::tableHasALinePerGroup()
{
    SmallRun run(4);
    const SensitivityRecord record = measured(run, someOptions());
    const std::string csv = sensitivityCsv(record);
    QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), 1 + 4 * 36);
    QVERIFY(csv.starts_with("step,layer,kind,module,group,frame,row,column,tokens,change,"));
    QVERIFY(csv.find("2,1,temporal,mlp,") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestSensitivity)
#include "tst_sensitivity.moc"
