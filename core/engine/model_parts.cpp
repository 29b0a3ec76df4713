// SPDX-License-Identifier: Apache-2.0
#include "core/engine/model_parts.h"

#include "core/checkpoint/json_config.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace toca::engine {
namespace {

namespace fs = std::filesystem;

// A model lies at most as deep as repository/snapshot/part; more files than this are no model folder.
constexpr int kDeepest = 3;
constexpr std::size_t kMostFiles = 4096;

/// Whether the first bytes are those of a safetensors, zip or pickle file.
bool looksLikeWeights(const fs::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    std::array<unsigned char, 9> head{};
    stream.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(head.size()));
    if (stream.gcount() < 4)
        return false;
    const bool isZip = head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
    const bool isPickle = head[0] == 0x80 && head[1] >= 2 && head[1] <= 5;
    const bool isSafetensors = stream.gcount() == 9 && head[8] == '{' && head[6] == 0 && head[7] == 0;
    return isZip || isPickle || isSafetensors;
}

bool endsWith(const fs::path& file, std::string_view ending)
{
    return file.filename().string().ends_with(ending);
}

/// A folder whose weights are one checkpoint: named as diffusers and transformers do, whole or in shards.
bool isCheckpointFolder(const fs::path& folder)
{
    std::error_code error;
    for (const char* name : {"model", "diffusion_pytorch_model", "pytorch_model"})
        for (const char* ending : {".safetensors", ".bin", ".safetensors.index.json", ".bin.index.json"})
            if (fs::exists(folder / (std::string(name) + ending), error))
                return true;
    return false;
}

class Finder {
public:
    Result<FoundParts> find(const fs::path& path)
    {
        std::error_code error;
        if (fs::is_regular_file(path, error)) {
            add(path, path.parent_path() / "config.json");
            if (!m_found.parts.empty())
                look(path.parent_path().empty() ? fs::path(".") : path.parent_path(), 2);
            else if (m_found.unreadable.empty())
                return unexpected(ErrorCode::BadFormat,
                    quoted(path)
                        + " holds tensors of no model known here (DiT, PixArt-alpha, STDiT3, an image "
                          "or video VAE, T5).");
        } else if (fs::is_directory(path, error)) {
            look(path, kDeepest);
        } else {
            return unexpected(ErrorCode::NotFound,
                quoted(path) + " is neither a folder nor a file. Choose a model folder or a checkpoint.");
        }
        if (m_failure)
            return unexpected(*m_failure);
        return std::move(m_found);
    }

private:
    void look(const fs::path& folder, int depth)
    {
        const bool isCheckpoint = isCheckpointFolder(folder);
        if (isCheckpoint)
            add(folder, folder / "config.json");
        std::vector<fs::path> entries;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(folder, fs::directory_options::skip_permission_denied, error)) {
            if (++m_files > kMostFiles)
                break;
            entries.push_back(entry.path());
        }
        std::sort(entries.begin(), entries.end());
        for (const fs::path& entry : entries) {
            if (fs::is_directory(entry, error) && !fs::is_symlink(entry, error)) {
                if (depth > 1)
                    look(entry, depth - 1);
            } else if (!fs::is_regular_file(entry, error)) {
                continue;
            } else if (endsWith(entry, ".model")) {
                m_found.tokenizers.push_back(entry);
            } else if (!isCheckpoint && looksLikeWeights(entry)) {
                add(entry, folder / "config.json");
            }
        }
    }

    void add(const fs::path& path, const fs::path& configFile)
    {
        std::error_code error;
        for (const FoundPart& known : m_found.parts)
            if (fs::equivalent(known.path, path, error))
                return;
        auto file = checkpoint::Checkpoint::open(path);
        if (!file) {
            m_found.unreadable.push_back(file.error());
            return;
        }
        const auto kind = classify(*file);
        if (!kind)
            return;
        FoundPart part{kind->first, kind->second, path, std::move(*file), {}, configFile.string()};
        if (fs::exists(configFile, error)) {
            auto json = checkpoint::readJsonFile(configFile);
            if (!json) {
                m_failure = json.error();
                return;
            }
            part.config = std::move(*json);
        }
        m_found.parts.push_back(std::move(part));
    }

    FoundParts m_found;
    std::optional<Error> m_failure;
    std::size_t m_files = 0;
};

} // namespace

std::string quoted(const fs::path& path)
{
    return std::string("'").append(path.string()).append("'");
}

const char* partKindName(PartKind kind)
{
    switch (kind) {
    case PartKind::Dit:
        return "DiT transformer";
    case PartKind::Pixart:
        return "PixArt-alpha transformer";
    case PartKind::Stdit3:
        return "STDiT3 transformer";
    case PartKind::ImageVae:
        return "image VAE";
    case PartKind::VideoVae:
        return "video VAE";
    case PartKind::TextEncoder:
        return "T5 text encoder";
    }
    return "";
}

const FoundPart* FoundParts::first(PartKind kind) const
{
    for (const FoundPart& part : parts)
        if (part.kind == kind)
            return &part;
    return nullptr;
}

std::optional<std::pair<PartKind, WeightNames>> classify(const checkpoint::Checkpoint& checkpoint)
{
    const auto has = [&](const char* name) { return checkpoint.find(name) != nullptr; };
    using enum PartKind;
    using enum WeightNames;
    if (has("blocks.0.adaLN_modulation.1.weight"))
        return std::pair{Dit, Published};
    if (has("transformer_blocks.0.norm1.emb.class_embedder.embedding_table.weight"))
        return std::pair{Dit, Diffusers};
    if (has("t_block.1.weight") && has("blocks.0.cross_attn.kv_linear.weight"))
        return std::pair{Pixart, Published};
    if (has("adaln_single.linear.weight") && has("transformer_blocks.0.attn2.to_k.weight"))
        return std::pair{Pixart, Diffusers};
    if (has("spatial_blocks.0.attn.qkv.weight"))
        return std::pair{Stdit3, Published};
    if (has("spatial_vae.module.decoder.conv_in.weight"))
        return std::pair{VideoVae, Published};
    if (has("decoder.conv_in.weight") && has("encoder.conv_in.weight")
        && has("decoder.up_blocks.0.resnets.0.conv1.weight"))
        return std::pair{ImageVae, Diffusers};
    if (has("encoder.block.0.layer.0.SelfAttention.q.weight"))
        return std::pair{TextEncoder, Published};
    return {};
}

Result<FoundParts> findParts(const fs::path& path)
{
    return Finder().find(path);
}

} // namespace toca::engine
