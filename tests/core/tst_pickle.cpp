// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/checkpoint.h"
#include "tests/support/pickle_bytes.h"
#include "tests/support/safetensors_bytes.h"

#include <torch/nn/modules/linear.h>

#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <set>

using namespace toca;
using namespace toca::checkpoint;
using namespace toca::tests;
using namespace toca::tests::pickled;

namespace {

const std::filesystem::path kReference = TOCA_SOURCE_DIR "/tests/reference/pickle";
const std::string kSix = bytesOf<float>({0, 1, 2, 3, 4, 5});

std::string sixFloats()
{
    return pickled::storage("0", "FloatStorage", 6);
}

std::string call(const std::string& module, const std::string& name, const std::string& arguments = "")
{
    return global(module, name) + pickled::tuple(arguments) + "R";
}

std::string scalar(const std::string& key = "0")
{
    return pickled::tensor(pickled::storage(key, "FloatStorage", 6), 0, {1}, {1});
}

QJsonObject referenceCase()
{
    QFile file(QString::fromStdString((kReference / "case.json").string()));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

QString messageOf(const Result<Checkpoint>& checkpoint)
{
    return checkpoint ? QString("it was read") : QString::fromStdString(checkpoint.error().message);
}

std::vector<std::string> namesOf(const Checkpoint& checkpoint)
{
    std::vector<std::string> names;
    for (const TensorInfo& info : checkpoint.tensors())
        names.push_back(info.name);
    return names;
}

} // namespace

/// PyTorch files are read without running anything, or refused with the reason.
class TestPickle : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsReferenceFile_data();
    void readsReferenceFile();
    void refusesReferenceFile_data();
    void refusesReferenceFile();
    void refusesHostilePickle_data();
    void refusesHostilePickle();
    void refusesHostileArchive_data();
    void refusesHostileArchive();
    void refusesHostileStream_data();
    void refusesHostileStream();
    void readsOldStreams();
    void readsBigEndianArchive();
    void readsConjugates();
    void dropsObjectsOfUnknownClasses();
    void choosesSection_data();
    void choosesSection();
    void mapsInsteadOfCopying();
    void loadsViewsIntoModules();
    void tellsLayoutByContent();
    void readsShardedFiles();
    void findsWeightsInFolders();

private:
    std::filesystem::path write(const std::string& name, const std::string& bytes) const
    {
        const auto path = std::filesystem::path(m_folder.path().toStdString()) / name;
        std::filesystem::create_directories(path.parent_path());
        writeBytes(path, bytes);
        return path;
    }
    Result<Checkpoint> open(const std::string& bytes, std::optional<std::string> section = std::nullopt) const
    {
        return Checkpoint::open(write("file.pt", bytes), {.section = std::move(section)});
    }

    QTemporaryDir m_folder;
};

void TestPickle::readsReferenceFile_data()
{
    QTest::addColumn<QString>("file");
    for (const QString& file : referenceCase()["accept"].toObject().keys())
        QTest::newRow(qPrintable(file)) << file;
}

void TestPickle::readsReferenceFile()
{
    QFETCH(const QString, file);
    const auto expected = Checkpoint::open(kReference / "expected.safetensors");
    QVERIFY(expected);

    const auto checkpoint = Checkpoint::open(kReference / "accept" / file.toStdString(), {.section = ""});

    QVERIFY2(checkpoint, qPrintable(messageOf(checkpoint)));
    std::size_t compared = 0;
    const std::string prefix = file.toStdString() + "::";
    for (const TensorInfo& info : expected->tensors()) {
        if (!info.name.starts_with(prefix))
            continue;
        ++compared;
        const std::string path = info.name.substr(prefix.size());
        QVERIFY2(checkpoint->find(path), path.c_str());
        const torch::Tensor actual = checkpoint->tensor(path).contiguous(), reference = expected->tensor(info.name);
        QCOMPARE(actual.scalar_type(), reference.scalar_type());
        QCOMPARE(actual.sizes(), reference.sizes());
        QCOMPARE(checkpoint->find(path)->bytes, reference.nbytes());
        QVERIFY(actual.nbytes() == 0
            || std::memcmp(actual.const_data_ptr(), reference.const_data_ptr(), actual.nbytes()) == 0);
    }
    QCOMPARE(checkpoint->tensors().size(), compared);
    QVERIFY(compared > 0);
}

void TestPickle::refusesReferenceFile_data()
{
    QTest::addColumn<QString>("file");
    for (const QString& file : referenceCase()["reject"].toObject().keys())
        QTest::newRow(qPrintable(file)) << file;
}

void TestPickle::refusesReferenceFile()
{
    QFETCH(const QString, file);

    const auto checkpoint = Checkpoint::open(kReference / "reject" / file.toStdString());

    QVERIFY(!checkpoint);
    QVERIFY2(messageOf(checkpoint).contains(file), qPrintable(messageOf(checkpoint)));
    // The reader names what was asked for.
    if (file.startsWith("os_system"))
        QVERIFY2(messageOf(checkpoint).contains("posix.system"), qPrintable(messageOf(checkpoint)));
    if (file.startsWith("builtins_eval"))
        QVERIFY2(messageOf(checkpoint).contains("__builtin__.eval"), qPrintable(messageOf(checkpoint)));
}

void TestPickle::refusesHostilePickle_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* kind, const std::string& value, const char* says) {
        QTest::newRow(kind) << QByteArray(value.data(), static_cast<qsizetype>(value.size())) << QString(says);
    };
    const auto view = [&](const char* kind, std::int64_t offset, const std::vector<std::int64_t>& shape,
                          const std::vector<std::int64_t>& strides, const char* says) {
        row(kind, dictionary({{"w", pickled::tensor(sixFloats(), offset, shape, strides)}}), says);
    };
    constexpr std::int64_t kHuge = std::int64_t{1} << 62;

    row("calls os.system", call("os", "system", text("false")), "'os.system'|runs programs|Nothing was run");
    row("calls eval", call("builtins", "eval", text("1+1")), "'builtins.eval'");
    row("names os.system only", dictionary({{"w", scalar()}, {"x", global("os", "system")}}), "'os.system'");
    row("a part of os", call("os.path", "join", text("a")), "'os.path.join'");
    row("dotted name", text("torch.serialization") + text("os.system") + "\x93)R", "'torch.serialization.os.system'");
    row("calls by stack", text("subprocess") + text("Popen") + "\x93)R", "'subprocess.Popen'");
    row("calls by INST", "(" + text("false") + "iposix\nsystem\n", "'posix.system'");
    row("calls by OBJ", "(" + global("nt", "system") + text("false") + "o", "'nt.system'");
    row("makes an object of os.system", global("os", "system") + ")\x81", "'os.system'");
    row("calls an unknown function", call("my.module", "function"),
        "asks to call 'my.module.function'|Nothing was run");
    row("calls an unknown class by INST", "(imy.module\nThing\n", "asks to call 'my.module.Thing'");
    row("calls an object", global("my", "Thing") + ")\x81)R", "calls 'my.Thing'|no function");
    row("calls a text", text("os.system") + ")R", "calls a text");
    row("calls a tensor", scalar() + ")R", "calls a tensor");
    row("calls torch.load", call("torch.serialization", "load", text("x")), "'torch.serialization.load'");
    row("loads from bytes", call("torch.storage", "_load_from_bytes"), "'torch.storage._load_from_bytes'");
    row("attributes by os.system",
        global("torch._tensor", "_rebuild_from_type_v2")
            + pickled::tuple(global("os", "system") + global("torch", "Tensor") + ")}") + "R",
        "'os.system'");
    row("type functions in each other",
        global("torch._tensor", "_rebuild_from_type_v2")
            + pickled::tuple(global("torch._tensor", "_rebuild_from_type_v2") + global("torch", "Tensor") + ")}") + "R",
        "expected a function of torch._utils");
    row("derived class of tensor",
        global("torch._tensor", "_rebuild_from_type_v2")
            + pickled::tuple(global("torch._utils", "_rebuild_tensor_v2") + global("my", "Packed") + ")}") + "R",
        "'my.Packed'");
    row("quantized", call("torch._utils", "_rebuild_qtensor"), "a quantized tensor|Save");
    row("quantized storage", pickled::storage("0", "QInt8Storage", 6), "a quantized tensor");
    row("sparse", call("torch._utils", "_rebuild_sparse_tensor"), "a sparse tensor");
    row("whole module", global("torch.nn.modules.linear", "Linear") + ")\x81}b", "'torch.nn.modules.linear.Linear'");
    row("no tensors", "}", "no tensors");

    view("view past the end", 0, {7}, {1}, "[7]|28 bytes|has 24");
    view("offset past the end", 6, {1}, {1}, "28 bytes|has 24");
    view("strides past the end", 0, {2, 2}, {5, 1}, "28 bytes|has 24");
    view("negative offset", -1, {2}, {1}, "starts at element -1");
    view("negative stride", 5, {2}, {-1}, "stride");
    view("negative size", 0, {-2}, {1}, "dimension");
    view("product overflows", 0, {kHuge, kHuge}, {0, 0}, "impossible shape");
    view("stride overflows", 0, {2, 2}, {kHuge, 1}, "impossible shape");
    view("offset overflows", kHuge, {1}, {1}, "impossible shape");
    view("overflow beside zero", 0, {0, kHuge, kHuge}, {1, 1, 1}, "impossible shape");
    view("expanded beyond memory", 0, {kHuge / 1024}, {0}, "expanded");
    view("strides missing", 0, {2, 3}, {1}, "2 dimensions and 1 strides");
    view("17 dimensions", 0, std::vector<std::int64_t>(17, 1), std::vector<std::int64_t>(17, 1), "17 dimensions");
    row("negative storage", pickled::tensor(pickled::storage("0", "FloatStorage", -6), 0, {1}, {1}), "(-6)");
    row("storage of 2^64 bytes", pickled::storage("0", "FloatStorage", kHuge), "impossible number");
    row("storage of an unknown type", pickled::storage("0", "OddStorage", 6), "'torch.OddStorage'");
    row("storage by path", dictionary({{"w", scalar("../data.pkl")}}), "'archive/data/../data.pkl'|missing");
    row("storage with two types", "](" + scalar() + pickled::storage("0", "IntStorage", 6) + "e", "float32|int32");
    row("shape is a text",
        global("torch._utils", "_rebuild_tensor_v2")
            + pickled::tuple(sixFloats() + number(0) + text("six") + numbers({1}) + "\x89}") + "R",
        "0 dimensions and 1 strides");
    row("tensor of nothing", call("torch._utils", "_rebuild_tensor_v2"), "from 0 values");
    row("conjugate of real numbers", pickled::tensor(sixFloats(), 0, {6}, {1}, dictionary({{"conj", "\x88"}})),
        "'conj'");

    row("takes from nothing", "R", "more values than there are");
    row("closes no mark", "t", "not opened");
    row("two values", "NN", "2 values, expected 1");
    row("unknown kept value", "h\x05", "number 5");
    row("memo at 4 billion", "Nr\xff\xff\xff\xff", "4294967295|out of order");
    row("extension code", "\x82\x01", "extension");
    row("text of 2^64 bytes", "\x8d" + std::string(8, '\xff'), "ends too early");
    row("bytes of 2^63", "\x8e" + std::string(7, '\xff') + "\x7f", "ends too early");
    row("number of 2 GB", "\x8b\xff\xff\xff\x7f", "ends too early");
    row("unknown operation", "\xfe", "unknown operation 254");
    row("protocol 6", "\x80\x06N", "protocol 6");
    row("key without value", "}(NNNu", "key without a value");
    row("item of a tuple", ")Na", "takes none");
    row("a million marks", std::string(1'000'000, '('), "deeper than 10000");
    row("five million lists", std::string(5'000'000, ']'), "more than 4000000 objects");
    row("tuples in tuples", "N" + std::string(1'000'000, '\x85'), "deeper than 100");
    std::string doubled = scalar();
    for (int i = 0; i < 60; ++i)
        doubled += "2\x86";
    row("2^60 names", doubled, "too many names");
    row("list holds itself", "]2a" + std::string("q\x01", 2) + "0h\x01", "holds itself");
    row("dictionary holds itself", std::string("}q\x01", 3) + text("w") + scalar() + "s" + text("me") + "h\x01s",
        "holds itself");
    row("same path twice", dictionary({{"a/b", scalar()}, {"a", dictionary({{"b", scalar()}})}}), "two tensors|'a/b'");
    row("name with NUL", dictionary({{std::string("a\0b", 3), scalar()}}), "a\\x00b");
    row("name of 2000 bytes", dictionary({{std::string(2000, 'n'), scalar()}}), "longer than 1024");
    row("name that is no UTF-8", dictionary({{"\xed\xb2\x80", scalar()}}), "UTF-8");
    row("key is a tuple", "}" + numbers({1, 2}) + scalar() + "s", "no text, number or name");
    row("class with a long name", global(std::string(2000, 'm'), "n"), "1 to 512 bytes");
    row("name without end", "c" + std::string(20, 'x'), "no end");
    row("malformed number", "Iabc\n", "'abc'");
    row("malformed text", "S'abc\n", "malformed text");
    row("storage by text", "Pabc\n", "protocol 0");
}

void TestPickle::refusesHostilePickle()
{
    QFETCH(const QByteArray, value);
    QFETCH(const QString, says);
    const std::string pickle = whole(value.toStdString());

    const auto fromZip = open(torchZip(pickle, {{"0", kSix}}), "");
    const auto fromStream = open(torchStream(pickle, {{"0", 6, kSix}}), "");

    QVERIFY(!fromZip && !fromStream);
    for (const QString& part : says.split('|'))
        QVERIFY2(messageOf(fromZip).contains(part), qPrintable(part + " is not in: " + messageOf(fromZip)));
    // A stream finds the rest of the file behind a pickle that is cut, and refuses it for that.
    QVERIFY2(messageOf(fromStream).contains("file.pt"), qPrintable(messageOf(fromStream)));
    QVERIFY2(messageOf(fromZip).size() < 700 && !messageOf(fromZip).contains('\n'), qPrintable(messageOf(fromZip)));
}

void TestPickle::refusesHostileArchive_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* kind, const std::string& bytes, const char* says) {
        QTest::newRow(kind) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())) << QString(says);
    };
    const std::string pickle = whole(dictionary({{"w", scalar()}}));
    const ZipRecord main{"a/data.pkl", pickle}, data{"a/data/0", kSix};
    const std::string good = zipBytes({main, data}, 1);
    const std::size_t directory = good.find("PK\x01\x02"), end = good.find("PK\x05\x06");
    const auto changed = [&](std::size_t at, const std::string& with) {
        std::string bytes = good;
        return bytes.replace(at, with.size(), with);
    };
    using namespace std::string_literals;

    row("compressed", zipBytes({main, {"a/data/0", std::string(20, 'x'), 8}}), "'a/data/0'|compressed (method 8)");
    row("encrypted", zipBytes({main, {"a/data/0", kSix, 0, 1}}), "'a/data/0'|encrypted");
    row("same name twice", zipBytes({main, data, data}), "two records named 'a/data/0'");
    row("no data.pkl", zipBytes({data}), "no record FOLDER/data.pkl");
    row("data.pkl in a deeper folder", zipBytes({{"a/b/data.pkl", pickle}, data}), "no record FOLDER/data.pkl");
    row("TorchScript", zipBytes({main, data, {"a/constants.pkl", ""}}), "TorchScript");
    row("name with NUL", zipBytes({main, {"a/x\0y"s, ""}}), "a/x\\x00y");
    row("name that is empty", zipBytes({main, {"", ""}}), "expected 1 to");
    row("unknown byte order", zipBytes({main, data, {"a/byteorder", "middle"}}), "'middle'");
    row("record too short", zipBytes({main, {"a/data/0", kSix.substr(4)}}), "20 bytes, expected 24");
    row("record too long", zipBytes({main, {"a/data/0", kSix + kSix}}), "48 bytes, expected 24");
    row("record missing", zipBytes({main, {"a/data/1", kSix}}), "'a/data/0' is missing");
    row("no records", "PK\x05\x06" + std::string(18, '\0'), "no records");
    row("only a beginning", "PK\x03\x04", "no central directory");
    row("end cut", good.substr(0, good.size() - 1), "no central directory");
    row("directory elsewhere", changed(end + 16, "\xff\xff\xff\x7f"), "does not end at");
    row("more entries than there are", changed(end + 8, "\x09\0\x09\0"s), "entry 2");
    row("fewer entries than there are", changed(end + 8, "\x01\0\x01\0"s), "bytes after its last entry");
    row("split archive", changed(end + 4, "\x01"), "split");
    row("size past the end", changed(directory + 20, "\xff\xff\xff\x7f\xff\xff\xff\x7f"), "reaches outside");
    row("zip64 size missing", changed(directory + 24, "\xff\xff\xff\xff"), "zip64");
    row("entry cut", changed(directory + 28, "\xff\xff"), "is cut");
    row("two records at one place", changed(good.find("PK\x01\x02", end - 60) + 42, "\0\0\0\0"s), "where another one");
    row("records over each other", changed(good.find("PK\x01\x02", end - 60) + 42, "\x05\0\0\0"s), "lies over");
    row("other name in the header", changed(30, "b"), "contradicts");
    row("other method in the header", changed(8, "\x08"), "contradicts");
    row("long extra in the header", changed(28, "\xff\xff"), "lies over");
}

void TestPickle::refusesHostileArchive()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, says);

    const auto checkpoint = open(bytes.toStdString());

    QVERIFY(!checkpoint);
    for (const QString& part : says.split('|'))
        QVERIFY2(messageOf(checkpoint).contains(part), qPrintable(part + " is not in: " + messageOf(checkpoint)));
}

void TestPickle::refusesHostileStream_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* kind, const std::string& bytes, const char* says) {
        QTest::newRow(kind) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())) << QString(says);
    };
    const std::string pickle = whole(dictionary({{"w", scalar()}}));
    const auto viewed = [&](std::int64_t first, std::int64_t count, std::int64_t size) {
        const std::string storage =
            pickled::storage("0", "FloatStorage", 6, pickled::tuple(text("v") + number(first) + number(count)));
        return torchStream(whole(pickled::tensor(storage, 0, {size}, {1})), {{"0", 6, kSix}});
    };
    std::string magic = torchStream(pickle, {{"0", 6, kSix}}), version = magic;
    ++magic[5];
    ++version[18];
    std::string tar(512, '\0');
    tar.replace(0, 8, "storages").replace(257, 5, "ustar");

    row("other magic number", magic, "magic number");
    row("other version", version, "unknown version|1001");
    row("a pickle of another program", whole(dictionary({{"w", "N"}})), "magic number");
    row("TAR archive", tar, "TAR archive");
    row("storage not listed", torchStream(pickle, {}), "storage '0' is not in the file");
    row("storage unknown", torchStream(pickle, {{"1", 6, kSix}}), "'1'|no tensor uses");
    row("storage twice", torchStream(pickle, {{"0", 6, kSix}, {"0", 6, kSix}}), "listed twice");
    row("storage cut", torchStream(pickle, {{"0", 6, kSix.substr(1)}}), "cut in storage '0'|31 bytes");
    row("other number of elements", torchStream(pickle, {{"0", 5, kSix}}), "5 elements, expected 6");
    row("2^64 - 1 elements", torchStream(pickle, {{"0", ~0ULL, kSix}}), "18446744073709551615 elements");
    row("keys are no list", streamStart() + pickle + whole("}") + littleEndian(6, 8) + kSix, "no list of storages");
    row("view past its root", viewed(4, 3, 1), "reaches outside");
    row("view before its root", viewed(-1, 3, 1), "reaches outside");
    row("tensor past its view", viewed(2, 3, 4), "16 bytes|has 12");
}

void TestPickle::refusesHostileStream()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, says);

    const auto checkpoint = open(bytes.toStdString());

    QVERIFY(!checkpoint);
    for (const QString& part : says.split('|'))
        QVERIFY2(messageOf(checkpoint).contains(part), qPrintable(part + " is not in: " + messageOf(checkpoint)));
}

void TestPickle::readsOldStreams()
{
    // Storages that are parts of others, and the first form of tensors: no gradient flag, no hooks.
    const std::string view =
        pickled::storage("7", "FloatStorage", 6, pickled::tuple(text("v") + number(2) + number(3)));
    const std::string tensor = global("torch._utils", "_rebuild_tensor")
        + pickled::tuple(view + number(1) + numbers({2}) + numbers({1})) + "R";

    const auto checkpoint = open(torchStream(whole(dictionary({{"w", tensor}})), {{"7", 6, kSix}}));

    QVERIFY2(checkpoint, qPrintable(messageOf(checkpoint)));
    QVERIFY(torch::equal(checkpoint->tensor("w"), torch::tensor({3.0F, 4.0F})));
}

void TestPickle::readsBigEndianArchive()
{
    const std::string big("\x3f\x80\0\0\x40\0\0\0", 8); // 1.0F, 2.0F
    const std::string pickle =
        whole(dictionary({{"w", pickled::tensor(pickled::storage("0", "FloatStorage", 2), 0, {2}, {1})},
            {"c", pickled::tensor(pickled::storage("1", "ComplexFloatStorage", 1), 0, {1}, {1})}}));

    const auto checkpoint =
        open(zipBytes({{"a/data.pkl", pickle}, {"a/byteorder", "big"}, {"a/data/0", big}, {"a/data/1", big}}));

    QVERIFY2(checkpoint, qPrintable(messageOf(checkpoint)));
    QVERIFY(torch::equal(checkpoint->tensor("w"), torch::tensor({1.0F, 2.0F})));
    QCOMPARE(checkpoint->tensor("c").item<c10::complex<float>>(), c10::complex<float>(1, 2));
}

void TestPickle::readsConjugates()
{
    const std::string storage = pickled::storage("0", "ComplexFloatStorage", 3);
    const std::string pickle = whole(dictionary({{"plain", pickled::tensor(storage, 1, {1}, {1})},
        {"conj", pickled::tensor(storage, 1, {1}, {1}, dictionary({{"conj", "\x88"}}))},
        {"neg", pickled::tensor(storage, 1, {1}, {1}, dictionary({{"neg", "\x88"}}))}}));

    const auto checkpoint = open(torchZip(pickle, {{"0", kSix}}));

    QVERIFY2(checkpoint, qPrintable(messageOf(checkpoint)));
    QCOMPARE(checkpoint->tensor("plain").item<c10::complex<float>>(), c10::complex<float>(2, 3));
    QCOMPARE(checkpoint->tensor("conj").item<c10::complex<float>>(), c10::complex<float>(2, -3));
    QCOMPARE(checkpoint->tensor("neg").item<c10::complex<float>>(), c10::complex<float>(-2, -3));
}

void TestPickle::dropsObjectsOfUnknownClasses()
{
    const std::string namespaceObject =
        global("argparse", "Namespace") + ")\x81" + dictionary({{"lr", number(1)}, {"hidden", scalar()}}) + "b";
    const std::string own = global("my.training", "State") + ")\x81" + dictionary({{"hidden", scalar()}}) + "b";
    const std::string listLike = global("my.training", "Losses") + ")\x81(" + scalar() + "e";
    const std::string numpyScalar = call("numpy.core.multiarray", "scalar", "N");

    const auto mixed = open(
        torchZip(whole(dictionary({{"args", namespaceObject}, {"state", own}, {"losses", listLike},
                     {"best", numpyScalar}, {"activation", global("torch.nn.functional", "gelu")}, {"w", scalar()}})),
            {{"0", kSix}}));

    QVERIFY2(mixed, qPrintable(messageOf(mixed)));
    QCOMPARE(namesOf(*mixed), std::vector<std::string>{"w"});
}

void TestPickle::choosesSection_data()
{
    QTest::addColumn<QStringList>("top"); // keys at the top that hold {"module.w": tensor}
    QTest::addColumn<QString>("wanted"); // "auto", or the option
    QTest::addColumn<QString>("section");
    QTest::addColumn<QStringList>("names");

    QTest::newRow("DiT training") << QStringList{"model", "ema", "opt"} << "auto"
                                  << "ema" << QStringList{"w"};
    QTest::newRow("PixArt") << QStringList{"state_dict", "state_dict_ema"} << "auto"
                            << "state_dict" << QStringList{"w"};
    QTest::newRow("model only") << QStringList{"opt", "model"} << "auto"
                                << "model" << QStringList{"w"};
    QTest::newRow("module only") << QStringList{"module"} << "auto"
                                 << "module" << QStringList{"w"};
    QTest::newRow("asked for") << QStringList{"model", "ema"} << "model"
                               << "model" << QStringList{"w"};
    QTest::newRow("asked for another") << QStringList{"model", "net"} << "net"
                                       << "net" << QStringList{"w"};
    QTest::newRow("all of it") << QStringList{"model", "ema"} << ""
                               << "" << QStringList{"ema/module.w", "model/module.w"};
    QTest::newRow("none is usual") << QStringList{"net", "other"} << "auto"
                                   << "" << QStringList{"net/module.w", "other/module.w"};
}

void TestPickle::choosesSection()
{
    QFETCH(const QStringList, top);
    QFETCH(const QString, wanted);
    QFETCH(const QString, section);
    QFETCH(const QStringList, names);
    std::vector<std::pair<std::string, std::string>> items;
    for (const QString& key : top)
        items.emplace_back(key.toStdString(), dictionary({{"module.w", scalar()}}));
    const std::string bytes = torchZip(whole(dictionary(items)), {{"0", kSix}});

    const auto checkpoint = open(bytes, wanted == "auto" ? std::nullopt : std::optional(wanted.toStdString()));

    QVERIFY2(checkpoint, qPrintable(messageOf(checkpoint)));
    QCOMPARE(QString::fromStdString(checkpoint->section()), section);
    QStringList found;
    for (const std::string& name : namesOf(*checkpoint))
        found << QString::fromStdString(name);
    QCOMPARE(found, names);

    const auto absent = open(bytes, "absent");
    QVERIFY(!absent);
    QCOMPARE(absent.error().code, ErrorCode::BadCheckpoint);
    QVERIFY2(messageOf(absent).contains("'absent'") && messageOf(absent).contains("'" + top[0] + "'"),
        qPrintable(messageOf(absent)));
}

void TestPickle::mapsInsteadOfCopying()
{
    const std::string pickle = whole(dictionary({{"rows", pickled::tensor(sixFloats(), 0, {2, 3}, {3, 1})},
        {"columns", pickled::tensor(sixFloats(), 0, {3, 2}, {1, 3})},
        {"last", pickled::tensor(sixFloats(), 5, {1}, {1})}}));

    const auto aligned = open(torchZip(pickle, {{"0", kSix}}));

    QVERIFY2(aligned, qPrintable(messageOf(aligned)));
    const auto rows = aligned->tensor("rows"), columns = aligned->tensor("columns"), last = aligned->tensor("last");
    QCOMPARE(columns.const_data_ptr(), rows.const_data_ptr()); // the same bytes of the same mapping
    QCOMPARE(last.const_data_ptr<float>(), rows.const_data_ptr<float>() + 5);
    QVERIFY(torch::equal(columns, rows.t()));
    QVERIFY(!columns.is_contiguous());

    // At an odd offset the elements can't be used in place. Another file: the first one is mapped.
    const std::string odd = torchZip(pickle, {{"0", kSix}}, 1);
    QVERIFY(odd.find(kSix) % 4 != 0);
    const auto misaligned = Checkpoint::open(write("odd.pt", odd));
    QVERIFY2(misaligned, qPrintable(messageOf(misaligned)));
    QVERIFY(torch::equal(misaligned->tensor("columns"), rows.t()));
    QCOMPARE(reinterpret_cast<std::uintptr_t>(misaligned->tensor("last").const_data_ptr()) % 4, 0u);
}

void TestPickle::loadsViewsIntoModules()
{
    torch::nn::Linear linear(2, 3);
    const auto checkpoint = open(torchZip(whole(dictionary({{"weight", pickled::tensor(sixFloats(), 0, {3, 2}, {1, 3})},
                                              {"bias", pickled::tensor(sixFloats(), 4, {3}, {0})}})),
        {{"0", kSix}}));
    QVERIFY2(checkpoint, qPrintable(messageOf(checkpoint)));

    const auto loaded = loadInto(*linear, *checkpoint);

    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    QVERIFY(linear->weight.is_contiguous());
    QVERIFY(torch::equal(linear->weight, torch::tensor({{0.F, 3.F}, {1.F, 4.F}, {2.F, 5.F}})));
    QVERIFY(torch::equal(linear->bias, torch::full({3}, 4.0F)));
}

void TestPickle::tellsLayoutByContent()
{
    const std::string pickle = whole(dictionary({{"w", scalar()}}));
    for (const char* name : {"a.safetensors", "a.bin", "a.pt", "a", "a.zip"}) {
        for (const std::string& bytes : {torchZip(pickle, {{"0", kSix}}), torchStream(pickle, {{"0", 6, kSix}}),
                 safetensorsBytes(std::string("{").append(entry("w", "F32", "[1]", "[0,4]")).append("}"), 4)}) {
            const auto checkpoint = Checkpoint::open(write(name, bytes));
            QVERIFY2(checkpoint, qPrintable(messageOf(checkpoint)));
            QCOMPARE(namesOf(*checkpoint), std::vector<std::string>{"w"});
        }
    }
}

void TestPickle::readsShardedFiles()
{
    const auto shard = [](const char* name) { return torchZip(whole(dictionary({{name, scalar()}})), {{"0", kSix}}); };
    write("sharded/pytorch_model-00001-of-00002.bin", shard("a"));
    write("sharded/pytorch_model-00002-of-00002.bin", shard("b"));
    write("sharded/pytorch_model.bin.index.json",
        R"({"weight_map":{"a":"pytorch_model-00001-of-00002.bin","b":"pytorch_model-00002-of-00002.bin"}})");
    const auto folder = std::filesystem::path(m_folder.path().toStdString()) / "sharded";

    const auto checkpoint = Checkpoint::open(folder);

    QVERIFY2(checkpoint, qPrintable(messageOf(checkpoint)));
    QCOMPARE(namesOf(*checkpoint), (std::vector<std::string>{"a", "b"}));

    write("sharded/pytorch_model.bin.index.json",
        R"({"weight_map":{"a":"pytorch_model-00001-of-00002.bin","c":"pytorch_model-00002-of-00002.bin"}})");
    QVERIFY2(messageOf(Checkpoint::open(folder)).contains("'b'"), qPrintable(messageOf(Checkpoint::open(folder))));
}

void TestPickle::findsWeightsInFolders()
{
    const std::string file = torchZip(whole(dictionary({{"w", scalar()}})), {{"0", kSix}});
    for (const char* name : {"pytorch_model.bin", "diffusion_pytorch_model.bin", "DiT-XL-2-256x256.pt", "model.pth"}) {
        const auto path = write(std::string("folder of ") + name + "/" + name, file);
        write(std::string("folder of ") + name + "/config.json", "{}");
        const auto checkpoint = Checkpoint::open(path.parent_path());
        QVERIFY2(checkpoint, qPrintable(messageOf(checkpoint)));
        QCOMPARE(checkpoint->path(), path);
    }
    const auto first = write("two/a.pt", file);
    write("two/b.pt", file);
    const auto unclear = Checkpoint::open(first.parent_path());
    QVERIFY(!unclear);
    QVERIFY2(
        messageOf(unclear).contains("'a.pt'") && messageOf(unclear).contains("'b.pt'"), qPrintable(messageOf(unclear)));
}

QTEST_GUILESS_MAIN(TestPickle)
#include "tst_pickle.moc"
