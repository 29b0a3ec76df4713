// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/engine_runner.h"

#include <QMetaObject>

/// For the sources of the runner alone.
namespace toca::app {

template <class Function>
void EngineRunner::post(Function function)
{
    // Qt drops what is still queued when this object goes, so nothing arrives after destruction.
    QMetaObject::invokeMethod(this, std::move(function), Qt::QueuedConnection);
}

} // namespace toca::app
