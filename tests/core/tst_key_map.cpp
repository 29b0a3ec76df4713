// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/key_map.h"

#include "core/models/dit/dit_layouts.h"
#include "core/models/pixart/pixart_layouts.h"

#include <QTemporaryDir>
#include <QTest>

#include <map>

using namespace toca;
using namespace toca::checkpoint;

namespace {

using Tensors = std::map<std::string, torch::Tensor>;

const std::filesystem::path kReference = TOCA_SOURCE_DIR "/tests/reference";

/// Copies of all tensors under their names.
Tensors tensorsOf(const Checkpoint& checkpoint)
{
    Tensors tensors;
    for (const TensorInfo& info : checkpoint.tensors())
        tensors[info.name] = checkpoint.tensor(info.name).clone();
    return tensors;
}

/// Weight and bias of `from` become those of `to`, split into as many equal parts along the rows as there are names.
void convert(const Tensors& from, Tensors& result, const std::string& name, const std::vector<std::string>& parts)
{
    for (const char* what : {".weight", ".bias"}) {
        const auto pieces = from.at(name + what).chunk(static_cast<std::int64_t>(parts.size()), 0);
        for (std::size_t i = 0; i < parts.size(); ++i)
            result[parts[i] + what] = pieces[i].clone();
    }
}

int depthOf(const Tensors& published)
{
    int depth = 0;
    while (published.count("blocks." + std::to_string(depth) + ".attn.qkv.weight"))
        ++depth;
    return depth;
}

/// What diffusers' conversion scripts make of published weights: the inverse of what is tested.
Tensors diffusersDit(const Tensors& published)
{
    Tensors result;
    convert(published, result, "x_embedder.proj", {"pos_embed.proj"});
    for (int i = 0; i < depthOf(published); ++i) {
        const std::string old = "blocks." + std::to_string(i), block = "transformer_blocks." + std::to_string(i);
        convert(published, result, "t_embedder.mlp.0", {block + ".norm1.emb.timestep_embedder.linear_1"});
        convert(published, result, "t_embedder.mlp.2", {block + ".norm1.emb.timestep_embedder.linear_2"});
        result[block + ".norm1.emb.class_embedder.embedding_table.weight"] =
            published.at("y_embedder.embedding_table.weight");
        convert(published, result, old + ".adaLN_modulation.1", {block + ".norm1.linear"});
        convert(published, result, old + ".attn.qkv",
            {block + ".attn1.to_q", block + ".attn1.to_k", block + ".attn1.to_v"});
        convert(published, result, old + ".attn.proj", {block + ".attn1.to_out.0"});
        convert(published, result, old + ".mlp.fc1", {block + ".ff.net.0.proj"});
        convert(published, result, old + ".mlp.fc2", {block + ".ff.net.2"});
    }
    convert(published, result, "final_layer.adaLN_modulation.1", {"proj_out_1"});
    convert(published, result, "final_layer.linear", {"proj_out_2"});
    return result;
}

Tensors diffusersPixart(const Tensors& published, bool hasSizes)
{
    Tensors result;
    convert(published, result, "x_embedder.proj", {"pos_embed.proj"});
    std::vector<std::pair<std::string, std::string>> embedders{{"t_embedder", "timestep_embedder"}};
    if (hasSizes) {
        embedders.emplace_back("csize_embedder", "resolution_embedder");
        embedders.emplace_back("ar_embedder", "aspect_ratio_embedder");
    }
    for (const auto& [old, name] : embedders) {
        convert(published, result, old + ".mlp.0", {"adaln_single.emb." + name + ".linear_1"});
        convert(published, result, old + ".mlp.2", {"adaln_single.emb." + name + ".linear_2"});
    }
    convert(published, result, "t_block.1", {"adaln_single.linear"});
    convert(published, result, "y_embedder.y_proj.fc1", {"caption_projection.linear_1"});
    convert(published, result, "y_embedder.y_proj.fc2", {"caption_projection.linear_2"});
    for (int i = 0; i < depthOf(published); ++i) {
        const std::string old = "blocks." + std::to_string(i), block = "transformer_blocks." + std::to_string(i);
        result[block + ".scale_shift_table"] = published.at(old + ".scale_shift_table");
        convert(published, result, old + ".attn.qkv",
            {block + ".attn1.to_q", block + ".attn1.to_k", block + ".attn1.to_v"});
        convert(published, result, old + ".attn.proj", {block + ".attn1.to_out.0"});
        convert(published, result, old + ".cross_attn.q_linear", {block + ".attn2.to_q"});
        convert(published, result, old + ".cross_attn.kv_linear", {block + ".attn2.to_k", block + ".attn2.to_v"});
        convert(published, result, old + ".cross_attn.proj", {block + ".attn2.to_out.0"});
        convert(published, result, old + ".mlp.fc1", {block + ".ff.net.0.proj"});
        convert(published, result, old + ".mlp.fc2", {block + ".ff.net.2"});
    }
    convert(published, result, "final_layer.linear", {"proj_out"});
    result["scale_shift_table"] = published.at("final_layer.scale_shift_table");
    return result;
}

/// What differs between the two sets, or "".
QString difference(const Tensors& actual, const Tensors& expected)
{
    for (const auto& [name, tensor] : expected) {
        const auto at = actual.find(name);
        if (at == actual.end())
            return QString::fromStdString(name + " is missing");
        if (at->second.scalar_type() != tensor.scalar_type() || !torch::equal(at->second, tensor))
            return QString::fromStdString(name + " differs");
    }
    for (const auto& [name, tensor] : actual) {
        if (!expected.count(name))
            return QString::fromStdString(name + " is too much");
    }
    return {};
}

} // namespace

/// Checkpoints of another layout are read under the wanted names.
class TestKeyMap : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void joinsRowsInOrder();
    void numbersStayTogether();
    void copiesMustBeEqual();
    void refusesWhatDoesNotFit_data();
    void refusesWhatDoesNotFit();
    void singleTensorsStayMapped();
    void readsDiffusersDit();
    void diffusersDitNeedsOneEmbedding();
    void readsDiffusersPixart_data();
    void readsDiffusersPixart();
    void publishedNamesStayAsTheyAre();

private:
    Checkpoint stored(const Tensors& tensors)
    {
        const auto path =
            std::filesystem::path(m_folder.path().toStdString()) / (std::to_string(m_files++) + ".safetensors");
        const auto written = writeSafetensors(path, {tensors.begin(), tensors.end()});
        if (!written)
            qFatal("%s", written.error().message.c_str());
        auto checkpoint = Checkpoint::open(path);
        if (!checkpoint)
            qFatal("%s", checkpoint.error().message.c_str());
        return std::move(*checkpoint);
    }
    Checkpoint reference(const char* family)
    {
        auto checkpoint = Checkpoint::open(kReference / family / "weights.safetensors");
        if (!checkpoint)
            qFatal("%s", checkpoint.error().message.c_str());
        return std::move(*checkpoint);
    }

    QTemporaryDir m_folder;
    int m_files = 0;
};

void TestKeyMap::joinsRowsInOrder()
{
    const auto q = torch::rand({2, 3}), k = torch::rand({1, 3}), v = torch::rand({2, 3});
    const KeyMap map({{"qkv", {"q", "k", "v"}}, {"new", {"old"}}}, {"unused"});

    const auto mapped = map.apply(stored({{"q", q}, {"k", k}, {"v", v}, {"old", torch::ones({4})},
        {"unused", torch::ones({1})}, {"other", torch::zeros({2})}}));

    QVERIFY2(mapped, mapped ? "" : mapped.error().message.c_str());
    QCOMPARE(difference(tensorsOf(*mapped),
                 {{"qkv", torch::cat({q, k, v})}, {"new", torch::ones({4})}, {"other", torch::zeros({2})}}),
        QString());
    QCOMPARE(mapped->find("qkv")->shape, (std::vector<std::int64_t>{5, 3}));
    QCOMPARE(mapped->find("qkv")->bytes, 60u);
    QCOMPARE(mapped->totalBytes(), 60u + 16 + 8);
    QVERIFY(!mapped->find("q"));
}

void TestKeyMap::numbersStayTogether()
{
    Tensors tensors, expected;
    for (int i = 0; i < 12; ++i) {
        const std::string number = std::to_string(i);
        tensors["layers." + number + ".a"] = torch::full({1}, i);
        tensors["layers." + number + ".b"] = torch::full({1}, 100 + i);
        expected["blocks." + number + ".ab"] = torch::tensor({std::int64_t{i}, std::int64_t{100} + i});
    }
    // No numbers: these names are others'.
    expected["layers.x.a"] = tensors["layers.x.a"] = torch::zeros({1});
    expected["layers..a"] = tensors["layers..a"] = torch::zeros({1});
    expected["layers.1.2.a"] = tensors["layers.1.2.a"] = torch::zeros({1});

    const auto mapped = KeyMap({{"blocks.*.ab", {"layers.*.a", "layers.*.b"}}}, {}).apply(stored(tensors));

    QVERIFY2(mapped, mapped ? "" : mapped.error().message.c_str());
    QCOMPARE(difference(tensorsOf(*mapped), expected), QString());
}

void TestKeyMap::copiesMustBeEqual()
{
    const KeyMap map({{"embedding", {"layers.*.embedding"}}}, {});
    const auto one = torch::tensor({1.0F, std::numeric_limits<float>::quiet_NaN()});

    const auto same = map.apply(stored({{"layers.0.embedding", one}, {"layers.7.embedding", one}}));
    const auto other = map.apply(stored({{"layers.9.embedding", one}, {"layers.10.embedding", one + 1}}));

    QVERIFY2(same, same ? "" : same.error().message.c_str());
    QCOMPARE(same->tensors().size(), 1u);
    QVERIFY(!other);
    QCOMPARE(other.error().code, ErrorCode::BadCheckpoint);
    const QString message = QString::fromStdString(other.error().message);
    QVERIFY2(message.contains("'layers.9.embedding'") && message.contains("'layers.10.embedding' differ"),
        qPrintable(message));
}

void TestKeyMap::refusesWhatDoesNotFit_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("says");
    QTest::newRow("part missing") << 0 << "'k' is missing|'qkv'";
    QTest::newRow("other width") << 1 << "'k' Float [1, 4]|'q' Float [1, 3]";
    QTest::newRow("other type") << 2 << "'k' Double [1, 3]";
    QTest::newRow("no rows") << 3 << "'k' Float []";
    QTest::newRow("name is there") << 4 << "two tensors stand for 'qkv'";
}

void TestKeyMap::refusesWhatDoesNotFit()
{
    QFETCH(const int, kind);
    QFETCH(const QString, says);
    Tensors tensors{{"q", torch::ones({1, 3})}, {"k", torch::ones({1, 3})}};
    if (kind == 0)
        tensors.erase("k");
    else if (kind == 4)
        tensors["qkv"] = torch::ones({2, 3});
    else
        tensors["k"] = kind == 1 ? torch::ones({1, 4})
            : kind == 2          ? torch::ones({1, 3}, torch::kDouble)
                                 : torch::ones({});

    const auto mapped = KeyMap({{"qkv", {"q", "k"}}}, {}).apply(stored(tensors));

    QVERIFY(!mapped);
    QCOMPARE(mapped.error().code, ErrorCode::BadCheckpoint);
    for (const QString& part : says.split('|'))
        QVERIFY2(QString::fromStdString(mapped.error().message).contains(part), mapped.error().message.c_str());
}

void TestKeyMap::singleTensorsStayMapped()
{
    const auto checkpoint = stored({{"old", torch::rand({64})}});

    const auto mapped = KeyMap({{"new", {"old"}}}, {}).apply(checkpoint);

    QVERIFY(mapped);
    QCOMPARE(mapped->tensor("new").const_data_ptr(), checkpoint.tensor("old").const_data_ptr());
    QVERIFY(mapped->checkFiles());
}

void TestKeyMap::readsDiffusersDit()
{
    const auto published = tensorsOf(reference("dit"));
    auto expected = published;
    expected.erase("pos_embed");
    const auto checkpoint = stored(diffusersDit(published));

    const auto mapped = models::withPublishedDitNames(checkpoint);

    QVERIFY2(mapped, mapped ? "" : mapped.error().message.c_str());
    QCOMPARE(difference(tensorsOf(*mapped), expected), QString());
}

void TestKeyMap::diffusersDitNeedsOneEmbedding()
{
    auto tensors = diffusersDit(tensorsOf(reference("dit")));
    tensors["transformer_blocks.3.norm1.emb.timestep_embedder.linear_2.bias"] += 1;

    const auto mapped = models::withPublishedDitNames(stored(tensors));

    QVERIFY(!mapped);
    QVERIFY2(QString::fromStdString(mapped.error().message).contains("transformer_blocks.3"),
        mapped.error().message.c_str());
}

void TestKeyMap::readsDiffusersPixart_data()
{
    QTest::addColumn<bool>("hasSizes");
    QTest::newRow("256 and 512") << false;
    QTest::newRow("1024") << true;
}

void TestKeyMap::readsDiffusersPixart()
{
    QFETCH(const bool, hasSizes);
    auto published = tensorsOf(reference("pixart"));
    if (hasSizes) {
        for (const char* name : {"csize_embedder", "ar_embedder"}) {
            for (const char* part : {".mlp.0.weight", ".mlp.0.bias", ".mlp.2.weight", ".mlp.2.bias"})
                published[std::string(name) + part] = torch::rand({3, 3});
        }
    }
    auto expected = published;
    expected.erase("pos_embed");
    expected.erase("y_embedder.y_embedding");
    auto tensors = diffusersPixart(published, hasSizes);
    tensors["pos_embed.pos_embed"] = torch::rand({1, 4, 4});

    const auto mapped = models::withPublishedPixartNames(stored(tensors));

    QVERIFY2(mapped, mapped ? "" : mapped.error().message.c_str());
    QCOMPARE(difference(tensorsOf(*mapped), expected), QString());
}

void TestKeyMap::publishedNamesStayAsTheyAre()
{
    const auto dit = models::withPublishedDitNames(reference("dit"));
    const auto pixart = models::withPublishedPixartNames(reference("pixart"));

    QVERIFY(dit && pixart);
    QCOMPARE(difference(tensorsOf(*dit), tensorsOf(reference("dit"))), QString());
    QCOMPARE(difference(tensorsOf(*pixart), tensorsOf(reference("pixart"))), QString());
}

QTEST_GUILESS_MAIN(TestKeyMap)
#include "tst_key_map.moc"
