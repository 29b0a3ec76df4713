// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/library/run_library.h"
#include "core/library/run_name.h"
#include "core/library/stored_pixels.h"

#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <cstring>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace toca;
using namespace toca::library;
namespace fs = std::filesystem;

/// Runs as folders: whole or not there, and read whatever others left in them.
class RunLibraryTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void keepsARun();
    void listsNewestFirstAndSweeps();
    void unfinishedRunsAreNotThere();
    void writersLeaveNothingBehind();
    void takesAwayWhatAKilledProcessLeft();
    void namesThatAreTaken();
    void refusesNames();
    void readsDamagedFolders_data();
    void readsDamagedFolders();
    void findsItsPlace();
    void refusesPlaces();
    void locksAgainstOthers();
    void namesRuns();
    void pixelsComeBackAsTheyWere();
    void refusesDamagedPixels_data();
    void refusesDamagedPixels();

private:
    RunLibrary library() const { return *RunLibrary::open(m_path / "runs"); }
    fs::path addRun(const std::string& name, std::uint64_t seed = 1) const
    {
        GenerationRequest request;
        request.prompt = "a red ball";
        request.seed = seed;
        auto writer = RunWriter::begin(library().folder(), name);
        if (!writer || !writer->setRequest(request) || !writer->setReport("{\"format\": \"toca-report\"}")
            || !writeFileAtomically(writer->file("clip.mp4"), "not looked at"))
            return {};
        const auto folder = writer->commit();
        return folder ? *folder : fs::path();
    }
    static std::vector<std::string> namesIn(const fs::path& folder)
    {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder))
            names.push_back(entry.path().filename().string());
        std::sort(names.begin(), names.end());
        return names;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_path;
};

void RunLibraryTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_path = m_folder->path().toStdString();
}

void RunLibraryTest::keepsARun()
{
    GenerationRequest request;
    request.prompt = "A red ball, moving!";
    request.seed = 7;
    request.policyParameters = {{"fresh_ratio", 0.2}};
    auto writer = library().newRun(request);
    QVERIFY2(writer, writer ? "" : writer.error().message.c_str());
    QVERIFY(writer->setRequest(request));
    QVERIFY(writer->setReport("{\"flops_gain\": 2}\n"));
    QVERIFY(writeFileAtomically(writer->file("clip.webm"), "clip"));
    QVERIFY(writeFileAtomically(writer->file("trace.safetensors"), "trace"));
    const auto folder = writer->commit();
    QVERIFY2(folder, folder ? "" : folder.error().message.c_str());
    QVERIFY(folder->filename().string().ends_with("-a-red-ball-moving-seed-7-toca"));

    const auto run = readRun(*folder);
    QVERIFY2(run, run ? "" : run.error().message.c_str());
    QCOMPARE(run->request, request);
    QCOMPARE(run->clip, *folder / "clip.webm");
    QCOMPARE(run->trace, *folder / "trace.safetensors");
    QVERIFY(run->finished > 1'600'000'000);
    QCOMPARE(*readReport(*folder), std::string("{\"flops_gain\": 2}\n"));
}

void RunLibraryTest::listsNewestFirstAndSweeps()
{
    const fs::path old = addRun("old"), young = addRun("young");
    fs::last_write_time(old / "request.json", fs::file_time_type::clock::now() - std::chrono::hours(2));
    const fs::path sweep = library().folder() / "sweep-x";
    fs::create_directory(sweep);
    QVERIFY(writeFileAtomically(sweep / "sweep.json", "{}"));
    fs::rename(addRun("0001"), sweep / "0001");
    fs::last_write_time(sweep / "0001" / "request.json", fs::file_time_type::clock::now() - std::chrono::hours(1));
    fs::create_directory(library().folder() / ".hidden");
    QVERIFY(writeFileAtomically(library().folder() / "a-file.txt", "x"));
    fs::create_directory_symlink(young, library().folder() / "link");

    const auto listing = library().list();
    QVERIFY(listing);
    std::vector<std::string> ids;
    for (const StoredRun& run : listing->runs)
        ids.push_back(run.id);
    QCOMPARE(ids, (std::vector<std::string>{"young", "sweep-x/0001", "old"}));
    QCOMPARE(listing->damaged.size(), std::size_t{0});
}

void RunLibraryTest::unfinishedRunsAreNotThere()
{
    auto writer = RunWriter::begin(library().folder(), "slow");
    QVERIFY(writer);
    QVERIFY(writer->setRequest({}));
    QCOMPARE(library().list()->runs.size(), std::size_t{0}); // and opening it again leaves the writer alone
    QVERIFY(writer->setReport("{}"));
    QVERIFY(writer->commit());
    QCOMPARE(library().list()->runs.size(), std::size_t{1});
}

void RunLibraryTest::writersLeaveNothingBehind()
{
    {
        auto writer = RunWriter::begin(library().folder(), "given-up");
        QVERIFY(writer && writer->setRequest({}));
    }
    QVERIFY(fs::is_empty(library().folder()));
}

void RunLibraryTest::takesAwayWhatAKilledProcessLeft()
{
    const fs::path folder = library().folder();
    const pid_t child = ::fork();
    if (child == 0) {
        auto writer = RunWriter::begin(folder, "killed");
        if (writer && writer->setRequest({}))
            ::kill(::getpid(), SIGKILL);
        ::_exit(1);
    }
    int status = 0;
    QCOMPARE(::waitpid(child, &status, 0), child);
    QVERIFY(WIFSIGNALED(status));
    QCOMPARE(namesIn(folder).size(), std::size_t{1});
    QVERIFY(library().list()->runs.empty()); // opening removes it
    QVERIFY(fs::is_empty(folder));
}

void RunLibraryTest::namesThatAreTaken()
{
    QCOMPARE(addRun("same").filename(), fs::path("same"));
    QCOMPARE(addRun("same").filename(), fs::path("same-2"));
    fs::create_directory(library().folder() / "same-3"); // an empty folder is not taken over
    QCOMPARE(addRun("same").filename(), fs::path("same-4"));
    auto writer = RunWriter::begin(library().folder(), "same");
    QVERIFY(writer && writer->setRequest({}) && writer->setReport("{}"));
    const auto refused = writer->commit(RunWriter::Taken::Fail);
    QVERIFY(!refused);
    QVERIFY(refused.error().code == ErrorCode::Io);
    QVERIFY(refused.error().message.find("same") != std::string::npos);
}

void RunLibraryTest::refusesNames()
{
    for (const char* name : {"", ".", "..", "../x", "a/b", ".hidden", "a b", "\xff", "a\nb"})
        QVERIFY2(!RunWriter::begin(library().folder(), name), name);
    QVERIFY(!RunWriter::begin(library().folder(), std::string(121, 'x')));
    QVERIFY(RunWriter::begin(library().folder(), std::string(120, 'x')));
    QVERIFY(!RunWriter::begin(m_path / "no-such-folder", "x"));
}

void RunLibraryTest::readsDamagedFolders_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("content"); // null: the file is taken away
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("no request") << "request.json" << QByteArray() << QByteArray("request.json");
    QTest::newRow("no report") << "report.json" << QByteArray() << QByteArray("report.json");
    QTest::newRow("empty request") << "request.json" << QByteArray("") << QByteArray("request.json");
    QTest::newRow("cut request") << "request.json" << QByteArray("{\"prompt\": \"a") << QByteArray("request.json");
    QTest::newRow("wrong type") << "request.json" << QByteArray("{\"steps\": \"many\"}") << QByteArray("steps");
    QTest::newRow("no object") << "request.json" << QByteArray("[1]") << QByteArray("request.json");
    QTest::newRow("nested") << "request.json" << QByteArray(200'000, '[') << QByteArray("request.json");
    QTest::newRow("bytes") << "request.json" << QByteArray(4096, '\xff') << QByteArray("request.json");
}

void RunLibraryTest::readsDamagedFolders()
{
    QFETCH(QString, file);
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, says);
    const fs::path broken = addRun("broken");
    addRun("whole");
    const fs::path path = broken / file.toStdString();
    if (content.isNull())
        fs::remove(path);
    else
        QVERIFY(writeFileAtomically(path, {content.constData(), static_cast<std::size_t>(content.size())}));
    const auto listing = library().list();
    QVERIFY(listing);
    QCOMPARE(listing->runs.size(), std::size_t{1});
    QCOMPARE(listing->runs.front().id, std::string("whole"));
    QCOMPARE(listing->damaged.size(), std::size_t{1});
    QCOMPARE(listing->damaged.front().folder, broken);
    const std::string& message = listing->damaged.front().error.message;
    QVERIFY2(message.find(says.constData()) != std::string::npos, message.c_str());

    // A report is only read where it is asked for.
    for (const char* report : {"", "[1, 2]", "{\"a\": ", "\xef\xbb\xbf{}", "null"}) {
        QVERIFY(writeFileAtomically(broken / "report.json", report));
        const auto read = readReport(broken);
        QVERIFY(!read);
        QVERIFY(read.error().message.find("report.json") != std::string::npos);
    }
    // A pipe in the place of a file does not block.
    fs::remove(broken / "report.json");
    QCOMPARE(::mkfifo((broken / "report.json").c_str(), 0600), 0);
    QVERIFY(!readReport(broken));
    QVERIFY(!readRun(broken));
}

void RunLibraryTest::findsItsPlace()
{
    qputenv("XDG_DATA_HOME", (m_path / "data").c_str());
    QCOMPARE(RunLibrary::defaultFolder(), m_path / "data" / "toca-studio" / "runs");
    QCOMPARE(RunLibrary::open()->folder(), RunLibrary::defaultFolder());
    QVERIFY(fs::is_directory(RunLibrary::defaultFolder()));
    qputenv("XDG_DATA_HOME", "relative");
    qputenv("HOME", m_path.c_str());
    QCOMPARE(RunLibrary::defaultFolder(), m_path / ".local" / "share" / "toca-studio" / "runs");
    qunsetenv("XDG_DATA_HOME");
    QCOMPARE(RunLibrary::defaultFolder(), m_path / ".local" / "share" / "toca-studio" / "runs");
    qunsetenv("HOME");
    QVERIFY(!RunLibrary::open());
    QVERIFY(RunLibrary::open().error().message.find("--library") != std::string::npos);
}

void RunLibraryTest::refusesPlaces()
{
    QVERIFY(writeFileAtomically(m_path / "file", "x"));
    for (const fs::path& place : {m_path / "file", m_path / "file" / "runs", fs::path("/proc/runs")}) {
        const auto opened = RunLibrary::open(place);
        QVERIFY2(!opened, place.c_str());
        QVERIFY(opened.error().code == ErrorCode::Io);
        QVERIFY(opened.error().message.find(place.string()) != std::string::npos);
    }
}

void RunLibraryTest::locksAgainstOthers()
{
    {
        const auto lock = Lock::take(m_path);
        QVERIFY(lock);
        const auto second = Lock::take(m_path);
        QVERIFY(!second);
        QVERIFY(second.error().code == ErrorCode::InvalidArgument);
    }
    QVERIFY(Lock::take(m_path)); // given back
    QVERIFY(!Lock::take(m_path / "nothing"));
}

void RunLibraryTest::namesRuns()
{
    GenerationRequest request;
    request.prompt = "  Ein ROTER Ball  ";
    QCOMPARE(runName(request, 0), std::string("19700101-000000-ein-roter-ball-seed-1-toca"));
    request.prompt = "\xe7\x90\x83";
    QCOMPARE(subjectName(request), std::string("clip-seed-1"));
    request.prompt = std::string(1000, 'x');
    QCOMPARE(subjectName(request), std::string(48, 'x') + "-seed-1");
    request.classLabel = 207;
    QCOMPARE(subjectName(request), std::string("class-207-seed-1"));
    QVERIFY(isPlainName(runName(request, 1'738'333'501)));
}

void RunLibraryTest::pixelsComeBackAsTheyWere()
{
    StoredPixels pixels;
    pixels.clip.fps = 12.5;
    for (int i = 0; i < 3; ++i) {
        Frame frame{5, 4, std::vector<std::uint8_t>(60)};
        for (std::size_t k = 0; k < frame.rgb.size(); ++k)
            frame.rgb[k] = static_cast<std::uint8_t>(k * 7 + static_cast<std::size_t>(i));
        pixels.clip.frames.push_back(frame);
    }
    pixels.latent = {1.5F, -2.25F, 1e-30F};
    QVERIFY(writePixels(m_path / "p.safetensors", pixels));
    const auto read = readPixels(m_path / "p.safetensors");
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QCOMPARE(*read, pixels);

    pixels.latent.clear();
    QVERIFY(writePixels(m_path / "p.safetensors", pixels));
    QCOMPARE(*readPixels(m_path / "p.safetensors"), pixels);
    pixels.clip.frames.back().width = 6;
    QVERIFY(!writePixels(m_path / "q.safetensors", pixels));
    QVERIFY(!writePixels(m_path / "q.safetensors", {}));
    QVERIFY(!fs::exists(m_path / "q.safetensors"));
}

void RunLibraryTest::refusesDamagedPixels_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<int>("bytes");
    const auto row = [](const char* name, const char* header, int bytes) {
        QTest::newRow(name) << QByteArray(header) << bytes;
    };
    row("no tensors", "{}", 0);
    row("no latent", R"({"frames":{"dtype":"U8","shape":[1,1,1,3],"data_offsets":[0,3]}})", 3);
    row("other type",
        R"({"frames":{"dtype":"I8","shape":[1,1,1,3],"data_offsets":[0,3]},"latent":{"dtype":"F32","shape":[0],"data_offsets":[3,3]}})",
        3);
    row("other shape",
        R"({"frames":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"latent":{"dtype":"F32","shape":[0],"data_offsets":[3,3]}})",
        3);
    row("four channels",
        R"({"__metadata__":{"fps":"8"},"frames":{"dtype":"U8","shape":[1,1,1,4],"data_offsets":[0,4]},"latent":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}})",
        4);
    row("no rate",
        R"({"frames":{"dtype":"U8","shape":[1,1,1,3],"data_offsets":[0,3]},"latent":{"dtype":"F32","shape":[0],"data_offsets":[3,3]}})",
        3);
    row("rate out of range",
        R"({"__metadata__":{"fps":"1e9"},"frames":{"dtype":"U8","shape":[1,1,1,3],"data_offsets":[0,3]},"latent":{"dtype":"F32","shape":[0],"data_offsets":[3,3]}})",
        3);
    row("cut off",
        R"({"__metadata__":{"fps":"8"},"frames":{"dtype":"U8","shape":[9,9,9,3],"data_offsets":[0,2187]},"latent":{"dtype":"F32","shape":[0],"data_offsets":[2187,2187]}})",
        3);
}

void RunLibraryTest::refusesDamagedPixels()
{
    QFETCH(QByteArray, header);
    QFETCH(int, bytes);
    std::uint64_t length = static_cast<std::uint64_t>(header.size());
    QByteArray content(reinterpret_cast<const char*>(&length), 8);
    content += header + QByteArray(bytes, 'x');
    QVERIFY(
        writeFileAtomically(m_path / "p.safetensors", {content.constData(), static_cast<std::size_t>(content.size())}));
    const auto read = readPixels(m_path / "p.safetensors");
    QVERIFY(!read);
    QVERIFY2(read.error().message.find("p.safetensors") != std::string::npos, read.error().message.c_str());
}

QTEST_GUILESS_MAIN(RunLibraryTest)
#include "tst_run_library.moc"
