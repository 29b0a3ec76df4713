// SPDX-License-Identifier: Apache-2.0
#include "core/models/text/sentencepiece_check.h"
#include "core/models/text/tokenizer.h"
#include "tests/support/reference_tensors.h"

#include <QTemporaryDir>

#include <fstream>
#include <limits>
#include <random>

using namespace toca;
using namespace toca::models;
using toca::test::ReferenceTensors;

namespace {

const std::filesystem::path kReference = TOCA_SOURCE_DIR "/tests/reference/t5";
const std::filesystem::path kMiniature = TOCA_SOURCE_DIR "/resources/models/toca-miniature";

std::string contentOf(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

class TstTokenizer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reproducesTheReferenceIds();
    void reproducesTheMiniaturesIds();
    void truncatesButKeepsTheEnd();
    void takesAnyBytes_data();
    void takesAnyBytes();
    void lowersAndStripsUnicode();
    void refusesOtherFiles();
    void refusesIdsThatDoNotFit();
    void survivesDamagedModels();
    void refusesATableThatPointsOutside();

private:
    std::filesystem::path written(const std::string& content)
    {
        const std::filesystem::path path = (m_folder.path() + "/spiece.model").toStdString();
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }
    QTemporaryDir m_folder;
};

void TstTokenizer::reproducesTheReferenceIds()
{
    const nlohmann::json set = ReferenceTensors::must(checkpoint::readJsonFile(kReference / "tokenizer.json"));
    const auto path = kReference / set.at("model").get<std::string>();
    const Tokenizer whole = ReferenceTensors::must(Tokenizer::open(path, {.maxLength = 100000}));
    const Tokenizer cut =
        ReferenceTensors::must(Tokenizer::open(path, {.maxLength = set.at("max_length").get<std::int64_t>()}));
    QCOMPARE(whole.vocabularySize(), set.at("pieces").get<std::int64_t>());
    QVERIFY(set.at("cases").size() > 10);
    for (const nlohmann::json& entry : set.at("cases")) {
        const auto text = entry.at("text").get<std::string>();
        QVERIFY2(whole.encode(text) == entry.at("ids").get<TokenIds>(), text.c_str());
        QVERIFY2(whole.pieces(text) == entry.at("pieces").get<std::vector<std::string>>(), text.c_str());
        const PaddedTokens padded = cut.encodePadded(text);
        QVERIFY2(padded.ids == entry.at("padded").get<TokenIds>(), text.c_str());
        QVERIFY2(padded.mask == entry.at("mask").get<TokenIds>(), text.c_str());
    }
}

void TstTokenizer::reproducesTheMiniaturesIds()
{
    const ReferenceTensors reference(kMiniature / "expected");
    const Tokenizer tokenizer = ReferenceTensors::must(
        Tokenizer::open(kMiniature / "tokenizer/spiece.model", {.lowercase = true, .strip = true, .maxLength = 32}));
    for (const nlohmann::json& entry : reference.json().at("cases")) {
        const auto name = entry.at("name").get<std::string>();
        const torch::Tensor ids = reference.tensor(name + "/token_ids").to(torch::kLong);
        const auto prompt = entry.at("prompt").get<std::string>();
        const TokenIds wanted(ids.data_ptr<std::int64_t>(), ids.data_ptr<std::int64_t>() + ids.numel());
        QCOMPARE(tokenizer.encodePadded(prompt).ids, wanted);
        QCOMPARE(tokenizer.encodePadded(" \t" + QByteArray::fromStdString(prompt).toUpper().toStdString() + "\n").ids,
            wanted);
    }
}

void TstTokenizer::truncatesButKeepsTheEnd()
{
    const Tokenizer tokenizer = ReferenceTensors::must(Tokenizer::open(kReference / "spiece.model", {.maxLength = 4}));
    const TokenIds ids = tokenizer.encode("the quick brown fox");
    QCOMPARE(ids.size(), std::size_t{4});
    QCOMPARE(ids.back(), std::int64_t{1});
    const Tokenizer one = ReferenceTensors::must(Tokenizer::open(kReference / "spiece.model", {.maxLength = 1}));
    QCOMPARE(one.encode("the quick brown fox"), TokenIds{1});
}

void TstTokenizer::takesAnyBytes_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("100000 characters") << QByteArray(100000, 'a');
    QTest::newRow("100000 words") << QByteArray("red ").repeated(100000);
    QTest::newRow("100000 spaces") << QByteArray(100000, ' ');
    QTest::newRow("100000 emoji") << QByteArray("\xF0\x9F\x98\x80").repeated(100000);
    QTest::newRow("combining marks") << QByteArray("e" + QByteArray("\xCC\x81").repeated(50000));
    QTest::newRow("NULs") << QByteArray(1000, '\0');
    QTest::newRow("continuation bytes") << QByteArray(100000, '\x80');
    QTest::newRow("cut sequence") << QByteArray("a\xF0\x9F\x98");
    QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80");
    QTest::newRow("0xFF") << QByteArray(1000, '\xFF');
    std::mt19937 random(7);
    QByteArray noise(100000, '\0');
    for (char& byte : noise)
        byte = static_cast<char>(random());
    QTest::newRow("noise") << noise;
    QTest::newRow("more than is looked at") << QByteArray(3 << 20, 'x');
}

void TstTokenizer::takesAnyBytes()
{
    QFETCH(QByteArray, text);
    const Tokenizer tokenizer = ReferenceTensors::must(
        Tokenizer::open(kReference / "spiece.model", {.lowercase = true, .strip = true, .maxLength = 300}));
    const TokenIds ids = tokenizer.encode(text.toStdString());
    QVERIFY(!ids.empty() && ids.size() <= 300);
    QCOMPARE(ids.back(), std::int64_t{1});
    for (const std::int64_t id : ids)
        QVERIFY(id >= 0 && id < tokenizer.vocabularySize());
}

void TstTokenizer::lowersAndStripsUnicode()
{
    QCOMPARE(lowercased("A RED Ball"), std::string("a red ball"));
    QCOMPARE(lowercased("\xC3\x89\xCE\xA9\xD0\x96"), std::string("\xC3\xA9\xCF\x89\xD0\xB6")); // ÉΩЖ
    QCOMPARE(lowercased("\xFF\xC3"), std::string("\xFF\xC3"));
    QCOMPARE(stripped(" \t\n a b \xE3\x80\x80\xC2\xA0"), std::string_view("a b"));
    QCOMPARE(stripped("\xE3\x80\x80"), std::string_view());
    QCOMPARE(stripped("\x80 "), std::string_view("\x80"));
}

void TstTokenizer::refusesOtherFiles()
{
    const auto codeOf = [](const Result<Tokenizer>& result) {
        return result ? ErrorCode::Internal : result.error().code;
    };
    QVERIFY(codeOf(Tokenizer::open(kReference / "absent.model")) == ErrorCode::NotFound);
    QVERIFY(codeOf(Tokenizer::open(kReference)) == ErrorCode::NotFound);
    QVERIFY(codeOf(Tokenizer::open(kReference / "case.json")) == ErrorCode::BadFormat);
    QVERIFY(codeOf(Tokenizer::open(written(""))) == ErrorCode::BadFormat);
    const std::string model = contentOf(kReference / "spiece.model");
    QVERIFY(codeOf(Tokenizer::open(written(model.substr(0, model.size() - 7)))) == ErrorCode::BadFormat);
    QVERIFY(codeOf(Tokenizer::open(kReference / "spiece.model", {.maxLength = 0})) == ErrorCode::InvalidArgument);
}

void TstTokenizer::refusesIdsThatDoNotFit()
{
    const Result<Tokenizer> other = Tokenizer::open(kReference / "spiece.model", {.unkId = 5});
    QVERIFY(!other);
    QVERIFY2(other.error().message.find("unknown id 2") != std::string::npos, other.error().message.c_str());
    QVERIFY(!Tokenizer::open(kReference / "spiece.model", {.eosId = 1 << 20}));
}

void TstTokenizer::survivesDamagedModels()
{
    const std::string model = contentOf(kReference / "spiece.model");
    std::mt19937 random(11);
    int refused = 0;
    for (int i = 0; i < 400; ++i) {
        std::string damaged = model;
        const int changes = 1 + static_cast<int>(random() % 8);
        for (int change = 0; change < changes; ++change)
            damaged[random() % damaged.size()] = static_cast<char>(random());
        if (i % 4 == 0)
            damaged.resize(random() % damaged.size());
        const Result<Tokenizer> tokenizer = Tokenizer::open(written(damaged));
        refused += tokenizer ? 0 : 1;
        if (tokenizer)
            for (const char* text :
                {"a red ball", "caf\xC3\xA9 \xEF\xBC\xA6 \xE2\x84\xA2 \xF0\x9F\x98\x80", "\x01\xFF"})
                QVERIFY(!tokenizer->encode(text).empty());
    }
    QVERIFY(refused > 50);
}

void TstTokenizer::refusesATableThatPointsOutside()
{
    std::string model = contentOf(kReference / "spiece.model");
    QVERIFY(checkSentencePieceModel(model, "spiece.model"));
    // The table begins with its own size in bytes, 4 bytes, followed by the root unit, whose upper 22 bits are the
    // offset.
    const std::size_t text = model.find("nmt_nfkc");
    QVERIFY(text != std::string::npos);
    std::size_t table = text + 8 + 1; // field tag of precompiled_charsmap, then its length as a varint
    while (static_cast<unsigned char>(model[table]) & 0x80)
        ++table;
    for (std::size_t byte = 0; byte < 4; ++byte)
        model[table + 1 + 4 + byte] = '\xFF';
    const Result<void> checked = checkSentencePieceModel(model, "spiece.model");
    QVERIFY(!checked);
    QVERIFY2(checked.error().message.find("outside") != std::string::npos, checked.error().message.c_str());
}

QTEST_GUILESS_MAIN(TstTokenizer)
#include "tst_tokenizer.moc"
