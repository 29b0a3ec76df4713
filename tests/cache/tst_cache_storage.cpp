// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/cache_budget.h"
#include "cache/plan/policy.h"
#include "cache/plan/published_memory.h"
#include "cache/plan/published_run.h"
#include "cache/plan/setting_file.h"

#include <QtTest>

#include <map>

using namespace toca;
using namespace toca::plan;

/// How a cache is to be held: words for it, its bytes, and the choice within a budget.
class TestCacheStorage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void textsRoundTrip();
    void wrongTextsAreRefused_data();
    void wrongTextsAreRefused();
    void bytesFollowFromTheContents();
    void everyPolicySaysWhatItHolds();
    void mildestFirst();
    void budgetTakesTheMildestThatFits();
    void budgetThatCannotBeMetNamesTheLeast();
    void offloadingComesBeforeFewerBits();
    void sizesOfPeople_data();
    void sizesOfPeople();
    void publishedTensorsAddUp();
    void presetsKeepIt();
};

namespace {

Plan publishedPlan(const char* geometryName, const char* policyName)
{
    const auto shape = publishedShape(geometryName);
    const auto run = publishedRun(geometryName);
    const auto geometry = geometryFor(*shape, run->frames, run->width, run->height, run->textTokens);
    PolicyContext context;
    context.family = shape->family;
    const auto policy = makePolicy(policyName, {}, {}, context);
    auto plan =
        (*policy)->plan(*geometry, samplerSchedule(run->sampler, run->steps, run->frames, run->width, run->height));
    if (!plan)
        qFatal("%s", plan.error().message.c_str());
    return std::move(*plan);
}

CacheStorage mixed(CacheDtype self, CacheDtype cross, CacheDtype mlp)
{
    return {{self, cross, mlp}, {}, false};
}

} // namespace

void TestCacheStorage::textsRoundTrip()
{
    const CacheDtype all[] = {CacheDtype::Float32, CacheDtype::BFloat16, CacheDtype::Int8};
    for (const CacheDtype self : all)
        for (const CacheDtype cross : all)
            for (const CacheDtype mlp : all) {
                const CacheStorage storage = mixed(self, cross, mlp);
                const auto back = cacheStorageFromText(toText(storage));
                QVERIFY(back);
                QVERIFY(*back == storage);
            }
    QCOMPARE(toText(CacheStorage::all(CacheDtype::Int8)), std::string("int8"));
    const auto some = cacheStorageFromText("mlp=int8,self_attention=bf16");
    QVERIFY(some);
    QVERIFY(*some == mixed(CacheDtype::BFloat16, CacheDtype::Float32, CacheDtype::Int8));

    // Offloaded ones.
    for (int which = 0; which < 8; ++which) {
        CacheStorage storage = mixed(CacheDtype::BFloat16, CacheDtype::Float32, CacheDtype::Int8);
        storage.offloaded = {(which & 1) != 0, (which & 2) != 0, (which & 4) != 0};
        const auto back = cacheStorageFromText(toText(storage));
        QVERIFY(back);
        QVERIFY(*back == storage);
    }
    CacheStorage everything = CacheStorage::all(CacheDtype::Int8);
    everything.offloaded.fill(true);
    QCOMPARE(toText(everything), std::string("int8@host"));
    QVERIFY(*cacheStorageFromText("int8@host") == everything);
    const auto mlp = cacheStorageFromText("mlp=fp32@host");
    QVERIFY(mlp);
    QVERIFY(mlp->isOffloaded(ModuleKind::Mlp) && !mlp->isOffloaded(ModuleKind::SelfAttention));
    QVERIFY(!mlp->isDefault() && mlp->isAnyOffloaded());
}

void TestCacheStorage::wrongTextsAreRefused_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char* text : {"", "fp16", "INT8", "int8,", ",int8", "int8,bf16", "mlp", "mlp=", "=int8", "mlp=int4",
             "mlp=int8,mlp=bf16", "attention=int8", "mlp=int8;self_attention=bf16", "@host", "host", "int8@",
             "int8@host@host", "int8@gpu", "mlp=@host", "offload", ",offload", "fp32,offload,offload", "offload,fp32"})
        QTest::newRow(text) << QByteArray(text);
    QTest::newRow("control characters") << QByteArray("mlp=\x1b[31m");
}

void TestCacheStorage::wrongTextsAreRefused()
{
    QFETCH(QByteArray, text);
    const auto storage = cacheStorageFromText(text.toStdString());
    QVERIFY(!storage);
    QCOMPARE(storage.error().code, ErrorCode::InvalidArgument);
    QVERIFY(storage.error().message.find("fp32, bf16 or int8") != std::string::npos);
    QVERIFY(storage.error().message.find('\x1b') == std::string::npos);
}

void TestCacheStorage::bytesFollowFromTheContents()
{
    Plan plan = publishedPlan("pixart-alpha-256", "toca");
    const Geometry& g = plan.geometry();
    CacheContents contents;
    contents.rows = {10, 20, 30};
    contents.otherElements = 7;
    plan.setCacheContents(contents);
    QCOMPARE(plan.cacheBytes(), 60 * g.hiddenSize * 4 + 7 * 4);
    QCOMPARE(plan.cacheBytes(1), 60 * g.hiddenSize + 7);
    QCOMPARE(plan.cacheBytes(CacheStorage::all(CacheDtype::BFloat16)), 60 * g.hiddenSize * 2 + 7 * 4);
    QCOMPARE(plan.cacheBytes(CacheStorage::all(CacheDtype::Int8)), 60 * (g.hiddenSize + 4) + 7 * 4);
    plan.setStorage(mixed(CacheDtype::Int8, CacheDtype::BFloat16, CacheDtype::Float32));
    QCOMPARE(plan.cacheBytes(), 10 * (g.hiddenSize + 4) + 20 * g.hiddenSize * 2 + 30 * g.hiddenSize * 4 + 7 * 4);
}

void TestCacheStorage::everyPolicySaysWhatItHolds()
{
    for (const PolicyEntry& entry : policyEntries()) {
        PolicyContext context;
        context.family = "pixart";
        const auto policy = makePolicy(entry.name, {}, {}, context);
        if (!policy)
            continue; // needs a calibration
        const auto shape = publishedShape("pixart-alpha-256");
        const auto plan =
            (*policy)->plan(*geometryFor(*shape, 1, 256, 256, 120), samplerSchedule("ddim", 20, 1, 256, 256));
        if (!plan)
            continue;
        const std::int64_t numbers = plan->cacheBytes(1);
        QCOMPARE(plan->cacheBytes(), numbers * 4);
        QCOMPARE(plan->cacheBytes(4), numbers * 4);
        const std::int64_t halves = plan->cacheBytes(CacheStorage::all(CacheDtype::BFloat16));
        QVERIFY(halves >= numbers * 2 && halves <= numbers * 4);
        QVERIFY(plan->cacheBytes(CacheStorage::all(CacheDtype::Int8)) <= halves);
    }
}

void TestCacheStorage::mildestFirst()
{
    Plan plan = publishedPlan("pixart-alpha-256", "toca");
    CacheContents contents;
    contents.rows = {30, 10, 20};
    plan.setCacheContents(contents);
    using enum CacheDtype;
    const std::vector<CacheStorage> expected{mixed(Float32, Float32, Float32), mixed(BFloat16, Float32, Float32),
        mixed(BFloat16, Float32, BFloat16), mixed(BFloat16, BFloat16, BFloat16), mixed(Int8, BFloat16, BFloat16),
        mixed(Int8, BFloat16, Int8), mixed(Int8, Int8, Int8)};
    QVERIFY(storagesFrom(plan, {}) == expected);
    // What was asked for is never made milder; what holds nothing stays as it is.
    contents.rows = {30, 0, 20};
    plan.setCacheContents(contents);
    const std::vector<CacheStorage> fewer{
        mixed(Float32, Float32, Int8), mixed(BFloat16, Float32, Int8), mixed(Int8, Float32, Int8)};
    QVERIFY(storagesFrom(plan, mixed(Float32, Float32, Int8)) == fewer);
}

void TestCacheStorage::budgetTakesTheMildestThatFits()
{
    for (const char* geometry : {"dit-xl-2-256", "pixart-alpha-256", "opensora-v1.2"}) {
        for (const char* policy : {"toca", "fora", "duca", "taylorseer"}) {
            Plan plan = publishedPlan(geometry, policy);
            const auto storages = storagesFrom(plan, {});
            QVERIFY(storages.size() >= 5);
            for (std::size_t i = 0; i < storages.size(); ++i) {
                const std::int64_t bytes = plan.cacheBytes(storages[i]);
                QVERIFY(i == 0 || bytes < plan.cacheBytes(storages[i - 1])); // each one is worth it
                const auto exact = settleStorage(plan, {}, bytes);
                QVERIFY(exact);
                QVERIFY(*exact == storages[i]);
                QVERIFY(plan.storage() == storages[i]);
                QCOMPARE(plan.cacheBytes(), bytes);
                if (i + 1 < storages.size()) {
                    const auto next = settleStorage(plan, {}, bytes - 1);
                    QVERIFY(next);
                    QVERIFY(*next == storages[i + 1]);
                }
            }
        }
    }
    Plan plan = publishedPlan("dit-xl-2-256", "toca");
    QVERIFY(settleStorage(plan, CacheStorage::all(CacheDtype::BFloat16), 0)); // no limit: as asked
    QVERIFY(plan.storage() == CacheStorage::all(CacheDtype::BFloat16));
    QVERIFY(storageSentence(plan, 0).find("bf16") != std::string::npos);
}

void TestCacheStorage::budgetThatCannotBeMetNamesTheLeast()
{
    Plan plan = publishedPlan("dit-xl-2-256", "duca");
    const std::int64_t least = plan.cacheBytes(CacheStorage::all(CacheDtype::Int8));
    const auto settled = settleStorage(plan, {}, 1);
    QVERIFY(!settled);
    QCOMPARE(settled.error().code, ErrorCode::TooLarge);
    QVERIFY(settled.error().message.find(std::to_string(least)) != std::string::npos);
    QVERIFY(!settleStorage(plan, {}, least - 1));
    QVERIFY(settleStorage(plan, {}, least));
}

void TestCacheStorage::offloadingComesBeforeFewerBits()
{
    Plan plan = publishedPlan("pixart-alpha-256", "toca");
    CacheContents contents;
    contents.rows = {30, 10, 20};
    contents.otherElements = 7;
    plan.setCacheContents(contents);
    const std::int64_t row = plan.geometry().hiddenSize * 4;
    CacheStorage asked;
    asked.mayOffload = true;
    QCOMPARE(toText(asked), std::string("fp32,offload"));
    QVERIFY(*cacheStorageFromText("fp32,offload") == asked);
    QVERIFY(cacheStorageFromText("mlp=int8@host,offload")->mayOffload);
    const auto storages = storagesFrom(plan, asked);
    QCOMPARE(storages.size(), std::size_t{4}); // then nothing is left of which bits could be saved
    const std::array<std::array<bool, 3>, 4> expected{
        {{false, false, false}, {true, false, false}, {true, false, true}, {true, true, true}}};
    const std::array<std::int64_t, 4> onDevice{60 * row + 28, 30 * row + 28, 10 * row + 28, 28};
    for (std::size_t i = 0; i < storages.size(); ++i) {
        QCOMPARE(storages[i].offloaded, expected[i]);
        QCOMPARE(storages[i].modules, CacheStorage().modules);
        QCOMPARE(plan.cacheBytes(storages[i]), onDevice[i]);
        QCOMPARE(plan.offloadedBytes(storages[i]), 60 * row + 28 - onDevice[i]);
    }
    QVERIFY(settleStorage(plan, asked, 40 * row));
    QVERIFY(plan.storage() == storages[1]);
    const std::string sentence = storageSentence(plan, 40 * row);
    QVERIFY2(sentence.find("self_attention in the computer's memory") != std::string::npos, sentence.c_str());
    QVERIFY2(sentence.find("bf16") == std::string::npos, sentence.c_str());
    // What policies keep beside module outputs stays on the device.
    const auto refused = settleStorage(plan, asked, 27);
    QVERIFY(!refused);
    QVERIFY(refused.error().message.find("at least 28 bytes") != std::string::npos);
}

void TestCacheStorage::sizesOfPeople_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("bytes");
    const std::pair<const char*, qint64> sizes[] = {{"400MB", 400'000'000}, {"1.5 GiB", 1'610'612'736},
        {"250000", 250'000}, {"0.5kb", 500}, {"12 b", 12}, {"2TB", 2'000'000'000'000}, {"3kib", 3072}, {"0", 0},
        {"", -1}, {"MB", -1}, {"-1MB", -1}, {"1e400", -1}, {"nan", -1}, {"inf", -1}, {"12 XB", -1}, {"12M", -1},
        {"1e18 TB", -1}, {"4 MB please", -1}, {"0x10", -1}};
    for (const auto& [text, bytes] : sizes)
        QTest::newRow(*text ? text : "nothing") << QByteArray(text) << bytes;
}

void TestCacheStorage::sizesOfPeople()
{
    QFETCH(QByteArray, text);
    QFETCH(qint64, bytes);
    const auto read = bytesFromText(text.toStdString());
    QCOMPARE(read.has_value(), bytes >= 0);
    if (read)
        QCOMPARE(qint64(*read), bytes);
    // A text that is shown is one that is read, and never less than was meant.
    if (read && *read > 0) {
        const auto again = bytesFromText(megabytesText(*read));
        QVERIFY(again);
        QVERIFY(*again >= *read);
    }
}

void TestCacheStorage::publishedTensorsAddUp()
{
    const auto rows = comparedCacheMemory();
    QVERIFY2(rows, rows ? "" : rows.error().message.c_str());
    std::map<std::string, CacheMemoryComparison> by;
    for (const CacheMemoryComparison& row : *rows)
        by[row.geometry + "," + row.policy] = row;
    QCOMPARE(by.size(), rows->size());

    // DiT-XL/2: 28 layers, 2 guidance rows of 256 tokens of 1152 values, all float32.
    const std::int64_t output = std::int64_t{2} * 256 * 1152;
    const CacheMemoryComparison& dit = by.at("dit-xl-2-256,toca");
    QCOMPARE(dit.theirBytes, (56 * output + 28 * 2 * 256 * 256 + 58 * 2 * 256 + output) * 4);
    QCOMPARE(dit.ourBytes[0], 56 * output * 4);
    QCOMPARE(dit.ourBytes[1], 56 * output * 2);
    QCOMPARE(dit.ourBytes[2], 56 * 512 * (1152 + 4));
    QCOMPARE(by.at("dit-xl-2-256,taylorseer").theirBytes, 5 * 56 * output * 4);
    QCOMPARE(by.at("dit-xl-2-256,taylorseer").ourBytes[1], 5 * 56 * output * 2);
    QCOMPARE(by.at("dit-xl-2-256,duca").ourBytes[0], 57 * output * 4); // and the last layer's output

    // PixArt-alpha: cross-attention too, 120 text tokens of each row side by side, float16.
    const CacheMemoryComparison& pixart = by.at("pixart-alpha-256,toca");
    QCOMPARE(pixart.theirBytes,
        (84 * output + 28 * 2 * 256 * 256 + 28 * 2 * 256 * 240) * 2 + 87 * 2 * 256 * std::int64_t{4});
    QCOMPARE(pixart.ourBytes[1], 84 * output * 2);

    // Open-Sora 1.2, 480p, 2 s: 28 spatial and 28 temporal layers, 23850 tokens, 25 text tokens, bfloat16.
    const std::int64_t clip = std::int64_t{2} * 23850 * 1152;
    const CacheMemoryComparison& video = by.at("opensora-v1.2,toca");
    QCOMPARE(video.theirBytes, (168 * clip + 56 * std::int64_t{2} * 23850 * 50) * 2 + 171 * std::int64_t{47700} * 4);
    QCOMPARE(video.ourBytes[2], 168 * std::int64_t{47700} * 1156);

    // The shares that docs/performance.md tells.
    for (const auto& [name, row] : by) {
        const bool isHalf = name.find("dit-") == std::string::npos; // their cache has 16-bit values
        const auto share = [&row = row](int dtype) {
            return static_cast<double>(row.ourBytes[static_cast<std::size_t>(dtype)])
                / static_cast<double>(row.theirBytes);
        };
        if (!isHalf)
            QVERIFY2(share(1) <= 0.505 && share(2) <= 0.26, name.c_str());
        else
            QVERIFY2(share(2) <= 0.53, name.c_str());
    }
}

void TestCacheStorage::presetsKeepIt()
{
    NamedSetting setting{"small", "", "toca", "", {}};
    setting.storage = mixed(CacheDtype::Float32, CacheDtype::BFloat16, CacheDtype::Int8);
    setting.budget = 123456789;
    const auto back = namedSettingsFromJson(namedSettingsJson({setting}), "presets.json");
    QVERIFY2(back, back ? "" : back.error().message.c_str());
    QVERIFY(back->front() == setting);
    for (const char* wrong : {R"("cache_dtype": "int4")", R"("cache_dtype": 8)", R"("cache_budget": -1)",
             R"("cache_budget": "400MB")", R"("cache_budget": 1e30)"}) {
        const std::string json = R"({"format": "toca-settings", "version": 1, "settings": [{"name": "a", "policy": )"
                                 R"("toca", )"
            + std::string(wrong) + "}]}";
        const auto refused = namedSettingsFromJson(json, "presets.json");
        QVERIFY2(!refused, wrong);
        QCOMPARE(refused.error().code, ErrorCode::BadFormat);
    }
}

QTEST_GUILESS_MAIN(TestCacheStorage)
#include "tst_cache_storage.moc"
