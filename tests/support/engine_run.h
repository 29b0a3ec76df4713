// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/make_engine.h"

#include <QElapsedTimer>
#include <QtTest>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace toca::test {

inline std::filesystem::path embeddedModel()
{
    return TOCA_SOURCE_DIR "/resources/models/toca-miniature";
}

/// The engine with the model of the source tree.
inline std::unique_ptr<Engine> newEngine()
{
    return makeEngine({embeddedModel().string()});
}

/// A run of some tens of milliseconds: 5 latent frames of 4 x 4, one thread so that results are the same everywhere.
inline GenerationRequest smallRequest()
{
    GenerationRequest request;
    request.prompt = "a red ball moves to the right on a blue background";
    request.steps = 3;
    request.frames = 17;
    request.width = 32;
    request.height = 32;
    request.policy = "none";
    request.device = Device::Cpu;
    request.threads = 1;
    return request;
}

/// Keeps everything it hears; may be told to do something at a moment.
class Recorder : public Observer {
public:
    std::vector<Stage> stages;
    std::optional<RunStart> start;
    std::vector<StepReport> steps;
    std::vector<Preview> previews;
    std::vector<std::pair<int, int>> decoding;
    std::function<void(Stage)> onStage;
    std::function<void(int step)> onStep;
    std::function<void(int done)> onDecoding;

    void stageChanged(Stage stage) override
    {
        stages.push_back(stage);
        if (onStage)
            onStage(stage);
    }
    void runStarted(const RunStart& run) override { start = run; }
    void stepFinished(const StepReport& report) override
    {
        steps.push_back(report);
        if (onStep)
            onStep(report.step);
    }
    void previewReady(const Preview& preview) override { previews.push_back(preview); }
    void decodingProgress(int done, int of) override
    {
        decoding.emplace_back(done, of);
        if (onDecoding)
            onDecoding(done);
    }
};

inline Result<RunResult> generate(Engine& engine, const GenerationRequest& request)
{
    Observer nobody;
    return engine.generate(request, nobody, {});
}

/// The embedded model, without its expected results, copied to `target`.
inline void copyModel(const std::filesystem::path& target)
{
    namespace fs = std::filesystem;
    fs::create_directories(target);
    for (const auto& entry : fs::directory_iterator(embeddedModel()))
        if (entry.path().filename() != "expected")
            fs::copy(entry.path(), target / entry.path().filename(), fs::copy_options::recursive);
}

/// Whether a message is a sentence for people: a beginning, an end, one line, not endless, no source positions.
inline bool isClear(const std::string& message)
{
    return message.size() > 20 && message.size() < 4000 && message.back() == '.'
        && message.find('\n') == std::string::npos && message.find(".cpp") == std::string::npos
        && message.find('\0') == std::string::npos;
}

/// For QVERIFY2: what a result holds.
template <class T>
QByteArray told(const Result<T>& result)
{
    return result ? QByteArray("succeeded") : QByteArray::fromStdString(result.error().message).left(2000);
}

/// Whether a run produced what was asked for.
inline bool isWholeClip(const RunResult& run, const GenerationRequest& request)
{
    if (run.clip.frames.size() != static_cast<std::size_t>(request.frames))
        return false;
    for (const Frame& frame : run.clip.frames)
        if (frame.width != request.width || frame.height != request.height
            || frame.rgb.size()
                != static_cast<std::size_t>(request.width) * static_cast<std::size_t>(request.height) * 3)
            return false;
    return true;
}

} // namespace toca::test
