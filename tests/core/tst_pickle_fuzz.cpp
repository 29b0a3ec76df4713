// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/pytorch_file.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTest>

#include <map>
#include <random>

using namespace toca;
using namespace toca::checkpoint;

namespace {

constexpr int kMutations = 6'000;
/// A slow machine, or a sanitizer, does fewer.
constexpr qint64 kMostMilliseconds = 3'000;

std::vector<std::string> referenceFiles(const QString& pattern)
{
    std::vector<std::string> files;
    const QDir folder(TOCA_SOURCE_DIR "/tests/reference/pickle/accept");
    for (const QFileInfo& info : folder.entryInfoList({pattern}, QDir::Files, QDir::Name)) {
        QFile file(info.filePath());
        if (file.open(QIODevice::ReadOnly))
            files.push_back(file.readAll().toStdString());
    }
    return files;
}

/// Reads `bytes` as a file. Everything that it asks for must be inside of them.
/// @return "" when it was read, its message when it was refused, "WRONG: .." when something is wrong
std::string outcome(const std::string& bytes)
{
    bool isOutside = false;
    const ByteSource source{
        "damaged.pt", bytes.size(), [&](std::uint64_t offset, std::size_t count) -> Result<std::string> {
            isOutside = isOutside || offset > bytes.size() || count > bytes.size() - offset;
            return isOutside ? std::string(count % 4096, '\0') : bytes.substr(offset, count);
        }};
    const auto file = readPytorchFile(source, layoutOf(std::string_view(bytes).substr(0, kLayoutBytes)));
    if (isOutside)
        return "WRONG: it reads outside of the file";
    if (!file)
        return file.error().message.find("damaged.pt") == std::string::npos
            ? "WRONG: no file in: " + file.error().message
            : file.error().message;
    for (const StoredView& view : file->tensors) {
        // The same arithmetic once more, in numbers that can't overflow.
        long double end = 1;
        bool isEmpty = false;
        for (std::size_t i = 0; i < view.shape.size(); ++i) {
            isEmpty = isEmpty || view.shape[i] == 0;
            end += static_cast<long double>(view.shape[i] - 1) * static_cast<long double>(view.strides[i]);
        }
        end = end * static_cast<long double>(pickleTypeBytes(view.type)) + static_cast<long double>(view.offset);
        if (!isEmpty && end > static_cast<long double>(bytes.size()))
            return "WRONG: tensor '" + view.path + "' reaches outside of the file";
    }
    return {};
}

} // namespace

/// Damaged PyTorch files end in a message or in tensors that lie inside the file.
class TestPickleFuzz : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cutAtEveryByte();
    void damaged();
};

void TestPickleFuzz::cutAtEveryByte()
{
    for (const char* name : {"zip_protocol4.pt", "zip_parameters.pt", "legacy_flat.pt"}) {
        const auto files = referenceFiles(name);
        QCOMPARE(files.size(), 1u);
        const std::string& bytes = files.front();
        QCOMPARE(outcome(bytes), std::string());
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const std::string message = outcome(bytes.substr(0, size));
            QVERIFY2(!message.empty() && !message.starts_with("WRONG"), message.c_str());
        }
    }
}

void TestPickleFuzz::damaged()
{
    const auto seeds = referenceFiles("*");
    QVERIFY(seeds.size() >= 10);
    // Operations of pickles, so that damage often makes another program instead of none.
    const std::string operations = "(.012FIJKLMNPQRSTUVXabcd}eghijl]opqrst)uGBC\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8b"
                                   "\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97";
    std::mt19937 random(20'241'006);
    const auto below = [&](std::size_t count) { return count == 0 ? 0 : random() % count; };
    int accepted = 0, refused = 0;
    QElapsedTimer clock;
    clock.start();
    for (int i = 0; i < kMutations && clock.elapsed() < kMostMilliseconds; ++i) {
        std::string bytes = seeds[below(seeds.size())];
        for (std::size_t n = 1 + below(3); n > 0 && !bytes.empty(); --n) {
            // The pickle is at the start of both layouts.
            const std::size_t at = below(below(2) ? std::min<std::size_t>(bytes.size(), 1200) : bytes.size());
            switch (below(7)) {
            case 0:
                bytes[at] ^= static_cast<char>(1 << below(8));
                break;
            case 1:
                bytes[at] = static_cast<char>(random());
                break;
            case 2:
                bytes[at] = operations[below(operations.size())];
                break;
            case 3:
                bytes.erase(at, 1 + below(8));
                break;
            case 4:
                bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(60)));
                break;
            case 5:
                for (std::size_t k = at; k < std::min(at + 8, bytes.size()); ++k)
                    bytes[k] = static_cast<char>(below(2) ? 0xff : below(4));
                break;
            default: {
                const std::string& other = seeds[below(seeds.size())];
                bytes = bytes.substr(0, at) + other.substr(below(other.size()));
            }
            }
        }
        const std::string message = outcome(bytes);
        ++(message.empty() ? accepted : refused);
        QVERIFY2(!message.starts_with("WRONG"), message.c_str());
    }
    qInfo("%d accepted, %d refused", accepted, refused);
    QVERIFY(accepted > 0 && refused > accepted);
}

QTEST_GUILESS_MAIN(TestPickleFuzz)
#include "tst_pickle_fuzz.moc"
