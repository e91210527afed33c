// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/publishledger.h"

#include "client/handles/producer_p.h"
#include "core/logging_p.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qpointer.h>

namespace Qombu {
namespace {

struct PublishLedgerText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Producer)
};

Message messageOf(const PublishRequest &request)
{
    MessageData data;
    data.content = request.content;
    data.rawBody = request.content->body;
    data.body = request.body;
    return MessageBuilder::make(std::move(data));
}

void logFailure(const Error &why)
{
    qCWarning(lcClient).noquote() << PublishLedgerText::tr(
        "A message was not published, and its Producer is gone:")
                                  << why.text();
}

} // namespace

PublishLedger::PublishLedger(const ConnectionOptions &options)
    : m_options(options)
{
}

Error PublishLedger::refusal(const PublishRequest &request) const
{
    const qint64 bytes = request.content->body.size();
    if (bytes > m_options.maximumMessageBytes) {
        return Error(Error::LimitExceeded,
                     PublishLedgerText::tr("The message has %1 bytes; at most %2 are allowed.")
                         .arg(bytes)
                         .arg(m_options.maximumMessageBytes));
    }
    // One message alone may be larger than the buffer: it could never be sent otherwise.
    if (m_size > 0 && m_bytes + bytes + Overhead > m_options.publishBufferBytes) {
        return Error(
            Error::LimitExceeded,
            PublishLedgerText::tr("%1 messages of %2 bytes wait for the broker already; the buffer "
                                  "is full.")
                .arg(m_size)
                .arg(m_bytes));
    }
    return {};
}

Pending<void> PublishLedger::add(PublishRequest &request)
{
    Entry &entry = m_entries.emplace_back();
    entry.resolver.emplace();
    entry.producer = request.producer;
    entry.bytes = request.content->body.size() + Overhead;
    m_bytes += entry.bytes;
    ++m_size;
    request.id = m_first + m_entries.size() - 1;
    return entry.resolver->pending();
}

PublishLedger::Entry PublishLedger::take(quint64 id)
{
    if (id < m_first || id >= m_first + m_entries.size())
        return {};
    Entry taken = std::exchange(m_entries[size_t(id - m_first)], Entry());
    if (taken.resolver) {
        m_bytes -= taken.bytes;
        --m_size;
    }
    while (!m_entries.empty() && !m_entries.front().resolver) {
        m_entries.pop_front();
        ++m_first;
    }
    return taken;
}

void PublishLedger::tell(Entry &&entry, const Error &why, const PublishRequest *request)
{
    if (!why.isError())
        return entry.resolver->settle({});
    const auto found = m_producers.find(entry.producer);
    const QPointer<Producer> producer = found == m_producers.end() ? nullptr : found->second->q;
    const Message message = request ? messageOf(*request) : Message();
    const bool isWatched = entry.resolver->isWatched();
    if (isWatched) {
        // Whoever kept the answer without asking may be dying just now: not inside that.
        entry.resolver->onUntaken([producer, message](const Result<void> &result) {
            if (!producer)
                return logFailure(result.error());
            Detail::callLater(producer, [producer, message, error = result.error()] {
                Q_EMIT producer->publishFailed(message, error);
            });
        });
    }
    entry.resolver->settle(why); // may end this
    if (isWatched)
        return;
    if (producer)
        Q_EMIT producer->publishFailed(message, why);
    else
        logFailure(why);
}

void PublishLedger::failAll(const Error &why)
{
    const std::deque<Entry> all = std::exchange(m_entries, {});
    m_first += all.size();
    if (m_size > 0) {
        qCWarning(lcClient,
                  "A connection ended with %d publishes that the broker had not confirmed.",
                  m_size);
    }
    m_bytes = 0;
    m_size = 0;
    for (const Entry &entry : all) {
        if (entry.resolver)
            entry.resolver->fail(why);
    }
}

} // namespace Qombu
