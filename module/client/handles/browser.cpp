// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/connection_p.h"
#include "client/engine/engine.h"
#include "client/engine/incoming.h"

#include <Qombu/browser.h>

#include <QtCore/qcoreapplication.h>

namespace Qombu {

// What a Browser keeps. Handle's thread.
class BrowserPrivate
{
public:
    template<typename T>
    Pending<T> ask(std::function<void(LinkBrowser &, Done<T>)> question)
    {
        ConnectionPrivate *const owner = ConnectionPrivate::get(connection);
        if (!owner)
            return Result<T>(ConnectionPrivate::connectionGone());
        return owner->ask<T>([question = std::move(question)](Engine &engine, Done<T> answer) {
            engine.needLink();
            const auto send = [&engine, question](Done<T> done) {
                engine.browse([&](LinkBrowser &browser) { question(browser, done); },
                              [&](const Error &error) { done(error); });
            };
            engine.requests().add<T>(0, send, std::move(answer));
        });
    }

    QPointer<Connection> connection;
};

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Browser)
};

Message shown(IncomingMessage &&message)
{
    const Error error = std::move(message.error);
    MessageData data = decoded(std::move(message));
    if (error.isError())
        data.error =
            Error(Error::Decode, Text::tr("This is no message of Kombu's: %1").arg(error.text()));
    return MessageBuilder::make(std::move(data));
}

} // namespace

/*!
    \class Qombu::Browser
    \inmodule Qombu
    \inheaderfile Qombu/Browser
    \brief Looks at a broker without changing it.

    Only reads are sent: nothing is consumed, declared or moved. Answers Error::Unsupported where
    the transport lacks Capability::Browse. Requests wait for the link as those of a Channel do, and
    end with the same errors. The messages it shows cannot be settled.

    Belongs to the thread of its Connection, as all handles do, and may outlive it.
*/

/*! Makes a browser of \a connection with \a parent. The connection is not owned. */
Browser::Browser(Connection *connection, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<BrowserPrivate>())
{
    d->connection = connection;
}

Browser::~Browser() = default;

/*!
    Lists queues, exchanges and bindings, at most \a maximumRows (1 or more) of each kind. On Redis
    the keys of the database are scanned, a piece at a time: the more keys, the longer it takes.
*/
Pending<Inventory> Browser::inventory(int maximumRows)
{
    return d->ask<Inventory>([maximumRows](LinkBrowser &browser, Done<Inventory> done) {
        browser.inventory(maximumRows, std::move(done));
    });
}

/*!
    Shows at most \a limit messages of \a queue: the next ones in order of delivery, or, if \a from
    is QueueEnd::Tail, the last ones in the reverse order. None if there is no such queue or
    \a limit is 0 or less.

    Bodies are decoded as a Consumer with the default accept list does; Message::error() says why
    one was not. On Redis at most 64 MiB are read, and an element that is no message is shown as
    bytes, with Error::Decode.
*/
Pending<QList<Message>> Browser::peek(const QString &queue, int limit, QueueEnd from)
{
    using Messages = std::vector<IncomingMessage>;
    return d->ask<QList<Message>>([=](LinkBrowser &browser, Done<QList<Message>> done) {
        browser.peek(queue, limit, from, [done](Result<Messages> result) {
            if (!result.isOk())
                return done(result.error());
            QList<Message> messages;
            for (IncomingMessage &message : *result)
                messages.append(shown(std::move(message)));
            done(messages);
        });
    });
}

/*!
    Lists at most \a limit deliveries that any consumer of the broker holds; on Redis the oldest
    first, also those of Python programs, and at most 64 MiB of them. None if \a limit is 0 or
    less.
*/
Pending<QList<UnackedRow>> Browser::unacked(int limit)
{
    using Rows = std::vector<LinkBrowser::Unacked>;
    return d->ask<QList<UnackedRow>>([limit](LinkBrowser &browser, Done<QList<UnackedRow>> done) {
        browser.unacked(limit, [done](Result<Rows> result) {
            if (!result.isOk())
                return done(result.error());
            QList<UnackedRow> rows;
            for (LinkBrowser::Unacked &row : *result) {
                IncomingMessage message;
                message.queue = row.queue;
                message.content = std::move(row.content);
                message.error = std::move(row.error);
                rows.append({row.tag, row.deliveredAt, row.returnsAt, shown(std::move(message))});
            }
            done(rows);
        });
    });
}

} // namespace Qombu
