// SPDX-License-Identifier: Apache-2.0
#include "app/cli/run_input.h"

#include "app/cli/console.h"
#include "app/cli/file_kind.h"
#include "core/library/run_bundle.h"
#include "core/library/run_library.h"

#include <nlohmann/json.hpp>

#include <unistd.h>

namespace toca::app {

namespace fs = std::filesystem;

namespace {

/// A folder that goes with this object.
class TemporaryFolder {
public:
    TemporaryFolder()
    {
        std::error_code error;
        m_path = (fs::temp_directory_path(error) / "toca-XXXXXX").string();
        m_isThere = ::mkdtemp(m_path.data()) != nullptr;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder()
    {
        std::error_code ignored;
        if (m_isThere)
            fs::remove_all(m_path, ignored);
    }
    fs::path path() const { return m_path; }
    bool isThere() const { return m_isThere; }

private:
    std::string m_path;
    bool m_isThere = false;
};

Result<StoredInput> readFolder(const fs::path& folder)
{
    auto run = library::readResult(folder);
    if (!run)
        return unexpected(run.error());
    auto report = library::readReport(folder);
    if (!report)
        return unexpected(report.error());
    return StoredInput{std::move(run->request), run->trace, std::move(run->clip), std::move(*report)};
}

} // namespace

bool isStoredRun(const fs::path& path)
{
    std::error_code error;
    if (fs::is_directory(path, error))
        return fs::is_regular_file(path / "request.json", error) && fs::is_regular_file(path / "report.json", error);
    return path.extension() == library::kBundleEnding || library::isBundle(path);
}

Result<StoredInput> readStoredRun(const fs::path& path)
{
    std::error_code error;
    if (!fs::exists(path, error))
        return unexpected(ErrorCode::NotFound, "'" + path.string() + "' does not exist.");
    const bool isFolder = fs::is_directory(path, error);
    if (isFolder ? !isStoredRun(path) : !isSafetensors(path))
        return unexpected(ErrorCode::BadFormat,
            "'" + path.string() + "' is " + (isFolder ? "a folder without a run" : fileKind(path))
                + "; expected was a bundle (.toca), a folder of a run (request.json, report.json) or a trace "
                  "(.safetensors).");
    if (isFolder)
        return readFolder(path);
    if (!isStoredRun(path)) {
        const auto trace = plan::readTrace(path);
        if (!trace)
            return unexpected(trace.error());
        auto request = requestFromJson(trace->requestJson);
        if (!request)
            return unexpected(
                ErrorCode::BadFormat, "The trace '" + path.string() + "' holds no request: " + request.error().message);
        return StoredInput{std::move(*request), trace->trace, {}, {}};
    }
    const TemporaryFolder folder;
    if (!folder.isThere())
        return unexpected(ErrorCode::Io, "Cannot make a temporary folder to unpack '" + path.string() + "'.");
    auto writer = library::RunWriter::begin(folder.path(), "run");
    if (!writer)
        return unexpected(writer.error());
    if (auto done = library::unpackBundle(path, *writer); !done)
        return unexpected(done.error());
    const fs::path unpacked = writer->file("request.json").parent_path();
    auto read = readFolder(unpacked);
    return read ? std::move(read) : unexpected(library::inBundle(read.error(), unpacked, path));
}

Result<std::string> storedRunInfo(const fs::path& path, bool isJson)
{
    const auto run = readStoredRun(path);
    if (!run)
        return unexpected(run.error());
    if (isJson) {
        nlohmann::ordered_json json{{"kind", "run"}, {"request", nlohmann::json::parse(toJson(run->request))},
            {"frames", run->clip ? run->clip->frames.size() : 0}, {"report", nlohmann::json::parse(run->report)}};
        return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    }
    const GenerationRequest& request = run->request;
    std::string text = "a whole run: clip, trace, request, report\n";
    text += "prompt:  " + oneLine(request.prompt) + "\n";
    text += "caching: " + request.policy + (request.preset.empty() ? "" : ", " + request.preset) + "\n";
    for (const auto& [name, value] : request.policyParameters)
        text += "         " + name + " = " + oneLine(plan::toText(value), 200) + "\n";
    text += "clip:    " + std::to_string(run->clip ? run->clip->frames.size() : 0) + " frames of "
        + std::to_string(request.width) + " x " + std::to_string(request.height) + ", seed "
        + std::to_string(request.seed) + ", " + std::to_string(request.steps) + " steps\n";
    const auto report = nlohmann::json::parse(run->report, nullptr, false);
    const auto number = [&](const char* key, int decimals) {
        const auto found = report.find(key);
        return found != report.end() && found->is_number() ? fixedText(found->get<double>(), decimals)
                                                           : std::string("-");
    };
    text += "gain:    " + number("flops_gain", 2) + " in FLOPs, " + number("wall_clock_gain", 2) + " in time; PSNR "
        + number("psnr_db", 2) + " dB, SSIM " + number("ssim", 4) + "\n";
    return text + "make it again: toca replay " + shellQuoted(path.string()) + "\n";
}

} // namespace toca::app
