// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/checkpoint.h"
#include "tests/support/safetensors_bytes.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>
#include <fstream>
#include <sys/resource.h>

using namespace toca;
using namespace toca::checkpoint;

namespace {

using Tensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// Two parameters of a sub-module, a floating-point and an integer buffer.
struct SmallModel : torch::nn::Module {
    SmallModel()
    {
        fc = register_module("fc", torch::nn::Linear(3, 2));
        shift = register_buffer("shift", torch::zeros({4}));
        ids = register_buffer("ids", torch::zeros({2}, torch::kInt64));
    }
    torch::nn::Linear fc{nullptr};
    torch::Tensor shift, ids;
};

/// What SmallModel needs; the values are exact in every floating-point type.
Tensors smallWeights(torch::ScalarType dtype)
{
    return {{"fc.weight", torch::arange(6, torch::kFloat32).reshape({2, 3}).to(dtype)},
        {"fc.bias", torch::tensor({0.5F, -2.0F}).to(dtype)}, {"shift", torch::full({4}, 0.25F).to(dtype)},
        {"ids", torch::tensor({7, 9}, torch::kInt64)}};
}

/// Whether the process has `path` mapped at the tensor's data.
bool isMappedFrom(const torch::Tensor& tensor, const std::filesystem::path& path)
{
    const auto address = reinterpret_cast<std::uintptr_t>(tensor.data_ptr());
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        unsigned long first = 0, last = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx", &first, &last) == 2 && address >= first && address < last)
            return line.ends_with(path.string());
    }
    return false;
}

} // namespace

class TestCheckpointLoad : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void loadsEveryPrecision_data();
    void loadsEveryPrecision();
    void mapsWithoutCopy();
    void mappingOutlivesCheckpoint();
    void copiesMisalignedData();
    void loadsShards();
    void appliesPrefixAndRename();
    void tiedWeightsMayBeStoredOnce();
    void reportsEveryMisfit();
    void namesOnlyTheFirstFive();
    void refusesWrongKindOfType();
    void refusesNonFinite_data();
    void refusesNonFinite();
    void refusesValuesTooLargeForHalf();
    void noticesFileThatShrank();
    void failureLeavesModuleAlone();
    void keepsRequiresGrad();
    void writesDeterministicAlignedFiles();
    void writeRefusesWhatCannotBeRead();
    void writeFailsCleanly();

private:
    std::filesystem::path write(const Tensors& tensors, const char* name = "model.safetensors")
    {
        const auto path = folder() / name;
        const auto written = writeSafetensors(path, tensors);
        if (!written)
            qWarning("%s", written.error().message.c_str());
        return path;
    }
    Checkpoint open(const std::filesystem::path& path)
    {
        auto checkpoint = Checkpoint::open(path);
        if (!checkpoint)
            qFatal("%s", checkpoint.error().message.c_str());
        return *checkpoint;
    }
    std::filesystem::path folder() const { return m_folder.path().toStdString(); }

    QTemporaryDir m_folder;
};

void TestCheckpointLoad::loadsEveryPrecision_data()
{
    QTest::addColumn<int>("stored");
    QTest::addColumn<int>("wanted"); // -1 = as stored
    for (const auto stored : {torch::kFloat32, torch::kFloat16, torch::kBFloat16, torch::kFloat64}) {
        QTest::addRow("%s as stored", torch::toString(stored)) << int(stored) << -1;
        for (const auto wanted : {torch::kFloat32, torch::kFloat16, torch::kBFloat16})
            QTest::addRow("%s to %s", torch::toString(stored), torch::toString(wanted)) << int(stored) << int(wanted);
    }
}

void TestCheckpointLoad::loadsEveryPrecision()
{
    QFETCH(const int, stored);
    QFETCH(const int, wanted);
    const auto checkpoint = open(write(smallWeights(static_cast<torch::ScalarType>(stored))));
    SmallModel model;
    LoadOptions options;
    if (wanted >= 0)
        options.dtype = static_cast<torch::ScalarType>(wanted);

    const auto loaded = loadInto(model, checkpoint, options);

    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    const auto dtype = static_cast<torch::ScalarType>(wanted >= 0 ? wanted : stored);
    // the members, not only the registry: forward reads the members
    QCOMPARE(model.fc->weight.scalar_type(), dtype);
    QCOMPARE(model.shift.scalar_type(), dtype);
    QCOMPARE(model.ids.scalar_type(), torch::kInt64);
    QVERIFY(torch::equal(model.fc->weight.to(torch::kFloat32), torch::arange(6, torch::kFloat32).reshape({2, 3})));
    QVERIFY(torch::equal(model.fc->bias.to(torch::kFloat32), torch::tensor({0.5F, -2.0F})));
    QVERIFY(torch::equal(model.shift.to(torch::kFloat32), torch::full({4}, 0.25F)));
    QVERIFY(torch::equal(model.ids, torch::tensor({7, 9}, torch::kInt64)));
    const torch::NoGradGuard noGrad;
    QCOMPARE(model.fc->forward(torch::ones({1, 3}, dtype)).to(torch::kFloat32)[0][1].item<float>(), 10.0F); // 3+4+5-2
}

void TestCheckpointLoad::mapsWithoutCopy()
{
    const auto path = write(smallWeights(torch::kFloat32));
    const auto checkpoint = open(path);
    SmallModel model;
    QVERIFY(!isMappedFrom(model.fc->weight, path));

    QVERIFY(loadInto(model, checkpoint));

    QCOMPARE(checkpoint.tensor("shift").data_ptr(), checkpoint.tensor("shift").data_ptr());
    QCOMPARE(model.fc->weight.data_ptr(), checkpoint.tensor("fc.weight").data_ptr());
    QVERIFY(isMappedFrom(model.fc->weight, path));
    QVERIFY(isMappedFrom(model.shift, path));
    QVERIFY(isMappedFrom(model.ids, path));
}

void TestCheckpointLoad::mappingOutlivesCheckpoint()
{
    const auto path = write(smallWeights(torch::kFloat32));
    SmallModel model;
    QVERIFY(loadInto(model, open(path)));
    torch::Tensor shift = open(path).tensor("shift");
    std::filesystem::remove(path); // the mapping, not the name, keeps the data

    QCOMPARE(shift.sum().item<float>(), 1.0F);
    QCOMPARE(model.fc->weight.sum().item<float>(), 15.0F);

    shift = torch::Tensor();
    model = SmallModel();
    // and nothing keeps the mapping when the last tensor is gone
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        QVERIFY2(line.find("model.safetensors") == std::string::npos, line.c_str());
}

void TestCheckpointLoad::copiesMisalignedData()
{
    const auto path = folder() / "misaligned.safetensors";
    std::string bytes = tests::safetensorsBytes(
        "{" + tests::entry("byte", "U8", "[1]", "[0,1]") + "," + tests::entry("value", "F64", "[2]", "[1,17]") + "}  ",
        17);
    const double values[2] = {1.5, -3.25};
    std::memcpy(bytes.data() + bytes.size() - sizeof values, values, sizeof values);
    tests::writeBytes(path, bytes);

    const auto value = open(path).tensor("value");

    QCOMPARE(reinterpret_cast<std::uintptr_t>(value.data_ptr()) % alignof(double), 0u);
    QVERIFY(!isMappedFrom(value, path));
    QVERIFY(torch::equal(value, torch::tensor({1.5, -3.25}, torch::kFloat64)));
}

void TestCheckpointLoad::loadsShards()
{
    const auto all = smallWeights(torch::kFloat32);
    write({all[0], all[3]}, "model-00001-of-00002.safetensors");
    write({all[1], all[2]}, "model-00002-of-00002.safetensors");
    tests::writeBytes(folder() / "model.safetensors.index.json",
        R"({"metadata":{"total_size":64},"weight_map":{
            "fc.weight":"model-00001-of-00002.safetensors","ids":"model-00001-of-00002.safetensors",
            "fc.bias":"model-00002-of-00002.safetensors","shift":"model-00002-of-00002.safetensors"}})");
    const auto checkpoint = open(folder() / "model.safetensors.index.json");
    QCOMPARE(checkpoint.tensors().size(), 4u);
    QCOMPARE(checkpoint.totalBytes(), 24u + 8 + 16 + 16);
    SmallModel model;

    QVERIFY(loadInto(model, checkpoint));

    QVERIFY(torch::equal(model.fc->weight, all[0].second));
    QVERIFY(torch::equal(model.fc->bias, all[1].second));
    QVERIFY(isMappedFrom(model.ids, folder() / "model-00001-of-00002.safetensors"));
    QVERIFY(isMappedFrom(model.shift, folder() / "model-00002-of-00002.safetensors"));
}

void TestCheckpointLoad::appliesPrefixAndRename()
{
    Tensors stored;
    for (auto& [name, tensor] : smallWeights(torch::kFloat32))
        stored.emplace_back("vae." + (name.starts_with("fc.") ? "old" + name : name), tensor);
    stored.emplace_back("other.weight", torch::ones({1})); // another model in the same file
    stored.emplace_back("vae.unused", torch::ones({1}));
    SmallModel model;
    LoadOptions options;
    options.prefix = "vae.";
    options.rename = [](const std::string& name) {
        return name == "unused" ? std::string() : name.starts_with("old") ? name.substr(3) : name;
    };

    const auto loaded = loadInto(model, open(write(stored)), options);

    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    QCOMPARE(model.fc->bias[1].item<float>(), -2.0F);

    options.rename = [](const std::string& name) {
        return name == "unused" || name == "shift" ? "shift" : name.substr(3);
    };
    const auto twice =
        loadInto(model, open(write({{"vae.shift", torch::ones({4})}, {"vae.unused", torch::ones({4})}})), options);
    QVERIFY(!twice);
    QVERIFY2(twice.error().message.find("1 given twice ('shift')") != std::string::npos, twice.error().message.c_str());
}

void TestCheckpointLoad::tiedWeightsMayBeStoredOnce()
{
    struct Tied : torch::nn::Module {
        Tied()
        {
            shared = register_parameter("shared", torch::zeros({2}));
            again = register_parameter("again", shared);
        }
        torch::Tensor shared, again;
    } model;
    LoadOptions options;
    options.optional = {"again"};

    QVERIFY(loadInto(model, open(write({{"shared", torch::tensor({1.0F, 2.0F})}})), options));

    QVERIFY(torch::equal(model.again, torch::tensor({1.0F, 2.0F})));
    QVERIFY(!loadInto(model, open(write({{"shared", torch::tensor({1.0F, 2.0F})}}))));
}

void TestCheckpointLoad::reportsEveryMisfit()
{
    SmallModel model;
    const auto path = write({{"fc.weight", torch::zeros({3, 2})}, {"fc.extra", torch::zeros({1})},
        {"shift", torch::zeros({4})}, {"ids", torch::zeros({2}, torch::kInt64)}});

    const auto loaded = loadInto(model, open(path));

    QVERIFY(!loaded);
    QCOMPARE(loaded.error().code, ErrorCode::BadCheckpoint);
    const auto& message = loaded.error().message;
    for (const char* part : {"model.safetensors", "1 missing (fc.bias)", "1 unexpected ('fc.extra')",
             "1 of wrong shape (fc.weight: expected [2, 3], file has [3, 2])"})
        QVERIFY2(message.find(part) != std::string::npos, message.c_str());

    LoadOptions options;
    options.optional = {"fc.bias"};
    const auto second = loadInto(model, open(path), options);
    QVERIFY(!second);
    QVERIFY(second.error().message.find("missing") == std::string::npos);
}

void TestCheckpointLoad::namesOnlyTheFirstFive()
{
    struct Many : torch::nn::Module {
        Many()
        {
            for (int i = 0; i < 42; ++i)
                register_parameter(QString("p%1").arg(100 + i).toStdString(), torch::zeros({1}));
        }
    } model;
    Tensors others;
    for (int i = 0; i < 8; ++i)
        others.emplace_back(QString("q%1").arg(i).toStdString(), torch::zeros({1}));

    const auto loaded = loadInto(model, open(write(others)));

    QVERIFY(!loaded);
    const auto& message = loaded.error().message;
    QVERIFY2(
        message.find("42 missing (p100, p101, p102, p103, p104 and 37 more)") != std::string::npos, message.c_str());
    QVERIFY2(
        message.find("8 unexpected ('q0', 'q1', 'q2', 'q3', 'q4' and 3 more)") != std::string::npos, message.c_str());
}

void TestCheckpointLoad::refusesWrongKindOfType()
{
    SmallModel model;
    auto weights = smallWeights(torch::kFloat32);
    weights[1].second = torch::tensor({1, 2}, torch::kInt32);
    weights[3].second = torch::tensor({1.0F, 2.0F});

    const auto loaded = loadInto(model, open(write(weights)));

    QVERIFY(!loaded);
    const auto& message = loaded.error().message;
    QVERIFY2(message.find("2 of wrong dtype") != std::string::npos, message.c_str());
    QVERIFY2(message.find("fc.bias: expected floating point, file has Int") != std::string::npos, message.c_str());
    QVERIFY2(message.find("ids: expected whole numbers, file has Float") != std::string::npos, message.c_str());
}

void TestCheckpointLoad::refusesNonFinite_data()
{
    QTest::addColumn<int>("dtype");
    QTest::addColumn<double>("value");
    QTest::addColumn<QString>("says");
    for (const auto dtype : {torch::kFloat64, torch::kFloat32, torch::kFloat16, torch::kBFloat16}) {
        QTest::addRow("NaN in %s", torch::toString(dtype)) << int(dtype) << std::nan("") << "holds NaN";
        QTest::addRow("infinity in %s", torch::toString(dtype)) << int(dtype) << double(INFINITY) << "holds infinity";
        QTest::addRow("-infinity in %s", torch::toString(dtype)) << int(dtype) << -double(INFINITY) << "holds infinity";
    }
}

void TestCheckpointLoad::refusesNonFinite()
{
    QFETCH(const int, dtype);
    QFETCH(const double, value);
    QFETCH(const QString, says);
    auto weights = smallWeights(static_cast<torch::ScalarType>(dtype));
    weights[0].second[1][2] = value; // one element, the last
    const auto checkpoint = open(write(weights));
    SmallModel model;

    const auto loaded = loadInto(model, checkpoint);

    QVERIFY(!loaded);
    QCOMPARE(loaded.error().code, ErrorCode::BadCheckpoint);
    const QString message = QString::fromStdString(loaded.error().message);
    QVERIFY2(message.contains("'fc.weight' " + says), qPrintable(message));
    LoadOptions options;
    options.refuseNonFinite = false;
    QVERIFY(loadInto(model, checkpoint, options));
}

void TestCheckpointLoad::refusesValuesTooLargeForHalf()
{
    auto weights = smallWeights(torch::kFloat32);
    weights[2].second[3] = -70000.0F;
    const auto checkpoint = open(write(weights));
    SmallModel model;
    LoadOptions options;
    options.dtype = torch::kFloat16;

    const auto loaded = loadInto(model, checkpoint, options);

    QVERIFY(!loaded);
    QVERIFY2(loaded.error().message.find("'shift' holds a value of magnitude 70000") != std::string::npos,
        loaded.error().message.c_str());
    options.dtype = torch::kBFloat16;
    QVERIFY(loadInto(model, checkpoint, options));
}

void TestCheckpointLoad::noticesFileThatShrank()
{
    const auto path = write(smallWeights(torch::kFloat32));
    const auto checkpoint = open(path);
    SmallModel model;
    QVERIFY(checkpoint.checkFiles());
    std::filesystem::resize_file(path, 100);

    const auto loaded = loadInto(model, checkpoint);

    QVERIFY(!loaded);
    QCOMPARE(loaded.error().code, ErrorCode::Io);
    QVERIFY(loaded.error().message.find("became shorter") != std::string::npos);
}

void TestCheckpointLoad::failureLeavesModuleAlone()
{
    auto weights = smallWeights(torch::kFloat32);
    weights[2].second[0] = std::nan(""); // checked after fc.bias and fc.weight
    SmallModel model;
    const auto before = model.fc->weight.data_ptr();
    const auto weight = model.fc->weight.clone();

    QVERIFY(!loadInto(model, open(write(weights))));

    QCOMPARE(model.fc->weight.data_ptr(), before);
    QVERIFY(torch::equal(model.fc->weight, weight));
}

void TestCheckpointLoad::keepsRequiresGrad()
{
    SmallModel model;
    model.fc->bias.set_requires_grad(false);
    QVERIFY(loadInto(model, open(write(smallWeights(torch::kFloat32)))));
    QVERIFY(model.fc->weight.requires_grad());
    QVERIFY(!model.fc->bias.requires_grad());
    QVERIFY(!model.shift.requires_grad());
}

void TestCheckpointLoad::writesDeterministicAlignedFiles()
{
    const Tensors tensors{{"b", torch::ones({3}, torch::kUInt8)}, {"a", torch::ones({5}, torch::kFloat16)},
        {"c", torch::arange(6, torch::kFloat64).reshape({2, 3}).t()}, {"s", torch::tensor(2.5F)}};
    const auto first = folder() / "first.safetensors", second = folder() / "second.safetensors";
    QVERIFY(writeSafetensors(first, tensors, {{"z", "1"}, {"a", "\"two\"\n"}}));
    QVERIFY(writeSafetensors(second, {tensors.rbegin(), tensors.rend()}, {{"a", "\"two\"\n"}, {"z", "1"}}));
    const auto content = [](const std::filesystem::path& path) {
        std::ifstream file(path, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    QVERIFY(content(first) == content(second));
    QCOMPARE(static_cast<unsigned char>(content(first)[0]) % 8, 0);

    const auto checkpoint = open(first);
    for (const auto& [name, tensor] : tensors) {
        QVERIFY(torch::equal(checkpoint.tensor(name), tensor));
        QVERIFY(isMappedFrom(checkpoint.tensor(name), first)); // aligned, so never copied
    }
    QCOMPARE(checkpoint.metadata()[0].second, std::string("\"two\"\n"));
}

void TestCheckpointLoad::writeRefusesWhatCannotBeRead()
{
    const auto path = folder() / "refused.safetensors";
    const auto one = torch::ones({1});
    const std::vector<Tensors> refused{{{"", one}}, {{"a\nb", one}}, {{"\xff", one}}, {{"a", one}, {"a", one}},
        {{"__metadata__", one}}, {{"undefined", torch::Tensor()}}, {{"complex", one.to(torch::kComplexFloat)}},
        {{"sparse", one.to_sparse()}}};
    for (const Tensors& tensors : refused) {
        const auto written = writeSafetensors(path, tensors);
        QVERIFY2(!written, tensors[0].first.c_str());
        QCOMPARE(written.error().code, ErrorCode::InvalidArgument);
    }
    QVERIFY(!writeSafetensors(path, {{"a", one}}, {{"k", "1"}, {"k", "2"}}));
    QVERIFY(!std::filesystem::exists(path));
}

void TestCheckpointLoad::writeFailsCleanly()
{
    const auto full = writeSafetensors(folder() / "absent" / "x.safetensors", {{"a", torch::ones({1})}});
    QVERIFY(!full);
    QCOMPARE(full.error().code, ErrorCode::Io);

    const auto path = write({{"a", torch::ones({1})}}, "kept.safetensors");
    {
        // A full disk in small: no file may grow beyond 4 KiB.
        struct rlimit before { };
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
        struct rlimit small = before;
        small.rlim_cur = 4096;
        const auto oldHandler = std::signal(SIGXFSZ, SIG_IGN);
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const auto tooLarge = writeSafetensors(path, {{"b", torch::ones({100'000})}});
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
        std::signal(SIGXFSZ, oldHandler);
        QVERIFY(!tooLarge);
        QCOMPARE(tooLarge.error().code, ErrorCode::Io);
    }
    QVERIFY(!writeSafetensors(path, {{"bad\n", torch::ones({1})}}));
    QVERIFY(open(path).find("a")); // the old file stays
    for (const auto& item : std::filesystem::directory_iterator(folder()))
        QVERIFY2(item.path().string().find(".part") == std::string::npos, item.path().c_str());
}

QTEST_GUILESS_MAIN(TestCheckpointLoad)
#include "tst_checkpoint_load.moc"
