// SPDX-License-Identifier: Apache-2.0
// LibTorch's OpenMP threads spin at the end of every parallel loop until the last one arrives. With another busy thread
// on the machine (the window's own, on two cores) the last one waits for a time slice, and all others burn theirs
// meanwhile: a run that takes one second takes sixty. A short spin, then sleeping, costs little on an idle machine and
// keeps a busy one going.
//
// libgomp reads its settings when it is loaded, before any code of ours except this: .preinit_array of a program runs
// before the constructors of its libraries.
#include <cstdlib>

#if defined(__linux__) && defined(__GLIBC__)
namespace {

void chooseOpenMpWaiting(int /*argc*/, char** /*argv*/, char** /*environment*/)
{
    if (!std::getenv("OMP_WAIT_POLICY")) // what the user says holds
        ::setenv("GOMP_SPINCOUNT", "2000", /*overwrite=*/0);
}

__attribute__((section(".preinit_array"), used)) void (*const g_chooseOpenMpWaiting)(
    int, char**, char**) = chooseOpenMpWaiting;

} // namespace
#endif
