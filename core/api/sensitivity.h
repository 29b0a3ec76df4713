// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/rank_statistics.h"
#include "cache/plan/token_groups.h"
#include "core/api/engine.h"

#include <array>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace toca {

/// What is done to the output of one module for a group of tokens.
enum class SensitivityMode : std::uint8_t {
    Freeze, ///< the output of the step before, as a cache would give it
    Noise, ///< plus Gaussian noise, of the same size for every token
};
const char* sensitivityModeName(SensitivityMode mode); ///< "freeze", "noise"

/// What is measured. Empty lists are filled in by the engine.
struct SensitivityOptions {
    std::vector<int> steps; ///< 0 = the noisiest; empty: the middle one
    std::vector<int> layers; ///< empty: all
    std::vector<plan::ModuleKind> modules; ///< empty: all that the model has
    plan::TokenGrouping grouping = plan::TokenGrouping::Token;
    int blockSide = 2; ///< tokens along a block's side, 1..64
    SensitivityMode mode = SensitivityMode::Noise;
    double noise = 0.1; ///< of the module's root mean square output, 0..10
    std::uint64_t seed = 1; ///< of the noise and of the order of the groups
    int finalGroups = 0; ///< groups of each site whose effect on the final latent is measured too
    bool keepPropagation = false; ///< keep what each group does to every token
    std::int64_t maximumEvaluations = 0; ///< of the model in this call, counted per group; 0 = no limit
    double maximumSeconds = 0; ///< of this call; 0 = no limit
    int batch = 0; ///< groups measured at once, 1..256; 0 = as many as pay

    bool operator==(const SensitivityOptions&) const = default;
};

/// What tokens can be ranked by: the parts of ToCa's score (arXiv 2410.05317, section 3.3), what they are combined to,
/// and scores of related methods.
enum class SensitivityScore : std::uint8_t {
    SelfAttention, ///< s1: attention received
    CrossAttention, ///< s2: entropy of the attention over the text
    Age, ///< s3: steps since the request's own policy last computed the token
    SpatialBonus, ///< s4: 1 where the token is the best of its cell
    Combined, ///< ToCa's sum with the request's weights
    ValueNorm, ///< sum over heads of (1 - norm of the value) (DuCa)
    InputNorm, ///< norm of the module's input
    Similarity, ///< 1 - cosine between the module's input and its output of the step before
    Change, ///< relative change of the module's output since the step before: known only after computing it
};
inline constexpr int kSensitivityScores = 9;
const char* sensitivityScoreName(SensitivityScore score); ///< "s1", "s2", ..., "combined", "value_norm", ...
const char* sensitivityScoreTitle(SensitivityScore score); ///< "Attention received (s1)"

/// One module of one layer at one step. NaN = not measured.
struct SensitivitySite {
    int step = 0;
    int layer = 0;
    plan::ModuleKind module = plan::ModuleKind::SelfAttention;
    // One for each group
    std::vector<float> change; ///< ||d|| / ||p||: p the guided prediction of this step, d its change
    std::vector<float> injected; ///< the error that was put in, relative to the norm of the module's whole output
    std::vector<float> outside; ///< share of d's squared norm outside of the group's own tokens, 0..1
    std::vector<float> finalChange; ///< the same as `change`, of the final latent
    /// By score, one for each token; empty where a score does not exist.
    std::array<std::vector<float>, kSensitivityScores> scores;
    /// One for each group, null where not kept: change of every token's prediction, relative to the root mean square
    /// norm of a token's prediction. N values each.
    std::vector<std::shared_ptr<const std::vector<float>>> propagation;

    int measured() const; ///< groups with a change
};

/// A measurement, finished or not: another call goes on where this one has ended.
struct SensitivityRecord {
    GenerationRequest request;
    SensitivityOptions options; ///< with empty lists filled in
    std::string family;
    std::string modelIdentity; ///< of the weights
    plan::TokenGrid grid;
    std::vector<plan::LayerKind> layerKinds;
    std::vector<SensitivitySite> sites; ///< by step, layer and module as in the options
    std::int64_t evaluations = 0; ///< of the model, counted per group
    double seconds = 0;
    bool isComplete = false;
    std::vector<std::string> warnings;

    std::vector<std::vector<std::int32_t>> groups() const;
    std::int64_t groupCount() const;
};

/// How a measurement goes on.
struct SensitivityProgress {
    std::int64_t done = 0; ///< measurements, of `total`
    std::int64_t total = 0;
    double seconds = 0; ///< of this call
    double etaSeconds = 0;
};

/// Hears about a measurement, on the engine's thread: hand over and return at once.
class SensitivityObserver : public Observer {
public:
    /// After each batch. @param record as far as it is; valid during the call only
    virtual void sensitivityProgress(const SensitivityProgress&, const SensitivityRecord& /*record*/) { }
};

struct SensitivityJob {
    GenerationRequest request; ///< its policy gives ages and weights of the scores; what is measured runs uncached
    SensitivityOptions options;
    /// A record of the same request and options, which is completed; only its budget and `finalGroups` may differ.
    std::shared_ptr<const SensitivityRecord> earlier;
};

/// Checks everything that needs no model. @return InvalidArgument naming option, value and range
Result<void> checkSensitivity(const SensitivityOptions& options);

// Figures made of a record.

/// Mean of a score over each group's tokens; empty where the score does not exist.
std::vector<double> groupScores(const SensitivityRecord& record, const SensitivitySite& site, SensitivityScore score);

struct SensitivityFigures {
    int layer = 0;
    plan::ModuleKind module = plan::ModuleKind::SelfAttention;
    int groups = 0; ///< measured, all steps together
    /// Spearman's rank correlation of each score with the change; NaN where it does not exist. Mean over the steps.
    std::array<double, kSensitivityScores> correlation{};
    double finalCorrelation = 0; ///< of the change of the prediction with that of the final latent
    double largestToSmallest = 0; ///< change of the most and least sensitive group; mean over the steps
    double p95ToP5 = 0;
    double medianChange = 0;
    double outside = 0; ///< mean share of the change that lands on other tokens
};
SensitivityFigures figuresOf(const SensitivityRecord& record, std::span<const SensitivitySite* const> sites);
/// One for each layer and module, in their order; sites without a measurement are left out.
std::vector<SensitivityFigures> sensitivityFigures(const SensitivityRecord& record);

// Files: safetensors (docs/sensitivity.md), readable with safetensors.numpy.load_file.
Result<void> writeSensitivity(const std::filesystem::path& path, const SensitivityRecord& record);
/// Never trusts the file. @return NotFound, Io, TooLarge or BadFormat naming what is wrong
Result<SensitivityRecord> readSensitivity(const std::filesystem::path& path);
/// One line per site and group: step, layer, kind, module, group, frame, row, column, tokens, change, injected,
/// outside, final change, and each score.
std::string sensitivityCsv(const SensitivityRecord& record);

} // namespace toca
