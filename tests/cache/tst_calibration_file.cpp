// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/calibration.h"
#include "core/base/atomic_file.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <limits>

using namespace toca;
using plan::Calibration;

namespace {

Calibration example(const std::string& method = "teacache")
{
    Calibration calibration;
    calibration.method = method;
    calibration.modelIdentity = "00112233445566778899aabbccddeeff";
    calibration.modelName = "small \"model\"\n";
    calibration.values = {{"coefficients", {217.5, -118.3, 26.9, -0.046, 0.048}}, {"range", {0.01, 0.4}},
        {"ratios", {1, 0.9, 1.0 / 3}}, {"noise_scale", {0.98}}, {"quality", {0.5}}};
    calibration.source = {{"a red ball", "\xc3\xa9"}, {1, std::numeric_limits<std::uint64_t>::max()}, 30, "rflow", 7.5,
        17, 128, 96, "0.1.0"};
    return calibration;
}

std::string replaced(std::string text, const std::string& what, const std::string& by)
{
    const auto at = text.find(what);
    if (at == std::string::npos)
        qFatal("'%s' is not in the file", what.c_str());
    return text.replace(at, what.size(), by);
}

} // namespace

class TestCalibrationFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writtenAndReadIsTheSame();
    void hostileFilesAreRefused_data();
    void hostileFilesAreRefused();
    void everyCutIsRefused();
    void wrongCalibrationsAreNotWritten();
    void foreignWeightsAreRefused();
    void anotherMethodIsRefused();
    void withoutOneTheMessageSaysHow();
    void bareGeometryNeedsNone();
    void modelsOwnFolderIsUsed();
    void fitFindsThePolynomial();
    void fitMatchesLeastSquares();
    void fitRefusesTooLittle();
    void noiseScaleIsFound();
    void noiseScaleKeepsOneWhenThatIsBest();
    void noiseScaleHandsErrorsOn();
};

void TestCalibrationFile::writtenAndReadIsTheSame()
{
    QTemporaryDir folder;
    const std::string path = folder.filePath("a.json").toStdString();
    for (const std::string& method : plan::calibratedMethods()) {
        QVERIFY(plan::writeCalibration(path, example(method)).has_value());
        const auto read = plan::readCalibration(path);
        QVERIFY2(read.has_value(), read ? "" : read.error().message.c_str());
        QVERIFY(*read == example(method));
        QCOMPARE(plan::calibrationJson(*read), plan::calibrationJson(example(method)));
    }
    QVERIFY(plan::calibrationJson(example()).find("date") == std::string::npos);
}

void TestCalibrationFile::hostileFilesAreRefused_data()
{
    QTest::addColumn<std::string>("text");
    const std::string good = plan::calibrationJson(example());
    const auto row = [](const char* name, std::string text) { QTest::newRow(name) << std::move(text); };
    row("empty", "");
    row("no object", "[1, 2]");
    row("another format", replaced(good, "toca-calibration", "something"));
    row("newer version", replaced(good, "\"version\": 1", "\"version\": 2"));
    row("version is a text", replaced(good, "\"version\": 1", "\"version\": \"1\""));
    row("unknown method", replaced(good, "\"teacache\"", "\"magic\""));
    row("method is a list", replaced(good, "\"teacache\"", "[\"teacache\"]"));
    row("no identity", replaced(good, "00112233445566778899aabbccddeeff", ""));
    row("long identity", replaced(good, "00112233445566778899aabbccddeeff", std::string(5000, 'a')));
    row("too few coefficients", replaced(good, "217.5,", ""));
    row("huge coefficient", replaced(good, "217.5", "1e300"));
    row("infinite coefficient", replaced(good, "217.5", "1e999"));
    row("NaN", replaced(good, "217.5", "NaN"));
    row("text for a number", replaced(good, "217.5", "\"217.5\""));
    row("empty range", replaced(good, "0.01,", "0.4,"));
    row("negative range", replaced(good, "0.01,", "-0.01,"));
    row("values are a list", replaced(good, "\"values\": {", "\"values\": [{"));
    row("no source", replaced(good, "\"source\"", "\"sauce\""));
    row("no steps", replaced(good, "\"steps\": 30", "\"steps\": 0"));
    row("half steps", replaced(good, "\"steps\": 30", "\"steps\": 30.5"));
    row("negative seed", replaced(good, "18446744073709551615", "-1"));
    row("prompt is a number", replaced(good, "\"a red ball\"", "5"));
    row("deep", std::string(200'000, '[') + std::string(200'000, ']'));
    row("deep inside", replaced(good, "\"quality\": [", "\"quality\": [" + std::string(100'000, '[')));
    row("invalid UTF-8", replaced(good, "a red ball", "\xff\xfe"));
    row("something behind", good + "{}");
    QTest::newRow("NUL") << replaced(good, "a red ball", std::string(1, '\0'));
    std::string many = "[0";
    for (int i = 0; i < 5000; ++i)
        many += ",0";
    row("too many numbers", replaced(good, "\"quality\": [", "\"other\": " + many + "],\"quality\": ["));
    row("control characters in a name", replaced(good, "quality", "qua\x1b[31m"));
}

void TestCalibrationFile::hostileFilesAreRefused()
{
    QFETCH(std::string, text);
    const auto read = plan::calibrationFromJson(text, "some file.json");
    QVERIFY(!read);
    QVERIFY(read.error().code == ErrorCode::BadFormat || read.error().code == ErrorCode::Unsupported);
    QVERIFY(read.error().message.find("some file.json") != std::string::npos);
    for (const char c : read.error().message)
        QVERIFY(static_cast<unsigned char>(c) >= 0x20);
    QVERIFY(read.error().message.size() < 1000);
}

void TestCalibrationFile::everyCutIsRefused()
{
    const std::string good = plan::calibrationJson(example());
    for (std::size_t length = 0; length + 2 < good.size(); ++length)
        QVERIFY(!plan::calibrationFromJson(std::string_view(good).substr(0, length), "cut.json"));
}

void TestCalibrationFile::wrongCalibrationsAreNotWritten()
{
    QTemporaryDir folder;
    const auto path = folder.filePath("a.json").toStdString();
    auto wrong = example();
    wrong.values["coefficients"][2] = std::nan("");
    QVERIFY(!plan::writeCalibration(path, wrong));
    wrong = example("magcache");
    wrong.values.erase("ratios");
    QVERIFY(!plan::writeCalibration(path, wrong));
    wrong = example();
    wrong.modelIdentity.clear();
    QVERIFY(!plan::writeCalibration(path, wrong));
    QVERIFY(!QFile::exists(folder.filePath("a.json")));
    QVERIFY(!plan::readCalibration(path));
    QCOMPARE(plan::readCalibration(path).error().code, ErrorCode::NotFound);
}

void TestCalibrationFile::foreignWeightsAreRefused()
{
    QTemporaryDir folder;
    const auto path = folder.filePath("a.json").toStdString();
    QVERIFY(plan::writeCalibration(path, example()).has_value());
    plan::PolicyContext context;
    context.modelIdentity = example().modelIdentity;
    QVERIFY(plan::calibrationFor("teacache", path, context).has_value());
    QVERIFY(plan::makePolicy("teacache", {{"calibration", path}}, {}, context).has_value());
    context.modelIdentity = "ffeeddccbbaa99887766554433221100";
    const auto policy = plan::makePolicy("teacache", {{"calibration", path}}, {}, context);
    QVERIFY(!policy);
    QCOMPARE(policy.error().code, ErrorCode::InvalidArgument);
    QVERIFY(policy.error().message.find("fitted to other weights") != std::string::npos);
    QVERIFY(policy.error().message.find("toca calibrate --policy teacache") != std::string::npos);
    // Nothing is read where nothing is needed.
    QVERIFY(plan::makePolicy("teacache", {{"calibration", path}, {"threshold", 0.0}}, {}, context).has_value());
    QVERIFY(plan::makePolicy("teacache", {{"coefficients", std::string("0,0,0,1,0")}}, {}, context).has_value());
}

void TestCalibrationFile::anotherMethodIsRefused()
{
    QTemporaryDir folder;
    const auto path = folder.filePath("a.json").toStdString();
    QVERIFY(plan::writeCalibration(path, example("magcache")).has_value());
    const auto policy = plan::makePolicy("teacache", {{"calibration", path}});
    QVERIFY(!policy);
    QVERIFY(policy.error().message.find("is a calibration for magcache, not for teacache") != std::string::npos);
}

void TestCalibrationFile::withoutOneTheMessageSaysHow()
{
    plan::PolicyContext context;
    context.modelIdentity = "ffeeddccbbaa99887766554433221100";
    QTemporaryDir folder;
    for (const std::string& place : {std::string(), folder.path().toStdString()}) {
        context.calibrationFolder = place;
        for (const char* method : {"teacache", "magcache"}) {
            const auto policy = plan::makePolicy(method, {}, {}, context);
            QVERIFY(!policy);
            QCOMPARE(policy.error().code, ErrorCode::NotFound);
            QVERIFY(policy.error().message.find("toca calibrate --policy " + std::string(method)) != std::string::npos);
        }
    }
}

void TestCalibrationFile::bareGeometryNeedsNone()
{
    const auto shape = plan::publishedShape("opensora-v1.2");
    QVERIFY(shape.has_value());
    const auto geometry = plan::geometryFor(*shape, 51, 854, 480, 25);
    QVERIFY(geometry.has_value());
    for (const char* method : {"teacache", "magcache"}) {
        const auto policy = plan::makePolicy(method);
        QVERIFY(policy.has_value());
        const auto plan = (*policy)->plan(*geometry, plan::uniformSchedule("rflow", 30));
        QVERIFY(plan.has_value());
        QVERIFY(!plan->isStatic());
        QCOMPARE(plan->totalFlops(), plan->baselineFlops());
        QVERIFY(plan->cacheBytes() > 0);
    }
}

void TestCalibrationFile::modelsOwnFolderIsUsed()
{
    QTemporaryDir folder;
    plan::PolicyContext context;
    context.modelIdentity = example().modelIdentity;
    context.calibrationFolder = folder.path().toStdString();
    QVERIFY(plan::writeCalibration(folder.filePath("magcache.json").toStdString(), example("magcache")).has_value());
    QVERIFY(plan::makePolicy("magcache", {}, {}, context).has_value());
    QVERIFY(!plan::makePolicy("teacache", {}, {}, context));
    QVERIFY(writeFileAtomically(folder.filePath("teacache.json").toStdString(), "rubbish").has_value());
    const auto broken = plan::makePolicy("teacache", {}, {}, context);
    QVERIFY(!broken);
    QCOMPARE(broken.error().code, ErrorCode::BadFormat);
}

void TestCalibrationFile::fitFindsThePolynomial()
{
    const std::vector<double> coefficients{217.546, -118.329, 26.866, -0.0459, 0.0484};
    std::vector<double> x, y;
    for (int i = 0; i < 40; ++i) {
        x.push_back(0.002 + 0.01 * i);
        y.push_back(plan::polynomialAt(coefficients, x.back()));
    }
    const auto fitted = plan::fitPolynomial(x, y, 4);
    QVERIFY(fitted.has_value());
    for (std::size_t i = 0; i < 5; ++i)
        QVERIFY(std::abs((*fitted)[i] - coefficients[i]) < 1e-7 * (1 + std::abs(coefficients[i])));
}

void TestCalibrationFile::fitMatchesLeastSquares()
{
    // By hand: slope (0 * 1 + 1 * 0 + 2 * 5 - 3 * 1 * 2) / (0 + 1 + 4 - 3) = 2 through the means (1, 2).
    const auto line = plan::fitPolynomial({0, 1, 2}, {1, 0, 5}, 1);
    QVERIFY(line.has_value());
    QVERIFY(std::abs((*line)[0] - 2) < 1e-12 && std::abs((*line)[1]) < 1e-12);
    // Residuals of a least-squares fit are orthogonal to every power.
    const std::vector<double> x{0.01, 0.02, 0.05, 0.05, 0.11, 0.3, 0.31}, y{0.1, 0.05, 0.2, 0.3, 0.1, 0.7, 0.5};
    const auto fitted = plan::fitPolynomial(x, y, 2);
    QVERIFY(fitted.has_value());
    for (int power = 0; power <= 2; ++power) {
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i)
            sum += (y[i] - plan::polynomialAt(*fitted, x[i])) * std::pow(x[i], power);
        QVERIFY(std::abs(sum) < 1e-12);
    }
}

void TestCalibrationFile::fitRefusesTooLittle()
{
    QVERIFY(!plan::fitPolynomial({}, {}, 4));
    QVERIFY(!plan::fitPolynomial({1, 2, 3, 4}, {1, 2, 3, 4}, 4));
    QVERIFY(!plan::fitPolynomial({1, 1, 1, 1, 1, 1}, {1, 2, 3, 4, 5, 6}, 4));
    QVERIFY(!plan::fitPolynomial({1, 2, 3, 4, 5}, {1, 2, 3, 4}, 1));
    QVERIFY(!plan::fitPolynomial({1, 2, 3, 4, std::nan("")}, {1, 2, 3, 4, 5}, 1));
    QVERIFY(!plan::fitPolynomial({0, 0}, {1, 1}, 1));
}

void TestCalibrationFile::noiseScaleIsFound()
{
    const std::vector<double> uncached{1.0, 0.9, 0.8};
    int calls = 0;
    const auto fit = plan::fitNoiseScale(uncached, [&](double scale) -> Result<std::vector<double>> {
        ++calls;
        return std::vector<double>{1.0, 0.9 * 0.973 / scale, 0.8 * 0.973 / scale};
    });
    QVERIFY(fit.has_value());
    QVERIFY(std::abs(fit->scale - 0.973) < 0.002);
    QVERIFY(fit->mismatch < 0.1 * fit->mismatchAtOne);
    QCOMPARE(fit->runs, calls);
    QVERIFY(calls < 20);
}

void TestCalibrationFile::noiseScaleKeepsOneWhenThatIsBest()
{
    const auto fit = plan::fitNoiseScale({1.0}, [](double scale) -> Result<std::vector<double>> {
        return std::vector<double>{1.0 + 10 * std::abs(scale - 1)};
    });
    QVERIFY(fit.has_value());
    QCOMPARE(fit->scale, 1.0);
}

void TestCalibrationFile::noiseScaleHandsErrorsOn()
{
    const auto cancelled = plan::fitNoiseScale(
        {1.0}, [](double) -> Result<std::vector<double>> { return unexpected(ErrorCode::Cancelled, "stopped"); });
    QVERIFY(!cancelled);
    QCOMPARE(cancelled.error().code, ErrorCode::Cancelled);
    QVERIFY(!plan::fitNoiseScale({1.0}, [](double) -> Result<std::vector<double>> { return std::vector<double>{}; }));
    QVERIFY(!plan::fitNoiseScale(
        {1.0}, [](double) -> Result<std::vector<double>> { return std::vector<double>{std::nan("")}; }));
}

QTEST_GUILESS_MAIN(TestCalibrationFile)
#include "tst_calibration_file.moc"
