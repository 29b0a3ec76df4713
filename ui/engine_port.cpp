// SPDX-License-Identifier: Apache-2.0
#include "ui/engine_port.h"

namespace toca::ui {

void EnginePort::generateInBackground(const GenerationRequest&)
{
    Q_EMIT backgroundFailed(Error{ErrorCode::Unsupported, "This engine runs nothing in the background."});
}

} // namespace toca::ui
