// SPDX-License-Identifier: Apache-2.0
// The operations of training whose backward passes are written by hand: values and gradients against LibTorch's own
// operations in float64, from the same inputs.
#include "cache/exec/ops/plain_operations.h"
#include "cache/exec/ops/trained_attention.h"
#include "cache/exec/ops/trained_linear.h"
#include "cache/exec/ops/trained_rows.h"
#include "core/models/layers/tapped_layers.h"
#include "core/models/stdit3/stdit3.h"
#include "core/training/precision.h"

#include <torch/torch.h>

#include <QTest>

#include <cmath>
#include <functional>

using namespace toca;
using cache::TrainedHeads;

namespace {

using Tensors = std::vector<torch::Tensor>;
using Operation = std::function<torch::Tensor(const Tensors&)>;

/// What float32 sums of a few hundred terms lose, relative to the largest value.
constexpr double kFloatError = 1e-5;
/// A result that is rounded to bfloat16 is off by half a unit in its last of 8 bits.
constexpr double kHalfError = 1.0 / 256;

struct Evaluated {
    torch::Tensor out;
    Tensors gradients;
};

/// The operation on copies of `inputs`, and the gradients of the sum of its result times fixed weights. Integers and
/// undefined inputs are handed on.
Evaluated evaluated(const Operation& operation, const Tensors& inputs, bool inDouble)
{
    Tensors given;
    for (const auto& input : inputs) {
        if (!input.defined()) {
            given.push_back(input);
            continue;
        }
        given.push_back((inDouble ? input.to(torch::kFloat64) : input.clone()).detach().set_requires_grad(true));
    }
    Evaluated result;
    const auto out = operation(given);
    result.out = out.detach();
    auto generator = at::make_generator<at::CPUGeneratorImpl>(7);
    // bfloat16 values, which are what such a result's gradient is rounded to
    const auto weights = torch::randn(out.sizes(), generator, torch::TensorOptions(torch::kFloat32));
    out.backward(weights.to(torch::kBFloat16).to(out.scalar_type()));
    for (const auto& input : given)
        result.gradients.push_back(input.defined() ? input.grad() : torch::Tensor());
    return result;
}

/// @return what differs by more than rounding; empty when nothing does
std::string mismatch(const torch::Tensor& value, const torch::Tensor& expected, const std::string& name)
{
    if (!value.defined())
        return name + " is missing";
    const double relative = value.scalar_type() == torch::kBFloat16 ? kHalfError : 0;
    const auto allowed = expected.abs() * relative + kFloatError * std::max(1.0, expected.abs().max().item<double>());
    const auto difference = (value.to(torch::kFloat64) - expected).abs();
    if ((difference <= allowed).all().item<bool>()) // false for NaN
        return {};
    return name + " is off by " + std::to_string((difference - allowed).max().item<double>()) + " more than allowed";
}

std::string mismatch(const Operation& operation, const Operation& plain, const Tensors& inputs)
{
    const auto own = evaluated(operation, inputs, false), expected = evaluated(plain, inputs, true);
    auto result = mismatch(own.out, expected.out, "the result");
    for (std::size_t i = 0; i < inputs.size() && result.empty(); ++i)
        if (inputs[i].defined())
            result = mismatch(own.gradients[i], expected.gradients[i], "gradient " + std::to_string(i));
    return result;
}

torch::Tensor random(at::IntArrayRef shape, torch::ScalarType type = torch::kFloat32)
{
    return torch::randn(shape).to(type);
}

torch::Tensor normed(const torch::Tensor& x, const torch::Tensor& weight, double epsilon)
{
    return x * torch::rsqrt(x.square().mean(-1, true) + epsilon) * weight;
}

torch::Tensor turned(const torch::Tensor& x, const torch::Tensor& rotation)
{
    const auto pairs = torch::view_as_complex(x.unflatten(-1, {-1, 2}).contiguous());
    return torch::view_as_real(pairs * rotation.to(torch::kComplexDouble)).flatten(-2);
}

torch::Tensor attended(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v)
{
    const auto scores = torch::matmul(q, k.transpose(-2, -1)) / std::sqrt(static_cast<double>(q.size(-1)));
    return torch::matmul(scores.softmax(-1), v);
}

/// Self-attention by its definition. @param given qkv, and the weights of the norms
torch::Tensor plainSelfAttention(const Tensors& given, TrainedHeads heads, const cache::TrainedSequences& sequences)
{
    const std::int64_t rows = given[0].size(0), frames = sequences.frames, positions = sequences.positions;
    // (3, B, T, S, heads, D) -> (3, sequences.., heads, length, D)
    auto parts = given[0].view({rows, frames, positions, 3, heads.heads, heads.headSize}).permute({3, 0, 1, 2, 4, 5});
    parts = sequences.alongFrames ? parts.permute({0, 1, 3, 4, 2, 5}) : parts.permute({0, 1, 2, 4, 3, 5});
    auto q = parts[0], k = parts[1];
    if (given.size() > 1) {
        q = normed(q, given[1], heads.epsilon);
        k = normed(k, given[2], heads.epsilon);
    }
    if (heads.rotation.defined()) {
        q = turned(q, heads.rotation);
        k = turned(k, heads.rotation);
    }
    const auto out = attended(q, k, parts[2]); // (B, T or S, heads, length, D)
    return (sequences.alongFrames ? out.permute({0, 3, 1, 2, 4}) : out.permute({0, 1, 3, 2, 4}))
        .reshape({rows, frames * positions, heads.heads * heads.headSize});
}

torch::Tensor rotationOf(std::int64_t length, std::int64_t headSize)
{
    const auto angles = torch::arange(length).to(torch::kFloat32).unsqueeze(1)
        * torch::linspace(1, 0.1, headSize / 2, torch::kFloat32).unsqueeze(0);
    return torch::polar(torch::ones_like(angles), angles);
}

models::Stdit3Config smallConfig()
{
    models::Stdit3Config config;
    config.inputSqSize = 16;
    config.inChannels = 2;
    config.hiddenSize = 32;
    config.depth = 1;
    config.heads = 2;
    config.mlpRatio = 2;
    config.captionChannels = 6;
    config.maxTextTokens = 4;
    return config;
}

} // namespace

class TestTrainedOperations : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { torch::manual_seed(1); }

    void gelu_data() { types(); }
    void gelu()
    {
        QFETCH(bool, isHalf);
        const auto x = random({5, 37}, typeOf(isHalf)) * 3;
        check([](const Tensors& given) { return cache::gelu(given[0]); },
            [](const Tensors& given) { return torch::gelu(given[0], "tanh"); }, {x});
    }
    void geluOfHugeValues()
    {
        const auto large = torch::tensor({-1e12F, 1e12F, NAN}).set_requires_grad(true);
        const auto out = cache::gelu(large);
        out.sum().backward();
        QCOMPARE(out[0].item<float>(), 0.0F);
        QCOMPARE(out[1].item<float>(), 1e12F);
        QVERIFY(std::isnan(out[2].item<float>()));
        QCOMPARE(large.grad()[0].item<float>(), 0.0F);
        QCOMPARE(large.grad()[1].item<float>(), 1.0F);
        QVERIFY(std::isnan(large.grad()[2].item<float>()));
    }
    void normModulated_data() { types(); }
    void normModulated()
    {
        QFETCH(bool, isHalf);
        for (const std::int64_t width : {19, 48}) { // with and without a rest behind whole vectors
            const auto vectors = random({3, 2, width});
            check(
                [isHalf](const Tensors& given) {
                    const training::MixedPrecision precision(isHalf);
                    const auto parts = given[1].chunk(2, 1);
                    return cache::trainedNormModulated(given[0], parts[0], parts[1], 1e-6);
                },
                [width](const Tensors& given) {
                    const auto parts = given[1].chunk(2, 1);
                    return torch::layer_norm(given[0], {width}, {}, {}, 1e-6) * (1 + parts[1]) + parts[0];
                },
                {random({3, 7, width}) + 2, vectors});
        }
    }
    void gatedAdd_data() { types(); }
    void gatedAdd()
    {
        QFETCH(bool, isHalf);
        for (const std::int64_t width : {19, 48}) {
            const auto own = [](const Tensors& given) { return cache::trainedGatedAdd(given[0], given[2], given[1]); };
            const auto x = random({3, 7, width}), y = random({3, 7, width}, typeOf(isHalf));
            check(own, [](const Tensors& given) { return given[0] + given[2] * given[1]; },
                {x, y, random({3, 1, width})});
            check(own, [](const Tensors& given) { return given[0] + given[1]; }, {x, y, torch::Tensor()});
        }
    }
    void selfAttention_data()
    {
        QTest::addColumn<bool>("isHalf");
        QTest::addColumn<int>("headSize");
        QTest::addColumn<int>("frames");
        QTest::addColumn<int>("positions");
        QTest::addColumn<bool>("alongFrames");
        QTest::addColumn<bool>("hasNorms");
        QTest::newRow("frames") << false << 32 << 2 << 64 << false << true;
        QTest::newRow("frames, bfloat16") << true << 32 << 2 << 64 << false << true;
        QTest::newRow("positions, turned") << false << 32 << 5 << 12 << true << true;
        QTest::newRow("positions, turned, bfloat16") << true << 32 << 5 << 12 << true << true;
        QTest::newRow("one frame") << false << 16 << 1 << 3 << true << true;
        QTest::newRow("more queries than one block, wide heads") << false << 64 << 1 << 70 << false << false;
        QTest::newRow("odd numbers, narrow heads") << true << 16 << 3 << 17 << false << false;
    }
    void selfAttention()
    {
        QFETCH(bool, isHalf);
        QFETCH(int, headSize);
        QFETCH(int, frames);
        QFETCH(int, positions);
        QFETCH(bool, alongFrames);
        QFETCH(bool, hasNorms);
        TrainedHeads heads{3, headSize, {}, {}, 1e-6, {}};
        if (alongFrames)
            heads.rotation = rotationOf(frames, headSize);
        const cache::TrainedSequences sequences{frames, positions, alongFrames};
        Tensors inputs{random({2, frames * positions, 9 * headSize}, typeOf(isHalf))};
        if (hasNorms) {
            inputs.push_back(1 + 0.3 * random({headSize}));
            inputs.push_back(1 + 0.3 * random({headSize}));
        }
        check(
            [&](const Tensors& given) {
                auto own = heads;
                if (hasNorms) {
                    own.queryWeight = given[1];
                    own.keyWeight = given[2];
                }
                return cache::trainedSelfAttention(given[0], own, sequences);
            },
            [&](const Tensors& given) { return plainSelfAttention(given, heads, sequences); }, inputs);
    }
    void crossAttention_data() { types(); }
    void crossAttention()
    {
        QFETCH(bool, isHalf);
        const TrainedHeads heads{2, 32, {}, {}, 0, {}};
        const std::vector<std::int64_t> lengths{1, 9, 33};
        check([&](const Tensors& given) { return cache::trainedCrossAttention(given[0], given[1], lengths, heads); },
            [&](const Tensors& given) {
                Tensors rows;
                const auto texts = given[1].split_with_sizes(lengths, 0);
                for (std::int64_t row = 0; row < 3; ++row) {
                    const auto ofHeads = [&](const torch::Tensor& x) {
                        return x.unflatten(-1, {2, 32}).transpose(0, 1);
                    };
                    const auto kv = texts[static_cast<std::size_t>(row)].chunk(2, 1);
                    rows.push_back(
                        attended(ofHeads(given[0][row]), ofHeads(kv[0]), ofHeads(kv[1])).transpose(0, 1).flatten(1));
                }
                return torch::stack(rows);
            },
            {random({3, 81, 64}, typeOf(isHalf)), random({43, 128}, typeOf(isHalf))});
    }

    void linear_data() { types(); }
    void linear()
    {
        QFETCH(bool, isHalf);
        for (const bool hasBias : {true, false}) {
            // 1100 rows: more than one piece of the bias's sums; values that bfloat16 holds, as weights are rounded to
            // it
            const auto rounded = [](const torch::Tensor& x) { return x.to(torch::kBFloat16).to(torch::kFloat32); };
            const Tensors inputs{rounded(random({2, 550, 24})), rounded(random({21, 24}) / 8),
                hasBias ? rounded(random({21})) : torch::Tensor()};
            const auto own = [isHalf](const Tensors& given) {
                const training::MixedPrecision precision(isHalf);
                models::Linear layer(24, 21, given[2].defined());
                layer->weight = given[1];
                layer->bias = given[2];
                return layer->forward(given[0]);
            };
            const auto plain = [](const Tensors& given) { return torch::linear(given[0], given[1], given[2]); };
            const auto mine = evaluated(own, inputs, false), expected = evaluated(plain, inputs, true);
            QCOMPARE(mine.out.scalar_type(), typeOf(isHalf));
            QVERIFY2(mismatch(mine.out, expected.out, "").empty(), "the result");
            for (std::size_t i = 0; i < inputs.size(); ++i)
                if (inputs[i].defined()) { // float32, but products were rounded to bfloat16 before
                    const auto gradient = isHalf && i < 2 ? mine.gradients[i].to(torch::kBFloat16) : mine.gradients[i];
                    QCOMPARE(mine.gradients[i].scalar_type(), torch::kFloat32);
                    const std::string problem = mismatch(gradient, expected.gradients[i], "gradient");
                    QVERIFY2(problem.empty(), problem.c_str());
                }
            QVERIFY(cache::runsTrainedLinear(
                inputs[0], torch::Tensor(inputs[1]).clone().set_requires_grad(true), torch::Tensor()));
        }
    }

    /// A whole model: float32 with the kernels against float64, which has none.
    void wholeModel()
    {
        models::Stdit3 own(smallConfig()), expected(smallConfig());
        auto others = expected->named_parameters();
        {
            const torch::NoGradGuard noGradients;
            for (auto& item : own->named_parameters()) {
                auto values = 0.3 * torch::randn(item.value().sizes()) + (item.value().dim() == 1 ? 1 : 0);
                item.value().set_data(values);
                others[item.key()].set_data(values.to(torch::kFloat64));
            }
            for (auto* model : {&own, &expected})
                for (auto& item : (*model)->named_buffers())
                    item.value().set_data(torch::ones(item.value().sizes()));
        }
        const auto x = random({2, 2, 2, 4, 4}), y = random({2, 1, 4, 6});
        const auto run = [&](models::Stdit3& model, torch::ScalarType type) {
            for (auto& parameter : model->parameters())
                parameter.set_requires_grad(true);
            models::Stdit3Input input;
            input.x = x.to(type);
            input.timestep = torch::tensor({300.0F, 810.0F});
            input.y = y.to(type);
            input.mask = torch::tensor({{1, 1, 1, 0}, {1, 1, 0, 0}}, torch::kInt64);
            input.fps = torch::full({2}, 8.0);
            input.height = input.width = torch::full({2}, 32.0);
            auto session = cache::CachingSession::uncached(smallConfig().geometry(2, 4, 4, 4, 2, 1));
            const auto out = model->forward(input, session);
            out.square().mean().backward();
            return out.detach().to(torch::kFloat64);
        };
        const auto result = run(own, torch::kFloat32), wanted = run(expected, torch::kFloat64);
        // Two blocks of two dozen operations, each off by a few units in the last of 24 bits.
        constexpr double kTolerance = 2e-4;
        QVERIFY((result - wanted).abs().max().item<double>() <= kTolerance * wanted.abs().max().item<double>());
        for (auto& item : own->named_parameters()) {
            if (item.key() == "rope.freqs")
                continue; // never trained
            const auto &gradient = item.value().grad(), &other = others[item.key()].grad();
            QVERIFY2(gradient.defined() && other.defined(), item.key().c_str());
            const double largest = other.abs().max().item<double>();
            const double difference = (gradient.to(torch::kFloat64) - other).abs().max().item<double>();
            QVERIFY2(difference <= kTolerance * std::max(1e-2, largest), item.key().c_str());
        }
    }
    /// A training that goes on ends with the same bits: sums have one order, whoever makes them.
    void bitsDoNotDependOnThreads()
    {
        const auto x = random({3, 60, 96}), vectors = random({3, 3, 96});
        const auto weight = random({16});
        const auto result = [&](int threads) {
            at::set_num_threads(threads);
            return evaluated(
                [&](const Tensors& given) {
                    const auto parts = given[1].chunk(3, 1);
                    const TrainedHeads heads{2, 16, given[2], given[2], 1e-6, rotationOf(5, 16)};
                    const auto h = cache::trainedNormModulated(given[0], parts[0], parts[1], 1e-6);
                    const auto mixed = cache::trainedSelfAttention(cache::gelu(h), heads, {5, 12, true});
                    return cache::trainedGatedAdd(given[0].narrow(2, 0, 32), parts[2].narrow(2, 0, 32), mixed);
                },
                {x, vectors, weight}, false);
        };
        const int before = at::get_num_threads();
        const auto one = result(1), several = result(3);
        at::set_num_threads(before);
        QVERIFY(torch::equal(one.out, several.out));
        for (std::size_t i = 0; i < one.gradients.size(); ++i)
            QVERIFY(torch::equal(one.gradients[i], several.gradients[i]));
    }
    void othersAreLeftToLibTorch()
    {
        const auto x = random({2, 3, 16}).set_requires_grad(true);
        QVERIFY(cache::runsTrained(x));
        QVERIFY(!cache::runsTrained(x.detach()));
        QVERIFY(!cache::runsTrained(x.to(torch::kFloat64)));
        const TrainedHeads narrow{1, 8, {}, {}, 0, {}}, known{1, 16, {}, {}, 0, {}};
        QVERIFY(cache::runsTrainedAttention(x, known, 3));
        QVERIFY(!cache::runsTrainedAttention(x, narrow, 3));
        QVERIFY(!cache::runsTrainedAttention(x, known, 1 << 20));
        const cache::PlainOperations plain;
        QVERIFY(!cache::runsTrained(x));
        QVERIFY(!cache::runsTrained(torch::Tensor(x).set_requires_grad(true)));
        const torch::NoGradGuard noGradients;
        QVERIFY(!cache::runsTrained(x));
    }
    void aWrongGradientIsSeen()
    {
        const auto right = [](const Tensors& given) { return torch::gelu(given[0], "tanh"); };
        const auto wrong = [](const Tensors& given) {
            const auto out = cache::gelu(given[0]);
            return out + 1e-3 * (out.detach() - out); // the same value, another gradient
        };
        QVERIFY(!mismatch(wrong, right, {random({4, 9})}).empty());
    }

private:
    static torch::ScalarType typeOf(bool isHalf) { return isHalf ? torch::kBFloat16 : torch::kFloat32; }
    static void types()
    {
        QTest::addColumn<bool>("isHalf");
        QTest::newRow("float32") << false;
        QTest::newRow("bfloat16") << true;
    }
    static void check(const Operation& operation, const Operation& plain, const Tensors& inputs)
    {
        const std::string problem = mismatch(operation, plain, inputs);
        QVERIFY2(problem.empty(), problem.c_str());
    }
};

QTEST_GUILESS_MAIN(TestTrainedOperations)
#include "tst_trained_operations.moc"
