// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/topologychanges.h"

#include "client/engine/engine.h"
#include "client/engine/gathering.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

namespace {

// What passes an answer on, after then() if it is a success.
template<typename T, typename Then>
Done<T> after(Then then, Done<T> done)
{
    return [then = std::move(then), done = std::move(done)](Result<T> result) {
        if (result)
            then();
        done(std::move(result));
    };
}

} // namespace

TopologyChanges::TopologyChanges(Engine &engine, Topology &topology, WantedTopology &wanted,
                                 QueueNaming &naming)
    : m_engine(engine)
    , m_topology(topology)
    , m_wanted(wanted)
    , m_naming(naming)
{
}

void TopologyChanges::linkDown()
{
    m_channel = nullptr;
    m_removing.clear();
}

void TopologyChanges::declare(const Exchange &exchange, Done<void> done)
{
    const auto keepIt = [this, exchange] { m_topology.keep(m_wanted.add(exchange), exchange); };
    m_channel->declare(exchange, after<void>(keepIt, std::move(done)));
}

// Everything is asked at once, in the order exchanges, queue, bindings; the first error answers for
// all.
void TopologyChanges::declare(const Queue &queue, Done<QueueInfo> done)
{
    if (queue.isPassive())
        return m_channel->inspect(queue.name(), std::move(done));
    const QString key = m_wanted.keyOf(queue);
    declareParts(queue, key, [this, queue, key, done = std::move(done)](Result<QueueInfo> result) {
        const QList<Binding> bindings =
            result ? WantedTopology::bindingsOf(queue) : QList<Binding>();
        for (const Binding &binding : bindings)
            m_topology.keep(m_wanted.add(binding.exchange), binding.exchange);
        Wanted *const wanted = result ? m_wanted.add(queue) : nullptr;
        m_topology.keep(wanted, queue);
        if (wanted && queue.name().isEmpty() && wanted->name != result->name)
            m_topology.name(*wanted, result->name);
        for (const Binding &binding : bindings)
            m_topology.keep(m_wanted.add(binding, key), binding);
        done(std::move(result));
    });
}

void TopologyChanges::declareParts(const Queue &queue, const QString &key, Done<QueueInfo> done)
{
    const auto answer = std::make_shared<Gathering<QueueInfo>>(std::move(done));
    for (const Binding &binding : queue.bindings()) {
        const Wanted *known = m_wanted.find(WantedTopology::idOf(binding.exchange));
        const bool isThere = known && known->progress == Wanted::Declared && !known->isForeign
            && std::get<Exchange>(known->wish) == binding.exchange;
        if (!isThere && m_wanted.isDeclarable(binding.exchange))
            m_channel->declare(binding.exchange, answer->part());
    }
    const QString known = m_topology.knownName(queue, key);
    answer->setValue({known, 0, 0});
    const auto bindAll = [this, queue, answer](const QString &to) {
        for (Binding binding : WantedTopology::bindingsOf(queue)) {
            binding.queue = to;
            m_channel->bind(binding, answer->part());
        }
    };
    if (queue.isDeclared()) {
        m_topology.declareAlone(queue, key,
                                [bindAll, isNameless = known.isEmpty(),
                                 done = answer->valuePart()](const Result<QueueInfo> &result) {
                                    if (isNameless && result)
                                        bindAll(result->name); // it could not be bound before
                                    done(result);
                                });
    }
    if (!known.isEmpty())
        bindAll(known);
    answer->seal();
}

void TopologyChanges::bind(const Binding &binding, Done<void> done)
{
    const QString key = m_wanted.keyOf(binding.queue);
    const auto keepIt = [this, binding, key] {
        m_topology.keep(m_wanted.add(binding, key), binding);
    };
    m_channel->bind(m_wanted.resolved(binding, key), after<void>(keepIt, std::move(done)));
}

void TopologyChanges::unbind(const Binding &binding, Done<void> done)
{
    const auto forgetIt = [this, binding, last = m_topology.lastQuestion()] {
        const QString id = WantedTopology::idOf(binding, m_wanted.keyOf(binding.queue));
        const Wanted *wanted = m_wanted.find(id);
        if (wanted && wanted->isAskedAfter(last))
            return; // made again
        m_engine.bindingsRemoved([this, id](const Queue &queue, const Binding &other) {
            return WantedTopology::idOf(other, m_wanted.keyOf(queue)) == id;
        });
        m_wanted.forgetBinding(binding);
        m_topology.forgotten();
    };
    m_channel->unbind(m_wanted.resolved(binding, m_wanted.keyOf(binding.queue)),
                      after<void>(forgetIt, std::move(done)));
}

// Every wish for it is forgotten with it. While it is under way the broker may tell our own
// consumers that their queue is gone: they must not declare it again.
void TopologyChanges::remove(const Queue &queue, const RemoveOptions &options, Done<qint64> done)
{
    if (!queue.name().isEmpty())
        return removeNamed(queue, queue.name(), options, std::move(done));
    const QString key = m_wanted.keyOf(queue);
    m_naming.whenNamed(
        key, [this, queue, key, options, done = std::move(done)](const QString &name) {
            const QString now = name.isEmpty() ? m_wanted.nameOf(key) : name;
            if (!now.isEmpty())
                return removeNamed(queue, now, options, done);
            done(
                Error(Error::NotFound,
                      QCoreApplication::translate("Qombu::Channel", "The queue has no name yet.")));
        });
}

void TopologyChanges::removeNamed(Queue queue, const QString &name, const RemoveOptions &options,
                                  Done<qint64> done)
{
    const QString key = m_wanted.keyOf(queue);
    m_removing.insert(name);
    m_channel->remove(queue.setName(name), options,
                      [this, key, name, done = std::move(done)](Result<qint64> result) {
                          m_removing.remove(name);
                          if (result) {
                              m_engine.queueRemoved(name);
                              m_wanted.forgetQueue(key);
                              m_naming.forget(key);
                              m_topology.forgotten();
                          }
                          done(std::move(result));
                      });
}

void TopologyChanges::remove(const Exchange &exchange, const RemoveOptions &options,
                             Done<void> done)
{
    const auto forgetIt = [this, name = exchange.name(), last = m_topology.lastQuestion()] {
        m_engine.bindingsRemoved([&](const Queue &queue, const Binding &binding) {
            const Wanted *wanted =
                m_wanted.find(WantedTopology::idOf(binding, m_wanted.keyOf(queue)));
            const bool isMadeAgain = wanted && wanted->isAskedAfter(last);
            return !isMadeAgain
                && (binding.exchange.name() == name || binding.destinationExchange == name);
        });
        m_wanted.forgetExchange(name, last);
        m_topology.forgotten();
    };
    m_channel->remove(exchange, options, after<void>(forgetIt, std::move(done)));
}

} // namespace Qombu
