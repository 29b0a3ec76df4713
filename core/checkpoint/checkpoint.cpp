// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/checkpoint.h"

#include "core/base/printable.h"
#include "core/checkpoint/checkpoint_data.h"
#include "core/checkpoint/checkpoint_files.h"

#include <algorithm>

namespace toca::checkpoint {

namespace fs = std::filesystem;

Result<Checkpoint> Checkpoint::open(const fs::path& path, const OpenOptions& options)
{
    const auto file = findWeights(path);
    if (!file)
        return unexpected(file.error());
    auto data = std::make_shared<Data>();
    data->path = *file;
    const bool isIndex = isShardIndex(*file);
    if (auto added = isIndex ? data->addShards(*file, options) : data->add(*file, options); !added)
        return unexpected(added.error());
    if (!isIndex)
        data->sortByName();
    Checkpoint checkpoint;
    checkpoint.m_data = std::move(data);
    return checkpoint;
}

Result<Checkpoint> Checkpoint::renamed(const Checkpoint& of, const std::vector<JoinedTensor>& tensors)
{
    auto data = std::make_shared<Data>();
    data->base = of.m_data;
    data->path = of.m_data->path;
    data->section = of.m_data->section;
    data->files = of.m_data->files;
    data->metadata = of.m_data->metadata;
    std::vector<std::size_t> order(tensors.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::sort(
        order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return tensors[a].name < tensors[b].name; });
    for (const std::size_t i : order) {
        auto joined = data->join(tensors[i]);
        if (!joined)
            return unexpected(joined.error());
    }
    Checkpoint checkpoint;
    checkpoint.m_data = std::move(data);
    return checkpoint;
}

const std::vector<TensorInfo>& Checkpoint::tensors() const
{
    return m_data->tensors;
}

const TensorInfo* Checkpoint::find(std::string_view name) const
{
    const auto at = m_data->indexOf(name);
    return at ? &m_data->tensors[*at] : nullptr;
}

torch::Tensor Checkpoint::tensor(std::string_view name) const
{
    const auto at = m_data->indexOf(name);
    TORCH_CHECK(at, "Checkpoint::tensor: no tensor ", std::string(name), " in ", m_data->path.string());
    return m_data->tensorAt(*at);
}

Result<void> Checkpoint::checkFiles() const
{
    for (const Data::File& file : m_data->files) {
        if (!file->isWhole())
            return unexpected(ErrorCode::Io,
                quotedPath(file->path().string())
                    + " became shorter while it was in use. Open the model again when the file is complete.");
    }
    return {};
}

const std::string& Checkpoint::section() const
{
    return m_data->section;
}

const std::vector<std::pair<std::string, std::string>>& Checkpoint::metadata() const
{
    return m_data->metadata;
}

std::uint64_t Checkpoint::totalBytes() const
{
    return m_data->bytes;
}

const fs::path& Checkpoint::path() const
{
    return m_data->path;
}

} // namespace toca::checkpoint
