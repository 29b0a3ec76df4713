// SPDX-License-Identifier: Apache-2.0
#include "core/training/training_log.h"

#include "core/base/printable.h"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <ctime>

namespace toca::training {
namespace {

/// JSON has no NaN: it becomes null.
nlohmann::ordered_json number(double value)
{
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json begun(const std::string& event, std::int64_t step)
{
    nlohmann::ordered_json json;
    json["event"] = event;
    json["step"] = step;
    json["time"] = static_cast<std::int64_t>(std::time(nullptr));
    return json;
}

} // namespace

Result<TrainingLog> TrainingLog::open(const std::filesystem::path& path)
{
    TrainingLog log;
    log.m_file.reset(std::fopen(path.c_str(), "ae"));
    if (!log.m_file)
        return unexpected(ErrorCode::Io,
            "Cannot write " + quotedPath(path.string()) + ": " + std::strerror(errno) + ". Choose another --out.");
    return log;
}

void TrainingLog::line(const std::string& json)
{
    // A full disk must not end a training of many hours; saving its state will say so.
    std::fputs((json + "\n").c_str(), m_file.get());
    std::fflush(m_file.get());
}

void TrainingLog::step(const StepReport& report)
{
    auto json = begun("step", report.step);
    json["kind"] = report.kind;
    json["loss"] = number(report.loss);
    json["learning_rate"] = number(report.learningRate);
    json["gradient_norm"] = number(report.gradientNorm);
    json["samples_per_second"] = number(report.samplesPerSecond);
    json["eta_seconds"] = report.etaSeconds < 0 ? nlohmann::ordered_json(nullptr) : number(report.etaSeconds);
    line(json.dump());
}

void TrainingLog::validation(std::int64_t step, double loss, double seconds)
{
    auto json = begun("validation", step);
    json["loss"] = number(loss);
    json["training_seconds"] = number(seconds);
    line(json.dump());
}

void TrainingLog::event(const std::string& name, std::int64_t step, const std::string& detail)
{
    auto json = begun(name, step);
    if (!detail.empty())
        json["detail"] = detail;
    line(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

} // namespace toca::training
