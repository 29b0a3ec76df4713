// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/plain_operations.h"

#include <utility>

namespace toca::cache {
namespace {

// Of one thread: a measurement must not slow down a run beside it.
thread_local bool t_arePlain = false;

} // namespace

PlainOperations::PlainOperations()
    : m_before(std::exchange(t_arePlain, true))
{
}

PlainOperations::~PlainOperations()
{
    t_arePlain = m_before;
}

bool PlainOperations::areWanted()
{
    return t_arePlain;
}

} // namespace toca::cache
