// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"

#include <cassert>
#include <optional>
#include <utility>
#include <variant>

namespace toca {

/// Wraps an error so that it converts to any `Result<T>`: `return unexpected(ErrorCode::Io, "...");`
struct Unexpected {
    Error error;
};

inline Unexpected unexpected(Error error)
{
    return {std::move(error)};
}
inline Unexpected unexpected(ErrorCode code, std::string message)
{
    return {{code, std::move(message)}};
}

/// A value or an Error: a small subset of C++23's std::expected with the same member names (g++ 12 has none).
template <class T>
class [[nodiscard]] Result {
public:
    using value_type = T;

    Result(T value)
        : m_state(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Unexpected failure)
        : m_state(std::in_place_index<1>, std::move(failure.error))
    {
    }

    bool has_value() const { return m_state.index() == 0; }
    explicit operator bool() const { return has_value(); }

    /// @pre has_value()
    T& value() &
    {
        assert(has_value());
        return *std::get_if<0>(&m_state);
    }
    const T& value() const&
    {
        assert(has_value());
        return *std::get_if<0>(&m_state);
    }
    T&& value() &&
    {
        assert(has_value());
        return std::move(*std::get_if<0>(&m_state));
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    /// @pre !has_value()
    const Error& error() const
    {
        assert(!has_value());
        return *std::get_if<1>(&m_state);
    }

private:
    std::variant<T, Error> m_state;
};

/// Success, or an Error.
template <>
class [[nodiscard]] Result<void> {
public:
    using value_type = void;

    Result() = default;
    Result(Unexpected failure)
        : m_error(std::move(failure.error))
    {
    }

    bool has_value() const { return !m_error; }
    explicit operator bool() const { return has_value(); }

    /// @pre !has_value()
    const Error& error() const
    {
        assert(m_error);
        return *m_error;
    }

private:
    std::optional<Error> m_error;
};

} // namespace toca
