// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

namespace toca {

/// What kind of failure happened. The window chooses its sentence and the command line its exit code by this.
enum class ErrorCode {
    InvalidArgument, ///< a value given by the user is outside of what is possible
    NotFound, ///< a file or folder does not exist
    Io, ///< reading or writing failed (permissions, full disk)
    BadFormat, ///< a file's content is malformed
    BadCheckpoint, ///< well-formed, but not the model that was expected
    TooLarge, ///< the request needs more memory than there is
    OutOfMemory, ///< an allocation failed during the work
    Cancelled, ///< the user stopped it; not shown as an error
    Unsupported, ///< valid, but this build or version can't do it
    EncoderFailed, ///< libav refused
    Internal, ///< a bug, or LibTorch failed unexpectedly
};

/// A failure as a value. `message` is one English sentence that names the file or value at fault, what was expected and
/// what to do.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;
};

inline Error makeError(ErrorCode code, std::string message)
{
    return {code, std::move(message)};
}

/// Stable lower-case name, for logs and JSON ("invalid_argument").
const char* errorCodeName(ErrorCode code);

} // namespace toca
