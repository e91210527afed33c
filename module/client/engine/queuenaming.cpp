// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/queuenaming.h"

#include "client/engine/refusal.h"

namespace Qombu {

void QueueNaming::linkUp(TopologyChannel &channel)
{
    m_channel = &channel;
    m_link = std::make_shared<char>();
}

void QueueNaming::linkDown()
{
    m_channel = nullptr;
    m_link.reset();
    m_named.clear();
}

void QueueNaming::declare(const QString &key, const Queue &queue, Done<QueueInfo> done)
{
    const auto known = m_named.find(key);
    if (known != m_named.end() && !known->name.isEmpty())
        return look(key, queue, std::move(done));
    const bool isBeingMade = known != m_named.end();
    Named &named = m_named[key];
    named.isForgotten = false;
    named.waiting.push_back(std::move(done));
    if (!isBeingMade)
        make(key, queue);
}

void QueueNaming::make(const QString &key, const Queue &queue)
{
    const std::weak_ptr<char> link = m_link;
    m_channel->declare(queue, [this, link, key](const Result<QueueInfo> &result) {
        if (!link.expired())
            made(key, result);
    });
}

// An answer may end the link.
void QueueNaming::made(const QString &key, const Result<QueueInfo> &result)
{
    const auto named = m_named.find(key);
    const std::vector<Done<QueueInfo>> waiting = std::exchange(named->waiting, {});
    if (result.isOk() && !named->isForgotten)
        named->name = result->name;
    else
        m_named.erase(named);
    const std::weak_ptr<char> link = m_link;
    for (const Done<QueueInfo> &done : waiting) {
        if (link.expired())
            return;
        done(result);
    }
}

// Names that the broker has given cannot be declared (AMQP 0-9-1, queue.declare: access-refused).
// Somebody else may have deleted it meanwhile.
void QueueNaming::look(const QString &key, const Queue &queue, Done<QueueInfo> done)
{
    const QString name = m_named.value(key).name;
    const std::weak_ptr<char> link = m_link;
    m_channel->inspect(
        name, [this, link, key, queue, name, done = std::move(done)](Result<QueueInfo> result) {
            if (result.isOk() || link.expired())
                return done(std::move(result));
            if (Refusal::isOfRights(result.error())) // to declare, which some want for looking, too
                return done(QueueInfo{name, 0, 0});
            if (result.error().kind() != Error::NotFound || result.error().isRecoverable())
                return done(result.error());
            if (m_named.value(key).name == name)
                m_named.remove(key);
            declare(key, queue, done);
        });
}

void QueueNaming::whenNamed(const QString &key, std::function<void(const QString &)> then)
{
    const auto named = m_named.find(key);
    if (named == m_named.end() || !named->name.isEmpty())
        return then(named == m_named.end() ? QString() : named->name);
    named->waiting.push_back([then = std::move(then)](const Result<QueueInfo> &result) {
        then(result.isOk() ? result->name : QString());
    });
}

void QueueNaming::forget(const QString &key)
{
    const auto named = m_named.find(key);
    if (named == m_named.end())
        return;
    if (named->name.isEmpty())
        named->isForgotten = true;
    else
        m_named.erase(named);
}

} // namespace Qombu
