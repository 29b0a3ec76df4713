// SPDX-License-Identifier: Apache-2.0
#include "app/cli/interrupt.h"

#include "app/cli/exit_codes.h"

#include <csignal>
#include <unistd.h>

namespace toca::app {
namespace {

sigset_t ending()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

} // namespace

Interrupt::Interrupt()
{
    const sigset_t signals = ending();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    m_listener = std::jthread([stop = m_stop](const std::stop_token& over) mutable {
        const sigset_t waited = ending();
        while (!over.stop_requested()) {
            if (sigwaitinfo(&waited, nullptr) < 0 || over.stop_requested())
                continue;
            if (stop.stop_requested())
                _exit(kExitCancelled);
            stop.request_stop();
        }
    });
}

Interrupt::~Interrupt()
{
    m_listener.request_stop();
    pthread_kill(m_listener.native_handle(), SIGTERM); // to the listener alone: it wakes up and ends
    m_listener.join();
    const sigset_t signals = ending();
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

} // namespace toca::app
