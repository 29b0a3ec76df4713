// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/calibration.h"
#include "tests/support/policy_properties.h"

#include <QTemporaryDir>

namespace toca::test {

/// A calibration that passes every check.
inline plan::Calibration smallCalibration(const std::string& method)
{
    plan::Calibration calibration;
    calibration.method = method;
    calibration.modelIdentity = "00112233445566778899aabbccddeeff";
    calibration.modelName = "small";
    if (method == "teacache")
        calibration.values = {{"coefficients", {0, 0, 0, 1, 0}}, {"range", {0, 10}}}; // the change itself
    else if (method == "magcache")
        calibration.values = {{"ratios", {1, 0.9, 0.95, 0.97, 0.99, 0.98, 0.99, 0.97}}};
    else
        calibration.values = {{"noise_scale", {0.98}}};
    calibration.source = {{"a red ball"}, {1, 2}, 8, "rflow", 3.0, 17, 128, 128, "0.1.0"};
    return calibration;
}

/// The four threshold methods with settings that let them decide as early as they can on a small model, the threshold
/// left out.
class ThresholdSettings {
public:
    ThresholdSettings()
    {
        for (const char* method : {"teacache", "magcache"})
            if (!plan::writeCalibration(pathOf(method), smallCalibration(method)))
                qFatal("cannot write a calibration");
    }
    std::string pathOf(const std::string& method) const
    {
        return m_folder.filePath(QString::fromStdString(method + ".json")).toStdString();
    }
    plan::ParameterValues of(const std::string& method) const
    {
        if (method == "teacache")
            return {{"calibration", pathOf(method)}};
        if (method == "magcache")
            return {{"calibration", pathOf(method)}, {"retention", 0.0}, {"max_continuous", std::int64_t{3}}};
        if (method == "dbcache")
            return {{"first_layers", std::int64_t{1}}, {"last_layers", std::int64_t{1}}};
        return {{"start", 0.0}, {"end", 1.0}};
    }
    plan::ParameterValues of(const std::string& method, double threshold) const
    {
        auto values = of(method);
        values["threshold"] = threshold;
        return values;
    }

private:
    QTemporaryDir m_folder;
};

/// True where a threshold method jumped over layers or left an evaluation out.
inline bool isSkipped(const plan::Trace& trace, int evaluation)
{
    if (trace.evaluation(evaluation).decision == plan::EvaluationDecision::ReusePrediction)
        return true;
    for (int layer = 0; layer < trace.layerCount(); ++layer)
        if (trace.cell(trace.cellIndex(evaluation, layer, plan::ModuleKind::Mlp)).action == plan::Action::Skip)
            return true;
    return false;
}

} // namespace toca::test
