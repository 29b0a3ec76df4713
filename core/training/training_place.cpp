// SPDX-License-Identifier: Apache-2.0
#include "core/training/training_place.h"

#include "core/base/atomic_file.h"
#include "core/base/printable.h"
#include "core/engine/make_engine.h"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/file.h>
#include <unistd.h>

namespace toca::training {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInFolder = "./"; // in front of paths that begin at the training's folder

fs::path wholePath(const fs::path& path)
{
    std::error_code failed;
    const fs::path whole = fs::weakly_canonical(fs::absolute(path, failed), failed);
    return failed ? path : whole;
}

fs::path newModelFile(const fs::path& folder)
{
    return folder / "new-model.json";
}

nlohmann::ordered_json toJson(const NewModel& model)
{
    if (model.keepsWeights) // its sizes are those of the model it began from
        return {{"family", model.family}, {"keeps_weights", true}, {"patch", model.patch}};
    return {{"family", model.family}, {"keeps_weights", false}, {"patch", model.patch}, {"hidden", model.hiddenSize},
        {"depth", model.depth}, {"heads", model.heads}};
}

} // namespace

Result<TrainingLock> TrainingLock::take(const fs::path& folder)
{
    const fs::path path = folder / ".lock";
    const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    if (file < 0)
        return unexpected(
            ErrorCode::Io, "Cannot write into " + quotedPath(folder.string()) + ": " + std::strerror(errno) + ".");
    if (::flock(file, LOCK_EX | LOCK_NB) == 0)
        return TrainingLock(file);
    const bool isTaken = errno == EWOULDBLOCK;
    ::close(file);
    if (!isTaken) // some network file systems have no locks: better unguarded than not at all
        return TrainingLock(-1);
    return unexpected(ErrorCode::InvalidArgument,
        "Another program trains in " + quotedPath(folder.string()) + " at this moment. Wait until it has ended, or "
            + "choose another --out.");
}

TrainingLock::~TrainingLock()
{
    if (m_file >= 0)
        ::close(m_file);
}

std::string storedInit(const fs::path& init, const fs::path& folder)
{
    const fs::path whole = wholePath(init), place = wholePath(folder);
    const fs::path inside = whole.lexically_relative(place);
    if (!inside.empty() && *inside.begin() != "..")
        return kInFolder + inside.string();
    for (const std::string& name : embeddedModelNames())
        if (wholePath(modelFolderOf(name)) == whole)
            return name;
    return whole.string();
}

fs::path resolvedInit(const std::string& stored, const fs::path& folder)
{
    if (stored.starts_with(kInFolder))
        return folder / stored.substr(std::strlen(kInFolder));
    const fs::path path = modelFolderOf(stored);
    std::error_code ignored;
    // States of earlier versions hold the path as it was typed.
    if (!fs::exists(path, ignored) && path.filename() == "start" && fs::exists(folder / "start", ignored))
        return folder / "start";
    return path;
}

Result<void> writeNewModel(const NewModel& model, const fs::path& folder)
{
    return writeFileAtomically(newModelFile(folder), toJson(model).dump(2) + "\n");
}

Result<void> checkNewModel(const NewModel& model, const fs::path& folder)
{
    std::ifstream stream(newModelFile(folder));
    if (!stream)
        return {}; // of an earlier version, or not begun with a new transformer
    const auto before = nlohmann::ordered_json::parse(stream, nullptr, /*allow_exceptions=*/false);
    if (before == toJson(model))
        return {};
    return unexpected(ErrorCode::InvalidArgument,
        quotedPath(folder.string()) + " holds a training of another transformer (" + printable(before.dump())
            + "). Leave --new and its sizes away to go on with it, or choose another --out.");
}

} // namespace toca::training
