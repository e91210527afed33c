// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QString>

#include <map>
#include <optional>
#include <utility>

namespace Qombu::Amqp {

// How far consumers have come in streams: a stream keeps what was read, and a consumer that is made
// anew begins where it is told. One for all links of a Connection. Plain class.
class StreamPlaces
{
public:
    void set(quint64 consumer, const QString &queue, qint64 next)
    {
        m_next[{consumer, queue}] = next;
    }
    // None: it got nothing from there yet.
    std::optional<qint64> next(quint64 consumer, const QString &queue) const
    {
        const auto place = m_next.find({consumer, queue});
        return place == m_next.end() ? std::nullopt : std::optional(place->second);
    }
    void forget(quint64 consumer)
    {
        m_next.erase(m_next.lower_bound({consumer, QString()}),
                     m_next.lower_bound({consumer + 1, QString()}));
    }
    void forget(quint64 consumer, const QString &queue) { m_next.erase({consumer, queue}); }

private:
    std::map<std::pair<quint64, QString>, qint64> m_next; // offsets, by consumer and stream
};

// What is unsettled of one stream on one channel. Plain class.
class StreamOffsets
{
public:
    void add(quint64 tag, qint64 offset)
    {
        m_open.emplace(tag, offset);
        m_afterAll = offset + 1;
    }
    void end(quint64 tag) { m_open.erase(tag); }
    // All before it are settled.
    qint64 next() const { return m_open.empty() ? m_afterAll : m_open.begin()->second; }

private:
    std::map<quint64, qint64> m_open; // offsets, by delivery-tag
    qint64 m_afterAll = 0;
};

} // namespace Qombu::Amqp
