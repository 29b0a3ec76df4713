// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/json_config.h"
#include "core/models/text/t5_encoder.h"

namespace toca::models {

Result<T5Config> T5Config::fromJson(const nlohmann::json& config, const std::string& fileName)
{
    // The upper limits are several times those of the largest published model (T5 v1.1 XXL).
    checkpoint::ConfigReader reader(config, fileName);
    constexpr auto kRequired = checkpoint::ConfigReader::kRequired;
    T5Config result;
    result.vocabularySize = reader.integer("vocab_size", kRequired, 3, 1 << 21);
    result.modelSize = reader.integer("d_model", kRequired, 1, 1 << 16);
    result.keySize = reader.integer("d_kv", kRequired, 1, 1 << 12);
    result.feedForwardSize = reader.integer("d_ff", kRequired, 1, 1 << 18);
    result.layers = reader.integer("num_layers", kRequired, 1, 512);
    result.heads = reader.integer("num_heads", kRequired, 1, 1024);
    result.relativeBuckets = reader.integer("relative_attention_num_buckets", 32, 4, 4096);
    result.relativeMaxDistance = reader.integer("relative_attention_max_distance", 128, 2, 1 << 20);
    result.epsilon = reader.number("layer_norm_epsilon", 1e-6, 1e-12, 1);
    if (result.relativeMaxDistance <= result.relativeBuckets / 4)
        reader.addProblem("relative_attention_max_distance", "is not more than a quarter of the buckets");
    // T5 v1.0 (plain ReLU) has no gate, and that is what an absent field means to its authors.
    const std::string projection = reader.string("feed_forward_proj", "relu");
    const std::string activation = reader.string("dense_act_fn", "gelu_new");
    const bool isGated = reader.boolean("is_gated_act", true);
    if (const Result<void> done = reader.finish(); !done)
        return unexpected(done.error());

    if (projection != "gated-gelu" || activation != "gelu_new" || !isGated)
        return unexpected(ErrorCode::Unsupported,
            fileName
                + ": only T5 v1.1 is supported ('feed_forward_proj' \"gated-gelu\", 'dense_act_fn' \"gelu_new\", "
                  "'is_gated_act' true), but this is another version. Choose a T5 v1.1 encoder.");
    return result;
}

} // namespace toca::models
