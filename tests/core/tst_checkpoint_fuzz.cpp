// SPDX-License-Identifier: Apache-2.0
#include "core/base/safetensors_header.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/json_config.h"
#include "tests/support/safetensors_bytes.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <map>
#include <random>

using namespace toca;
using namespace toca::checkpoint;

namespace {

constexpr int kMutations = 20'000;
/// A slow machine, or a sanitizer, does fewer.
constexpr qint64 kMostMilliseconds = 60'000;

/// Seeded damage to a file's bytes, one kind at a time.
class Mutator {
public:
    using Change = std::function<void(Mutator&, std::string&)>;

    Mutator(std::vector<std::string> seeds, std::vector<std::string> tokens)
        : m_seeds(std::move(seeds))
        , m_tokens(std::move(tokens))
    {
    }

    std::size_t below(std::size_t count) { return count == 0 ? 0 : m_random() % count; }
    const std::string& seed() { return m_seeds[below(m_seeds.size())]; }

    void flipBits(std::string& bytes)
    {
        for (std::size_t n = 1 + below(4); n > 0 && !bytes.empty(); --n)
            bytes[below(bytes.size())] ^= static_cast<char>(1 << below(8));
    }
    void setBytes(std::string& bytes)
    {
        for (std::size_t n = 1 + below(4); n > 0 && !bytes.empty(); --n)
            bytes[below(bytes.size())] = static_cast<char>(m_random());
    }
    void truncate(std::string& bytes) { bytes.resize(below(bytes.size())); }
    void erase(std::string& bytes) { bytes.erase(below(bytes.size()), 1 + below(16)); }
    void extend(std::string& bytes) { bytes.append(1 + below(64), static_cast<char>(m_random())); }
    void repeat(std::string& bytes)
    {
        const std::string part = bytes.substr(below(bytes.size()), 1 + below(80));
        bytes.insert(below(bytes.size()), part);
    }
    void splice(std::string& bytes)
    {
        const std::string& other = seed();
        bytes = bytes.substr(0, below(bytes.size())) + other.substr(below(other.size()));
    }
    void insertToken(std::string& bytes) { bytes.insert(below(bytes.size() + 1), m_tokens[below(m_tokens.size())]); }
    /// Another number in the place of one that is there.
    void changeNumber(std::string& bytes)
    {
        static const char* kNumbers[] = {"0", "1", "2", "3", "4", "8", "12", "24", "-1", "255", "65536", "4294967296",
            "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e400",
            "0.5", "1e3"};
        const std::size_t from = bytes.find_first_of("0123456789", below(bytes.size()));
        if (from == std::string::npos)
            return;
        const std::size_t to = std::min(bytes.find_first_not_of("0123456789", from), bytes.size());
        bytes.replace(from, to - from, kNumbers[below(std::size(kNumbers))]);
    }
    void changeLength(std::string& bytes)
    {
        for (std::size_t i = 0; i < 8 && i < bytes.size(); ++i) {
            if (below(3) == 0)
                bytes[i] = below(2) ? static_cast<char>(0xff) : static_cast<char>(m_random());
        }
    }

private:
    std::vector<std::string> m_seeds, m_tokens;
    std::mt19937 m_random{20'241'005};
};

/// Makes the length prefix agree with the JSON again, so that the damage reaches the checks behind it.
void repairLength(std::string& bytes)
{
    const auto end = bytes.rfind('}');
    if (end == std::string::npos || end < 8)
        return;
    for (int i = 0; i < 8; ++i)
        bytes[static_cast<std::size_t>(i)] = static_cast<char>((end - 7) >> (8 * i) & 0xff);
}

std::vector<std::string> readSeeds(const char* folder, const char* pattern)
{
    std::vector<std::string> seeds;
    const QDir directory(QString(TOCA_SOURCE_DIR "/tests/fuzz/") + folder);
    for (const QFileInfo& info : directory.entryInfoList({pattern}, QDir::Files, QDir::Name)) {
        QFile file(info.filePath());
        if (file.open(QIODevice::ReadOnly))
            seeds.push_back(file.readAll().toStdString());
    }
    return seeds;
}

struct Count {
    int accepted = 0, refused = 0;
};

/// @return whether the counts show that the mutations tested something: some of each
bool print(const char* what, const std::map<std::string, Count>& counts)
{
    Count all;
    for (const auto& [kind, count] : counts) {
        qInfo("%s: %-24s %6d accepted %6d refused", what, kind.c_str(), count.accepted, count.refused);
        all.accepted += count.accepted;
        all.refused += count.refused;
    }
    qInfo("%s: %-24s %6d accepted %6d refused", what, "all", all.accepted, all.refused);
    return all.accepted > 0 && all.refused > all.accepted;
}

} // namespace

/// Damaged copies of small files are either refused with a message or can be read completely.
class TestCheckpointFuzz : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void damagedSafetensors();
    void damagedJson();
};

void TestCheckpointFuzz::damagedSafetensors()
{
    const auto seeds = readSeeds("safetensors", "*.safetensors");
    QVERIFY(seeds.size() >= 10);
    Mutator mutator(seeds,
        {"{", "}", "[", "]", ",", ":", "\"", "null", "NaN", "-", "\"w\":", "[[[[", "\\u0000", std::string(1, '\0'),
            "\xff", " ", "\"dtype\":\"F32\",", "\"shape\":[],", "\"data_offsets\":[0,0],", "\"__metadata__\":{},",
            "F64", "BOOL", "F8_E4M3"});
    const std::pair<const char*, Mutator::Change> kinds[] = {{"bits flipped", &Mutator::flipBits},
        {"bytes set", &Mutator::setBytes}, {"truncated", &Mutator::truncate}, {"bytes removed", &Mutator::erase},
        {"bytes appended", &Mutator::extend}, {"part repeated", &Mutator::repeat},
        {"two files spliced", &Mutator::splice}, {"token inserted", &Mutator::insertToken},
        {"number changed", &Mutator::changeNumber}, {"header length changed", &Mutator::changeLength}};
    const QTemporaryDir folder;
    const std::filesystem::path path = (folder.path() + "/damaged.safetensors").toStdString();

    std::map<std::string, Count> counts;
    QElapsedTimer clock;
    clock.start();
    for (int i = 0; i < kMutations && clock.elapsed() < kMostMilliseconds; ++i) {
        const auto& [kind, change] = kinds[static_cast<std::size_t>(i) % std::size(kinds)];
        std::string bytes = mutator.seed();
        for (std::size_t n = 1 + mutator.below(2); n > 0; --n) {
            if (!bytes.empty())
                change(mutator, bytes);
        }
        if (mutator.below(2))
            repairLength(bytes);

        const auto header = parseSafetensorsHeader(bytes, bytes.size(), "damaged.safetensors");
        Count& count = counts[kind];
        ++(header ? count.accepted : count.refused);
        if (!header)
            QVERIFY(header.error().message.find("damaged.safetensors") != std::string::npos);
        if (!header && i % 20 != 0) // files are slow; a share of the refused ones goes through the mapping too
            continue;
        tests::writeBytes(path, bytes);
        const auto checkpoint = Checkpoint::open(path);
        QCOMPARE(checkpoint.has_value(), header.has_value());
        if (!checkpoint)
            continue;
        for (const TensorInfo& info : checkpoint->tensors()) {
            const torch::Tensor copy = checkpoint->tensor(info.name).clone(); // reads every byte
            QCOMPARE(copy.nbytes(), info.bytes);
            QCOMPARE(copy.sizes(), torch::IntArrayRef(info.shape));
        }
    }
    QVERIFY(print("safetensors", counts));
}

void TestCheckpointFuzz::damagedJson()
{
    const auto seeds = readSeeds("json", "*.json");
    QVERIFY(seeds.size() >= 5);
    Mutator mutator(seeds,
        {"{", "}", "[", "]", ",", ":", "\"", "null", "true", "NaN", "-", "1e999", "\"depth\":", "[[[[", "\\u0000",
            "\\ud800", std::string(1, '\0'), "\xef\xbb\xbf", "//"});
    const std::pair<const char*, Mutator::Change> kinds[] = {{"bits flipped", &Mutator::flipBits},
        {"bytes set", &Mutator::setBytes}, {"truncated", &Mutator::truncate}, {"bytes removed", &Mutator::erase},
        {"bytes appended", &Mutator::extend}, {"part repeated", &Mutator::repeat},
        {"two files spliced", &Mutator::splice}, {"token inserted", &Mutator::insertToken},
        {"number changed", &Mutator::changeNumber}};

    std::map<std::string, Count> counts;
    QElapsedTimer clock;
    clock.start();
    for (int i = 0; i < kMutations && clock.elapsed() < kMostMilliseconds; ++i) {
        const auto& [kind, change] = kinds[static_cast<std::size_t>(i) % std::size(kinds)];
        std::string text = mutator.seed();
        if (!text.empty())
            change(mutator, text);
        auto value = parseJson(text, "damaged.json");
        Count& count = counts[kind];
        ++(value ? count.accepted : count.refused);
        if (!value) {
            QVERIFY(value.error().message.find("damaged.json") != std::string::npos);
            continue;
        }
        QVERIFY(parseJson(value->dump(), "damaged.json"));
        ConfigReader config(std::move(*value), "damaged.json");
        const auto depth = config.integer("depth", ConfigReader::kRequired, 1, 1000);
        QVERIFY(depth >= 1 && depth <= 1000);
        config.integerList("patch_size", ConfigReader::kRequired, 1, 8, 3, 3);
        config.string("name", ConfigReader::kRequired);
        config.object("latent").integer("channels", 4, 1, 64);
        const auto done = config.finish();
        QVERIFY(done || done.error().message.find("damaged.json") != std::string::npos);
    }
    QVERIFY(print("json", counts));
}

QTEST_GUILESS_MAIN(TestCheckpointFuzz)
#include "tst_checkpoint_fuzz.moc"
