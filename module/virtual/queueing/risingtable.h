// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qglobal.h>

#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace Qombu {

// Keeps numbered things that leave about in the order they came. Numbers rise nearly without gaps,
// so that finding one is index arithmetic. The few that stay long, or come late, are kept aside, so
// that memory follows what is there and not the distance between the oldest and the newest. Plain
// class.
template<typename T>
class RisingTable
{
public:
    // number is not in the table.
    void add(quint64 number, T value)
    {
        if (!m_recent.empty() && number < m_first) {
            m_old.emplace(number, std::move(value));
            return;
        }
        if (number > m_first + m_recent.size() + WidestGap)
            moveAllAside();
        if (m_recent.empty())
            m_first = number;
        if (number >= m_first + m_recent.size())
            m_recent.resize(size_t(number - m_first) + 1);
        m_recent[size_t(number - m_first)] = std::move(value);
        ++m_recentCount;
    }

    T *find(quint64 number)
    {
        if (number >= m_first && number - m_first < m_recent.size()) {
            if (auto &slot = m_recent[number - m_first])
                return &*slot;
        } // else it may be aside: it came late, below a front that was empty then
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
        }
        if (const auto it = m_old.find(number); !taken && it != m_old.end()) {
            taken = std::move(it->second);
            m_old.erase(it);
        }
        return taken;
    }

    // Everything, the lowest number first; the table is empty afterwards.
    std::vector<std::pair<quint64, T>> takeAll()
    {
        std::vector<std::pair<quint64, T>> all;
        all.reserve(size());
        forEach([&](quint64 number, T &value) {
            all.emplace_back(number, std::move(value));
            return true;
        });
        m_recent.clear();
        m_recentCount = 0;
        m_old.clear();
        return all;
    }

    // Calls f(number, value) for each, the lowest number first, until it returns false.
    template<typename F>
    void forEach(F &&f)
    {
        auto old = m_old.begin();
        quint64 number = m_first;
        for (auto &slot : m_recent) {
            for (; old != m_old.end() && old->first < number; ++old) {
                if (!f(old->first, old->second))
                    return;
            }
            if (slot && !f(number, *slot))
                return;
            ++number;
        }
        for (; old != m_old.end(); ++old) {
            if (!f(old->first, old->second))
                return;
        }
    }
    template<typename F>
    void forEach(F &&f) const
    {
        const_cast<RisingTable *>(this)->forEach(
            [&f](quint64 number, const T &value) { return f(number, value); });
    }

    size_t size() const { return m_recentCount + m_old.size(); }
    bool isEmpty() const { return size() == 0; }
    size_t slots() const { return m_recent.size() + m_old.size(); } // memory used, for tests

private:
    static constexpr quint64 WidestGap = 64; // of numbers that nothing was given

    void tidy()
    {
        constexpr size_t MuchAir = 1024;
        while (!m_recent.empty()
               && (!m_recent.front() || m_recent.size() > MuchAir + 8 * m_recentCount)) {
            moveFirstAside();
        }
    }

    void moveFirstAside()
    {
        if (m_recent.front()) {
            m_old.emplace(m_first, std::move(*m_recent.front()));
            --m_recentCount;
        }
        m_recent.pop_front();
        ++m_first;
    }

    void moveAllAside()
    {
        while (!m_recent.empty())
            moveFirstAside();
    }

    std::deque<std::optional<T>> m_recent;
    quint64 m_first = 1; // the number of m_recent.front()
    size_t m_recentCount = 0;
    std::map<quint64, T> m_old;
};

} // namespace Qombu
