// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "virtual/queueing/prefetchwindow.h"
#include "virtual/queueing/risingtable.h"

#include <unordered_map>

namespace Qombu {

// What a broker without windows of its own has delivered: the transport's record of each delivery,
// by its number, and how much room that leaves every consumer. Plain class.
template<typename Record>
class Holdings
{
public:
    // A consumer's window; limits as PrefetchWindow's. One without acknowledgement holds nothing,
    // and has all room there is unless it is paused. Deliveries of get() are held for consumer 0,
    // which has no window. What one of its number held before, and still does, fills the window.
    void addConsumer(quint64 consumer, int count, qint64 bytes)
    {
        const auto [added, isNew] = m_consumers.try_emplace(consumer);
        PrefetchWindow &window = added->second.window;
        window.setLimits(count, bytes);
        if (!isNew)
            return;
        m_held.forEach([&](quint64, const Held &held) {
            if (held.consumer == consumer && held.bytes >= 0)
                window.take(held.bytes);
            return true;
        });
    }
    // What it holds stays held.
    void removeConsumer(quint64 consumer) { m_consumers.erase(consumer); }
    void setWindow(quint64 consumer, int count, qint64 bytes)
    {
        if (Consumer *known = find(consumer))
            known->window.setLimits(count, bytes);
    }
    void setPaused(quint64 consumer, bool paused)
    {
        if (Consumer *known = find(consumer))
            known->isPaused = paused;
    }
    PrefetchWindow::Room room(quint64 consumer) const
    {
        const auto known = m_consumers.find(consumer);
        if (known == m_consumers.end() || known->second.isPaused)
            return {};
        return known->second.window.room();
    }

    // From now on this delivery is held, and fills its consumer's window.
    void hold(quint64 number, quint64 consumer, qint64 bytes, Record record)
    {
        if (Consumer *known = find(consumer))
            known->window.take(bytes);
        m_held.add(number, Held{consumer, bytes, std::move(record)});
    }
    Record *record(quint64 number)
    {
        Held *const held = m_held.find(number);
        return held ? &held->record : nullptr;
    }
    quint64 consumerOf(quint64 number) // 0: of get(), or not held
    {
        const Held *const held = m_held.find(number);
        return held ? held->consumer : 0;
    }
    // The user has done with it: its consumer has room again, though the broker may not have
    // answered yet. Once a delivery; later calls do nothing.
    void makeRoom(quint64 number)
    {
        if (Held *const held = m_held.find(number))
            makeRoom(*held);
    }
    // It is held no more.
    std::optional<Record> take(quint64 number)
    {
        std::optional<Held> held = m_held.take(number);
        if (!held)
            return std::nullopt;
        makeRoom(*held);
        return std::move(held->record);
    }
    // All of it, the lowest number first.
    std::vector<std::pair<quint64, Record>> takeAll()
    {
        std::vector<std::pair<quint64, Record>> all;
        all.reserve(m_held.size());
        for (auto &[number, held] : m_held.takeAll()) {
            makeRoom(held);
            all.emplace_back(number, std::move(held.record));
        }
        return all;
    }
    // Calls f(number, record) for each, the lowest number first, until it returns false.
    template<typename F>
    void forEach(F &&f) const
    {
        m_held.forEach([&f](quint64 number, const Held &held) { return f(number, held.record); });
    }
    size_t size() const { return m_held.size(); }
    bool isEmpty() const { return m_held.isEmpty(); }

private:
    struct Held
    {
        quint64 consumer = 0;
        qint64 bytes = 0; // in its window; -1: no longer
        Record record;
    };
    struct Consumer
    {
        PrefetchWindow window;
        bool isPaused = false;
    };

    Consumer *find(quint64 consumer)
    {
        const auto known = m_consumers.find(consumer);
        return known == m_consumers.end() ? nullptr : &known->second;
    }
    void makeRoom(Held &held)
    {
        const qint64 bytes = std::exchange(held.bytes, -1);
        if (Consumer *known = bytes < 0 ? nullptr : find(held.consumer))
            known->window.release(bytes);
    }

    RisingTable<Held> m_held;
    std::unordered_map<quint64, Consumer> m_consumers;
};

} // namespace Qombu
