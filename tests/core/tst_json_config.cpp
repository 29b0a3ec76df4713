// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/json_config.h"
#include "tests/support/safetensors_bytes.h"

#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>

using namespace toca;
using namespace toca::checkpoint;

namespace {

std::string repeated(const std::string& text, int times)
{
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

} // namespace

class TestJsonConfig : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refusesHostileText_data();
    void refusesHostileText();
    void refusesWhatIsNoFile();
    void readsTypedFields();
    void takesFallbacks();
    void reportsAllWrongFieldsAtOnce();
    void refusesWrongField_data();
    void refusesWrongField();
    void namesNestedFields();
};

void TestJsonConfig::refusesHostileText_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* kind, const std::string& text, const char* says) {
        QTest::newRow(kind) << QByteArray(text.data(), static_cast<qsizetype>(text.size())) << says;
    };
    row("empty", "", "not strict JSON");
    row("spaces", "  \n ", "not strict JSON");
    row("cut", "{\"a\": 1,\n\"b\": ", "not strict JSON at line 2");
    row("two values", "{} {}", "not strict JSON");
    row("comment", "{} // x", "not strict JSON");
    row("NaN", R"({"a": NaN})", "not strict JSON");
    row("infinity", R"({"a": -Infinity})", "not strict JSON");
    row("number out of range", R"({"a": 1e999})", "out of range");
    row("400,000 digits", "[" + std::string(400'000, '9') + "]", "out of range");
    row("key twice", R"({"a": 1, "b": 2, "a": 3})", "'a' twice");
    row("key twice, inner", R"({"o": {"a": 1, "\u0061": 3}})", "'a' twice");
    row("lists 33 deep", std::string(33, '[') + std::string(33, ']'), "more than 32 deep");
    row("a million lists", std::string(1'000'000, '['), "more than 32 deep");
    row("objects 33 deep", repeated("{\"a\":", 33), "more than 32 deep");
    row("too many values", "[" + repeated("0,", 1'000'000) + "0]", "more than 1000000 values");
    row("too many bytes", std::string((16 << 20) + 1, ' '), "16777217 bytes, expected at most 16777216");
    row("NUL", std::string("{}\0x", 4), "NUL");
    row("byte order mark", "\xef\xbb\xbf{}", "byte order mark");
    row("invalid UTF-8", "[\"\xc3(\"]", "not strict JSON");
    row("lone surrogate", R"(["\udc00"])", "not strict JSON");
    row("control character", "[\"a\nb\"]", "not strict JSON");
}

void TestJsonConfig::refusesHostileText()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QString, says);
    const auto value = parseJson(text.toStdString(), "config.json");
    QVERIFY(!value);
    const QString message = QString::fromStdString(value.error().message);
    QVERIFY2(message.contains("'config.json'") && message.contains(says), qPrintable(message));
}

void TestJsonConfig::refusesWhatIsNoFile()
{
    const QTemporaryDir temporary;
    const std::filesystem::path folder = temporary.path().toStdString();
    QCOMPARE(readJsonFile(folder / "absent.json").error().code, ErrorCode::NotFound);
    QCOMPARE(readJsonFile(folder).error().code, ErrorCode::Io);
    QCOMPARE(::mkfifo((folder / "pipe.json").c_str(), 0600), 0);
    QCOMPARE(readJsonFile(folder / "pipe.json").error().code, ErrorCode::Io); // without waiting for a writer
    QCOMPARE(readJsonFile("/dev/zero").error().code, ErrorCode::Io);
    tests::writeBytes(folder / "list.json", "[1]");
    const auto list = ConfigReader::open(folder / "list.json");
    QVERIFY(!list);
    QVERIFY(list.error().message.find("a list of 1, expected a JSON object") != std::string::npos);
}

void TestJsonConfig::readsTypedFields()
{
    auto config = ConfigReader::open(TOCA_SOURCE_DIR "/tests/fuzz/json/transformer.json");
    QVERIFY(config);
    QCOMPARE(config->integer("depth", ConfigReader::kRequired, 1, 100), 4);
    QCOMPARE(config->number("mlp_ratio", ConfigReader::kRequired, 0, 16), 4.0);
    QCOMPARE(config->number("depth", ConfigReader::kRequired, 0, 16), 4.0); // a whole number is a number
    QCOMPARE(config->boolean("qk_norm", ConfigReader::kRequired), true);
    QCOMPARE(config->string("name", ConfigReader::kRequired, {"DiT", "STDiT3"}), std::string("STDiT3"));
    QCOMPARE(
        config->integerList("patch_size", ConfigReader::kRequired, 1, 8, 3, 3), (std::vector<std::int64_t>{1, 2, 2}));
    QCOMPARE(config->numberList("patch_size", ConfigReader::kRequired, 0, 8), (std::vector<double>{1, 2, 2}));
    QVERIFY(config->finish());
}

void TestJsonConfig::takesFallbacks()
{
    ConfigReader config(nlohmann::json{{"null", nullptr}}, "config.json");
    QVERIFY(!config.has("null"));
    QCOMPARE(config.integer("null", 7, 0, 10), 7);
    QCOMPARE(config.integer("absent", -1, 0, 10), -1); // a fallback may mean "not given"
    QCOMPARE(config.number("absent", 0.5, 0, 1), 0.5);
    QCOMPARE(config.boolean("absent", true), true);
    QCOMPARE(config.string("absent", "linear"), std::string("linear"));
    QCOMPARE(config.booleanList("absent", std::vector<bool>{true}), std::vector<bool>{true});
    QCOMPARE(config.object("absent").integer("inner", 3, 0, 9), 3);
    QVERIFY(config.finish());
}

void TestJsonConfig::reportsAllWrongFieldsAtOnce()
{
    ConfigReader config(nlohmann::json{{"depth", 0}, {"name", "STDiT9"}, {"patch", {1, 2}}, {"qk", 1}}, "config.json");
    config.integer("depth", ConfigReader::kRequired, 1, 1000);
    config.number("ratio", ConfigReader::kRequired, 0.5, 16);
    config.boolean("qk", false);
    config.string("name", ConfigReader::kRequired, {"STDiT3"});
    config.integerList("patch", ConfigReader::kRequired, 1, 8, 3, 3);

    const auto done = config.finish();

    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::BadFormat);
    QCOMPARE(QString::fromStdString(done.error().message),
        QString(
            "'config.json': 'depth' is 0, expected a whole number from 1 to 1000; 'ratio' is missing, expected a "
            "number "
            "from 0.5 to 16; 'qk' is 1, expected true or false; 'name' is 'STDiT9', expected one of 'STDiT3'; 'patch' "
            "is "
            "a list of 2, expected a list of 3, each a whole number from 1 to 8. Correct the file or get it again."));
}

void TestJsonConfig::refusesWrongField_data()
{
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("says"); // from an integer in [1, 9], or a list of such when the field is a list
    QTest::newRow("text") << "\"4\""
                          << "is '4', expected a whole number from 1 to 9";
    QTest::newRow("fraction") << "4.5"
                              << "is 4.5, expected a whole number";
    QTest::newRow("float") << "4.0"
                           << "expected a whole number";
    QTest::newRow("exponent") << "4e0"
                              << "expected a whole number";
    QTest::newRow("true") << "true"
                          << "is true, expected";
    QTest::newRow("object") << "{}"
                            << "is an object, expected";
    QTest::newRow("too small") << "0"
                               << "is 0, expected";
    QTest::newRow("negative") << "-3"
                              << "is -3, expected";
    QTest::newRow("too large") << "10"
                               << "is 10, expected";
    QTest::newRow("2^63") << "9223372036854775808"
                          << "is 9223372036854775808, expected";
    QTest::newRow("2^64 - 1") << "18446744073709551615"
                              << "is 18446744073709551615, expected";
    QTest::newRow("2^64") << "18446744073709551616"
                          << "expected a whole number";
    QTest::newRow("element too large") << "[1, 10]"
                                       << "'n[1]' is 10, expected";
    QTest::newRow("element is text") << "[1, \"x\"]"
                                     << "'n[1]' is 'x', expected";
    QTest::newRow("element 2^64 - 1") << "[18446744073709551615]"
                                      << "'n[0]' is 18446744073709551615";
    QTest::newRow("too many") << "[1, 1, 1, 1]"
                              << "is a list of 4, expected a list of 1 to 3";
    QTest::newRow("none") << "[]"
                          << "is a list of 0, expected a list of 1 to 3";
}

void TestJsonConfig::refusesWrongField()
{
    QFETCH(const QString, field);
    QFETCH(const QString, says);
    auto parsed = parseJson(("{\"n\":" + field + "}").toStdString(), "config.json");
    QVERIFY(parsed);
    ConfigReader config(*parsed, "config.json");
    if (field.startsWith('['))
        QVERIFY(config.integerList("n", ConfigReader::kRequired, 1, 9, 1, 3).empty());
    else
        QCOMPARE(config.integer("n", ConfigReader::kRequired, 1, 9), 1);
    const auto done = config.finish();
    QVERIFY(!done);
    QVERIFY2(QString::fromStdString(done.error().message).contains(says), done.error().message.c_str());
}

void TestJsonConfig::namesNestedFields()
{
    ConfigReader config(nlohmann::json{{"latent", {{"channels", -4}}}, {"text", 3}}, "pipeline.json");
    config.object("latent").integer("channels", ConfigReader::kRequired, 1, 1024);
    config.object("text");
    config.object("scheduler", true);
    const auto done = config.finish();
    QVERIFY(!done);
    for (const char* part : {"'latent.channels' is -4", "'text' is 3, expected an object", "'scheduler' is missing"})
        QVERIFY2(done.error().message.find(part) != std::string::npos, done.error().message.c_str());
}

QTEST_GUILESS_MAIN(TestJsonConfig)
#include "tst_json_config.moc"
