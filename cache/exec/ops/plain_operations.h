// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace toca::cache {

/// While it lives, the calling thread computes with LibTorch's own operations alone: none of this program's kernels, no
/// packed linear layers, conditioning anew at every evaluation. For measuring and testing what those are worth; the
/// codec of caches with fewer bits has no other form and stays. Scopes may be nested.
class PlainOperations {
public:
    PlainOperations();
    ~PlainOperations();
    PlainOperations(const PlainOperations&) = delete;
    PlainOperations& operator=(const PlainOperations&) = delete;

    /// Whether the calling thread is in such a scope.
    static bool areWanted();

private:
    bool m_before;
};

} // namespace toca::cache
