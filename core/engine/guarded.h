// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/caching_session.h"
#include "core/base/expected.h"

#include <c10/util/Exception.h>

#include <new>
#include <string>

namespace toca::engine {

/// Runs `work` and turns what LibTorch throws into errors: the only place that catches.
template <class Work>
auto guarded(Work&& work) -> decltype(work())
{
    try {
        return work();
    } catch (const cache::RunCancelled&) {
        return unexpected(ErrorCode::Cancelled, "The run was cancelled.");
    } catch (const c10::OutOfMemoryError& error) {
        return unexpected(
            ErrorCode::OutOfMemory, std::string("The memory was not enough: ") + error.what_without_backtrace());
    } catch (const c10::Error& error) {
        // The CPU's allocator throws no type of its own.
        const std::string what = error.what_without_backtrace();
        const bool isMemory =
            what.find("allocate memory") != std::string::npos || what.find("not enough memory") != std::string::npos;
        if (isMemory)
            return unexpected(ErrorCode::OutOfMemory, "The memory was not enough: " + what);
        return unexpected(ErrorCode::Internal, what);
    } catch (const std::bad_alloc&) {
        return unexpected(ErrorCode::OutOfMemory,
            "The memory was not enough. Choose a smaller size, fewer frames or a policy that stores less.");
    } catch (const std::exception& error) {
        return unexpected(ErrorCode::Internal, error.what());
    }
}

} // namespace toca::engine
