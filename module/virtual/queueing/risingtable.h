// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qglobal.h>

#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace Qombu {

// Numbers things that leave about in the order they came: numbers rise by one, so that finding one
// is index arithmetic. The few that stay long move aside, so that memory follows what is there and
// not the distance between the oldest and the newest. Plain class.
template<typename T>
class RisingTable
{
public:
    quint64 add(T value)
    {
        m_recent.emplace_back(std::move(value));
        ++m_recentCount;
        return m_first + m_recent.size() - 1;
    }

    T *find(quint64 number)
    {
        if (number >= m_first && number - m_first < m_recent.size()) {
            auto &slot = m_recent[number - m_first];
            return slot ? &*slot : nullptr;
        }
        const auto it = m_old.find(number);
        return it == m_old.end() ? nullptr : &it->second;
    }

    std::optional<T> take(quint64 number)
    {
        std::optional<T> taken;
        if (number >= m_first && number - m_first < m_recent.size()) {
            taken = std::exchange(m_recent[number - m_first], std::nullopt);
            m_recentCount -= taken ? 1 : 0;
            tidy();
        } else if (const auto it = m_old.find(number); it != m_old.end()) {
            taken = std::move(it->second);
            m_old.erase(it);
        }
        return taken;
    }

    // Everything, the lowest number first; the table is empty afterwards and counts on.
    std::vector<std::pair<quint64, T>> takeAll()
    {
        std::vector<std::pair<quint64, T>> all;
        all.reserve(size());
        for (auto &[number, value] : std::exchange(m_old, {}))
            all.emplace_back(number, std::move(value));
        for (auto &slot : m_recent) {
            if (slot)
                all.emplace_back(m_first, std::move(*slot));
            ++m_first;
        }
        m_recent.clear();
        m_recentCount = 0;
        return all;
    }

    // Calls f(number, value) for each, the lowest number first, until it returns false.
    template<typename F>
    void forEach(F &&f) const
    {
        for (const auto &[number, value] : m_old) {
            if (!f(number, value))
                return;
        }
        quint64 number = m_first;
        for (const auto &slot : m_recent) {
            if (slot && !f(number, *slot))
                return;
            ++number;
        }
    }

    size_t size() const { return m_recentCount + m_old.size(); }
    bool isEmpty() const { return size() == 0; }
    size_t slots() const { return m_recent.size() + m_old.size(); } // memory used, for tests

private:
    void tidy()
    {
        constexpr size_t MuchAir = 1024;
        while (!m_recent.empty()
               && (!m_recent.front() || m_recent.size() > MuchAir + 8 * m_recentCount)) {
            if (m_recent.front()) {
                m_old.emplace(m_first, std::move(*m_recent.front()));
                --m_recentCount;
            }
            m_recent.pop_front();
            ++m_first;
        }
    }

    std::deque<std::optional<T>> m_recent;
    quint64 m_first = 1; // the number of m_recent.front()
    size_t m_recentCount = 0;
    std::map<quint64, T> m_old;
};

} // namespace Qombu
