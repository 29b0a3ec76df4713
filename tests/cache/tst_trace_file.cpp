// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/trace.h"
#include "core/base/atomic_file.h"
#include "tests/support/plain_tensors.h"

#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

using namespace toca;
using namespace toca::plan;
namespace fs = std::filesystem;

namespace {

constexpr int kSteps = 4;

/// A run with every action in it; 2 selection rows of 21 tokens.
std::shared_ptr<Trace> exampleTrace(int evaluations = kSteps, TraceLevel level = TraceLevel::Scores)
{
    Geometry geometry;
    geometry.family = "stdit3";
    geometry.grid = {3, 1, 7};
    geometry.hiddenSize = 8;
    geometry.heads = 2;
    geometry.mlpHiddenSize = 32;
    geometry.layers = {LayerKind::Spatial, LayerKind::Temporal};
    geometry.textTokens = 5;
    SamplerSchedule schedule = uniformSchedule("rflow", kSteps);
    auto trace = std::make_shared<Trace>(geometry, schedule, 2, level);
    trace->setOnce(17, 0.5);
    std::mt19937 random(1);
    for (int evaluation = 0; evaluation < evaluations; ++evaluation) {
        for (std::size_t i = 0; i < 6; ++i) {
            const auto action = static_cast<Action>((static_cast<std::size_t>(evaluation) + i) % kActions);
            TraceCell cell{action, false, 0, 0.25f * static_cast<float>(i), 0.125f, 1e15 + evaluation};
            std::vector<std::int64_t> fresh;
            std::vector<float> scores;
            if (action == Action::Full || action == Action::Blend)
                cell.computedTokens = 21;
            if (action == Action::Subset) {
                cell.selected = true;
                cell.computedTokens = evaluation;
                for (std::int64_t row = 0; row < 2; ++row)
                    for (std::int64_t k = 0; k < evaluation; ++k)
                        fresh.push_back((row + 5 * k) % 21);
                for (int k = 0; k < 42; ++k)
                    scores.push_back(static_cast<float>(random() % 2048) / 1024);
            }
            trace->append(cell, fresh, scores);
        }
        trace->appendEvaluation({evaluation == 2 ? EvaluationDecision::ConditionalOnly : EvaluationDecision::Run,
            2.5 + evaluation, 3e15, 1000 * evaluation, 0.75});
    }
    return trace;
}

bool sameRun(const Trace& a, const Trace& b)
{
    if (!(a.geometry() == b.geometry() && a.schedule() == b.schedule() && a.selectionRows() == b.selectionRows()
            && a.level() == b.level() && a.publishedCells() == b.publishedCells()
            && a.publishedEvaluations() == b.publishedEvaluations() && a.flops() == b.flops()
            && a.seconds() == b.seconds() && a.peakCacheBytes() == b.peakCacheBytes()))
        return false;
    for (std::size_t i = 0; i < a.publishedCells(); ++i) {
        const TraceCell &x = a.cell(i), &y = b.cell(i);
        if (x.action != y.action || x.selected != y.selected || x.computedTokens != y.computedTokens
            || x.seconds != y.seconds || x.selectionSeconds != y.selectionSeconds || x.flops != y.flops)
            return false;
        for (int row = 0; row < a.selectionRows(); ++row)
            if (a.freshTokens(i, row) != b.freshTokens(i, row) || a.scores(i, row) != b.scores(i, row)
                || a.ages(i, row) != b.ages(i, row))
                return false;
    }
    for (int i = 0; i < a.publishedEvaluations(); ++i)
        if (a.evaluation(i).decision != b.evaluation(i).decision
            || a.evaluation(i).latentRms != b.evaluation(i).latentRms
            || a.evaluation(i).cacheBytes != b.evaluation(i).cacheBytes)
            return false;
    return true;
}

/// Looks at everything that a window looks at.
double touch(const Trace& trace)
{
    double sum = trace.flops() + trace.seconds() + static_cast<double>(trace.bytes());
    for (std::size_t i = 0; i < trace.publishedCells(); ++i)
        for (int row = 0; row < trace.selectionRows(); ++row) {
            for (const std::int32_t age : trace.ages(i, row))
                sum += age;
            for (const float score : trace.scores(i, row))
                sum += static_cast<double>(score);
        }
    return sum;
}

} // namespace

class TestTraceFile : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void roundTripKeepsEverything();
    void unfinishedRunKeepsWhatWasPublished();
    void traceWithoutScores();
    void textWithAnyBytesIsKept();
    void arraysAreAsDocumented();
    void damagedFilesAreRefusedOrHarmless();
    void contradictionsAreRefused_data();
    void contradictionsAreRefused();
    void otherFilesAreRefused();
    void csvHasOneLinePerSite();
    void eventsNestInTheirSteps();
    void unwritablePlacesAreReported();

private:
    fs::path file(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }
    QTemporaryDir m_folder;
};

void TestTraceFile::initTestCase()
{
    QVERIFY(m_folder.isValid());
    QVERIFY(writeTrace(file("seed.safetensors"), *exampleTrace(), R"({"prompt":"a red ball"})"));
}

void TestTraceFile::roundTripKeepsEverything()
{
    const auto trace = exampleTrace();
    QVERIFY(writeTrace(file("a.safetensors"), *trace, R"({"prompt":"a red ball"})"));
    const auto read = readTrace(file("a.safetensors"));
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QCOMPARE(read->requestJson, std::string(R"({"prompt":"a red ball"})"));
    QVERIFY(sameRun(*trace, *read->trace));
    // What was read is written as the same bytes.
    QVERIFY(writeTrace(file("b.safetensors"), *read->trace, read->requestJson));
    QVERIFY(*readFile(file("a.safetensors")) == *readFile(file("b.safetensors")));
}

void TestTraceFile::unfinishedRunKeepsWhatWasPublished()
{
    const auto trace = exampleTrace(2);
    trace->append({Action::Subset, true, 1, 0, 0, 5}, std::vector<std::int64_t>{3, 4});
    QVERIFY(writeTrace(file("part.safetensors"), *trace, "{}"));
    const auto read = readTrace(file("part.safetensors"));
    QVERIFY(read);
    QCOMPARE(read->trace->publishedCells(), std::size_t{13});
    QVERIFY(sameRun(*trace, *read->trace));
}

void TestTraceFile::traceWithoutScores()
{
    const auto trace = exampleTrace(kSteps, TraceLevel::Decisions);
    QVERIFY(writeTrace(file("plain.safetensors"), *trace, "{}"));
    const auto read = readTrace(file("plain.safetensors"));
    QVERIFY(read);
    QVERIFY(sameRun(*trace, *read->trace));
}

void TestTraceFile::textWithAnyBytesIsKept()
{
    const std::string request = "{\"prompt\":\"\\\"\\n\xF0\x9F\x98\x80\"}";
    QVERIFY(writeTrace(file("text.safetensors"), *exampleTrace(), request));
    QCOMPARE(readTrace(file("text.safetensors"))->requestJson, request);
    // Bytes that are no UTF-8 are replaced, since the format is JSON; the file stays readable.
    QVERIFY(writeTrace(file("bytes.safetensors"), *exampleTrace(), "\xff\xfe"));
    QVERIFY(readTrace(file("bytes.safetensors")));
}

void TestTraceFile::arraysAreAsDocumented()
{
    const auto trace = exampleTrace();
    QVERIFY(writeTrace(file("arrays.safetensors"), *trace, "{}"));
    const auto path = file("arrays.safetensors");
    const auto tokens = test::plainTensor<std::int32_t>(path, "computed_tokens");
    const auto bits = test::plainTensor<std::uint8_t>(path, "fresh_bits");
    QCOMPARE(tokens.size(), trace->cellCount());
    QCOMPARE(bits.size(), trace->cellCount() * 2 * 3);
    for (std::size_t cell = 0; cell < trace->cellCount(); ++cell) {
        QCOMPARE(tokens[cell], trace->cell(cell).computedTokens);
        for (std::size_t row = 0; row < 2; ++row)
            for (std::size_t token = 0; token < 24; ++token) {
                const bool set = (bits[(cell * 2 + row) * 3 + token / 8] >> (token % 8)) & 1;
                QCOMPARE(
                    set, token < 21 && trace->isFresh(cell, static_cast<int>(row), static_cast<std::int64_t>(token)));
            }
    }
}

void TestTraceFile::damagedFilesAreRefusedOrHarmless()
{
    const std::string seed = *readFile(file("seed.safetensors"));
    const std::size_t header = 8 + static_cast<unsigned char>(seed[0]) + 256 * static_cast<unsigned char>(seed[1]);
    std::mt19937 random(7);
    const auto below = [&random](std::size_t limit) { return static_cast<std::size_t>(random()) % limit; };
    int refused = 0, accepted = 0;
    for (int i = 0; i < 3000; ++i) {
        std::string bytes = seed;
        switch (i % 5) {
        case 0: // cut off
            bytes.resize(below(seed.size()));
            break;
        case 1: // any byte
            bytes[below(bytes.size())] = static_cast<char>(random());
            break;
        case 2: { // another digit in the header: sizes, offsets, counts
            std::size_t at = below(header);
            while (!(bytes[at] >= '0' && bytes[at] <= '9'))
                at = below(header);
            bytes[at] = static_cast<char>('0' + below(10));
            break;
        }
        case 3: // some bytes of the data
            for (int k = 0; k < 8; ++k)
                bytes[header + below(bytes.size() - header)] = static_cast<char>(random());
            break;
        default: { // a piece moved, with the length kept
            const std::size_t size = 1 + below(40), from = below(bytes.size() - size), to = below(bytes.size() - size);
            bytes.replace(to, size, seed.substr(from, size));
        }
        }
        std::ofstream(file("damaged.safetensors"), std::ios::binary)
            << bytes; // thousands: without waiting for the disk
        const auto read = readTrace(file("damaged.safetensors"));
        if (!read) {
            QVERIFY(!read.error().message.empty());
            ++refused;
            continue;
        }
        QVERIFY(std::isfinite(touch(*read->trace)) || i % 5 != 0);
        ++accepted;
    }
    qInfo("%d damaged files refused, %d still valid", refused, accepted);
    QVERIFY(refused > 1500);
}

void TestTraceFile::contradictionsAreRefused_data()
{
    // A text of the header and another of the same length: the file stays a valid safetensors file.
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    const auto add = [](const char* name, const char* from, const char* to) {
        QTest::newRow(name) << QByteArray(from) << QByteArray(to);
    };
    add("more tokens than bits", R"(\"columns\":7)", R"(\"columns\":9)");
    add("no tokens", R"(\"columns\":7)", R"(\"columns\":0)");
    add("fewer rows", R"(\"selection_rows\":2)", R"(\"selection_rows\":1)");
    add("no rows", R"(\"selection_rows\":2)", R"(\"selection_rows\":0)");
    add("fewer steps", R"(\"steps\":4)", R"(\"steps\":3)");
    add("more cells than there are", R"(\"published_cells\":24)", R"(\"published_cells\":99)");
    add("more evaluations than cells", R"(\"published_cells\":24)", R"(\"published_cells\":20)");
    add("no format", R"("format":"toca-trace")", R"("format":"toca-bench")");
    add("other version", R"("format_version":"1")", R"("format_version":"2")");
    add("other type", R"("computed_tokens":{"dtype":"I32")", R"("computed_tokens":{"dtype":"F32")");
    add("missing tensor", R"("selected":{)", R"("selexted":{)");
    add("value of another kind", R"(\"heads\":2)", R"(\"heads\":{)");
    add("no whole number", R"(\"hidden_size\":8)", R"(\"hidden_size\":-)");
    add("other order of dimensions", R"("fresh_bits":{"dtype":"U8","shape":[4,2,3,2,3])",
        R"("fresh_bits":{"dtype":"U8","shape":[4,2,3,3,2])");
}

void TestTraceFile::contradictionsAreRefused()
{
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    std::string bytes = *readFile(file("seed.safetensors"));
    const std::size_t at = bytes.find(from.toStdString());
    QVERIFY2(at != std::string::npos && from.size() == to.size(), from.constData());
    bytes.replace(at, static_cast<std::size_t>(from.size()), to.toStdString());
    std::ofstream(file("changed.safetensors"), std::ios::binary) << bytes;
    const auto read = readTrace(file("changed.safetensors"));
    QVERIFY(!read);
    QVERIFY2(read.error().message.find("changed.safetensors") != std::string::npos, read.error().message.c_str());
}

void TestTraceFile::otherFilesAreRefused()
{
    QCOMPARE(readTrace(file("nowhere")).error().code, ErrorCode::NotFound);
    QCOMPARE(readTrace(file(".")).error().code, ErrorCode::Io);
    QCOMPARE(readTrace("/dev/zero").error().code, ErrorCode::Io);
    QVERIFY(writeFileAtomically(file("empty"), ""));
    QCOMPARE(readTrace(file("empty")).error().code, ErrorCode::BadFormat);
    const auto weights = readTrace(TOCA_SOURCE_DIR "/tests/reference/schedulers/vectors.safetensors");
    QVERIFY(weights.error().message.find("not a trace") != std::string::npos);
}

void TestTraceFile::csvHasOneLinePerSite()
{
    const auto trace = exampleTrace();
    QVERIFY(exportTraceCsv(file("t.csv"), *trace));
    std::istringstream text(*readFile(file("t.csv")));
    std::string line;
    std::getline(text, line);
    QCOMPARE(line,
        std::string("evaluation,step,stream,timestep,layer,kind,module,action,computed_tokens,tokens,seconds,flops"));
    std::size_t lines = 0;
    while (std::getline(text, line)) {
        if (lines == 1 * 6 + 4)
            QCOMPARE(line, std::string("1,1,joint,750,1,temporal,cross_attention,skip,0,21,1,1000000000000001"));
        QCOMPARE(std::count(line.begin(), line.end(), ','), 11);
        ++lines;
    }
    QCOMPARE(lines, trace->cellCount());
}

void TestTraceFile::eventsNestInTheirSteps()
{
    const auto trace = exampleTrace();
    QVERIFY(exportTraceEvents(file("t.json"), *trace));
    const auto json = nlohmann::json::parse(*readFile(file("t.json")), nullptr, false);
    QVERIFY(json.is_object());
    int steps = 0;
    double begin = 0, end = 0;
    for (const auto& event : json["traceEvents"]) {
        if (event["ph"] != "X")
            continue;
        const double at = event["ts"], duration = event["dur"];
        if (event["cat"] == "evaluation") {
            QVERIFY(at >= end);
            begin = at;
            end = at + duration;
            ++steps;
        } else {
            QVERIFY(at >= begin && at + duration <= end + 1e-3);
        }
    }
    QCOMPARE(steps, kSteps);
}

void TestTraceFile::unwritablePlacesAreReported()
{
    const auto trace = exampleTrace();
    const fs::path nowhere = file("missing-folder") / "t";
    QCOMPARE(writeTrace(nowhere, *trace, "{}").error().code, ErrorCode::Io);
    QCOMPARE(exportTraceCsv(nowhere, *trace).error().code, ErrorCode::Io);
    QCOMPARE(exportTraceEvents(nowhere, *trace).error().code, ErrorCode::Io);
}

QTEST_GUILESS_MAIN(TestTraceFile)
#include "tst_trace_file.moc"
