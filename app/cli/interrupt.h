// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <thread>

namespace toca::app {

/// Turns SIGINT and SIGTERM into a stop request while it lives; a second signal ends the program at once (nothing
/// half-written has a final name at any time). Make it before any thread: those made later must not take the signals.
class Interrupt {
public:
    Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    ~Interrupt();

    std::stop_token token() const { return m_stop.get_token(); }

private:
    std::stop_source m_stop;
    std::jthread m_listener;
};

} // namespace toca::app
