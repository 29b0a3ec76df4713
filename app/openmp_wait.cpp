// SPDX-License-Identifier: Apache-2.0
// LibTorch's OpenMP threads spin at the end of every parallel loop until the last one arrives. With another busy thread
// on the machine (the window's own, on two cores) the last one waits for a time slice, and all others burn theirs
// meanwhile: a run that takes one second takes sixty. A short spin, then sleeping, costs little on an idle machine and
// keeps a busy one going.
//
// libgomp reads its settings in its constructor, before main. A program's .preinit_array runs before the constructors
// of its libraries, but an environment of its own is forgotten when libc starts; what it writes into the given one is
// not. So the setting stands in the place of a variable that no library reads, and this program's constructor, which
// runs after those of its libraries, puts that variable back. Where there is none, the program is started once more
// with the setting, before LibTorch has begun its own start: that loads all libraries twice.
#include <climits>
#include <cstddef>
#include <cstring>
#include <initializer_list>

#include <unistd.h>

#if defined(__linux__) && defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace {

constexpr std::size_t kMostVariables = 4096;

bool isSet(char** environment, const char* name)
{
    const std::size_t length = std::strlen(name);
    for (; *environment; ++environment)
        if (std::strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return true;
    return false;
}

char g_setting[] = "GOMP_SPINCOUNT=2000";
char* g_replaced = nullptr;

/// A variable that shells set for themselves and libraries do not look at. @return null if there is none
char** spareVariable(char** environment)
{
    for (const char* name : {"_=", "OLDPWD=", "SHLVL=", "LS_COLORS="})
        for (char** variable = environment; *variable; ++variable)
            if (std::strncmp(*variable, name, std::strlen(name)) == 0)
                return variable;
    return nullptr;
}

void chooseOpenMpWaiting(int /*argc*/, char** arguments, char** environment)
{
    if (isSet(environment, "OMP_WAIT_POLICY") || isSet(environment, "GOMP_SPINCOUNT"))
        return; // what the user says holds; also the second start
    if (char** spare = spareVariable(environment)) {
        g_replaced = *spare;
        *spare = g_setting;
        return;
    }
    static char program[PATH_MAX];
    static char* changed[kMostVariables];
    std::size_t count = 0;
    for (; environment[count]; ++count) {
        if (count + 2 >= kMostVariables)
            return;
        changed[count] = environment[count];
    }
    changed[count++] = g_setting;
    changed[count] = nullptr;
    const ssize_t length = ::readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return;
    program[length] = '\0';
    ::execve(
        program, arguments, changed); // only returns when it fails: then all goes on, merely slower on a busy machine
}

/// In the environment of now: a library may have copied it.
__attribute__((constructor)) void putBack()
{
    if (!g_replaced)
        return;
    for (char** variable = environ; variable && *variable; ++variable)
        if (*variable == g_setting)
            *variable = g_replaced;
}

__attribute__((section(".preinit_array"), used)) void (*const g_chooseOpenMpWaiting)(
    int, char**, char**) = chooseOpenMpWaiting;

} // namespace
#endif
