// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"

namespace Qombu {

// Makes one answer of the answers to the parts of a request: the first error, or the value.
// Parts are made first, then seal(); kept alive by the parts that are not answered yet.
template<typename T>
class Gathering : public std::enable_shared_from_this<Gathering<T>>
{
public:
    explicit Gathering(Done<T> done)
        : m_done(std::move(done))
    {
    }

    void setValue(T value) { m_value = std::move(value); }

    Done<void> part()
    {
        ++m_open;
        return [self = this->shared_from_this()](const Result<void> &result) {
            self->answered(result.error());
        };
    }

    // The part that makes the value.
    Done<T> valuePart()
    {
        ++m_open;
        return [self = this->shared_from_this()](Result<T> result) {
            if (result)
                self->m_value = std::move(*result);
            self->answered(result.error());
        };
    }

    void seal() { answered({}); }

private:
    void answered(const Error &error)
    {
        if (!m_error.isError())
            m_error = error;
        if (--m_open == 0)
            m_done(m_error.isError() ? Result<T>(m_error) : Result<T>(std::move(m_value)));
    }

    Done<T> m_done;
    T m_value;
    Error m_error;
    int m_open = 1; // seal()
};

} // namespace Qombu
