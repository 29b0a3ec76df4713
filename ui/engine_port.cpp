// SPDX-License-Identifier: Apache-2.0
#include "ui/engine_port.h"

namespace toca::ui {

void EnginePort::generateInBackground(const GenerationRequest&)
{
    Q_EMIT backgroundFailed(Error{ErrorCode::Unsupported, "This engine runs nothing in the background."});
}

void EnginePort::measureSensitivity(const SensitivityJob&)
{
    Q_EMIT sensitivityFailed(Error{ErrorCode::Unsupported, "This engine measures no sensitivity."});
}

void EnginePort::probe(const ProbeRequest&)
{
    Q_EMIT probeFailed(Error{ErrorCode::Unsupported, "This engine cannot go back to a step."});
}

} // namespace toca::ui
