// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/checkpoint.h"
#include "tests/support/engine_run.h"
#include "tests/support/media_clips.h"

#include <QTemporaryDir>
#include <QtTest>

#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include <fstream>

using namespace toca;
using test::generate;
using test::smallRequest;
namespace fs = std::filesystem;

namespace {

using Tensors = std::vector<std::pair<std::string, torch::Tensor>>;

const char* const kTransformer = "transformer/model.safetensors";
const char* const kTextEncoder = "text_encoder/model.safetensors";
const char* const kSpatial = "vae/spatial/diffusion_pytorch_model.safetensors";
const char* const kTemporal = "vae/temporal/model.safetensors";

void write(const fs::path& path, const std::string& bytes)
{
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    if (!file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())))
        qFatal("cannot write %s", path.c_str());
}

/// All tensors of a file, changed one by one.
Tensors changedTensors(
    const fs::path& path, const std::function<torch::Tensor(const std::string&, torch::Tensor)>& change)
{
    const auto file = checkpoint::Checkpoint::open(path);
    if (!file)
        qFatal("%s", file.error().message.c_str());
    Tensors tensors;
    for (const auto& info : file->tensors())
        tensors.emplace_back(info.name, change(info.name, file->tensor(info.name).clone()));
    return tensors;
}

void writeTensors(const fs::path& path, const Tensors& tensors)
{
    if (const auto written = checkpoint::writeSafetensors(path, tensors); !written)
        qFatal("%s", written.error().message.c_str());
}

void changeWeights(const fs::path& path, const std::function<torch::Tensor(const std::string&, torch::Tensor)>& change)
{
    writeTensors(path, changedTensors(path, change));
}

/// Replaces one value of a JSON file.
void setJson(const fs::path& path, const std::string& pointer, const nlohmann::json& value)
{
    auto json = nlohmann::json::parse(std::ifstream(path));
    json[nlohmann::json::json_pointer(pointer)] = value;
    write(path, json.dump());
}

void truncate(const fs::path& path, double share)
{
    fs::resize_file(path, static_cast<std::uintmax_t>(share * static_cast<double>(fs::file_size(path))));
}

} // namespace

Q_DECLARE_METATYPE(std::function<void(const std::filesystem::path&)>)

/// Model folders of every kind, whole and damaged: each loads or ends in a message that names what is wrong.
class TestModelFolder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void damaged_data();
    void damaged();
    void halfPrecisionGivesNearlyTheSame_data();
    void halfPrecisionGivesNearlyTheSame();
    void shardsGiveTheSame();
    void replacedWeightsAreLoaded();
    void deletedModelIsMissed();
    void deletedDuringARunDoesNoHarm();
    void otherNameSameModel();

private:
    std::string freshCopy(const QString& name = "model")
    {
        const fs::path path = m_folder.filePath(name).toStdString();
        fs::remove_all(path);
        test::copyModel(path);
        return path.string();
    }

    QTemporaryDir m_folder;
    std::unique_ptr<Engine> m_engine = test::newEngine();
    RunResult m_whole;
};

void TestModelFolder::initTestCase()
{
    const auto run = generate(*m_engine, smallRequest());
    QVERIFY2(run, test::told(run));
    m_whole = *run;
}

void TestModelFolder::damaged_data()
{
    using Damage = std::function<void(const fs::path&)>;
    QTest::addColumn<Damage>("damage");
    QTest::addColumn<QString>("names"); // what the message must hold
    const auto add = [](const QByteArray& name, const char* names, Damage damage) {
        QTest::newRow(name.constData()) << damage << QString(names);
    };
    add("folder missing", "model", [](const fs::path& p) { fs::remove_all(p); });
    add("file instead of a folder", "model", [](const fs::path& p) { fs::remove_all(p), write(p, "x"); });
    add("empty folder", "pipeline.json", [](const fs::path& p) { fs::remove_all(p), fs::create_directory(p); });
    for (const char* part : {"pipeline.json", "transformer", "text_encoder", "tokenizer", "vae", "vae/spatial",
             "vae/temporal", "transformer/config.json", "text_encoder/config.json", "vae/spatial/config.json",
             "vae/temporal/config.json", "tokenizer/spiece.model", kTransformer, kTextEncoder, kSpatial, kTemporal}) {
        const char* missed = std::string(part) == "vae" ? "vae/spatial"
            : std::string(part) == "tokenizer"          ? "spiece"
                                                        : part;
        // A missing weight file is told by its folder and the names it could have.
        const std::string text = missed;
        const bool isWeights = text.ends_with(".safetensors");
        QTest::newRow(("missing " + text).c_str())
            << Damage([part](const fs::path& p) { fs::remove_all(p / part); })
            << QString::fromStdString(isWeights ? fs::path(text).parent_path().string() : text);
    }
    for (const char* file : {kTransformer, kTextEncoder, kSpatial, kTemporal}) {
        for (const double share : {0.0, 0.0001, 0.5, 0.999999})
            QTest::addRow("%s cut to %g", file, share)
                << Damage([=](const fs::path& p) { truncate(p / file, share); }) << QString(file);
        QTest::addRow("%s replaced by text", file)
            << Damage([=](const fs::path& p) { write(p / file, "<html>404 Not Found</html>"); }) << QString(file);
        QTest::addRow("%s is a folder", file)
            << Damage([=](const fs::path& p) { fs::remove(p / file), fs::create_directory(p / file); })
            << QString(file);
        const auto spoil = [&](const char* what, double value) {
            const auto open = checkpoint::Checkpoint::open(test::embeddedModel() / file);
            const std::string victim = open->tensors()[open->tensors().size() / 2].name;
            QTest::addRow("%s with %s", file, what) << Damage([=](const fs::path& p) {
                changeWeights(p / file, [&](const std::string& name, torch::Tensor tensor) {
                    if (name == victim)
                        tensor.view(-1)[-1] = value;
                    return tensor;
                });
            }) << QString::fromStdString(victim);
        };
        spoil("NaN", std::nan(""));
        spoil("infinity", INFINITY);
    }
    add("all weights NaN", "NaN", [](const fs::path& p) {
        changeWeights(p / kTransformer, [](const std::string&, torch::Tensor t) { return t.fill_(NAN); });
    });
    add("parts swapped", "model.safetensors", [](const fs::path& p) {
        fs::rename(p / kTransformer, p / "kept");
        fs::rename(p / kTextEncoder, p / kTransformer);
        fs::rename(p / "kept", p / kTextEncoder);
    });
    add("folders swapped", "config.json", [](const fs::path& p) {
        fs::rename(p / "transformer", p / "kept");
        fs::rename(p / "text_encoder", p / "transformer");
        fs::rename(p / "kept", p / "text_encoder");
    });
    add("VAEs swapped", "config.json", [](const fs::path& p) {
        fs::rename(p / "vae/spatial", p / "vae/kept");
        fs::rename(p / "vae/temporal", p / "vae/spatial");
        fs::rename(p / "vae/kept", p / "vae/temporal");
    });
    add("transformer of another width", "expected",
        [](const fs::path& p) { setJson(p / "transformer/config.json", "/hidden_size", 320); });
    add("transformer of another depth", "missing",
        [](const fs::path& p) { setJson(p / "transformer/config.json", "/depth", 5); });
    add("a tensor missing", "y_embedder.y_embedding", [](const fs::path& p) {
        auto tensors = changedTensors(p / kTransformer, [](const std::string&, torch::Tensor t) { return t; });
        std::erase_if(tensors, [](const auto& t) { return t.first == "y_embedder.y_embedding"; });
        writeTensors(p / kTransformer, tensors);
    });
    add("a tensor too many", "lora_adapter", [](const fs::path& p) {
        auto tensors = changedTensors(p / kTransformer, [](const std::string&, torch::Tensor t) { return t; });
        tensors.emplace_back("lora_adapter", torch::zeros({3}));
        writeTensors(p / kTransformer, tensors);
    });
    add("weights of whole numbers", "wrong dtype", [](const fs::path& p) {
        changeWeights(p / kTransformer, [](const std::string&, const torch::Tensor& t) { return t.to(torch::kInt32); });
    });

    // pipeline.json and configs with values of every wrong kind; the message names the field.
    const struct {
        const char *file, *pointer;
        std::vector<nlohmann::json> values;
    } hostile[] = {
        {"pipeline.json", "/num_frames", {0, -1, 1e300, "many", nullptr, 1ull << 63}},
        {"pipeline.json", "/resolution", {nlohmann::json::array(), {0, 0}, {-8, 8}, {1 << 30, 1 << 30}, "big", {128}}},
        {"pipeline.json", "/fps", {0, -1, "fast"}},
        {"pipeline.json", "/scheduler", {nullptr, 3, nlohmann::json::array()}},
        {"pipeline.json", "/scheduler/type", {"ddim", 1}},
        {"pipeline.json", "/scheduler/num_sampling_steps", {0, 100000, -3}},
        {"pipeline.json", "/scheduler/num_timesteps", {0, -1000, 1e12}},
        {"pipeline.json", "/text/tokenizer", {"/etc/passwd", "../../outside", "", 7}},
        {"pipeline.json", "/text/max_length", {0, -1, 1 << 30, 33}},
        {"transformer/config.json", "/hidden_size", {0, -160, 1, 161, 1 << 30, "wide"}},
        {"transformer/config.json", "/depth", {0, -1, 1 << 30}},
        {"transformer/config.json", "/num_heads", {0, 7, 1 << 30}},
        {"transformer/config.json", "/patch_size",
            {nlohmann::json::array(), {0, 0, 0}, {1, 2}, {1, -2, 2}, {1 << 20, 2, 2}}},
        {"transformer/config.json", "/mlp_ratio", {0, -4, 1e300}},
        {"transformer/config.json", "/in_channels", {0, 4, 1 << 20}},
        {"transformer/config.json", "/caption_channels", {0, 64}},
        {"text_encoder/config.json", "/d_model", {0, 64, 1 << 30}},
        {"text_encoder/config.json", "/num_heads", {0, -4, 1 << 30}},
        {"text_encoder/config.json", "/vocab_size", {0, 5, 1 << 30}},
        {"text_encoder/config.json", "/relative_attention_num_buckets", {0, -1, 1, 1 << 30}},
        {"vae/spatial/config.json", "/block_out_channels", {nlohmann::json::array(), {0}, {8, 16, 32, -64}, "8"}},
        {"vae/spatial/config.json", "/norm_num_groups", {0, 3, 1 << 30}},
        {"vae/spatial/config.json", "/scaling_factor", {0, -1, "x"}},
        {"vae/temporal/config.json", "/micro_frame_size", {0, -17, 1 << 30}},
        {"vae/temporal/config.json", "/shift", {nlohmann::json::array(), {1, 2}, "x"}},
        {"vae/temporal/config.json", "/scale", {std::vector<double>(16, 0.0), std::vector<double>(16, 1e300)}},
        {"vae/temporal/config.json", "/temporal_downsample", {nlohmann::json::array(), {true}, {1, 2}}},
    };
    for (const auto& [file, pointer, values] : hostile)
        for (const auto& value : values) {
            if (value.is_null() && std::string(pointer) == "/num_frames")
                continue; // null means the default there
            QTest::addRow("%s%s = %s", file, pointer, value.dump().substr(0, 60).c_str())
                << Damage([=](const fs::path& p) { setJson(p / file, pointer, value); }) << QString("'");
        }
    for (const char* file : {"pipeline.json", "prompts.json", "transformer/config.json", "vae/temporal/config.json"})
        for (const char* text : {"", "{", "[]", "null", "{\"a\":1,\"a\":2}", "\xff\xfe", "{\"depth\": 1e999}"})
            QTest::addRow("%s holds %s", file, text) << Damage([=](const fs::path& p) { write(p / file, text); })
                                                     << QString(fs::path(file).filename().c_str());
    add("config.json nested deeply", "config.json",
        [](const fs::path& p) { write(p / "transformer/config.json", std::string(1 << 20, '[')); });
    add("prompts of numbers", "prompts.json",
        [](const fs::path& p) { write(p / "prompts.json", R"({"examples":[1,2]})"); });
    add("prompts without end", "prompts.json", [](const fs::path& p) {
        write(p / "prompts.json", "{\"vocabulary\":[\"" + std::string(64 << 20, 'a') + "\"]}");
    });
    add("tokenizer of rubbish", "spiece.model",
        [](const fs::path& p) { write(p / "tokenizer/spiece.model", std::string(5000, '\x7f')); });
    add("tokenizer cut", "spiece.model", [](const fs::path& p) { truncate(p / "tokenizer/spiece.model", 0.3); });
    add("empty tokenizer", "spiece.model", [](const fs::path& p) { write(p / "tokenizer/spiece.model", ""); });
    add("tokenizer of another model", "spiece.model", [](const fs::path& p) {
        fs::copy(TOCA_SOURCE_DIR "/tests/reference/t5/spiece.model", p / "tokenizer/spiece.model",
            fs::copy_options::overwrite_existing);
    });
}

void TestModelFolder::damaged()
{
    QFETCH(std::function<void(const std::filesystem::path&)>, damage);
    QFETCH(QString, names);
    auto request = smallRequest();
    request.modelPath = freshCopy();
    damage(request.modelPath);
    const auto described = m_engine->describe(request.modelPath);
    if (!described)
        QVERIFY2(test::isClear(described.error().message), test::told(described));
    const auto run = generate(*m_engine, request);
    QVERIFY2(!run, "the damaged model made a clip");
    QVERIFY2(test::isClear(run.error().message), test::told(run));
    QVERIFY2(run.error().message.find(names.toStdString()) != std::string::npos, test::told(run));
    QVERIFY2(run.error().code != ErrorCode::Internal && run.error().code != ErrorCode::OutOfMemory, test::told(run));
    qInfo("%s: %s", QTest::currentDataTag(), run.error().message.substr(0, 400).c_str());
    // Nothing of it stays behind.
    request.modelPath.clear();
    const auto after = generate(*m_engine, request);
    QVERIFY2(after && after->latent == m_whole.latent, test::told(after));
}

void TestModelFolder::halfPrecisionGivesNearlyTheSame_data()
{
    QTest::addColumn<int>("dtype");
    // Rounding each weight to 11 (fp16) or 8 (bf16) bits; the whole model computed in bf16 came to 54 dB in the
    // reference, weights alone disturb less.
    QTest::addColumn<double>("least");
    QTest::newRow("float16") << static_cast<int>(torch::kFloat16) << 45.0;
    QTest::newRow("bfloat16") << static_cast<int>(torch::kBFloat16) << 30.0;
}

void TestModelFolder::halfPrecisionGivesNearlyTheSame()
{
    QFETCH(int, dtype);
    QFETCH(double, least);
    auto request = smallRequest();
    request.modelPath = freshCopy("half");
    for (const char* file : {kTransformer, kTextEncoder, kSpatial, kTemporal})
        changeWeights(fs::path(request.modelPath) / file, [&](const std::string&, const torch::Tensor& tensor) {
            return tensor.is_floating_point() ? tensor.to(static_cast<torch::ScalarType>(dtype)) : tensor;
        });
    const auto model = m_engine->describe(request.modelPath);
    QVERIFY2(model, test::told(model));
    QCOMPARE(model->parts.front().dtype, std::string(QTest::currentDataTag()));
    const auto run = generate(*m_engine, request);
    QVERIFY2(run, test::told(run));
    const double db = test::psnr(run->clip, m_whole.clip);
    qInfo("%s: %.1f dB against float32", QTest::currentDataTag(), db);
    QVERIFY2(db >= least && run->latent != m_whole.latent, qPrintable(QString("%1 dB").arg(db)));
}

void TestModelFolder::shardsGiveTheSame()
{
    auto request = smallRequest();
    request.modelPath = freshCopy("shards");
    const fs::path folder = fs::path(request.modelPath) / "transformer";
    const auto tensors =
        changedTensors(folder / "model.safetensors", [](const std::string&, torch::Tensor t) { return t; });
    fs::remove(folder / "model.safetensors");
    Tensors parts[3];
    nlohmann::json map;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        parts[i % 3].push_back(tensors[i]);
        map[tensors[i].first] = "model-0000" + std::to_string(i % 3 + 1) + "-of-00003.safetensors";
    }
    for (std::size_t part = 0; part < 3; ++part)
        writeTensors(folder / ("model-0000" + std::to_string(part + 1) + "-of-00003.safetensors"), parts[part]);
    write(folder / "model.safetensors.index.json",
        nlohmann::json{{"metadata", {{"total_size", 1}}}, {"weight_map", map}}.dump());
    const auto run = generate(*m_engine, request);
    QVERIFY2(run, test::told(run));
    QVERIFY(run->latent == m_whole.latent);

    fs::remove(folder / "model-00002-of-00003.safetensors");
    const auto missing = generate(*m_engine, request);
    QVERIFY(!missing);
    QVERIFY2(missing.error().message.find("00002") != std::string::npos, test::told(missing));
}

void TestModelFolder::replacedWeightsAreLoaded()
{
    auto request = smallRequest();
    request.modelPath = freshCopy("replaced");
    const fs::path file = fs::path(request.modelPath) / kTransformer;
    const auto before = generate(*m_engine, request);
    QVERIFY(before && before->latent == m_whole.latent);
    QVERIFY(fs::file_size(file) > 0);
    changeWeights(file,
        [](const std::string& name, torch::Tensor t) { return name.find("mlp") == std::string::npos ? t : t * 1.1; });
    const auto other = generate(*m_engine, request);
    QVERIFY2(other && other->latent != m_whole.latent, test::told(other));
    // Overwritten in place, as a copying program does.
    std::ifstream original(test::embeddedModel() / kTransformer, std::ios::binary);
    write(file, std::string(std::istreambuf_iterator<char>(original), {}));
    const auto again = generate(*m_engine, request);
    QVERIFY2(again && again->latent == m_whole.latent, test::told(again));
    // Cut off in place while it is loaded: the pages that are lost must not be touched any more.
    truncate(file, 0.1);
    const auto cut = generate(*m_engine, request);
    QVERIFY2(!cut && cut.error().message.find("model.safetensors") != std::string::npos, test::told(cut));
    write(file, "");
    QVERIFY(!generate(*m_engine, request));
    // Another config with the same weights: planned and loaded anew.
    fs::copy(test::embeddedModel() / kTransformer, file, fs::copy_options::overwrite_existing);
    setJson(fs::path(request.modelPath) / "pipeline.json", "/scheduler/num_timesteps", 500);
    const auto config = generate(*m_engine, request);
    QVERIFY2(config && config->latent != m_whole.latent, test::told(config));
}

void TestModelFolder::deletedModelIsMissed()
{
    auto request = smallRequest();
    request.modelPath = freshCopy("deleted");
    QVERIFY(generate(*m_engine, request));
    fs::remove_all(request.modelPath);
    const auto gone = generate(*m_engine, request);
    QVERIFY(!gone);
    QCOMPARE(gone.error().code, ErrorCode::NotFound);
    QVERIFY2(gone.error().message.find("deleted") != std::string::npos, test::told(gone));
    request.modelPath.clear();
    QVERIFY(generate(*m_engine, request));
}

void TestModelFolder::deletedDuringARunDoesNoHarm()
{
    auto request = smallRequest();
    request.modelPath = freshCopy("during");
    test::Recorder recorder;
    recorder.onStage = [&](Stage stage) {
        if (stage == Stage::EncodingText)
            fs::remove_all(request.modelPath);
    };
    const auto run = m_engine->generate(request, recorder, {});
    QVERIFY2(run && run->latent == m_whole.latent, test::told(run));
}

void TestModelFolder::otherNameSameModel()
{
    auto request = smallRequest();
    const std::string copy = freshCopy("with spaces, \xC3\xA4\xF0\x9F\x94\xB4 and 'quotes'");
    request.modelPath = copy;
    const auto run = generate(*m_engine, request);
    QVERIFY2(run && run->latent == m_whole.latent, test::told(run));
    const std::string link = m_folder.filePath("link").toStdString();
    fs::create_directory_symlink(copy, link);
    request.modelPath = link;
    const auto linked = generate(*m_engine, request);
    QVERIFY2(linked && linked->latent == m_whole.latent, test::told(linked));
}

QTEST_GUILESS_MAIN(TestModelFolder)
#include "tst_model_folder.moc"
