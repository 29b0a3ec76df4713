// SPDX-License-Identifier: Apache-2.0
// Every kernel against the obvious composition of LibTorch's operations, at the sizes of published models. Ratios of
// the two lines of a pair are what counts.
//
//   ./dev build bench-kernels && build/tests/bench-kernels --benchmark_enable_random_interleaving=true
#include "cache/exec/ops/attention_scores.h"
#include "cache/exec/ops/gated_add.h"
#include "cache/exec/ops/norm_modulate.h"
#include "cache/exec/ops/row_moves.h"
#include "cache/exec/ops/select_tokens.h"
#include "cache/exec/ops/taylor.h"
#include "cache/exec/ops/token_scores.h"
#include "cache/exec/row_table.h"
#include "cache/exec/scores.h"
#include "core/models/layers/mlp.h"

#include <torch/torch.h>

#include <benchmark/benchmark.h>

#include <cmath>

using namespace toca;

namespace {

/// Tokens and channels of a block with two guidance rows, of which a share is chosen.
struct Block {
    std::int64_t tokens, chosen, width;
    torch::Tensor x, y, stored, vectors, ids;
    cache::TokenSubset subset = cache::TokenSubset::all(1);

    Block(const benchmark::State& state, torch::ScalarType type)
        : tokens(state.range(0))
        , chosen(state.range(1))
        , width(state.range(2))
    {
        torch::manual_seed(1);
        x = torch::randn({2, tokens, width}).to(type);
        y = torch::randn({2, tokens, width}).to(type);
        stored = torch::randn({2, tokens, width}).to(type);
        vectors = torch::randn({2, 6, width}).to(type);
        ids = std::get<0>(torch::rand({2, tokens}).argsort(std::int64_t{-1}, false).narrow(1, 0, chosen).sort(-1))
                  .contiguous();
        subset = chosen == tokens ? cache::TokenSubset::all(tokens) : cache::TokenSubset::chosen(ids, tokens);
    }
    torch::Tensor vector(std::int64_t i) const { return vectors.narrow(1, i, 1); }
    torch::Tensor index() const { return ids.unsqueeze(-1).expand({-1, -1, width}); }
};

torch::ScalarType typeOf(const benchmark::State& state)
{
    return state.range(3) ? torch::kBFloat16 : torch::kFloat32;
}

void normModulateKernel(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const Block block(state, typeOf(state));
    for (auto _ : state)
        benchmark::DoNotOptimize(cache::normModulated(block.x, block.subset, block.vector(0), block.vector(1), 1e-6));
}

void normModulateComposed(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const Block block(state, typeOf(state));
    for (auto _ : state) {
        const auto chosen = block.subset.isAll() ? block.x : block.x.gather(1, block.index());
        const auto normalized = torch::layer_norm(chosen, {block.width}, {}, {}, 1e-6);
        benchmark::DoNotOptimize(normalized * (1 + block.vector(1)) + block.vector(0));
    }
}

void gatedAddKernel(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const Block block(state, typeOf(state));
    for (auto _ : state)
        benchmark::DoNotOptimize(cache::gatedAdd(block.x, block.vector(2), block.y, /*overX=*/false));
}

void gatedAddComposed(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const Block block(state, typeOf(state));
    for (auto _ : state)
        benchmark::DoNotOptimize(block.x + block.vector(2) * block.y);
}

void scatterKernel(benchmark::State& state)
{
    const c10::InferenceMode inference;
    Block block(state, typeOf(state));
    const auto rows = block.y.narrow(1, 0, block.chosen).contiguous();
    for (auto _ : state)
        cache::scatterRows(block.stored, block.ids, rows);
}

void scatterComposed(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const Block block(state, typeOf(state));
    const auto rows = block.y.narrow(1, 0, block.chosen).contiguous();
    for (auto _ : state)
        benchmark::DoNotOptimize(block.stored.scatter_(1, block.index(), rows));
}

void selectionKernel(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const auto score = torch::rand({2, state.range(0)});
    for (auto _ : state)
        benchmark::DoNotOptimize(cache::selectTokens(score, state.range(1)));
}

void selectionComposed(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const auto score = torch::rand({2, state.range(0)});
    for (auto _ : state) // what the published code does
        benchmark::DoNotOptimize(score.argsort(std::int64_t{-1}, /*descending=*/true).narrow(1, 0, state.range(1)));
}

/// One selection of ToCa: two rows of a square grid, one term, the bonus of 2 x 2 blocks.
cache::TokenScore tokenScore(const benchmark::State& state)
{
    torch::manual_seed(3);
    cache::TokenScore score;
    const auto edge = static_cast<std::int64_t>(std::sqrt(static_cast<double>(state.range(0))));
    score.grid = {1, edge, edge};
    score.ages = torch::randint(0, 5, {2, score.grid.tokens()}).to(torch::kFloat32);
    score.ageWeight = 0.25;
    score.interval = 3;
    score.terms = {torch::rand({2, score.grid.tokens()})};
    score.weights = {1};
    score.bonusCell = 2;
    score.bonus = 0.6;
    return score;
}

void scoredSelectionKernel(benchmark::State& state)
{
    const c10::InferenceMode inference;
    auto score = tokenScore(state);
    for (auto _ : state) {
        const auto ids = cache::selectTokens(cache::scored(score), state.range(1));
        cache::renewAges(score.ages, ids);
        benchmark::DoNotOptimize(ids);
    }
}

void scoredSelectionComposed(benchmark::State& state)
{
    const c10::InferenceMode inference;
    auto score = tokenScore(state);
    for (auto _ : state) {
        const auto sum = score.ageWeight * (score.ages / score.interval) + score.terms[0];
        const auto final = cache::withSpatialBonus(sum, score.grid, score.bonusCell, score.bonus);
        const auto ids = final.argsort(std::int64_t{-1}, /*descending=*/true).narrow(1, 0, state.range(1));
        score.ages.add_(1);
        score.ages.scatter_(1, ids, 0.0);
        benchmark::DoNotOptimize(ids);
    }
}

/// Outputs of a module of (2, tokens, width), and derivatives up to the order.
std::vector<torch::Tensor> factors(const benchmark::State& state)
{
    torch::manual_seed(4);
    std::vector<torch::Tensor> made;
    for (std::int64_t i = 0; i <= state.range(2); ++i)
        made.push_back(torch::randn({2, state.range(0), state.range(1)}).to(typeOf(state)));
    return made;
}

void taylorUpdateKernel(benchmark::State& state)
{
    const c10::InferenceMode inference;
    auto kept = factors(state);
    const auto output = torch::randn_like(kept.front());
    for (auto _ : state)
        kept = cache::renewedDerivatives(std::move(kept), output, -3.0, static_cast<int>(state.range(2)));
}

void taylorUpdateComposed(benchmark::State& state)
{
    const c10::InferenceMode inference;
    auto kept = factors(state);
    const auto output = torch::randn_like(kept.front());
    for (auto _ : state) {
        std::vector<torch::Tensor> next{output};
        for (std::size_t i = 0; i + 1 < kept.size(); ++i)
            next.push_back((next[i] - kept[i]) / -3.0);
        kept = next;
    }
}

void taylorSumKernel(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const auto kept = factors(state);
    for (auto _ : state)
        benchmark::DoNotOptimize(cache::taylorSum(kept, -2.0, static_cast<int>(state.range(2))));
}

void taylorSumComposed(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const auto kept = factors(state);
    for (auto _ : state) {
        auto sum = kept[0].clone();
        double coefficient = 1;
        for (std::size_t i = 1; i < kept.size(); ++i) {
            coefficient *= -2.0 / static_cast<double>(i);
            sum.add_(kept[i], coefficient);
        }
        benchmark::DoNotOptimize(sum);
    }
}

/// (2, 16 heads, queries, keys)
torch::Tensor rawScores(const benchmark::State& state)
{
    torch::manual_seed(2);
    return torch::randn({2, 16, state.range(0), state.range(1)}) * 3;
}

void receivedAttentionKernel(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const auto scores = rawScores(state);
    auto sums = torch::zeros({2, state.range(1)});
    for (auto _ : state)
        cache::addReceivedAttention(scores.clone(), 0.1, sums);
}

void receivedAttentionComposed(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const auto scores = rawScores(state);
    auto sums = torch::zeros({2, state.range(1)});
    for (auto _ : state)
        sums.add_((scores.clone() * 0.1).softmax(-1).mean(1).sum(1));
}

void entropyKernel(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const auto scores = rawScores(state);
    for (auto _ : state)
        benchmark::DoNotOptimize(cache::softmaxWithEntropy(scores.clone(), 0.5));
}

void entropyComposed(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const auto scores = rawScores(state);
    for (auto _ : state) {
        const auto map = scores.clone().softmax(-1);
        const auto mean = map.mean(1) * 0.5;
        benchmark::DoNotOptimize((mean * (mean + 1e-7).log()).sum(-1).neg());
    }
}

/// A layer of `inputs` x `outputs`, its weight as it is loaded or laid out for multiplying.
models::Linear linearOf(const benchmark::State& state, bool isPacked)
{
    models::Linear layer(state.range(1), state.range(2));
    layer->weight.set_data((torch::randn({state.range(2), state.range(1)}) * 0.03).to(typeOf(state)));
    layer->bias.set_data(torch::randn({state.range(2)}).to(typeOf(state)));
    if (isPacked)
        layer->pack();
    return layer;
}

void linearOn(benchmark::State& state, bool isPacked)
{
    const c10::InferenceMode inference;
    auto layer = linearOf(state, isPacked);
    const auto x = torch::randn({state.range(0), state.range(1)}).to(typeOf(state));
    for (auto _ : state)
        benchmark::DoNotOptimize(layer->forward(x));
    state.counters["GFLOP/s"] = benchmark::Counter(2e-9 * static_cast<double>(state.range(0) * state.range(1))
            * static_cast<double>(state.range(2)) * static_cast<double>(state.iterations()),
        benchmark::Counter::kIsRate);
}

void packedLinear(benchmark::State& state)
{
    linearOn(state, true);
}

void plainLinear(benchmark::State& state)
{
    linearOn(state, false);
}

void geluOn(benchmark::State& state, bool isPacked)
{
    const c10::InferenceMode inference;
    auto layer = linearOf(state, isPacked);
    const auto x = torch::randn({state.range(0), state.range(1)}).to(typeOf(state));
    for (auto _ : state)
        benchmark::DoNotOptimize(layer->forwardGelu(x));
}

void packedLinearGelu(benchmark::State& state)
{
    geluOn(state, true);
}

void plainLinearGelu(benchmark::State& state)
{
    geluOn(state, false);
}

/// (tokens, chosen, width, is bfloat16): the embedded model, and DiT-XL/2 at 256 pixels.
void blocks(benchmark::internal::Benchmark* benchmark)
{
    benchmark->ArgNames({"tokens", "chosen", "width", "bf16"});
    for (const std::int64_t isHalf : {0, 1}) {
        benchmark->Args({320, 47, 160, isHalf});
        benchmark->Args({256, 102, 1152, isHalf});
        benchmark->Args({256, 256, 1152, isHalf});
        benchmark->Args({4096, 614, 1152, isHalf});
    }
}

void selections(benchmark::internal::Benchmark* benchmark)
{
    benchmark->ArgNames({"tokens", "chosen"})
        ->Args({256, 102})
        ->Args({320, 47})
        ->Args({4096, 614})
        ->Args({23850, 3577});
}

/// Features and the table that holds them in fewer bits.
struct HeldRows {
    torch::Tensor features, scales, codes; ///< the last two as the composition holds them
    bool isByte;
    cache::RowTable table;

    explicit HeldRows(const benchmark::State& state)
        : isByte(state.range(2) != 0)
    {
        torch::manual_seed(1);
        features = torch::randn({2, state.range(0), state.range(1)});
        table = cache::RowTable::coded(
            isByte ? plan::CacheDtype::Int8 : plan::CacheDtype::BFloat16, features.sizes(), features.options());
        table.write(features);
        compose();
    }
    void compose()
    {
        if (isByte) {
            scales = features.abs().amax(-1, /*keepdim=*/true) / 127;
            codes = (features / scales).round().to(torch::kInt8);
        } else {
            codes = features.to(torch::kBFloat16);
        }
    }
    torch::Tensor composed() const
    {
        const auto values = codes.to(torch::kFloat32);
        return isByte ? values * scales : values;
    }
};

void cacheStoreKernel(benchmark::State& state)
{
    const c10::InferenceMode inference;
    HeldRows held(state);
    for (auto _ : state)
        held.table.write(held.features);
}

void cacheStoreComposed(benchmark::State& state)
{
    const c10::InferenceMode inference;
    HeldRows held(state);
    for (auto _ : state) {
        held.compose();
        benchmark::DoNotOptimize(held.codes);
    }
}

void cacheLoadKernel(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const HeldRows held(state);
    for (auto _ : state)
        benchmark::DoNotOptimize(held.table.features());
}

void cacheLoadComposed(benchmark::State& state)
{
    const c10::InferenceMode inference;
    const HeldRows held(state);
    for (auto _ : state)
        benchmark::DoNotOptimize(held.composed());
}

/// (tokens, width, is 8 bits)
void heldRows(benchmark::internal::Benchmark* benchmark)
{
    benchmark->ArgNames({"tokens", "width", "int8"});
    for (const std::int64_t isByte : {0, 1}) {
        benchmark->Args({320, 160, isByte});
        benchmark->Args({256, 1152, isByte});
    }
}

void maps(benchmark::internal::Benchmark* benchmark)
{
    benchmark->ArgNames({"queries", "keys"})->Args({256, 256})->Args({256, 120})->Args({1024, 25})->Args({320, 9});
}

void scoredSelections(benchmark::internal::Benchmark* benchmark)
{
    benchmark->ArgNames({"tokens", "chosen"})->Args({256, 102})->Args({4096, 614});
}

/// (tokens, width, order, is bfloat16)
void series(benchmark::internal::Benchmark* benchmark)
{
    benchmark->ArgNames({"tokens", "width", "order", "bf16"});
    for (const std::int64_t isHalf : {0, 1}) {
        benchmark->Args({320, 160, 2, isHalf});
        benchmark->Args({256, 1152, 2, isHalf});
        benchmark->Args({256, 1152, 4, isHalf});
    }
}

/// (rows, inputs, outputs, is bfloat16)
void products(benchmark::internal::Benchmark* benchmark)
{
    benchmark->ArgNames({"rows", "in", "out", "bf16"});
    for (const std::int64_t isHalf : {0, 1}) {
        benchmark->Args({2, 1152, 6912, isHalf});
        benchmark->Args({94, 160, 640, isHalf});
        benchmark->Args({640, 160, 640, isHalf});
        benchmark->Args({204, 1152, 4608, isHalf});
        benchmark->Args({512, 1152, 4608, isHalf});
    }
}

BENCHMARK(normModulateKernel)->Apply(blocks)->UseRealTime();
BENCHMARK(normModulateComposed)->Apply(blocks)->UseRealTime();
BENCHMARK(gatedAddKernel)->Apply(blocks)->UseRealTime();
BENCHMARK(gatedAddComposed)->Apply(blocks)->UseRealTime();
BENCHMARK(scatterKernel)->Apply(blocks)->UseRealTime();
BENCHMARK(scatterComposed)->Apply(blocks)->UseRealTime();
BENCHMARK(selectionKernel)->Apply(selections)->UseRealTime();
BENCHMARK(selectionComposed)->Apply(selections)->UseRealTime();
BENCHMARK(scoredSelectionKernel)->Apply(scoredSelections)->UseRealTime();
BENCHMARK(scoredSelectionComposed)->Apply(scoredSelections)->UseRealTime();
BENCHMARK(taylorUpdateKernel)->Apply(series)->UseRealTime();
BENCHMARK(taylorUpdateComposed)->Apply(series)->UseRealTime();
BENCHMARK(taylorSumKernel)->Apply(series)->UseRealTime();
BENCHMARK(taylorSumComposed)->Apply(series)->UseRealTime();
BENCHMARK(receivedAttentionKernel)->Apply(maps)->UseRealTime();
BENCHMARK(receivedAttentionComposed)->Apply(maps)->UseRealTime();
BENCHMARK(entropyKernel)->Apply(maps)->UseRealTime();
BENCHMARK(entropyComposed)->Apply(maps)->UseRealTime();
BENCHMARK(cacheStoreKernel)->Apply(heldRows)->UseRealTime();
BENCHMARK(cacheStoreComposed)->Apply(heldRows)->UseRealTime();
BENCHMARK(cacheLoadKernel)->Apply(heldRows)->UseRealTime();
BENCHMARK(cacheLoadComposed)->Apply(heldRows)->UseRealTime();
BENCHMARK(packedLinear)->Apply(products)->UseRealTime();
BENCHMARK(plainLinear)->Apply(products)->UseRealTime();
BENCHMARK(packedLinearGelu)->Apply(products)->UseRealTime();
BENCHMARK(plainLinearGelu)->Apply(products)->UseRealTime();

} // namespace

BENCHMARK_MAIN();
