// SPDX-License-Identifier: BSD-3-Clause
#include "hub/notifierwatch.h"

#include <QtCore/qabstracteventdispatcher.h>

#include <utility>

namespace Qombu {

NotifierWatch::NotifierWatch(Turns *turns)
    : DescriptorWatch(turns)
{
}

NotifierWatch::~NotifierWatch() = default;

void NotifierWatch::Retire::operator()(QSocketNotifier *notifier) const
{
    notifier->setEnabled(false);
    notifier->disconnect();
    if (QAbstractEventDispatcher::instance())
        notifier->deleteLater();
    else
        delete notifier; // the thread is ending: nobody would come for it
}

void NotifierWatch::set(int fd, Direction direction, Hub::Callback callback)
{
    const Key key{fd, direction};
    auto shared = std::make_shared<const Hub::Callback>(std::move(callback));
    const auto known = m_entries.find(key);
    if (known != m_entries.end()) {
        std::swap(known->second.callback, shared);
        return;
    }
    const auto type = direction == Direction::Read ? QSocketNotifier::Read : QSocketNotifier::Write;
    Entry entry{std::unique_ptr<QSocketNotifier, Retire>(new QSocketNotifier(fd, type)),
                std::move(shared)};
    QObject::connect(entry.notifier.get(), &QSocketNotifier::activated, entry.notifier.get(),
                     [this, key] { dispatch(key); });
    m_entries.emplace(key, std::move(entry));
}

void NotifierWatch::remove(int fd, Direction direction)
{
    const auto node = m_entries.extract(Key{fd, direction});
}

void NotifierWatch::dispatch(const Key &key)
{
    const auto entry = m_entries.find(key);
    if (entry == m_entries.end())
        return;
    const auto callback = entry->second.callback; // may remove itself
    const Turn turn(this);
    (*callback)();
}

} // namespace Qombu
