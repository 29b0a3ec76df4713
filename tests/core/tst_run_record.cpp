// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/safetensors_header.h"
#include "core/library/run_bundle.h"
#include "core/library/run_library.h"
#include "core/library/run_record.h"
#include "tests/support/fake_engine.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <random>
#include <unistd.h>

using namespace toca;
using namespace toca::library;
namespace fs = std::filesystem;

/// What a run's folder and its bundle keep, and what hostile ones do.
class RunRecordTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void comesBackAsItWas();
    void comparesWithAnUncachedRun();
    void starsAreFiles();
    void readsHostileFolders_data();
    void readsHostileFolders();
    void trashAndBack();
    void bundleHoldsTheSameRun();
    void refusesDamagedBundles();
    void findsEveryFlippedByte();
    void opensBundlesWithoutChecksums();
    void namesBundleAndMember();
    void refusesForeignBundles_data();
    void refusesForeignBundles();

private:
    static RunResult made(const std::string& policy, std::uint64_t seed = 1)
    {
        test::FakeEngine engine;
        engine.options.perStep = std::chrono::microseconds(10);
        GenerationRequest request;
        request.prompt = "a red ball";
        request.seed = seed;
        request.steps = 6;
        request.frames = 1;
        request.width = request.height = 32;
        request.policy = policy;
        Observer nobody;
        auto run = engine.generate(request, nobody, {});
        run->latent = {1, 2, 3, 4, 5, 6};
        run->latentShape = {1, 2, 3};
        run->warnings = {"Nothing to say."};
        run->versions = {{"libtorch", "1.2"}};
        return std::move(*run);
    }
    fs::path stored(const RunResult& run, const RunResult* baseline = nullptr) const
    {
        auto writer = RunLibrary::open(m_path)->newRun(run.request);
        if (!writer || !writeRun(*writer, run, baseline, {"queue", "g", "job-1", "Ten seeds"}, ""))
            return {};
        const auto folder = writer->commit();
        return folder ? *folder : fs::path();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_path;
};

void RunRecordTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_path = m_folder->path().toStdString();
}

void RunRecordTest::comesBackAsItWas()
{
    const RunResult run = made("toca");
    const fs::path folder = stored(run);
    const auto back = readResult(folder);
    QVERIFY2(back.has_value(), back ? "" : back.error().message.c_str());
    QVERIFY(back->request == run.request);
    QVERIFY(back->clip == run.clip);
    QVERIFY(back->latent == run.latent);
    QVERIFY(back->latentShape == run.latentShape);
    QVERIFY(back->plan == run.plan);
    QCOMPARE(back->times.denoising, run.times.denoising);
    QCOMPARE(back->device, run.device);
    QCOMPARE(back->threads, run.threads);
    QVERIFY(back->warnings == run.warnings);
    QVERIFY(back->versions == run.versions);
    QCOMPARE(back->trace->publishedCells(), run.trace->publishedCells());
    QCOMPARE(back->trace->flops(), run.trace->flops());
    const RunRecord record = readRecord(folder, "x");
    QVERIFY(!record.isDamaged());
    QVERIFY(record.isOwn && record.hasTrace && record.hasPixels);
    QCOMPARE(record.origin, (RunOrigin{"queue", "g", "job-1", "Ten seeds"}));
    QVERIFY(std::isnan(record.psnrDb));
    QVERIFY(record.bytes > 1000);
}

void RunRecordTest::comparesWithAnUncachedRun()
{
    const RunResult run = made("fora");
    const RunResult uncached = made("none");
    QCOMPARE(baselineKey(run.request), baselineKey(uncached.request));
    QVERIFY(baselineKey(run.request) != baselineKey(made("fora", 2).request));
    const fs::path folder = stored(run);
    QVERIFY(addComparison(folder, uncached).has_value());
    const RunRecord record = readRecord(folder, "x");
    const auto expected = fidelity(run.clip, uncached.clip, run.latent, uncached.latent);
    QVERIFY(std::abs(record.psnrDb - expected->psnrDb) < 1e-6);
    QVERIFY(std::abs(record.flopsGain - gains(run, uncached).flops) < 1e-6);
}

void RunRecordTest::starsAreFiles()
{
    const fs::path folder = stored(made("fora"));
    const auto before = stampOf(folder);
    QVERIFY(setStarred(folder, true).has_value());
    QVERIFY(readRecord(folder, "x").isStarred);
    QVERIFY(stampOf(folder) != before);
    QVERIFY(setStarred(folder, false).has_value());
    QVERIFY(!readRecord(folder, "x").isStarred);
    QCOMPARE(stampOf(m_path / "nowhere"), 0u);
}

void RunRecordTest::readsHostileFolders_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<bool>("isDamaged");
    QTest::newRow("no request") << "request.json" << QByteArray() << true;
    QTest::newRow("request of another kind") << "request.json" << QByteArray("[1, 2]") << true;
    QTest::newRow("report is a list") << "report.json" << QByteArray("[]") << true;
    QTest::newRow("report with texts for numbers")
        << "report.json" << QByteArray(R"({"psnr_db": "x", "seconds": [], "identical": 3})") << false;
    QTest::newRow("deep report") << "report.json" << QByteArray(100000, '[') << true;
    QTest::newRow("origin is no object") << "run.json" << QByteArray("7") << false;
    QTest::newRow("shape too large") << "run.json"
                                     << QByteArray(R"({"format": "toca-run", "latent_shape": [9000000, 9000000]})")
                                     << false;
    QTest::newRow("trace is noise") << "trace.safetensors" << QByteArray(500, '\x7f') << false;
    QTest::newRow("pixels are noise") << "pixels.safetensors" << QByteArray(500, '\x7f') << false;
}

void RunRecordTest::readsHostileFolders()
{
    QFETCH(QString, file);
    QFETCH(QByteArray, content);
    QFETCH(bool, isDamaged);
    const fs::path folder = stored(made("fora"));
    std::ofstream(folder / file.toStdString(), std::ios::binary).write(content.constData(), content.size());
    const RunRecord record = readRecord(folder, "x");
    QCOMPARE(record.isDamaged(), isDamaged);
    const auto back = readResult(folder);
    if (back) {
        QVERIFY(file == "run.json" || file == "report.json");
        QVERIFY(file != "run.json" || back->latentShape.empty());
    } else {
        QVERIFY(back.error().message.find(file.toStdString()) != std::string::npos);
    }
}

void RunRecordTest::trashAndBack()
{
    const fs::path folder = stored(made("fora"));
    const auto library = RunLibrary::open(m_path);
    const auto trashed = library->discard(folder);
    QVERIFY(trashed.has_value());
    QVERIFY(!fs::exists(folder));
    QCOMPARE(library->folders()->size(), 0u);
    QCOMPARE(library->trash().size(), 1u);
    QVERIFY(library->restore(*trashed, folder).has_value());
    QCOMPARE(library->folders()->size(), 1u);
    QVERIFY(!library->restore(*trashed, folder).has_value());
    QVERIFY(!library->erase(folder).has_value()); // not in the trash
    QVERIFY(!library->discard(m_path / ".." / "elsewhere").has_value());
    const auto again = library->discard(folder);
    QVERIFY(library->erase(*again).has_value());
    QVERIFY(library->trash().empty());
}

void RunRecordTest::bundleHoldsTheSameRun()
{
    const RunResult run = made("toca");
    const fs::path folder = stored(run);
    std::ofstream(folder / "secret.txt") << "not part of a run";
    const fs::path bundle = m_path / "run.toca";
    QVERIFY(writeBundle(bundle, folder).has_value());
    QVERIFY(isBundle(bundle));
    QVERIFY(!isBundle(folder / "trace.safetensors"));
    const auto first = readFile(bundle);
    QVERIFY(writeBundle(bundle, folder).has_value());
    QVERIFY(*readFile(bundle) == *first); // the same run, the same bytes

    auto writer = RunWriter::begin(m_path, "unpacked");
    QVERIFY(unpackBundle(bundle, *writer).has_value());
    const auto unpacked = writer->commit();
    for (const auto& entry : fs::directory_iterator(*unpacked))
        QVERIFY2(*readFile(entry.path()) == *readFile(folder / entry.path().filename()), entry.path().c_str());
    QVERIFY(!fs::exists(*unpacked / "secret.txt"));
    QVERIFY(readResult(*unpacked)->clip == run.clip);
}

void RunRecordTest::refusesDamagedBundles()
{
    const fs::path bundle = m_path / "run.toca";
    QVERIFY(writeBundle(bundle, stored(made("fora"))).has_value());
    const std::string whole = *readFile(bundle);
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        std::string bytes = whole;
        if (round % 3 == 0)
            bytes.resize(random() % bytes.size());
        for (int change = 0; change < 1 + round % 5 && !bytes.empty(); ++change)
            bytes[random() % std::min<std::size_t>(bytes.size(), round % 2 == 0 ? 900 : bytes.size())] =
                static_cast<char>(random());
        std::ofstream(bundle, std::ios::binary) << bytes;
        auto writer = RunWriter::begin(m_path, "unpacked");
        const auto done = unpackBundle(bundle, *writer);
        if (done) {
            (void)readResult(writer->file("run.json").parent_path()); // must only not crash
        } else {
            QVERIFY(!done.error().message.empty());
        }
    }
}

void RunRecordTest::findsEveryFlippedByte()
{
    const fs::path bundle = m_path / "run.toca";
    QVERIFY(writeBundle(bundle, stored(made("fora"))).has_value());
    const std::string whole = *readFile(bundle);
    const auto header = parseSafetensorsHeader(whole, whole.size(), "run.toca");
    QVERIFY(header.has_value());
    std::mt19937 random(11);
    for (int round = 0; round < 60; ++round) {
        const std::size_t at = header->dataOffset + random() % header->dataBytes;
        std::string bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
        std::ofstream(bundle, std::ios::binary) << bytes;
        auto writer = RunWriter::begin(m_path, "unpacked");
        const auto done = unpackBundle(bundle, *writer);
        QVERIFY(!done.has_value());
        QCOMPARE(done.error().code, ErrorCode::BadFormat);
        const auto member = std::find_if(header->tensors.begin(), header->tensors.end(), [&](const auto& tensor) {
            return at >= header->dataOffset + tensor.begin && at < header->dataOffset + tensor.end;
        });
        QVERIFY2(done.error().message.find("'" + member->name + "'") != std::string::npos
                && done.error().message.find("run.toca") != std::string::npos,
            done.error().message.c_str());
    }
}

void RunRecordTest::opensBundlesWithoutChecksums()
{
    const RunResult run = made("toca");
    const fs::path bundle = m_path / "run.toca";
    QVERIFY(writeBundle(bundle, stored(run)).has_value());
    // As bundles were before: the keys of the checksums become others of the same length.
    std::string bytes = *readFile(bundle);
    for (std::size_t at = bytes.find("\"crc32 "); at != std::string::npos; at = bytes.find("\"crc32 ", at))
        bytes.replace(at, 7, "\"other ");
    std::ofstream(bundle, std::ios::binary) << bytes;
    auto writer = RunWriter::begin(m_path, "unpacked");
    const auto done = unpackBundle(bundle, *writer);
    QVERIFY2(done.has_value(), done ? "" : done.error().message.c_str());
    QVERIFY(readResult(writer->file("run.json").parent_path())->clip == run.clip);
    // With some left, the others are missing.
    const std::size_t first = bytes.find("\"other ");
    bytes.replace(first, 7, "\"crc32 ");
    std::ofstream(bundle, std::ios::binary) << bytes;
    auto another = RunWriter::begin(m_path, "unpacked2");
    QVERIFY(!unpackBundle(bundle, *another).has_value());
}

void RunRecordTest::namesBundleAndMember()
{
    const fs::path folder = stored(made("toca")), bundle = m_path / "run.toca";
    QVERIFY(writeBundle(bundle, folder).has_value());
    auto writer = RunWriter::begin(m_path, "unpacked");
    QVERIFY(unpackBundle(bundle, *writer).has_value());
    const fs::path unpacked = writer->file("run.json").parent_path();
    fs::remove(unpacked / "trace.safetensors");
    const auto read = readResult(unpacked);
    QVERIFY(!read.has_value());
    const Error error = inBundle(read.error(), unpacked, bundle);
    QVERIFY2(error.message.find(bundle.string()) != std::string::npos
            && error.message.find("trace") != std::string::npos
            && error.message.find(unpacked.string()) == std::string::npos,
        error.message.c_str());
}

void RunRecordTest::refusesForeignBundles_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("climbs") << QByteArray("../../evil.json");
    QTest::newRow("absolute") << QByteArray("/evil.json");
    QTest::newRow("hidden") << QByteArray(".profile");
    QTest::newRow("program") << QByteArray("clip.mp4.sh");
    QTest::newRow("folder") << QByteArray("clip/x.png");
}

void RunRecordTest::refusesForeignBundles()
{
    QFETCH(QByteArray, name);
    const QByteArray header = "{\"__metadata__\":{\"format\":\"toca-bundle\"},\"" + name
        + "\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}";
    QByteArray file(8, '\0');
    file[0] = static_cast<char>(header.size());
    file += header + "bad";
    const fs::path bundle = m_path / "run.toca";
    std::ofstream(bundle, std::ios::binary).write(file.constData(), file.size());
    auto writer = RunWriter::begin(m_path, "unpacked");
    const auto done = unpackBundle(bundle, *writer);
    QVERIFY(!done.has_value());
    QVERIFY(done.error().message.find("no run has") != std::string::npos);
}

QTEST_GUILESS_MAIN(RunRecordTest)
#include "tst_run_record.moc"
