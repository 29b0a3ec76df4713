// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"

namespace toca {

const char* errorCodeName(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidArgument:
        return "invalid_argument";
    case ErrorCode::NotFound:
        return "not_found";
    case ErrorCode::Io:
        return "io";
    case ErrorCode::BadFormat:
        return "bad_format";
    case ErrorCode::BadCheckpoint:
        return "bad_checkpoint";
    case ErrorCode::TooLarge:
        return "too_large";
    case ErrorCode::OutOfMemory:
        return "out_of_memory";
    case ErrorCode::Cancelled:
        return "cancelled";
    case ErrorCode::Unsupported:
        return "unsupported";
    case ErrorCode::EncoderFailed:
        return "encoder_failed";
    case ErrorCode::Internal:
        return "internal";
    }
    return "internal";
}

} // namespace toca
