// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/getter.h"

#include "client/engine/engine.h"

namespace Qombu {

Getter::Getter(Engine &engine)
    : m_engine(engine)
{
}

Getter::~Getter() = default;

// Always with acknowledgement: what nobody can receive any more goes back.
void Getter::get(const QString &queue, Done<std::optional<IncomingMessage>> done)
{
    if (!m_channel)
        m_channel = m_engine.link()->openDeliver(this);
    const quint64 number = ++m_lastWaiting;
    m_waiting.emplace(number, std::move(done));
    m_channel->get(queue, false, [this, number](Result<std::optional<IncomingMessage>> result) {
        if (auto waiting = m_waiting.extract(number))
            waiting.mapped()(std::move(result));
    });
}

// Whoever waits is told by the queue of requests.
void Getter::linkDown()
{
    m_channel.reset();
    m_waiting.clear();
}

void Getter::channelClosed(const Error &why)
{
    m_channel.reset();
    if (!m_engine.holdsOutlive())
        m_deadUpTo = m_engine.numbers().last();
    for (const auto &[number, done] : std::exchange(m_waiting, {}))
        done(why);
}

} // namespace Qombu
