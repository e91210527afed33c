// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/commands.h"

#include <Qombu/connectionoptions.h>
#include <Qombu/resolver.h>

#include <deque>
#include <optional>
#include <unordered_map>

namespace Qombu {
class ProducerPrivate;

// The unsettled publishes as the handles know them: who waits for each, and how many bytes all
// have. Bounds what a Connection buffers, and tells how each ended. Handle's thread; the
// ConnectionPrivate owns it.
class PublishLedger
{
public:
    explicit PublishLedger(const ConnectionOptions &options);

    // What a publish weighs beside its body.
    static constexpr qint64 Overhead = 256;

    qint64 bytes() const { return m_bytes; }
    int size() const { return m_size; }

    void add(quint64 id, ProducerPrivate *producer) { m_producers.emplace(id, producer); }
    void removeProducer(quint64 id) { m_producers.erase(id); }

    // Why it cannot be taken now.
    Error refusal(const PublishRequest &request) const;
    // Numbers it.
    Pending<void> add(PublishRequest &request);

    struct Entry
    {
        std::optional<Resolver<void>> resolver; // none: settled
        quint64 producer = 0;
        qint64 bytes = 0;
    };
    Entry take(quint64 id); // without resolver if it was settled before
    // Tells whoever waits, else the producer. Runs user code.
    void tell(Entry &&entry, const Error &why, const PublishRequest *request);
    void failAll(const Error &why); // runs user code

private:
    const ConnectionOptions &m_options;
    std::unordered_map<quint64, ProducerPrivate *> m_producers;
    std::deque<Entry> m_entries;
    quint64 m_first = 1; // number of the front
    qint64 m_bytes = 0;
    int m_size = 0;
};

} // namespace Qombu
