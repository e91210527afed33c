// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>

#include <optional>
#include <utility>
#include <variant>

namespace Qombu {
namespace Detail {

QOMBU_EXPORT Error noErrorAndNoValue();

} // namespace Detail

// A value, or the Error that stands in its place: the part of std::expected that C++20 lacks.
template<typename T>
class Result
{
public:
    Result(T value)
        : m_state(std::in_place_index<0>, std::move(value))
    {
    }
    // Not of "no error": there is no value that could stand in its place.
    Result(Error error)
        : m_state(std::in_place_index<1>, std::move(error))
    {
        Error &failure = std::get<1>(m_state);
        Q_ASSERT_X(failure.isError(), "Qombu::Result", "made of \"no error\", without a value");
        if (!failure.isError())
            failure = Detail::noErrorAndNoValue();
    }

    bool isOk() const { return m_state.index() == 0; }
    explicit operator bool() const { return isOk(); }
    const T &value() const { return std::get<0>(m_state); }
    T &value() { return std::get<0>(m_state); }
    T valueOr(T other) const { return isOk() ? value() : std::move(other); }
    const T &operator*() const { return value(); }
    T &operator*() { return value(); }
    const T *operator->() const { return &value(); }
    T *operator->() { return &value(); }
    Error error() const { return isOk() ? Error() : std::get<1>(m_state); }

private:
    std::variant<T, Error> m_state;
};

template<>
class Result<void>
{
public:
    Result() = default;
    Result(Error error)
        : m_error(std::move(error))
    {
    }

    bool isOk() const { return !m_error.isError(); }
    explicit operator bool() const { return isOk(); }
    Error error() const { return m_error; }

private:
    Error m_error;
};

} // namespace Qombu
