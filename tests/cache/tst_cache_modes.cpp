// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/gated_add.h"
#include "cache/exec/row_table.h"
#include "tests/support/policy_properties.h"

#include <QtTest>

using namespace toca;
using cache::FeatureStore;
using cache::ModuleOutput;
using cache::RowRange;
using cache::RowTable;
using cache::TokenSubset;
using plan::CacheDtype;
using plan::CacheStorage;
using plan::ModuleKind;
using test::SmallRun;

Q_DECLARE_METATYPE(toca::plan::CacheDtype)

/// Module outputs held in 16 and 8 bits: what is held, what comes back, and that policies work on it as ever.
class TestCacheModes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatComesBackIsNear_data() { addFormats(); }
    void whatComesBackIsNear();
    void onlyChosenTokensAreEncoded_data() { addFormats(); }
    void onlyChosenTokensAreEncoded();
    void memoryIsTakenOnce_data() { addFormats(); }
    void memoryIsTakenOnce();
    void forecastIsTheSumOfTheFactors_data() { addFormats(); }
    void forecastIsTheSumOfTheFactors();
    void separatedFactorIsNotWritten_data() { addFormats(); }
    void separatedFactorIsNotWritten();
    void addedAsIfDecodedBefore_data() { addFormats(); }
    void addedAsIfDecodedBefore();
    void otherTypesEqualTheKernels_data() { addFormats(); }
    void otherTypesEqualTheKernels();
    void copyIsIndependent_data() { addFormats(); }
    void copyIsIndependent();
    void everyPolicyHoldsWhatItPlans_data();
    void everyPolicyHoldsWhatItPlans();
    void goingBackGivesTheSame_data() { addFormats(); }
    void goingBackGivesTheSame();
    void offloadedIsTheSame_data();
    void offloadedIsTheSame();
    void offloadedMemoryIsTakenOnce();
    void formatsOfSingleModules();

private:
    static void addFormats()
    {
        QTest::addColumn<CacheDtype>("format");
        QTest::newRow("bf16") << CacheDtype::BFloat16;
        QTest::newRow("int8") << CacheDtype::Int8;
    }
};

namespace {

constexpr RowRange kAll{0, 2};

/// Largest error of a value of each row (..., C) by the format's definition (kernels/cache_codec.h): half a step and
/// the roundings, which a hundredth of it covers.
torch::Tensor bound(const torch::Tensor& features, CacheDtype format)
{
    if (format == CacheDtype::BFloat16)
        return features.abs() * std::exp2(-8);
    return (features.abs().amax(-1, true) * (1.01 / 254)).expand_as(features);
}

bool isNear(const torch::Tensor& back, const torch::Tensor& features, CacheDtype format)
{
    return (back - features).abs().le(bound(features, format)).all().item<bool>();
}

/// A store for small features, 2 rows of 6 tokens of 20 values.
FeatureStore storeIn(CacheDtype format)
{
    return FeatureStore(SmallRun(1).geometry, CacheStorage::all(format));
}

torch::Tensor features()
{
    return torch::randn({2, 6, 20});
}

test::PolicyOutcome runIn(SmallRun& run, const std::string& name, const CacheStorage& storage,
    const plan::ParameterValues& values = {}, const std::string& preset = {})
{
    plan::PolicyContext context;
    context.family = run.geometry.family;
    const auto policy = test::policyNamed(name, values, preset, context);
    auto plan = test::planOf(*policy, run.geometry, run.schedule());
    plan.setStorage(storage);
    auto trace = std::make_shared<plan::Trace>(run.geometry, run.schedule(), run.geometry.prompts);
    cache::CachingSession session(run.geometry, cache::startPolicy(*policy, plan), {trace, {}, storage});
    auto latent = run.denoise(session);
    return {latent, trace, plan};
}

/// That preset if the policy has it, else its defaults.
std::string presetOf(const plan::PolicyEntry& policy, const std::string& name)
{
    const bool isThere =
        std::any_of(policy.presets.begin(), policy.presets.end(), [&](const auto& each) { return each.name == name; });
    return isThere ? name : std::string();
}

double relativeError(const torch::Tensor& a, const torch::Tensor& b)
{
    return ((a - b).norm() / b.norm()).item<double>();
}

} // namespace

void TestCacheModes::whatComesBackIsNear()
{
    QFETCH(CacheDtype, format);
    FeatureStore store = storeIn(format);
    const auto value = features();
    QVERIFY(!store.hasOutput(0, ModuleKind::Mlp));
    QVERIFY(!store.output(0, ModuleKind::Mlp, kAll).defined());
    store.setOutput(0, ModuleKind::Mlp, kAll, value);
    QVERIFY(isNear(store.output(0, ModuleKind::Mlp, kAll), value, format));
    QVERIFY(!torch::equal(store.output(0, ModuleKind::Mlp, kAll), value));
    QVERIFY(isNear(store.output(0, ModuleKind::Mlp, {1, 1}), value.narrow(0, 1, 1), format));
    // One guidance row alone.
    const auto row = features().narrow(0, 0, 1);
    store.setOutput(0, ModuleKind::Mlp, {1, 1}, row);
    QVERIFY(isNear(store.output(0, ModuleKind::Mlp, {1, 1}), row, format));
    QVERIFY(isNear(store.output(0, ModuleKind::Mlp, {0, 1}), value.narrow(0, 0, 1), format));
    QCOMPARE(store.bytes(), 12 * plan::cachedRowBytes(format, 20));
}

void TestCacheModes::onlyChosenTokensAreEncoded()
{
    QFETCH(CacheDtype, format);
    FeatureStore store = storeIn(format);
    store.setOutput(0, ModuleKind::Mlp, kAll, features());
    const auto before = store.output(0, ModuleKind::Mlp, kAll).clone();
    const auto fresh = torch::randn({2, 2, 20});
    const auto ids = torch::tensor({{4, 1}, {0, 5}}, torch::kInt64);
    store.setTokens(0, ModuleKind::Mlp, kAll, TokenSubset::chosen(ids, 6), fresh);
    const auto after = store.output(0, ModuleKind::Mlp, kAll);
    for (int row = 0; row < 2; ++row)
        for (int token = 0; token < 6; ++token) {
            const auto place = ids[row].eq(token).nonzero();
            if (place.numel() == 0)
                QVERIFY(torch::equal(after[row][token], before[row][token]));
            else
                QVERIFY(isNear(after[row][token], fresh[row][place.item<std::int64_t>()], format));
        }
}

void TestCacheModes::memoryIsTakenOnce()
{
    QFETCH(CacheDtype, format);
    FeatureStore store = storeIn(format);
    const auto keep = [&](int step) { store.keep(0, ModuleKind::Mlp, kAll, features(), step, 2); };
    for (int step = 0; step < 3; ++step)
        keep(step);
    std::vector<const void*> memory;
    const auto places = [&] {
        std::vector<const void*> now;
        for (const RowTable& factor : store.factors(0, ModuleKind::Mlp, kAll).derivatives)
            now.push_back(factor.codes().const_data_ptr());
        return now;
    };
    memory = places();
    QCOMPARE(memory.size(), std::size_t{3});
    QCOMPARE(store.bytes(), 3 * 12 * plan::cachedRowBytes(format, 20)); // the output is the first factor
    for (int step = 3; step < 6; ++step) {
        keep(step);
        store.setTokens(0, ModuleKind::Mlp, kAll, TokenSubset::chosen(torch::zeros({2, 1}, torch::kInt64), 6),
            torch::randn({2, 1, 20}));
    }
    QCOMPARE(places(), memory);
    QCOMPARE(store.bytes(), 3 * 12 * plan::cachedRowBytes(format, 20));
}

void TestCacheModes::forecastIsTheSumOfTheFactors()
{
    QFETCH(CacheDtype, format);
    FeatureStore store = storeIn(format);
    FeatureStore exact(SmallRun(1).geometry);
    const auto base = features(), slope = 0.1 * features(), bend = 0.01 * features();
    for (const int step : {0, 3, 6}) {
        const auto value = base + step * slope + step * step * bend;
        store.keep(0, ModuleKind::Mlp, kAll, value, step, 2);
        exact.keep(0, ModuleKind::Mlp, kAll, value, step, 2);
    }
    const auto& factors = store.factors(0, ModuleKind::Mlp, kAll).derivatives;
    QCOMPARE(factors.size(), std::size_t{3});
    const double x = 2;
    const auto expected = factors[0].features() + x * factors[1].features() + x * x / 2 * factors[2].features();
    const auto made = store.forecast(0, ModuleKind::Mlp, kAll, 8, 2).features();
    // Six roundings of sums whose terms are no larger than the sum of their sizes.
    const auto size =
        factors[0].features().abs() + x * factors[1].features().abs() + x * x / 2 * factors[2].features().abs();
    QVERIFY((made - expected).abs().le(6 * std::exp2(-23) * size).all().item<bool>());
    const auto trend = store.forecast(0, ModuleKind::Mlp, kAll, 8, 2, 1).features();
    QVERIFY((trend + factors[0].features() - expected).abs().le(8 * std::exp2(-23) * size).all().item<bool>());
    // The exact forecast is missed by the codes' errors alone. d_0 errs by its own; d_1 by (old d_0's) / 3 and its own;
    // d_2 by (old d_1's, which has the one of d_0 before it) / 3 and its own.
    const auto e0 = bound(base.abs() + 6 * slope.abs() + 36 * bend.abs(), format).amax(-1, true);
    const auto of1 = (2 * (base.abs() + 6 * slope.abs() + 36 * bend.abs())).amax(-1, true);
    const double unit = format == CacheDtype::Int8 ? 1.01 / 254 : std::exp2(-8);
    const auto e1 = e0 / 3 + of1 / 3 * unit, e2 = 2 * e1 / 3 + 2 * of1 / 9 * unit;
    const auto error = (made - exact.forecast(0, ModuleKind::Mlp, kAll, 8, 2).features()).abs();
    QVERIFY(error.le(e0 + x * e1 + x * x / 2 * e2).all().item<bool>());
    QVERIFY(error.max().item<double>() > 0);
}

void TestCacheModes::separatedFactorIsNotWritten()
{
    QFETCH(CacheDtype, format);
    FeatureStore store = storeIn(format);
    const auto ids = TokenSubset::chosen(torch::zeros({2, 1}, torch::kInt64), 6);
    for (int step = 0; step < 3; ++step) {
        const auto value = features();
        store.keep(0, ModuleKind::Mlp, kAll, value, step, 1);
        store.separate(0, ModuleKind::Mlp, kAll);
        store.setTokens(0, ModuleKind::Mlp, kAll, ids, torch::randn({2, 1, 20}));
        const auto first = store.factors(0, ModuleKind::Mlp, kAll).derivatives.front().features();
        QVERIFY(isNear(first, value, format));
        const auto output = store.output(0, ModuleKind::Mlp, kAll);
        QVERIFY(torch::equal(output.narrow(1, 1, 5), first.narrow(1, 1, 5)));
        QVERIFY(!torch::equal(output.narrow(1, 0, 1), first.narrow(1, 0, 1)));
    }
    QCOMPARE(store.bytes(), 3 * 12 * plan::cachedRowBytes(format, 20));
    // Replaced together they hold the same again.
    const auto value = features();
    store.replace(0, ModuleKind::Mlp, kAll, value);
    QVERIFY(isNear(store.output(0, ModuleKind::Mlp, kAll), value, format));
    QVERIFY(isNear(store.factors(0, ModuleKind::Mlp, kAll).derivatives.front().features(), value, format));
}

void TestCacheModes::addedAsIfDecodedBefore()
{
    QFETCH(CacheDtype, format);
    const torch::NoGradGuard noGradients;
    FeatureStore store = storeIn(format);
    store.setOutput(0, ModuleKind::Mlp, kAll, features());
    const ModuleOutput stored = store.stored(0, ModuleKind::Mlp, kAll);
    QVERIFY(stored.isCoded());
    const auto x = features();
    const auto gates = torch::randn({2, 1, 60}).chunk(3, 2); // strided
    for (const auto& gate : {torch::Tensor(), gates[1], torch::randn({2, 6, 20})}) {
        const auto decoded = stored.features();
        const auto expected = gate.defined() ? x + gate * decoded : x + decoded;
        const auto size = x.abs() + (gate.defined() ? (gate * decoded).abs() : decoded.abs());
        const auto over = x.clone();
        for (const auto& made : {cache::gatedAdd(x, gate, stored, false), cache::gatedAdd(over, gate, stored, true)})
            QVERIFY((made - expected).abs().le(2 * std::exp2(-23) * size).all().item<bool>());
        QVERIFY(!torch::equal(over, x)); // written over, as it was allowed
    }
}

void TestCacheModes::otherTypesEqualTheKernels()
{
    QFETCH(CacheDtype, format);
    const auto value = features();
    value[1][2][3] = std::nan("");
    value[0][4].zero_();
    value[0][5].fill_(1e-38);
    const auto wide = value.to(torch::kFloat64); // has no kernel: LibTorch's own operations
    auto byKernel = RowTable::coded(format, value.sizes(), value.options());
    auto byTorch = RowTable::coded(format, wide.sizes(), wide.options());
    byKernel.write(value);
    byTorch.write(wide);
    const auto ids = TokenSubset::chosen(torch::tensor({{3, 0}, {5, 1}}, torch::kInt64), 6);
    const auto fresh = torch::randn({2, 2, 20});
    byKernel.write(ids, fresh);
    byTorch.write(ids, fresh.to(torch::kFloat64));
    QCOMPARE(byTorch.features().scalar_type(), torch::kFloat64);
    // One code may differ where a product is rounded another way.
    const auto a = byKernel.features(), b = byTorch.features().to(torch::kFloat32);
    QVERIFY(torch::equal(a.isnan(), b.isnan()));
    const auto step = format == CacheDtype::Int8 ? byKernel.scales().unsqueeze(-1) : a.abs() * std::exp2(-7);
    QVERIFY((a - b).abs().le(step * 1.01).logical_or(a.isnan()).all().item<bool>());
    QVERIFY(((a - b).abs() > 0).sum().item<std::int64_t>() <= 2);
}

void TestCacheModes::copyIsIndependent()
{
    QFETCH(CacheDtype, format);
    FeatureStore store = storeIn(format);
    for (int step = 0; step < 2; ++step)
        store.keep(0, ModuleKind::Mlp, kAll, features(), step, 1);
    store.setNamedRows("named", ModuleKind::SelfAttention, features());
    const FeatureStore copy = store.clone();
    QCOMPARE(copy.bytes(), store.bytes());
    const auto before = copy.output(0, ModuleKind::Mlp, kAll).clone();
    store.replace(0, ModuleKind::Mlp, kAll, features());
    QVERIFY(torch::equal(copy.output(0, ModuleKind::Mlp, kAll), before));
    QVERIFY(!torch::equal(store.output(0, ModuleKind::Mlp, kAll), before));
    // What was shared stays shared in the copy.
    FeatureStore other = copy.clone();
    other.replace(0, ModuleKind::Mlp, kAll, torch::zeros({2, 6, 20}));
    QCOMPARE(other.factors(0, ModuleKind::Mlp, kAll).derivatives.front().features().abs().max().item<float>(), 0.0F);
    store.clear();
    QCOMPARE(store.bytes(), std::int64_t{0});
}

void TestCacheModes::everyPolicyHoldsWhatItPlans_data()
{
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QString>("preset");
    for (const auto& [policy, preset] : {std::pair("toca", ""), {"toca", "random"}, {"duca", ""}, {"fora", ""},
             {"taylorseer", "n3-o3"}, {"pab", ""}, {"clusca", ""}, {"fastercache", ""}, {"deltadit", ""},
             {"ebcache", ""}, {"speca", ""}, {"easycache", ""}, {"none", ""}})
        QTest::addRow("%s %s", policy, preset) << QString(policy) << QString(preset);
}

void TestCacheModes::everyPolicyHoldsWhatItPlans()
{
    QFETCH(QString, policy);
    QFETCH(QString, preset);
    const plan::PolicyEntry& entry = *plan::findPolicy(policy.toStdString());
    const std::string chosen = presetOf(entry, preset.toStdString());
    SmallRun run(12);
    const auto exact = runIn(run, entry.name, {}, {}, chosen);
    for (const CacheDtype format : {CacheDtype::BFloat16, CacheDtype::Int8}) {
        const auto held = runIn(run, entry.name, CacheStorage::all(format), {}, chosen);
        QVERIFY(held.latent.isfinite().all().item<bool>());
        if (exact.plan.isStatic())
            QCOMPARE(test::differenceFromPlan(held), QString()); // actions, tokens, FLOPs and bytes
        else
            QVERIFY(held.trace->peakCacheBytes() <= held.plan.cacheBytes());
        QVERIFY(held.plan.cacheBytes() <= exact.plan.cacheBytes());
        QVERIFY(relativeError(held.latent, exact.latent) < 0.2); // no measure of fidelity: that it is the same run
        const auto contents = exact.plan.cacheContents();
        const bool isHeld = exact.trace->peakCacheBytes() > contents.otherElements * 4;
        QCOMPARE(!torch::equal(held.latent, exact.latent), isHeld); // it makes a difference where anything is held
    }
}

void TestCacheModes::goingBackGivesTheSame()
{
    QFETCH(CacheDtype, format);
    for (const auto& [name, isOffloaded] : {std::pair("toca", false), {"taylorseer", false}, {"clusca", false},
             {"toca", true}, {"taylorseer", true}, {"clusca", true}}) {
        SmallRun run(8);
        plan::PolicyContext context;
        context.family = run.geometry.family;
        const auto policy = test::policyNamed(name, {}, {}, context);
        const auto plan = test::planOf(*policy, run.geometry, run.schedule());
        CacheStorage storage = CacheStorage::all(format);
        storage.offloaded.fill(isOffloaded);
        cache::CachingSession session(run.geometry, cache::startPolicy(*policy, plan), {nullptr, {}, storage});
        cache::SessionState state{nullptr, FeatureStore(run.geometry, storage), cache::EvidenceStore(run.geometry)};
        torch::Tensor latent;
        const auto whole = run.denoise(session, [&](const engine::DenoisingStep& done) {
            if (done.step != 4)
                return;
            state = session.save();
            latent = done.after.clone();
        });
        session.restore(state);
        QVERIFY2(torch::equal(test::denoiseFrom(run, session, latent, 5), whole), name);
    }
}

void TestCacheModes::offloadedIsTheSame_data()
{
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QString>("preset");
    for (const auto& [policy, preset] : {std::pair("toca", ""), {"duca", ""}, {"fora", ""}, {"taylorseer", "n3-o3"},
             {"pab", ""}, {"clusca", ""}, {"fastercache", ""}, {"deltadit", ""}, {"speca", ""}, {"none", ""}})
        QTest::addRow("%s %s", policy, preset) << QString(policy) << QString(preset);
}

/// What is offloaded is moved, not changed: every format gives the very bits that it gives on the device.
void TestCacheModes::offloadedIsTheSame()
{
    QFETCH(QString, policy);
    QFETCH(QString, preset);
    const plan::PolicyEntry& entry = *plan::findPolicy(policy.toStdString());
    const std::string chosen = presetOf(entry, preset.toStdString());
    SmallRun run(12);
    for (const CacheDtype format : {CacheDtype::Float32, CacheDtype::BFloat16, CacheDtype::Int8}) {
        CacheStorage storage = CacheStorage::all(format);
        const auto held = runIn(run, entry.name, storage, {}, chosen);
        storage.offloaded.fill(true);
        const auto offloaded = runIn(run, entry.name, storage, {}, chosen);
        QVERIFY(torch::equal(offloaded.latent, held.latent));
        const std::int64_t others = offloaded.plan.cacheContents().otherElements * 4;
        QCOMPARE(offloaded.plan.cacheBytes(), others);
        QCOMPARE(offloaded.plan.cacheBytes() + offloaded.plan.offloadedBytes(), held.plan.cacheBytes());
        QVERIFY(offloaded.trace->peakCacheBytes() <= others); // nothing of it is held beside the computer's memory
    }
}

void TestCacheModes::offloadedMemoryIsTakenOnce()
{
    for (const CacheDtype format : {CacheDtype::Float32, CacheDtype::BFloat16, CacheDtype::Int8}) {
        CacheStorage storage = CacheStorage::all(format);
        storage.offloaded.fill(true);
        FeatureStore store(SmallRun(1).geometry, storage);
        const std::int64_t row = plan::cachedRowBytes(format, 20);
        std::vector<const void*> memory;
        for (int step = 0; step < 6; ++step) {
            store.keep(0, ModuleKind::Mlp, kAll, features(), step, 2);
            std::vector<const void*> now;
            for (const RowTable& factor : store.factors(0, ModuleKind::Mlp, kAll).derivatives)
                now.push_back(factor.codes().const_data_ptr());
            if (step == 2)
                memory = now;
            QVERIFY(step < 2 || now == memory);
        }
        QCOMPARE(store.bytes(), std::int64_t{0});
        QCOMPARE(store.offloadedBytes(), 3 * 12 * row); // the output is the first factor
        // What is read is a copy: writing to it does not reach the store.
        const auto read = store.output(0, ModuleKind::Mlp, kAll);
        const auto before = read.clone();
        read.add_(1);
        QVERIFY(torch::equal(store.output(0, ModuleKind::Mlp, kAll), before));
        // One guidance row alone, and rows under a policy's own name.
        const auto single = features().narrow(0, 0, 1);
        FeatureStore onDevice = storeIn(format);
        for (FeatureStore* each : {&store, &onDevice}) {
            each->setOutput(0, ModuleKind::SelfAttention, kAll, torch::ones({2, 6, 20}));
            each->setOutput(0, ModuleKind::SelfAttention, {1, 1}, single);
            each->setNamedRows("own", ModuleKind::Mlp, single);
        }
        for (const cache::RowRange rows : {cache::RowRange{0, 1}, {1, 1}})
            QVERIFY(torch::equal(
                store.output(0, ModuleKind::SelfAttention, rows), onDevice.output(0, ModuleKind::SelfAttention, rows)));
        QVERIFY(torch::equal(store.namedRows("own").features(), onDevice.namedRows("own").features()));
        QCOMPARE(store.bytes(), std::int64_t{0});
        store.clear();
        store.keep(0, ModuleKind::Mlp, kAll, before, 0, 2);
        for (int step = 1; step < 3; ++step)
            store.keep(0, ModuleKind::Mlp, kAll, before, step, 2);
        // A copy of the store has memory of its own, in which output and first factor are still one.
        const auto kept = store.output(0, ModuleKind::Mlp, kAll).clone();
        FeatureStore copy = store.clone();
        QCOMPARE(copy.offloadedBytes(), 3 * 12 * row);
        copy.setTokens(0, ModuleKind::Mlp, kAll, TokenSubset::chosen(torch::zeros({2, 1}, torch::kInt64), 6),
            torch::randn({2, 1, 20}));
        QVERIFY(torch::equal(store.output(0, ModuleKind::Mlp, kAll), kept));
        QVERIFY(torch::equal(copy.factors(0, ModuleKind::Mlp, kAll).derivatives.front().features(),
            copy.output(0, ModuleKind::Mlp, kAll)));
        // Apart, the factor keeps what the output was.
        const auto first = copy.output(0, ModuleKind::Mlp, kAll).clone();
        copy.separate(0, ModuleKind::Mlp, kAll);
        copy.setOutput(0, ModuleKind::Mlp, kAll, features());
        QVERIFY(torch::equal(copy.factors(0, ModuleKind::Mlp, kAll).derivatives.front().features(), first));
        QCOMPARE(copy.offloadedBytes(), 4 * 12 * row);
    }
}

void TestCacheModes::formatsOfSingleModules()
{
    SmallRun run(9);
    CacheStorage storage;
    storage[ModuleKind::Mlp] = CacheDtype::Int8;
    storage[ModuleKind::CrossAttention] = CacheDtype::BFloat16;
    const auto outcome = runIn(run, "toca", storage);
    QCOMPARE(test::differenceFromPlan(outcome), QString());
    const auto contents = outcome.plan.cacheContents();
    QVERIFY(contents.rows[0] > 0 && contents.rows[1] > 0 && contents.rows[2] > 0);
    const std::int64_t width = run.geometry.hiddenSize;
    QCOMPARE(outcome.trace->peakCacheBytes(),
        contents.rows[0] * width * 4 + contents.rows[1] * width * 2 + contents.rows[2] * (width + 4));
}

QTEST_GUILESS_MAIN(TestCacheModes)
#include "tst_cache_modes.moc"
