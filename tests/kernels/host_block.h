// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/block.h"

#include <ucontext.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

/// Runs on a CPU what the GPU runs: the threads of a block take turns, each with a stack of its own, and go on to the
/// next barrier in an order that the test chooses. A missing barrier shows as another result in another order; a
/// barrier that only some threads reach ends with an exception.
namespace toca::test {

enum class ThreadOrder : std::uint8_t { Ascending, Descending, Shuffled };
inline constexpr ThreadOrder kThreadOrders[] = {ThreadOrder::Ascending, ThreadOrder::Descending, ThreadOrder::Shuffled};

class BlockRunner {
public:
    /// One thread's view of its block (kernels/block.h).
    class Block {
    public:
        Block(BlockRunner& runner, int thread)
            : m_runner(runner)
            , m_thread(thread)
        {
        }
        std::int64_t index() const { return m_runner.m_index; }
        int thread() const { return m_thread; }
        int threads() const { return static_cast<int>(m_runner.m_threads.size()); }
        void sync() { m_runner.wait(m_thread, Waiting::ForBlock); }
        void syncWarp() { m_runner.wait(m_thread, Waiting::ForWarp); }
        float warpSum(float value)
        {
            return m_runner.exchange(m_thread, value, [](const float* values) {
                // In the order of the GPU's exchanges.
                float sums[kernels::kWarp], next[kernels::kWarp];
                std::copy_n(values, kernels::kWarp, sums);
                for (int distance = kernels::kWarp / 2; distance > 0; distance /= 2) {
                    for (int lane = 0; lane < kernels::kWarp; ++lane)
                        next[lane] = sums[lane] + sums[lane ^ distance];
                    std::copy_n(next, kernels::kWarp, sums);
                }
                return sums[0];
            });
        }
        template <class T>
        T warpLargest(T value)
        {
            return m_runner.exchange(
                m_thread, value, [](const T* values) { return *std::max_element(values, values + kernels::kWarp); });
        }
        template <class Shared>
        Shared& shared()
        {
            return *reinterpret_cast<Shared*>(m_runner.m_shared.data());
        }
        void add(unsigned& sum, unsigned value) { sum += value; }

    private:
        BlockRunner& m_runner;
        int m_thread;
    };

    /// Runs `body` for each block. @throws std::runtime_error when threads wait for others that are gone
    template <class Body>
    static void run(const Body& body, std::int64_t blocks, int threads, ThreadOrder order)
    {
        for (std::int64_t index = 0; index < blocks; ++index) {
            // What a GPU's shared memory holds at first: anything.
            BlockRunner runner(index, threads, sizeof(typename Body::Shared), order);
            runner.runAll([&body](Block& block) { body.run(block); });
        }
    }

private:
    enum class Waiting : std::uint8_t { No, ForBlock, ForWarp, Gone };
    struct Thread {
        ucontext_t context;
        std::unique_ptr<std::byte[]> stack;
        Waiting waiting = Waiting::No;
        void* fakeStack = nullptr;
    };
    static constexpr std::size_t kStackBytes = 64 << 10;

    BlockRunner(std::int64_t index, int threads, std::size_t sharedBytes, ThreadOrder order)
        : m_index(index)
        , m_threads(static_cast<std::size_t>(threads))
        , m_shared(sharedBytes / sizeof(std::max_align_t) + 1)
        , m_values(static_cast<std::size_t>(threads))
        , m_turns(static_cast<std::size_t>(threads))
    {
        std::fill_n(reinterpret_cast<unsigned char*>(m_shared.data()), m_shared.size() * sizeof(std::max_align_t),
            static_cast<unsigned char>(0xA5));
        std::iota(m_turns.begin(), m_turns.end(), 0);
        if (order == ThreadOrder::Descending)
            std::reverse(m_turns.begin(), m_turns.end());
        if (order == ThreadOrder::Shuffled)
            std::shuffle(m_turns.begin(), m_turns.end(), std::mt19937(static_cast<unsigned>(index) + 1));
    }

    void runAll(const std::function<void(Block&)>& body)
    {
        m_body = &body;
        for (int thread = 0; thread < static_cast<int>(m_threads.size()); ++thread) {
            Thread& made = m_threads[static_cast<std::size_t>(thread)];
            made.stack = std::make_unique_for_overwrite<std::byte[]>(kStackBytes);
            getcontext(&made.context);
            made.context.uc_stack.ss_sp = made.stack.get();
            made.context.uc_stack.ss_size = kStackBytes;
            made.context.uc_link = nullptr;
            makecontext(&made.context, reinterpret_cast<void (*)()>(&enter), 3,
                static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(this) >> 32U),
                static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(this)), thread);
        }
        while (takeTurns())
            release();
    }

    /// Every thread that need not wait goes on. @return false when all are gone
    bool takeTurns()
    {
        bool anyHere = false;
        for (const int thread : m_turns) {
            if (m_threads[static_cast<std::size_t>(thread)].waiting == Waiting::No)
                resume(thread);
            if (m_failure)
                std::rethrow_exception(m_failure);
            anyHere = anyHere || m_threads[static_cast<std::size_t>(thread)].waiting != Waiting::Gone;
        }
        return anyHere;
    }

    /// Lets go those whose warp or block has all arrived; a thread that is gone never arrives.
    void release()
    {
        bool isAnyReleased = false;
        const auto all = [&](std::size_t first, std::size_t last, Waiting state) {
            return std::all_of(m_threads.begin() + static_cast<std::ptrdiff_t>(first),
                m_threads.begin() + static_cast<std::ptrdiff_t>(last),
                [state](const Thread& thread) { return thread.waiting == state; });
        };
        const auto letGo = [&](std::size_t first, std::size_t last) {
            for (std::size_t i = first; i < last; ++i)
                m_threads[i].waiting = Waiting::No;
            isAnyReleased = true;
        };
        for (std::size_t warp = 0; warp < m_threads.size(); warp += kernels::kWarp)
            if (all(warp, warp + kernels::kWarp, Waiting::ForWarp))
                letGo(warp, warp + kernels::kWarp);
        if (all(0, m_threads.size(), Waiting::ForBlock))
            letGo(0, m_threads.size());
        if (!isAnyReleased)
            throw std::runtime_error("threads of a block wait for others that never arrive");
    }

    template <class T, class Combine>
    T exchange(int thread, T value, const Combine& combine)
    {
        static_assert(sizeof(T) == sizeof m_values[0]);
        std::memcpy(&m_values[static_cast<std::size_t>(thread)], &value, sizeof value);
        wait(thread, Waiting::ForWarp);
        T values[kernels::kWarp];
        std::memcpy(values, m_values.data() + thread / kernels::kWarp * kernels::kWarp, sizeof values);
        const T result = combine(values);
        wait(thread, Waiting::ForWarp); // all have read
        return result;
    }

    void wait(int thread, Waiting state)
    {
        Thread& here = m_threads[static_cast<std::size_t>(thread)];
        here.waiting = state;
        leave(here);
    }

    static void enter(unsigned high, unsigned low, int thread)
    {
        const auto address = static_cast<std::uintptr_t>(high) << 32U | low;
        auto* const runner = reinterpret_cast<BlockRunner*>(address);
        runner->arrived(nullptr);
        try {
            Block block(*runner, thread);
            (*runner->m_body)(block);
        } catch (...) {
            runner->m_failure = std::current_exception();
        }
        Thread& here = runner->m_threads[static_cast<std::size_t>(thread)];
        here.waiting = Waiting::Gone;
        runner->leave(here);
    }

    // The address sanitizer has to be told of each change of stack.
    void resume(int thread)
    {
        Thread& next = m_threads[static_cast<std::size_t>(thread)];
#if defined(__SANITIZE_ADDRESS__)
        void* mine = nullptr;
        __sanitizer_start_switch_fiber(&mine, next.stack.get(), kStackBytes);
#endif
        swapcontext(&m_caller, &next.context);
#if defined(__SANITIZE_ADDRESS__)
        __sanitizer_finish_switch_fiber(mine, nullptr, nullptr);
#endif
    }
    void leave(Thread& here)
    {
#if defined(__SANITIZE_ADDRESS__)
        const bool isGone = here.waiting == Waiting::Gone;
        __sanitizer_start_switch_fiber(isGone ? nullptr : &here.fakeStack, m_callerStack, m_callerStackBytes);
#endif
        swapcontext(&here.context, &m_caller);
        arrived(here.fakeStack);
    }
    void arrived([[maybe_unused]] void* fakeStack)
    {
#if defined(__SANITIZE_ADDRESS__)
        __sanitizer_finish_switch_fiber(fakeStack, &m_callerStack, &m_callerStackBytes);
#endif
    }

    std::int64_t m_index;
    std::vector<Thread> m_threads;
    std::vector<std::max_align_t> m_shared;
    std::vector<std::uint32_t> m_values; ///< what the threads of each warp exchange
    std::vector<int> m_turns;
    const std::function<void(Block&)>* m_body = nullptr;
    std::exception_ptr m_failure;
    ucontext_t m_caller{};
    const void* m_callerStack = nullptr;
    std::size_t m_callerStackBytes = 0;
};

} // namespace toca::test
