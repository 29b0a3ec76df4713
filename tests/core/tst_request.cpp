// SPDX-License-Identifier: Apache-2.0
#include "core/api/engine.h"
#include "core/api/generation_request.h"
#include "core/api/model_info.h"

#include <QTest>

#include <limits>
#include <random>

using namespace toca;

namespace {

GenerationRequest changedRequest()
{
    GenerationRequest request;
    request.prompt = "a red \"ball\"\n\xF0\x9F\x8E\x88";
    request.negativePrompt = "blur";
    request.modelPath = "models/a b";
    request.seed = std::numeric_limits<std::uint64_t>::max();
    request.steps = 12;
    request.guidanceScale = 1.0 / 3;
    request.frames = 34;
    request.width = 96;
    request.height = 64;
    request.fps = 12.5;
    request.policy = "fora";
    request.preset = "every-2";
    request.policyParameters = {{"a", true}, {"b", std::int64_t{3}}, {"c", 3.0}, {"d", std::string("x")}};
    request.conditionPath = "first.png";
    request.conditionFrames = 5;
    request.precision = Precision::BFloat16;
    request.cacheStorage = *plan::cacheStorageFromText("mlp=int8@host,self_attention=bf16,offload");
    request.cacheBudget = 400'000'000;
    request.device = Device::Cuda;
    request.threads = 2;
    request.traceLevel = plan::TraceLevel::Scores;
    return request;
}

} // namespace

class TestRequest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void jsonRoundTripKeepsEveryField();
    void missingKeysKeepDefaultsAndUnknownOnesAreIgnored();
    void wrongTypesNameTheKey_data();
    void wrongTypesNameTheKey();
    void rangesNameFieldAndValue_data();
    void rangesNameFieldAndValue();
    void anyBytesMakeValidJson();
    void damagedJsonIsRefusedOrValid();
    void promptsAreSanitized_data();
    void promptsAreSanitized();
    void unknownWordsOfAPrompt();
    void progressReadsWell();
};

void TestRequest::jsonRoundTripKeepsEveryField()
{
    const GenerationRequest request = changedRequest();
    const auto read = requestFromJson(toJson(request));
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QVERIFY(*read == request);
    QCOMPARE(toJson(*read), toJson(request));
    QVERIFY(*requestFromJson(toJson(GenerationRequest(), 2)) == GenerationRequest());
    QVERIFY(!(request == GenerationRequest()));
}

void TestRequest::missingKeysKeepDefaultsAndUnknownOnesAreIgnored()
{
    const auto read = requestFromJson(R"({"steps": 7, "colour": [1, {"x": null}]})");
    QVERIFY(read);
    GenerationRequest expected;
    expected.steps = 7;
    QVERIFY(*read == expected);
}

void TestRequest::wrongTypesNameTheKey_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("named");
    const auto add = [](const char* json, const char* named) {
        QTest::newRow(json) << QByteArray(json) << QByteArray(named);
    };
    add(R"({"prompt": 3})", "\"prompt\"");
    add(R"({"prompt": null})", "\"prompt\"");
    add(R"({"cache_dtype": "int4"})", "\"cache_dtype\"");
    add(R"({"cache_dtype": 8})", "\"cache_dtype\"");
    add(R"({"cache_budget": -1})", "\"cache_budget\"");
    add(R"({"cache_budget": "400MB"})", "\"cache_budget\"");
    add(R"({"cache_budget": 1e30})", "\"cache_budget\"");
    add(R"({"seed": -1})", "\"seed\"");
    add(R"({"seed": 1.5})", "\"seed\"");
    add(R"({"seed": "1"})", "\"seed\"");
    add(R"({"steps": 2.5})", "\"steps\"");
    add(R"({"steps": 99999999999})", "\"steps\"");
    add(R"({"steps": -3})", "\"steps\"");
    add(R"({"guidance": "high"})", "\"guidance\"");
    add(R"({"device": "gpu"})", "cpu, cuda, auto");
    add(R"({"device": 0})", "\"device\"");
    add(R"({"trace_level": "all"})", "decisions, scores");
    add(R"({"parameters": []})", "\"parameters\"");
    add(R"({"parameters": {"a": {}}})", "\"parameters\"");
    add(R"({"parameters": {"a": 18446744073709551615}})", "\"parameters\"");
    add("", "not a JSON object");
    add("[]", "not a JSON object");
    add(R"({"prompt": "a)", "not a JSON object");
    add(R"({"steps": 0})", "steps is 0");
    add(R"({"guidance": 1e999})", "not a JSON object");
}

void TestRequest::wrongTypesNameTheKey()
{
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, named);
    const auto read = requestFromJson(json.toStdString());
    QVERIFY(!read);
    QVERIFY2(read.error().message.find(named.toStdString()) != std::string::npos, read.error().message.c_str());
}

void TestRequest::rangesNameFieldAndValue_data()
{
    QTest::addColumn<QByteArray>("named");
    QTest::addColumn<int>("index");
    const char* const names[] = {"prompt", "steps is 0", "steps is 1001", "guidance is nan", "guidance is -1",
        "frames is 0", "width is 0", "height is 65537", "fps is 0", "condition_frames is 0", "threads is -1", "model",
        "guidance is inf"};
    for (int i = 0; i < static_cast<int>(std::size(names)); ++i)
        QTest::newRow(names[i]) << QByteArray(names[i]) << i;
}

void TestRequest::rangesNameFieldAndValue()
{
    QFETCH(QByteArray, named);
    QFETCH(int, index);
    void (*const changes[])(GenerationRequest&) = {
        [](GenerationRequest& r) { r.prompt.assign((std::size_t{1} << 20) + 1, 'x'); },
        [](GenerationRequest& r) { r.steps = 0; },
        [](GenerationRequest& r) { r.steps = 1001; },
        [](GenerationRequest& r) { r.guidanceScale = std::numeric_limits<double>::quiet_NaN(); },
        [](GenerationRequest& r) { r.guidanceScale = -1; },
        [](GenerationRequest& r) { r.frames = 0; },
        [](GenerationRequest& r) { r.width = 0; },
        [](GenerationRequest& r) { r.height = 65537; },
        [](GenerationRequest& r) { r.fps = 0; },
        [](GenerationRequest& r) { r.conditionFrames = 0; },
        [](GenerationRequest& r) { r.threads = -1; },
        [](GenerationRequest& r) { r.modelPath.assign(5000, 'x'); },
        [](GenerationRequest& r) { r.guidanceScale = std::numeric_limits<double>::infinity(); },
    };
    GenerationRequest request;
    QVERIFY(checkRequest(request));
    changes[index](request);
    const auto checked = checkRequest(request);
    QVERIFY(!checked);
    QCOMPARE(checked.error().code, ErrorCode::InvalidArgument);
    QVERIFY2(checked.error().message.find(named.toStdString()) != std::string::npos, checked.error().message.c_str());
}

void TestRequest::anyBytesMakeValidJson()
{
    std::mt19937 random(3);
    for (int i = 0; i < 200; ++i) {
        GenerationRequest request;
        for (int k = 0; k < 300; ++k)
            request.prompt += static_cast<char>(random());
        const auto read = requestFromJson(toJson(request));
        QVERIFY(read);
        // Once the bytes are text, nothing changes any more.
        request.prompt = sanitizedPrompt(request.prompt);
        QCOMPARE(requestFromJson(toJson(request))->prompt, request.prompt);
        QCOMPARE(sanitizedPrompt(request.prompt), request.prompt);
    }
}

void TestRequest::damagedJsonIsRefusedOrValid()
{
    const std::string seed = toJson(changedRequest());
    std::mt19937 random(5);
    int refused = 0;
    for (int i = 0; i < 3000; ++i) {
        std::string json = seed;
        if (i % 3 == 0)
            json.resize(random() % seed.size());
        else
            for (int k = 0; k < i % 4 + 1; ++k)
                json[random() % json.size()] = static_cast<char>(random());
        const auto read = requestFromJson(json);
        if (read)
            QVERIFY(checkRequest(*read));
        else
            ++refused;
    }
    QVERIFY(refused > 1500);
    QVERIFY(!requestFromJson(std::string(200'000, '[')));
    QCOMPARE(requestFromJson(std::string(std::size_t{17} << 20, ' ')).error().code, ErrorCode::TooLarge);
}

void TestRequest::promptsAreSanitized_data()
{
    QTest::addColumn<QByteArray>("given");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("plain") << QByteArray("a red ball") << QByteArray("a red ball");
    QTest::newRow("empty") << QByteArray() << QByteArray();
    QTest::newRow("controls") << QByteArray("a\tb\nc\x7f"
                                            "d\0e",
        9) << QByteArray("a b c d e");
    QTest::newRow("C1 control") << QByteArray("a\xC2\x85"
                                              "b")
                                << QByteArray("a b");
    QTest::newRow("emoji") << QByteArray("\xF0\x9F\x98\x80") << QByteArray("\xF0\x9F\x98\x80");
    QTest::newRow("lone continuation") << QByteArray("\x80x") << QByteArray("\xEF\xBF\xBDx");
    QTest::newRow("overlong") << QByteArray("\xC0\xAF") << QByteArray("\xEF\xBF\xBD\xEF\xBF\xBD");
    QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80") << QByteArray("\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    QTest::newRow("beyond Unicode") << QByteArray("\xF5\x80\x80\x80") << QByteArray("\xEF\xBF\xBD").repeated(4);
    QTest::newRow("cut off") << QByteArray("a\xE2\x82") << QByteArray("a\xEF\xBF\xBD\xEF\xBF\xBD");
}

void TestRequest::promptsAreSanitized()
{
    QFETCH(QByteArray, given);
    QFETCH(QByteArray, expected);
    QCOMPARE(QByteArray::fromStdString(sanitizedPrompt(given.toStdString())), expected);
}

void TestRequest::unknownWordsOfAPrompt()
{
    using Words = std::vector<std::string>;
    ModelInfo model;
    QCOMPARE(unknownWords(model, "anything goes"), Words()); // open vocabulary
    model.vocabulary = {"a", "red", "ball", "moves", "up", "don't"};
    QCOMPARE(unknownWords(model, "A RED ball, moves up!"), Words());
    QCOMPARE(unknownWords(model, "a zebra (red-ball) don't  zebra 'fly'"), (Words{"zebra", "fly"}));
    QCOMPARE(unknownWords(model, "\xC3\xA4rger"), Words{"\xC3\xA4rger"});
    QCOMPARE(unknownWords(model, "q w e r t y u i o p").size(), std::size_t{8});
    QCOMPARE(unknownWords(model, "q w e r", 2), (Words{"q", "w"}));
}

void TestRequest::progressReadsWell()
{
    StepReport report;
    report.step = 11;
    report.steps = 30;
    report.denoisingSeconds = 12 / 8.4;
    report.etaSeconds = 1.6;
    QCOMPARE(progressText(report), std::string("step 12/30  8.4 it/s  ETA 0:02"));
    report.denoisingSeconds = 48;
    report.etaSeconds = 3723;
    QCOMPARE(progressText(report), std::string("step 12/30  4.0 s/it  ETA 1:02:03"));
    report.denoisingSeconds = 0;
    report.etaSeconds = std::numeric_limits<double>::quiet_NaN();
    QCOMPARE(progressText(report), std::string("step 12/30  ETA -:--"));
}

QTEST_GUILESS_MAIN(TestRequest)
#include "tst_request.moc"
