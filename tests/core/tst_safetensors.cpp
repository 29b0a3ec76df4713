// SPDX-License-Identifier: Apache-2.0
#include "core/base/safetensors_header.h"
#include "core/checkpoint/checkpoint.h"
#include "tests/support/safetensors_bytes.h"

#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>

using namespace toca;
using namespace toca::checkpoint;
using toca::tests::entry;
using toca::tests::safetensorsBytes;
using toca::tests::writeBytes;

namespace {

std::string lengthPrefix(std::uint64_t length)
{
    std::string bytes;
    for (int i = 0; i < 8; ++i)
        bytes += static_cast<char>(length >> (8 * i) & 0xff);
    return bytes;
}

/// A header of one tensor "w" with these three values.
std::string oneTensor(const std::string& dtype, const std::string& shape, const std::string& offsets)
{
    return std::string("{").append(entry("w", dtype, shape, offsets)).append("}");
}

std::string repeated(const std::string& text, int times)
{
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

/// `text` with % = 0, 1, 2, ..., separated by commas.
std::string numbered(const std::string& text, int times)
{
    const std::size_t at = text.find('%');
    std::string all;
    for (int i = 0; i < times; ++i) {
        all.append(i ? "," : "").append(text, 0, at);
        all.append(std::to_string(i)).append(text, at + 1);
    }
    return all;
}

} // namespace

/// Malformed files are refused with a message that names the file, the tensor and what is wrong.
class TestSafetensors : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refusesHostileFile_data();
    void refusesHostileFile();
    void refusesHostileIndex_data();
    void refusesHostileIndex();
    void refusesWhatIsNoFile();
    void readsEveryTypeAndShape();
    void readsMetadata();
    void opensFolders();
    void readsPublicHeaderOfTheEmbeddedModel();

private:
    std::filesystem::path folder() const { return m_folder.path().toStdString(); }

    QTemporaryDir m_folder;
};

void TestSafetensors::refusesHostileFile_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says"); // parts of the message, separated by |
    QTest::addColumn<bool>("unsupported");
    const auto raw = [](const char* kind, const std::string& bytes, const char* says) {
        QTest::newRow(kind) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())) << QString(says) << false;
    };
    const auto header = [&](const char* kind, const std::string& json, std::size_t data, const char* says) {
        raw(kind, safetensorsBytes(json, data), says);
    };
    const std::string good = oneTensor("F32", "[2]", "[0,8]");

    raw("empty file", "", "empty");
    raw("seven bytes", "1234567", "7 bytes");
    raw("length only", lengthPrefix(10), "header length is 10");
    raw("length zero", lengthPrefix(0) + "{}", "header length is 0");
    raw("length one", lengthPrefix(1) + "{", "header length is 1");
    raw("length past the file's end", lengthPrefix(good.size() + 100) + good, "truncated");
    raw("length over the limit", lengthPrefix(100'000'001) + good, "100000001|at most 100000000");
    raw("length 2^63", lengthPrefix(1ULL << 63) + good, "9223372036854775808|at most");
    raw("length 2^64 - 1", lengthPrefix(~0ULL) + good, "18446744073709551615|at most");
    raw("a zip archive", "PK\x03\x04" + std::string(60, 'x'), "zip archive|no central directory");
    raw("header cut in a tensor", lengthPrefix(good.size() - 10) + good, "not strict JSON");

    header("header is a list", "[1,2]", 0, "starts with '['");
    header("header is a number", "12345678", 0, "expected '{'");
    header("header starts with space", " " + good, 8, "expected '{'");
    header("byte order mark", "\xef\xbb\xbf" + good, 8, "expected '{'");
    header("text after the header", good + "{}", 8, "not strict JSON");
    header("NUL padding", good + std::string(3, '\0'), 8, "NUL");
    header("hidden behind a NUL", good + std::string(1, '\0') + "garbage", 8, "NUL");
    header("comment", "{/*x*/" + good.substr(1), 8, "not strict JSON");
    header("trailing comma", good.substr(0, good.size() - 1) + ",}", 8, "not strict JSON");
    header("single quotes", "{'w':{}}", 0, "not strict JSON");
    header("unfinished text", R"({"w)", 0, "not strict JSON");
    header("invalid UTF-8", "{\"w\xff\":{}}", 0, "not strict JSON");
    header("lone surrogate", R"({"\ud800":{}})", 0, "not strict JSON");
    header("nesting bomb of lists", "{\"w\":" + std::string(1'000'000, '['), 0, "'w'|a list|expected an object");
    header("nesting bomb of objects", repeated("{\"w\":", 200'000), 0, "expected");
    header("nesting bomb in a shape", oneTensor("F32", repeated("[", 100'000), "[0,8]"), 8, "'w'|shape|a list");
    header("nesting bomb in metadata", "{\"__metadata__\":{\"a\":" + repeated("{\"a\":", 50'000), 0, "__metadata__");

    header("same name twice", "{" + entry("w", "F32", "[1]", "[0,4]") + "," + entry("w", "F32", "[1]", "[4,8]") + "}",
        8, "'w'|twice");
    header("same name twice by escapes",
        "{" + entry("w", "F32", "[1]", "[0,4]") + "," + entry("\\u0077", "F32", "[1]", "[4,8]") + "}", 8, "'w'|twice");
    header("metadata twice", R"({"__metadata__":{},"__metadata__":{}})", 0, "__metadata__|twice");
    header("metadata key twice", R"({"__metadata__":{"a":"1","a":"2"}})", 0, "'a'|twice");
    header("metadata is a list", R"({"__metadata__":[]})", 0, "__metadata__|a list");
    header("metadata value is a number", R"({"__metadata__":{"a":1}})", 0, "'a'|number 1|text");
    header("metadata value is null", R"({"__metadata__":{"a":null}})", 0, "'a'|null|text");
    header("10,001 metadata entries", R"({"__metadata__":{)" + numbered("\"%\":\"\"", 10'001) + "}}", 0,
        "more than 10000 entries");
    header("500,001 tensors", "{" + numbered(entry("%", "U8", "[0]", "[0,0]"), 500'001) + "}", 0,
        "more than 500000 tensors");
    header(
        "dtype twice", R"({"w":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,4]}})", 4, "'dtype' twice");
    header("shape twice", R"({"w":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,4]}})", 4, "'shape' twice");
    header("offsets twice", R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]}})", 4,
        "'data_offsets' twice");
    header(
        "unknown field", R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"stride":[1]}})", 4, "'w'|'stride'");
    header("no dtype", R"({"w":{"shape":[1],"data_offsets":[0,4]}})", 4, "'w' has no dtype");
    header("no shape", R"({"w":{"dtype":"F32","data_offsets":[0,4]}})", 4, "'w' has no shape");
    header("no offsets", R"({"w":{"dtype":"F32","shape":[1]}})", 4, "'w' has no data_offsets");
    header("empty entry", R"({"w":{}})", 0, "'w' has no dtype");
    header("entry is a number", R"({"w":3})", 0, "'w'|number 3");
    header("entry is null", R"({"w":null})", 0, "'w'|null");
    header("entry is text", R"({"w":"F32"})", 0, "'w'|'F32'");
    header("entry is true", R"({"w":true})", 0, "'w'|true");

    header("unknown dtype", oneTensor("F33", "[2]", "[0,8]"), 8, "'w'|'F33'|F32");
    header("dtype in lower case", oneTensor("f32", "[2]", "[0,8]"), 8, "'f32'");
    header("dtype is a number", R"({"w":{"dtype":32,"shape":[1],"data_offsets":[0,4]}})", 4, "'w'|32|dtype");
    header("dtype with a line break", oneTensor("F3\\n2", "[2]", "[0,8]"), 8, "F3\\x0a2");
    header("empty name", "{" + entry("", "F32", "[1]", "[0,4]") + "}", 4, "empty name");
    header("name with a line break", "{" + entry("a\\nb", "F32", "[1]", "[0,4]") + "}", 4, "a\\x0ab|control");
    header("name with NUL", "{" + entry("a\\u0000b", "F32", "[1]", "[0,4]") + "}", 4, "a\\x00b|control");
    header("name with an escape sequence", "{" + entry("\\u001b[31m", "F32", "[1]", "[0,4]") + "}", 4, "\\x1b|control");
    header("name with DEL", "{" + entry("a\\u007f", "F32", "[1]", "[0,4]") + "}", 4, "\\x7f|control");
    header("name with a C1 control", "{" + entry("a\\u009b", "F32", "[1]", "[0,4]") + "}", 4, "\\xc2\\x9b|control");
    header("very long name", "{" + entry(std::string(5000, 'n'), "F32", "[1]", "[0,4]") + "}", 4, "5000|1024|...");

    header("negative dimension", oneTensor("F32", "[-2]", "[0,8]"), 8, "'w'|-2|shape");
    header("minus zero", oneTensor("F32", "[-0]", "[0,0]"), 0, "'w'|shape");
    header("fractional dimension", oneTensor("F32", "[2.0]", "[0,8]"), 8, "'w'|2.0|whole");
    header("dimension with exponent", oneTensor("F32", "[2e0]", "[0,8]"), 8, "'w'|2e0|whole");
    header("dimension 2^63", oneTensor("F32", "[9223372036854775808]", "[0,8]"), 8, "'w'|9223372036854775808|2^63");
    header("dimension 2^64", oneTensor("F32", "[18446744073709551616]", "[0,8]"), 8, "'w'|18446744073709551616|2^63");
    header("dimension 1e999", oneTensor("F32", "[1e999]", "[0,8]"), 8, "out of range");
    header("dimension of 200,000 digits", oneTensor("F32", "[" + std::string(200'000, '9') + "]", "[0,8]"), 8,
        "out of range");
    header("dimension NaN", oneTensor("F32", "[NaN]", "[0,8]"), 8, "not strict JSON");
    header("dimension Infinity", oneTensor("F32", "[Infinity]", "[0,8]"), 8, "not strict JSON");
    header("dimension in hexadecimal", oneTensor("F32", "[0x2]", "[0,8]"), 8, "not strict JSON");
    header("dimension with a leading zero", oneTensor("F32", "[02]", "[0,8]"), 8, "not strict JSON");
    header("dimension is text", oneTensor("F32", "[\"2\"]", "[0,8]"), 8, "'w'|'2'|shape");
    header("dimension is null", oneTensor("F32", "[null]", "[0,8]"), 8, "'w'|null|shape");
    header("shape is a number", oneTensor("F32", "2", "[0,8]"), 8, "'w'|number 2|shape");
    header("shape is an object", oneTensor("F32", "{}", "[0,8]"), 8, "'w'|an object|shape");
    header("17 dimensions", oneTensor("F32", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "[0,4]"), 4, "'w'|16 dimensions");
    header(
        "a million dimensions", oneTensor("F32", "[" + repeated("1,", 1'000'000) + "1]", "[0,4]"), 4, "16 dimensions");
    header("product 2^64", oneTensor("F32", "[4294967296,4294967296]", "[0,8]"), 8, "'w'|2^63 bytes");
    header(
        "product wraps to 8", oneTensor("U8", "[9223372036854775807,2,4611686018427387908]", "[0,8]"), 8, "2^63 bytes");
    header("element size overflows", oneTensor("F64", "[1152921504606846976]", "[0,8]"), 8, "'w'|2^63 bytes");
    header("overflow hidden by a zero", oneTensor("F32", "[0,9223372036854775807,9223372036854775807]", "[0,0]"), 0,
        "2^63 bytes");

    header("offsets are one number", oneTensor("F32", "[2]", "[0]"), 8, "'w'|1 data_offsets");
    header("offsets are empty", oneTensor("F32", "[2]", "[]"), 8, "'w'|0 data_offsets");
    header("offsets are three", oneTensor("F32", "[2]", "[0,8,16]"), 8, "'w'|more than two");
    header("offsets are text", oneTensor("F32", "[2]", "\"0,8\""), 8, "'w'|'0,8'|data_offsets");
    header("offset negative", oneTensor("F32", "[2]", "[-8,0]"), 8, "'w'|-8|negative");
    header("offset fractional", oneTensor("F32", "[2]", "[0,8.0]"), 8, "'w'|8.0|whole");
    header("offset 2^64", oneTensor("F32", "[2]", "[0,18446744073709551616]"), 8, "'w'|18446744073709551616");
    header("ends before it begins", oneTensor("F32", "[2]", "[8,0]"), 8, "'w'|ends before it begins|8 to 0");
    header("out of range", oneTensor("F32", "[4]", "[0,16]"), 8, "'w'|0 to 16|only 8 bytes");
    header("end is 2^64 - 1", oneTensor("F32", "[2]", "[0,18446744073709551615]"), 8, "'w'|only 8 bytes");
    header("wraps around", oneTensor("F32", "[2]", "[18446744073709551612,4]"), 8, "'w'|ends before");
    header("shorter than its shape", oneTensor("F32", "[3]", "[0,8]"), 8, "'w'|8 bytes, expected 12|F32 [3]");
    header("longer than its shape", oneTensor("F32", "[1]", "[0,8]"), 8, "'w'|8 bytes, expected 4");
    header("zero size with data", oneTensor("F32", "[0]", "[0,8]"), 8, "'w'|8 bytes, expected 0");
    header("overlap", "{" + entry("a", "F32", "[2]", "[0,8]") + "," + entry("b", "F32", "[2]", "[4,12]") + "}", 12,
        "'b'|overlaps|'a'");
    header("two tensors share data",
        "{" + entry("a", "F32", "[2]", "[0,8]") + "," + entry("b", "F32", "[2]", "[0,8]") + "}", 8, "'b'|overlaps|'a'");
    header("one tensor inside another",
        "{" + entry("a", "U8", "[12]", "[0,12]") + "," + entry("b", "F32", "[1]", "[4,8]") + "}", 12,
        "'b'|overlaps|'a'");
    header("hole at the start", oneTensor("F32", "[2]", "[4,12]"), 12, "'w'|hole|4|expected 0");
    header("hole in the middle",
        "{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "F32", "[1]", "[8,12]") + "}", 12,
        "'b'|hole|8|expected 4");
    header("bytes after the last tensor", good, 9, "1 bytes after its last tensor");
    header("data without tensors", "{}", 64, "64 bytes after");
    header("one byte short", good, 7, "'w'|only 7 bytes");

    for (const char* type : {"U16", "U32", "U64", "C64", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F4", "F6_E2M3", "F6_E3M2"}) {
        const std::string bytes = safetensorsBytes(oneTensor(type, "[8]", "[0,8]"), 8);
        QTest::addRow("dtype %s", type) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()))
                                        << QString("'w'|%1|not supported|Convert").arg(type) << true;
    }
}

void TestSafetensors::refusesHostileFile()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, says);
    QFETCH(const bool, unsupported);
    const auto path = folder() / "hostile.safetensors";
    writeBytes(path, bytes.toStdString());

    const auto checkpoint = Checkpoint::open(path);

    QVERIFY(!checkpoint);
    const QString message = QString::fromStdString(checkpoint.error().message);
    QCOMPARE(checkpoint.error().code, unsupported ? ErrorCode::Unsupported : ErrorCode::BadFormat);
    QVERIFY2(message.contains("hostile.safetensors"), qPrintable(message));
    for (const QString& part : says.split('|'))
        QVERIFY2(message.contains(part), qPrintable(part + " is not in: " + message));
    QVERIFY2(message.size() < 600 && !message.contains('\n'), qPrintable(message));
}

void TestSafetensors::refusesHostileIndex_data()
{
    QTest::addColumn<QString>("index");
    QTest::addColumn<QString>("says");
    const auto map = [](const QString& content) { return "{\"weight_map\":{" + content + "}}"; };
    const QString right = R"("a":"one.safetensors","b":"one.safetensors","c":"two.safetensors")";
    const auto instead = [&](const QString& shard) { return map(right + ",\"d\":\"" + shard + "\""); };

    QTest::newRow("not JSON") << "{"
                              << "not strict JSON";
    QTest::newRow("no weight_map") << "{}"
                                   << "weight_map";
    QTest::newRow("weight_map is a list") << R"({"weight_map":[]})"
                                          << "weight_map";
    QTest::newRow("empty weight_map") << map("") << "empty";
    QTest::newRow("name twice") << map(right + R"(,"a":"two.safetensors")") << "'a' twice";
    QTest::newRow("shard is a number") << map(right + R"(,"d":3)") << "'d'|not text";
    QTest::newRow("shard in a sub-folder") << instead("sub/one.safetensors") << "'d'|sub/one|plain name";
    QTest::newRow("shard above") << instead("../one.safetensors") << "'d'|plain name";
    QTest::newRow("absolute shard") << instead("/etc/one.safetensors") << "'d'|plain name";
    QTest::newRow("shard with a backslash") << instead("..\\\\one.safetensors") << "'d'|plain name";
    QTest::newRow("shard is ..") << instead("..") << "'d'|plain name";
    QTest::newRow("shard with NUL") << instead("one.safetensors\\u0000.safetensors") << "'d'|plain name";
    QTest::newRow("empty shard name") << instead("") << "'d'|plain name";
    QTest::newRow("shard of another kind") << instead("passwd") << "'d'|plain name";
    QTest::newRow("missing shard") << instead("three.safetensors") << "three.safetensors|does not exist";
    QTest::newRow("broken shard") << instead("broken.safetensors") << "broken.safetensors|not a valid";
    QTest::newRow("in the index only") << instead("one.safetensors") << "'d'|is not in 'one.safetensors'";
    QTest::newRow("in the shard only") << map(R"("a":"one.safetensors","c":"two.safetensors")") << "'b'|not in its";
    QTest::newRow("wrong shard") << map(R"("a":"one.safetensors","b":"two.safetensors","c":"two.safetensors")")
                                 << "'b'|'one.safetensors'|'two.safetensors'";
    QTest::newRow("name in two shards") << map(right + R"(,"e":"again.safetensors")") << "'a'|'again.safetensors'";
    QTest::newRow("nesting bomb") << QString(100'000, '[') << "nested";
    QTest::newRow("513 shards") << map([] {
        QStringList names;
        for (int i = 0; i < 513; ++i)
            names << QString("\"t%1\":\"s%1.safetensors\"").arg(i);
        return names.join(',');
    }()) << "513|512";
}

void TestSafetensors::refusesHostileIndex()
{
    QFETCH(const QString, index);
    QFETCH(const QString, says);
    const auto a = entry("a", "F32", "[1]", "[0,4]");
    writeBytes(
        folder() / "one.safetensors", safetensorsBytes("{" + a + "," + entry("b", "F32", "[1]", "[4,8]") + "}", 8));
    writeBytes(folder() / "two.safetensors", safetensorsBytes("{" + entry("c", "F32", "[1]", "[0,4]") + "}", 4));
    writeBytes(
        folder() / "again.safetensors", safetensorsBytes("{" + a + "," + entry("e", "U8", "[1]", "[4,5]") + "}", 5));
    writeBytes(folder() / "broken.safetensors", "broken");
    writeBytes(folder() / "m.safetensors.index.json", index.toStdString());

    const auto checkpoint = Checkpoint::open(folder() / "m.safetensors.index.json");

    QVERIFY(!checkpoint);
    const QString message = QString::fromStdString(checkpoint.error().message);
    for (const QString& part : says.split('|'))
        QVERIFY2(message.contains(part), qPrintable(part + " is not in: " + message));
    QVERIFY2(message.size() < 700 && !message.contains('\n'), qPrintable(message));
}

void TestSafetensors::refusesWhatIsNoFile()
{
    const auto absent = Checkpoint::open(folder() / "absent.safetensors");
    QVERIFY(!absent);
    QCOMPARE(absent.error().code, ErrorCode::NotFound);

    const auto empty = folder() / "empty";
    std::filesystem::create_directory(empty);
    const auto noWeights = Checkpoint::open(empty);
    QVERIFY(!noWeights);
    QCOMPARE(noWeights.error().code, ErrorCode::NotFound);
    QVERIFY(noWeights.error().message.find("model.safetensors") != std::string::npos);

    const auto pipe = folder() / "pipe.safetensors"; // must not wait for a writer
    QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
    const auto fromPipe = Checkpoint::open(pipe);
    QVERIFY(!fromPipe);
    QCOMPARE(fromPipe.error().code, ErrorCode::Io);
    QVERIFY(!Checkpoint::open("/dev/zero"));
}

void TestSafetensors::readsEveryTypeAndShape()
{
    const auto checkpoint = Checkpoint::open(TOCA_SOURCE_DIR "/tests/fuzz/safetensors/all_types.safetensors");
    QVERIFY2(checkpoint, checkpoint ? "" : checkpoint.error().message.c_str());
    QCOMPARE(checkpoint->tensors().size(), 10u);
    QCOMPARE(checkpoint->find("t.BF16")->dtype, torch::kBFloat16);
    QCOMPARE(checkpoint->find("t.F16")->bytes, 6u);
    QCOMPARE(checkpoint->totalBytes(), 3u * (8 + 8 + 4 + 4 + 2 + 2 + 2 + 1 + 1 + 1));
    QVERIFY(!checkpoint->find("t.F8"));
    QVERIFY(std::is_sorted(checkpoint->tensors().begin(), checkpoint->tensors().end(),
        [](const TensorInfo& a, const TensorInfo& b) { return a.name < b.name; }));

    const auto shapes = Checkpoint::open(TOCA_SOURCE_DIR "/tests/fuzz/safetensors/scalar_and_zero_size.safetensors");
    QVERIFY2(shapes, shapes ? "" : shapes.error().message.c_str());
    QCOMPARE(shapes->tensor("scalar").dim(), 0);
    QCOMPARE(shapes->tensor("none").sizes(), torch::IntArrayRef({0, 7}));
}

void TestSafetensors::readsMetadata()
{
    const auto checkpoint = Checkpoint::open(TOCA_SOURCE_DIR "/tests/fuzz/safetensors/metadata.safetensors");
    QVERIFY(checkpoint);
    QCOMPARE(checkpoint->metadata().size(), 2u);
    QCOMPARE(checkpoint->metadata()[1].first, std::string("note"));
    QCOMPARE(checkpoint->metadata()[1].second, std::string("tiny \xc3\xa9"));
}

void TestSafetensors::opensFolders()
{
    const std::string bytes = safetensorsBytes("{" + entry("w", "U8", "[1]", "[0,1]") + "}", 1);
    for (const char* name : {"model.safetensors", "diffusion_pytorch_model.safetensors"}) {
        const auto model = folder() / (std::string("folder of ") + name);
        std::filesystem::create_directory(model);
        writeBytes(model / name, bytes);
        const auto checkpoint = Checkpoint::open(model);
        QVERIFY(checkpoint);
        QCOMPARE(checkpoint->path(), model / name);
    }
    const auto sharded = folder() / "sharded";
    std::filesystem::create_directory(sharded);
    writeBytes(sharded / "part.safetensors", bytes);
    writeBytes(sharded / "model.safetensors.index.json", R"({"weight_map":{"w":"part.safetensors"}})");
    const auto checkpoint = Checkpoint::open(sharded);
    QVERIFY(checkpoint);
    QVERIFY(checkpoint->find("w"));
}

void TestSafetensors::readsPublicHeaderOfTheEmbeddedModel()
{
    const auto checkpoint = Checkpoint::open(TOCA_SOURCE_DIR "/resources/models/toca-miniature/transformer");
    QVERIFY2(checkpoint, checkpoint ? "" : checkpoint.error().message.c_str());
    const TensorInfo* bias = checkpoint->find("final_layer.linear.bias");
    QVERIFY(bias);
    QCOMPARE(bias->shape, std::vector<std::int64_t>{128});
    QCOMPARE(bias->dtype, torch::kFloat32);
}

QTEST_GUILESS_MAIN(TestSafetensors)
#include "tst_safetensors.moc"
