// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/setting_file.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace toca;
using namespace toca::plan;

namespace {

std::vector<NamedSetting> samples()
{
    return {
        {"Portraits", "faces stay sharp", "toca", "careful", {{"fresh_ratio", 0.2}, {"mlp_interval", std::int64_t{4}}}},
        {"Größe „drei“", "", "schedule", "", {{"table", std::string("6x2; mlp = 2*c 5r10")}}},
        {"Plain", "", "none", "", {}},
    };
}

} // namespace

class TestSettingFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void settingsReadBack();
    void fileReadsBack();
    void hostileFilesAreRefused_data();
    void hostileFilesAreRefused();
    void cutOffAnywhereIsRefused();
};

void TestSettingFile::settingsReadBack()
{
    const auto back = namedSettingsFromJson(namedSettingsJson(samples()), "x.json");
    QVERIFY2(back, back ? "" : back.error().message.c_str());
    QVERIFY(*back == samples());
    QVERIFY(namedSettingsFromJson(namedSettingsJson({}), "x.json")->empty());
}

void TestSettingFile::fileReadsBack()
{
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("settings.json").toStdString();
    QCOMPARE(readNamedSettings(path).error().code, ErrorCode::NotFound);
    QVERIFY(writeNamedSettings(path, samples()));
    QVERIFY(*readNamedSettings(path) == samples());
}

void TestSettingFile::hostileFilesAreRefused_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("said");
    const auto file = [](const QByteArray& settings) {
        return QByteArray(R"({"format":"toca-settings","version":1,"settings":)") + QByteArray(settings) + "}";
    };
    QTest::newRow("nothing") << QByteArray() << QByteArray("no JSON object");
    QTest::newRow("list") << QByteArray("[]") << QByteArray("no JSON object");
    QTest::newRow("other format") << QByteArray(R"({"format":"x"})") << QByteArray("format");
    QTest::newRow("other version") << QByteArray(R"({"format":"toca-settings","version":2})") << QByteArray("version");
    QTest::newRow("no list") << file("3") << QByteArray("no list");
    QTest::newRow("no object") << file("[3]") << QByteArray("setting 1");
    QTest::newRow("no name") << file(R"([{"policy":"toca"}])") << QByteArray("name");
    QTest::newRow("two lines") << file(R"([{"name":"a\nb","policy":"toca"}])") << QByteArray("one line");
    QTest::newRow("long name") << file("[{\"name\":\"" + QByteArray(5000, 'a') + "\",\"policy\":\"toca\"}]")
                               << QByteArray("name");
    QTest::newRow("unknown policy") << file(R"([{"name":"a","policy":"nope"}])") << QByteArray("'nope'");
    QTest::newRow("unknown preset") << file(R"([{"name":"a","policy":"toca","preset":"b"}])")
                                    << QByteArray("preset 'b'");
    QTest::newRow("unknown parameter") << file(R"([{"name":"a","policy":"toca","values":{"x":1}}])")
                                       << QByteArray("parameter 'x'");
    QTest::newRow("out of range") << file(R"([{"name":"a","policy":"toca","values":{"fresh_ratio":7}}])")
                                  << QByteArray("fresh_ratio");
    QTest::newRow("wrong type") << file(R"([{"name":"a","policy":"toca","values":{"fresh_ratio":[1]}}])")
                                << QByteArray("fresh_ratio");
    QTest::newRow("broken table") << file(R"([{"name":"a","policy":"schedule","values":{"table":"3x"}}])")
                                  << QByteArray("table");
    QTest::newRow("same name twice") << file(R"([{"name":"a","policy":"toca"},{"name":"a","policy":"fora"}])")
                                     << QByteArray("two settings");
    QTest::newRow("deep") << QByteArray(R"({"format":)") + QByteArray(200000, '[') << QByteArray("no JSON object");
}

void TestSettingFile::hostileFilesAreRefused()
{
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, said);
    const auto settings = namedSettingsFromJson(json.toStdString(), "mine.json");
    QVERIFY(!settings);
    QCOMPARE(settings.error().code, ErrorCode::BadFormat);
    const QByteArray message = QByteArray::fromStdString(settings.error().message);
    QVERIFY2(message.contains("'mine.json'") && message.contains(said), message);
}

void TestSettingFile::cutOffAnywhereIsRefused()
{
    const std::string whole = namedSettingsJson(samples());
    for (std::size_t length = 0; length + 2 < whole.size(); ++length)
        QVERIFY(!namedSettingsFromJson(whole.substr(0, length), "x"));
}

QTEST_GUILESS_MAIN(TestSettingFile)
#include "tst_setting_file.moc"
