// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/topology/bindingkeeper.h"

#include "transports/redis/redisclient.h"
#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/redistext.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr std::size_t BindingsPerCall = 500;
constexpr auto CheckInterval = std::chrono::seconds(60);
// Long enough that a set which changes all the time is not asked for all the time.
constexpr auto Soon = std::chrono::milliseconds(100);

// What all calls have brought; the first error counts.
struct Gathered
{
    std::size_t open = 0;
    Result<qint64> result = qint64(0);
};

} // namespace

void writeBindings(const RedisContext &context, const QString &exchange,
                   const std::vector<WantedBinding> &bindings, Done<qint64> done)
{
    RespCommand keys{context.keys.binding(exchange), context.keys.permanentBinding(exchange),
                     context.keys.bindingDeadlines()};
    if (bindings.size() == 1) { // of several, one that is wrong must not keep the others away
        for (const QByteArray &list : context.keys.lists(bindings.front().queue))
            keys.add(list);
    }
    const auto all = std::make_shared<Gathered>();
    all->open = (bindings.size() + BindingsPerCall - 1) / BindingsPerCall;
    if (all->open == 0)
        return done(0);
    for (std::size_t first = 0; first < bindings.size(); first += BindingsPerCall) {
        RespCommand arguments{exchange.toUtf8()};
        const std::size_t end = std::min(first + BindingsPerCall, bindings.size());
        for (std::size_t i = first; i < end; ++i) {
            const WantedBinding &each = bindings[i];
            const auto life = each.life.count();
            arguments.add(life > 0 ? QByteArray::number(qlonglong(life)) : QByteArray());
            arguments.add(each.member).add(each.other);
        }
        context.sender.run(Scripts::all().bind, keys, std::move(arguments),
                           [all, done](const Result<RespValue> &reply) {
                               if (!reply && all->result)
                                   all->result = reply.error();
                               else if (reply && all->result)
                                   *all->result += reply->integer;
                               if (--all->open == 0)
                                   done(all->result);
                           });
    }
}

void BindingKeeper::start()
{
    m_isRunning = true;
    m_timer = m_context.hub->callRepeatedly(CheckInterval, [this] {
        for (const QString &exchange : m_context.declared.bindings.exchanges())
            write(exchange);
    });
}

void BindingKeeper::stop()
{
    m_isRunning = false;
    m_timer.cancel();
    m_soonTimer.cancel();
}

void BindingKeeper::changed(const QString &exchange)
{
    m_context.declared.changes.changed(exchange);
    m_changed.insert(exchange);
    if (!m_isRunning || std::exchange(m_isSoon, true))
        return;
    m_soonTimer = m_context.hub->callLater(Soon, [this] { look(); });
}

void BindingKeeper::allChanged()
{
    m_context.declared.changes.allChanged();
    for (const QString &exchange : m_context.declared.bindings.exchanges())
        changed(exchange);
}

void BindingKeeper::look()
{
    m_isSoon = false;
    for (const QString &exchange : std::exchange(m_changed, {}))
        write(exchange);
}

void BindingKeeper::write(const QString &exchange)
{
    const std::vector<WantedBinding> wanted = m_context.declared.bindings.of(exchange);
    if (wanted.empty())
        return;
    writeBindings(
        m_context, exchange, wanted, whileAlive(m_alive, [this, exchange](Result<qint64> result) {
            if (result && *result > 0) {
                BrokerNotice told = makeNotice(
                    BrokerNotice::Information,
                    Text::tr(
                        "Bindings to exchange \"%1\" had been deleted, and were made again: %2")
                        .arg(exchange, QString::number(*result)));
                m_context.host.notice(told);
            } else if (!result && !result.error().isRecoverable()) {
                m_context.host.notice(
                    makeNotice(BrokerNotice::Permission, result.error().text(), result.error()));
            }
        }));
}

} // namespace Qombu::Redis
